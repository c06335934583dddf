import type { FloatingIp } from '../openstack/floating-ips.ts';

/** The check of jobs/check/ that looks at the floating IPs, and keeps what follows. */
export const LOOKS = 'floating-ips';
export const LOOK_EVERY_MS = 3_600_000;
/** Two looks that failed are no break in a row of them; more are. */
const BREAK_MS = 3 * LOOK_EVERY_MS;

/**
 * What the hourly looks found of one address. `in use` at the last one; or `unused` since a look (milliseconds since 1970, Redis's clock), and
 * at each one from then on without a break. `afterUse`: an earlier look had found it in use.
 */
export type Seen = { is: 'in use' } | { is: 'unused'; since: number; afterUse: boolean };

/** A UUID is no such word. */
const LOOKED_AT = 'looked at';

/** When the last look was; undefined before the first one. */
export function lastLook(book: ReadonlyMap<string, string>): number | undefined {
  const at = book.get(LOOKED_AT);
  return at === undefined ? undefined : Number(at);
}

export function seenOf(book: ReadonlyMap<string, string>, id: string): Seen | undefined {
  const text = book.get(id);
  return text === undefined ? undefined : (JSON.parse(text) as Seen); // our own writing
}

/**
 * The book after a look that found all of these. An address that is gone is forgotten. After a break what was unused begins anew: nobody
 * looked, so nobody knows whether it was used in between.
 */
export function bookAfter(
  book: ReadonlyMap<string, string>,
  ips: readonly Pick<FloatingIp, 'id' | 'in_use'>[],
  now: number,
): Map<string, string> {
  const last = lastLook(book);
  const broken = last !== undefined && now - last > BREAK_MS;
  const entries = ips.map(({ id, in_use }) => [id, JSON.stringify(seenNow(seenOf(book, id), in_use, broken, now))] as const);
  return new Map([[LOOKED_AT, String(now)], ...entries]);
}

function seenNow(before: Seen | undefined, inUse: boolean, broken: boolean, now: number): Seen {
  if (inUse) return { is: 'in use' };
  if (before?.is !== 'unused') return { is: 'unused', since: now, afterUse: before?.is === 'in use' };
  return broken ? { ...before, since: now } : before;
}
