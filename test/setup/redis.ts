import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { startEmbeddedRedis } from '../../src/redis/embedded.ts';
import { redisCache } from './redis-cache.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    redisSocket: string;
  }
}

/** One real Redis for the whole run; `testRedis()` gives each test keys of its own. */
export default async function startTestRedis(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'stackhand-test-'));
  const redis = await startEmbeddedRedis({
    folder,
    cache: await redisCache(),
    log: pino({ level: 'silent' }),
    appendfsync: 'no',
  });
  project.provide('redisSocket', redis.socket);

  return async () => {
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
