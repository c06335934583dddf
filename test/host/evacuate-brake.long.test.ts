import { expect, it } from 'vitest';
import { eventually, gate } from '../bot.ts';
import { isBraked, loseHosts } from '../brake/stage.ts';
import { approved, deadHost, ended, LINE, serversOn } from './stage.ts';

const BIG = { cloud: { seed: { many: { hosts: 296 } } } };

it('is refused where 140 of 300 hosts are down, and pulls the brake before any check has run', async () => {
  const bot = await deadHost(BIG);
  loseHosts(bot.cloud, 139);

  const said = await bot.say('bob', LINE);

  expect(said).toContain(
    'On prod 140 of 300 compute services are down: that is an incident of the message queue or the network, not of hosts',
  );
  expect(await isBraked(bot)).toBe(true);
  await bot.shows('I pulled the brake of prod: 140 of 300 compute services are down');
  expect(bot.cloud.writes).toEqual([]);
});

it('with three hosts of 300 down goes on', async () => {
  const bot = await deadHost(BIG);
  loseHosts(bot.cloud, 2);

  await approved(bot);

  expect((await ended(bot)).request.state).toBe('done');
});

it('hands itself back before the next server where they fall silent in the middle of it, and goes on once two have lifted the brake', async () => {
  const bot = await deadHost(BIG);
  const fence = gate();
  bot.cloud.answer('compute', 'PUT', 'os-services', { until: fence.until });
  await approved(bot);
  await eventually(() => bot.cloud.calls.some(({ method }) => method === 'PUT'), 'the write that forces it down');
  loseHosts(bot.cloud, 139);
  fence.open();

  await bot.shows('R-1001 is queued');
  await bot.shows('140 of 300 compute services are down in RegionOne');
  expect(serversOn(bot.cloud, 'compute3')).toHaveLength(4);
  expect(bot.cloud.writes.map(({ path }) => path)).toEqual([expect.stringContaining('os-services')]);

  await bot.say('bob', 'brake lift --reason "RabbitMQ is back"');
  await bot.typeTarget('bob', 'prod');
  await bot.shows('R-1002 waits for approval');
  await bot.approve('alice');
  await bot.approve('carol');

  expect((await bot.untilOf(1001, 'done', 'partly done', 'failed', 'nothing done')).state).toBe('done');
  expect(serversOn(bot.cloud, 'compute3')).toEqual([]);
});
