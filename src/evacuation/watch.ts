import { formatDuration } from '../chat/values.ts';
import { timeOf } from '../openstack/times.ts';
import { code } from '../reply.ts';
import { heardInWords, signsOfLife } from './facts.ts';
import type { LifeLook } from './life.ts';
import { isOurWrite } from './reason.ts';

/**
 * `dead`: go on. `alive`: begin nothing more. `wait`: it cannot be told yet.
 */
export type Verdict = { is: 'dead' } | { is: 'alive' | 'wait'; because: string };

/** Looks at one host again and again while servers are rebuilt elsewhere. */
export interface Watch {
  see(look: LifeLook): Verdict;
  /** Our own write moved the service's record to this time: that was no heartbeat. */
  wrote(updatedAt: string | null | undefined): void;
}

/** The answer to a change has microseconds; what the database keeps, and a list shows, is a whole second, cut or rounded. */
const ROUNDED_MS = 1_000;

/**
 * Nova moves a service's `updated_at` with every write of its record, our own of `forced_down` too, and shows no other heartbeat. So after
 * that write it is the *next* move that says that nova-compute is alive again (or that somebody changes the service, which is as good a
 * reason to begin nothing more). A later run knows that write by the time in the reason that we gave; where somebody else had disabled the
 * host before there is none, and it waits until the record has stood still for as long as for any other host.
 */
export function watchHost(host: string, limitMs: number): Watch {
  let seen: { at: number; forced: boolean } | undefined;
  let written = Number.NaN;
  let moved = false;
  return {
    wrote(updatedAt) {
      written = timeOf(updatedAt ?? '');
    },
    see(look) {
      const { service } = look;
      if (!service) return { is: 'alive', because: `Nova has no compute host ${code(host)} any more.` };
      const at = timeOf(service.updated_at ?? '');
      const isOurs = Math.abs(at - written) <= ROUNDED_MS || isOurWrite(service);
      const forced = service.forced_down === true;
      const becameForced = seen?.forced === false && forced;
      if (seen && seen.at !== at && !isOurs && !becameForced) moved = true;
      seen = { at, forced };
      const signs = signsOfLife(look, limitMs);
      if (signs.length > 0) return { is: 'alive', because: `${code(host)} shows a sign of life: its ${heardInWords(signs)}.` };
      if (moved) return { is: 'alive', because: `nova-compute of ${code(host)} reports again, or somebody changed its service.` };
      if (isOurs || look.silentMs >= limitMs) return { is: 'dead' };
      const left = formatDuration(limitMs - look.silentMs);
      return {
        is: 'wait',
        because: `The service of ${code(host)} was written ${formatDuration(look.silentMs)} ago. I begin in ${left}, if nothing more is heard.`,
      };
    },
  };
}
