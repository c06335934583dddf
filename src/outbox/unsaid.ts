import type { Store } from '../requests/store.ts';
import { PRIORITIES } from './outbox.ts';

/** How many messages are yet to be said; with `by`, in ms by Redis's clock, those that are due then. */
export async function countUnsaid({ redis, keys }: Store, by: number | '+inf' = '+inf'): Promise<number> {
  const counts = await Promise.all(PRIORITIES.map((priority) => redis.zcount(keys.outbox(priority), 0, by)));
  return counts.reduce((sum, count) => sum + count, 0);
}
