import { expect, it } from 'vitest';
import { sweep } from '../../src/requests/sweeper.ts';
import { type Bot, eventually, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';

function expiresAfter(expires: string): Promise<Bot> {
  const approvals = [{ count: 1, roles: ['approver'] }];
  return toyBot({ yaml: { rules: [{ effects: ['change', 'read'], roles: ['operator'], approvals, expires }] } });
}

it('a part of the sweep that breaks every time does not switch off the others', async () => {
  const bot = await toyBot();
  const { redis, keys } = bot.running.core.store;
  // Clicks are woken before audits are sealed.
  await redis.del(keys.clicks);
  await redis.set(keys.clicks, 'no hash');

  await bot.say('bob', 'cores show demo');

  await eventually(async () => (await redis.llen(keys.sealed)) === 1, 'the seal');
});

it('a timer that breaks does not stop the others', async () => {
  const bot = await expiresAfter('1m');
  const { redis, keys } = bot.running.core.store;
  await redis.hset(keys.request(999), 'doc', '{', 'head', 'broken');
  await redis.zadd(keys.timers, 0, '999|expire');

  await bot.say('bob', SET);

  bot.later(60_000);
  await bot.until('expired');
  expect(await redis.zrange(keys.timers, '0', '-1')).toEqual(['999|expire']);
});

it('a clock that steps back in the middle of a sweep drops no timer undecided', async () => {
  const bot = await expiresAfter('1h');
  const { core } = bot.running;
  const { clock, redis, keys } = core.store;
  await bot.say('bob', SET);
  await bot.until('waiting');
  const later = clock.now() + 7_200_000;
  await redis.zrem(keys.timers, '1001|remind');
  let looks = 0;
  // The first look is late, the second is not, and so on.
  const now = (): number => (looks++ % 2 === 0 ? later : clock.now());

  await sweep({ ...core, store: { ...core.store, clock: { ...clock, now } } }, 1_000);

  expect((await bot.request(1001)).state).toBe('expired');
});
