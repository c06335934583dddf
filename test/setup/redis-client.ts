import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { inject } from 'vitest';

/** Where the run's Redis listens, and a prefix that no other test has: every key a test makes begins with it. */
export function testRedis(): { target: { socket: string }; prefix: string } {
  return { target: { socket: inject('redisSocket') }, prefix: `test-${randomBytes(6).toString('hex')}` };
}

/** Removes every key under the prefix. The run's Redis goes away with the run, so only a test that counts keys needs it. */
export async function removeTestKeys({ target, prefix }: ReturnType<typeof testRedis>): Promise<void> {
  const redis = new Redis({ path: target.socket });
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
  redis.disconnect();
}
