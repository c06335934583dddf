import type { Store } from '../requests/store.ts';

/** A process without a heartbeat for this long is gone. */
export const ALIVE_MS = 15_000;
/** When nobody beats any more, it is forgotten that anybody did. */
const FORGOTTEN_MS = 4 * ALIVE_MS;

export interface Heart {
  stop(): void;
  /** Stops, and takes itself out: nobody waits for it to be missed. */
  leave(): Promise<void>;
}

/** Lets others know that this process does its part, as long as `does` says so. @param key a sorted set of names by their last beat. */
export function startHeart({ redis, clock }: Store, key: string, name: string, does: () => boolean = () => true): Heart {
  const beat = (): void => {
    if (!does()) return;
    redis
      .multi()
      .zadd(key, clock.now(), name)
      .pexpire(key, FORGOTTEN_MS)
      .exec()
      .catch(() => undefined);
  };
  beat();
  const timer = setInterval(beat, ALIVE_MS / 3);
  timer.unref();
  const stop = (): void => clearInterval(timer);
  return {
    stop,
    async leave() {
      stop();
      await redis.zrem(key, name).catch(() => undefined);
    },
  };
}

/** How many workers were heard from lately. */
export function workersAlive(store: Pick<Store, 'redis' | 'clock' | 'keys'>): Promise<number> {
  return countAlive(store, store.keys.workers);
}

/** How many were heard from lately. */
export async function countAlive({ redis, clock }: Pick<Store, 'redis' | 'clock'>, key: string): Promise<number> {
  await redis.zremrangebyscore(key, 0, clock.now() - FORGOTTEN_MS);
  return redis.zcount(key, clock.now() - ALIVE_MS, '+inf');
}
