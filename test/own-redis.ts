import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type EmbeddedRedis, startEmbeddedRedis } from '../src/redis/embedded.ts';
import { readMemory } from '../src/redis/memory.ts';
import { newFolder } from './new-folder.ts';
import { redisCache } from './setup/redis-cache.ts';

export interface OwnRedis extends EmbeddedRedis {
  /** Once it was stopped: the same socket and data. */
  startAgain(): Promise<void>;
}

/**
 * Has it use such a share of the memory it may have. What is laid into it first is so much that what comes and goes makes no difference; in
 * pieces, for Redis's buffers grow with what is sent at once.
 */
export async function fillTo(share: number, redis: Redis): Promise<void> {
  if ((await redis.exists('ballast-0')) === 0)
    for (let piece = 0; piece < 256; piece += 1) await redis.set(`ballast-${piece}`, Buffer.alloc(262_144));
  const { used } = await readMemory(redis);
  await redis.config('SET', 'maxmemory', Math.round(used / share));
}

/** A Redis of this test alone: to be stopped, filled, or shared with processes that know no key prefix. Ends with the test. */
export async function ownRedis(options: { maxmemory?: string } = {}): Promise<OwnRedis> {
  const folder = newFolder();
  const cache = await redisCache();
  const begin = (): Promise<EmbeddedRedis> =>
    startEmbeddedRedis({ folder, cache, log: pino({ level: 'silent' }), appendfsync: 'no', ...options });
  let redis = await begin();
  onTestFinished(() => redis.stop());
  return {
    ...redis,
    stop: () => redis.stop(),
    async startAgain() {
      redis = await begin();
    },
  };
}
