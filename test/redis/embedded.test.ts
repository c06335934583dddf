import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { testRedis } from '../setup/redis-client.ts';

it('smoke', async () => {
  const r = testRedis();
  const redis = new Redis({ path: r.target.socket });
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
});
