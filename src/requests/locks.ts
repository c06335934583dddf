import type { Core } from '../process/core.ts';
import { wake } from '../queue.ts';
import type { Command } from '../redis/commit.ts';
import type { Request } from '../request.ts';
import { findRequest, type Store } from './store.ts';

/**
 * A lock belongs to a request, and goes only in the step in which that request ends or hands itself back; so a half-done change keeps
 * others out even while its worker is dead. The worker's own right is the lease.
 */
export function releaseLocks({ keys }: Store, { locks }: Request): Command[] {
  return locks.length === 0 ? [] : [['DEL', ...locks.map(keys.lock)]];
}

/** Wakes whoever waits longest for each lock that this request let go; should this be lost, the sweeper wakes them. */
export async function wakeWaiters(
  { store, wakers }: Core,
  { number, attempt, locks }: Pick<Request, 'number' | 'attempt' | 'locks'>,
): Promise<void> {
  for (const lock of locks) {
    for (;;) {
      const [first] = await store.redis.zrange(store.keys.waiters(lock), '0', '0');
      if (first === undefined) break;
      const stored = await findRequest(store, Number(first));
      if (stored?.request.state === 'queued') {
        // An ID of its own: a wake-up that just now finds the lock taken must not swallow this one.
        await wake(wakers, stored.request, 'run', `${number}.${attempt}`);
        break;
      }
      await store.redis.zrem(store.keys.waiters(lock), first);
    }
  }
}
