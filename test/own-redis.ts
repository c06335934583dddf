import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type EmbeddedRedis, startEmbeddedRedis } from '../src/redis/embedded.ts';
import { redisCache } from './setup/redis-cache.ts';

export interface OwnRedis extends EmbeddedRedis {
  /** Once it was stopped: the same socket and data. */
  startAgain(): Promise<void>;
}

/** A Redis of this test alone: to be stopped, filled, or shared with processes that know no key prefix. Ends with the test. */
export async function ownRedis(options: { maxmemory?: string } = {}): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'stackhand-test-'));
  const cache = await redisCache();
  const begin = (): Promise<EmbeddedRedis> =>
    startEmbeddedRedis({ folder, cache, log: pino({ level: 'silent' }), appendfsync: 'no', ...options });
  let redis = await begin();
  onTestFinished(async () => {
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    ...redis,
    stop: () => redis.stop(),
    async startAgain() {
      redis = await begin();
    },
  };
}
