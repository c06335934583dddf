import { expect, it } from 'vitest';
import { eventually, startBot } from '../bot.ts';
import { loseHosts } from '../brake/stage.ts';
import { ownRedis } from '../own-redis.ts';
import { startWorkerProcess } from './worker-process.ts';

it('a worker that is killed right after it pulled the brake: all that waits is void all the same', async () => {
  const redis = await ownRedis();
  const bot = await startBot({
    target: { socket: redis.socket },
    prefix: 'stackhand',
    role: 'gateway',
    cloud: { seed: { many: { hosts: 296 } } },
  });
  const { store } = bot.running.core;
  const begin = () => startWorkerProcess(bot, redis.socket);
  const due = () => store.redis.del(store.keys.check('mass-down', 'prod', 'RegionOne'));
  const worker = await begin();
  const numbers = [1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008];
  for (const number of numbers) await bot.say('bob', `quota set demo cores=${number} --reason "more load"`);
  loseHosts(bot.cloud, 140);

  await due();
  await eventually(async () => (await store.redis.exists(store.keys.brake('prod'))) === 1, 'the brake');
  await worker.kill();
  await begin();
  await eventually(
    async () => (await store.redis.exists(store.keys.check('mass-down', 'prod', 'RegionOne'))) === 1,
    'its first look',
  );
  await due();

  for (const number of numbers) await bot.untilOf(number, 'void');
  // Where the first one died in the middle of saying it, the other has to wait until its right to has run out.
  await bot.shows('I pulled the brake');
  expect(bot.slack.messages('#ops').filter((message) => bot.text(message).startsWith('I pulled the brake'))).toHaveLength(1);
  expect(bot.cloud.writes).toEqual([]);
});
