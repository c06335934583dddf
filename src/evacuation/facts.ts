import { formatDuration, formatInstant } from '../chat/values.ts';
import { UserError } from '../errors.ts';
import { timeOf } from '../openstack/times.ts';
import type { Fact } from '../plan.ts';
import { code, count, plain } from '../reply.ts';
import type { Heard, LifeLook } from './life.ts';
import { isOurWrite } from './reason.ts';

/*
 * The facts that an evacuation stands on: nothing is heard of the host, somebody says that it is fenced, its disks can be had elsewhere.
 * A fourth, that this is no incident of the queue or the network, is the brake's: `massDown` looks at the whole cloud.
 */

/** Whatever reports from the host and was heard within the limit: it lives, or a part of it does. */
export function signsOfLife({ others }: LifeLook, limitMs: number): Heard[] {
  return others.filter(({ agoMs }) => agoMs < limitMs);
}

/** "Open vSwitch agent was heard 3s ago" */
export function heardInWords(heard: readonly Heard[]): string {
  return heard.map(({ name, agoMs }) => `${name} was heard ${formatDuration(agoMs)} ago`).join(', ');
}

/** @throws UserError naming what speaks against it: to evacuate from a host that lives would write to its servers' disks from two sides. */
export function mustBeSilent(host: string, look: LifeLook, limitMs: number): void {
  const limit = formatDuration(limitMs);
  const signs = signsOfLife(look, limitMs);
  if (signs.length > 0) {
    throw new UserError(
      `${code(host)} is not dead: its ${heardInWords(signs)}. Nothing at all may have been heard of a host for ${limit} before its servers are rebuilt elsewhere. If it cannot be repaired as it is, power it off, and type the line again then.`,
    );
  }
  // Our own write of an earlier try is no heartbeat, and nothing else is taken for none: whoever forced it down proves no silence.
  if (look.silentMs < limitMs && !(look.service && isOurWrite(look.service))) {
    throw new UserError(
      `Nova heard nova-compute of ${code(host)} ${formatDuration(look.silentMs)} ago, and evacuation takes ${limit} of silence. If the host lives, its servers can be live-migrated instead. A change of the service, as when somebody disables it, counts as heard too, since Nova keeps one time for both: then type the line again in ${formatDuration(limitMs - look.silentMs)}.`,
    );
  }
}

/** The first fact with its evidence. It holds for as long as the service's record stands still. */
export function silence(host: string, look: LifeLook, limitMs: number): Fact {
  const [freshest] = look.others;
  const others =
    freshest === undefined
      ? 'nothing else reports from it'
      : `of ${count(look.others, 'other service')} on it the last, ${freshest.name}, was heard ${ageInWords(freshest.agoMs)}`;
  return {
    name: 'Silent',
    says: `nova-compute of ${plain(host)} ${silenceOf(look)}; ${others}. The limit is ${formatDuration(limitMs)}`,
    is: `${look.service?.updated_at}, ${look.others.length}, ${limitMs}`,
  };
}

function silenceOf({ service, silentMs }: LifeLook): string {
  const ago = `${formatDuration(silentMs)} ago`;
  if (!service?.updated_at) return 'was never heard';
  if (isOurWrite(service)) return `is forced down since ${ago} by an earlier request, and has not reported since`;
  return `was last heard ${ago}, at ${formatInstant(timeOf(service.updated_at))} by Nova's clock`;
}

function ageInWords(agoMs: number): string {
  return Number.isFinite(agoMs) ? `${formatDuration(agoMs)} ago` : 'never';
}
