import { formatInstant } from '../chat/values.ts';
import type { FloatingIp } from '../openstack/floating-ips.ts';
import { timeOf } from '../openstack/times.ts';
import { type Seen, seenOf } from './looks.ts';

/** Since when an unused address is idle (milliseconds since 1970), and how that is known, in words. */
export interface Idle {
  since: number;
  evidence: string;
}

/**
 * Neutron moves `updated_at` whenever an address gets or loses its port, so the time of its last use is never after that: this works on the
 * first day. Our looks add what neutron may not have told: where one found it in use, the first one after it that found it unused is the
 * earliest time that counts. They cannot make it idle for longer than neutron says. Nor do they make it idle for less just because they
 * began later, or paused: not to have looked is no sign of use. Only where neutron tells no time they are all there is.
 * @returns undefined where nothing tells.
 */
export function idleOf(
  ip: Pick<FloatingIp, 'id' | 'updated_at'>,
  book: ReadonlyMap<string, string>,
  now: number,
): Idle | undefined {
  const changed = ip.updated_at === null ? undefined : timeOf(ip.updated_at);
  const seen = seenOf(book, ip.id);
  if (seen?.is === 'in use') return { since: now, evidence: 'in use at the last hourly look' };
  const looks = seen && `unused at each hourly look since ${formatInstant(seen.since)}`;
  if (changed === undefined)
    return seen && looks !== undefined ? { since: seen.since, evidence: `${looks}; Neutron tells no time` } : undefined;
  const bound = boundOf(seen);
  if (bound !== undefined && bound > changed) return { since: bound, evidence: `${looks}, in use before` };
  const told = 'unchanged in Neutron';
  return { since: changed, evidence: looks === undefined ? `${told}, no hourly look yet` : `${told}, ${looks}` };
}

function boundOf(seen: Seen | undefined): number | undefined {
  return seen?.is === 'unused' && seen.afterUse ? seen.since : undefined;
}
