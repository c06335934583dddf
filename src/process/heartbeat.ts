import type { Store } from '../requests/store.ts';

/** A process without a heartbeat for this long is gone. */
export const ALIVE_MS = 15_000;

export interface Heart {
  stop(): void;
  /** Stops, and takes itself out: nobody waits for it to be missed. */
  leave(): Promise<void>;
}

/** Lets others know that this process does its part, as long as `does` says so. @param key a sorted set of names by their last beat. */
export function startHeart({ redis, clock }: Store, key: string, name: string, does: () => boolean = () => true): Heart {
  const beat = (): void => {
    if (does()) redis.zadd(key, clock.now(), name).catch(() => undefined);
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

/** How many were heard from lately. */
export async function countAlive({ redis, clock }: Pick<Store, 'redis' | 'clock'>, key: string): Promise<number> {
  await redis.zremrangebyscore(key, 0, clock.now() - ALIVE_MS * 4);
  return redis.zcount(key, clock.now() - ALIVE_MS, '+inf');
}
