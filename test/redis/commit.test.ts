import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { commit } from '../../src/redis/commit.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { testRedis } from '../setup/redis-client.ts';

function connected(): { redis: Redis; key: (name: string) => string } {
  const { target, prefix } = testRedis();
  const redis = connectRedis(target, 'commands', pino({ level: 'silent' }));
  onTestFinished(() => redis.disconnect());
  return { redis, key: (name) => `${prefix}:${name}` };
}

it('a command with more arguments than Lua takes is done all the same, in the same step', async () => {
  const { redis, key } = connected();
  const many = Array.from({ length: 20_000 }, (_, index) => `m${index}`);
  await commit(
    redis,
    [],
    [
      ['RPUSH', key('list'), ...many],
      ['HSET', key('hash'), ...many],
    ],
  );
  expect(await redis.lrange(key('list'), 0, -1)).toEqual(many);
  expect(await redis.hlen(key('hash'))).toBe(10_000);

  await commit(
    redis,
    [],
    [
      ['HDEL', key('hash'), ...many],
      ['SET', key('after'), 1],
    ],
  );

  expect(await redis.exists(key('hash'))).toBe(0);
  expect(await redis.get(key('after'))).toBe('1');
});

it('one that cannot be divided is refused before anything is done', async () => {
  const { redis, key } = connected();
  const scores = Array.from({ length: 10_000 }, (_, index) => index);

  const step = commit(
    redis,
    [],
    [
      ['SET', key('before'), 1],
      ['ZADD', key('set'), ...scores],
    ],
  );

  await expect(step).rejects.toThrow('ZADD has 10001 arguments');
  expect(await redis.exists(key('before'))).toBe(0);
});
