import { expect, it } from 'vitest';
import { repairHost } from '../../demo/cloud/accidents.ts';
import { type Bot, eventually, gate } from '../bot.ts';
import { approved, deadHost, ended, evacuationsOf, LINE, serverOf } from './stage.ts';

/* The host, or the run, is another one when the job looks again. */

const WEB_AND_DB = ['web-1', 'web-2', 'web-3', 'db-1'];

function hold({ cloud }: Bot): { release(): void } {
  for (const name of WEB_AND_DB) cloud.state.evacuations.held.add(serverOf(cloud, name).id);
  return { release: () => cloud.state.evacuations.held.clear() };
}

/** All are under way, and their worker is gone. */
async function died(): Promise<{ bot: Bot; release(): void }> {
  const bot = await deadHost();
  const { release } = hold(bot);
  await approved(bot);
  await eventually(() => bot.cloud.state.migrations.length === 4, 'all to be under way');
  await bot.running.stop();
  return { bot, release };
}

it('a host that came back to life between two runs is still forced down, and what was begun is waited for', async () => {
  const { bot, release } = await died();
  repairHost(bot.cloud.state, 'compute3');

  await bot.another('all');
  release();
  const { request, card } = await ended(bot);

  expect(request.state).toBe('done');
  expect(card).toContain('4 of 4 servers of compute3 are on other hosts. The host stays disabled.');
  for (const name of WEB_AND_DB) expect(evacuationsOf(bot.cloud, name)).toBe(1);
});

it('where somebody has lifted the forced down between two runs, what was begun is waited for all the same', async () => {
  const { bot, release } = await died();
  repairHost(bot.cloud.state, 'compute3');
  const host = bot.cloud.state.hosts.find(({ name }) => name === 'compute3');
  Object.assign(host ?? {}, { forcedDown: false, status: 'enabled', disabledReason: null });

  await bot.another('all');
  release();
  const { card } = await ended(bot);

  expect(card).toContain('4 of 4 servers of compute3 are on other hosts.');
  expect(card).toContain('compute3 is not forced down and disabled: compute3 shows a sign of life');
});

it('a host that beats right after the answer that forces it down got lost is told as forced down, and loses no server', async () => {
  const bot = await deadHost();
  const fence = gate();
  bot.cloud.answer('compute', 'PUT', '/os-services/', { until: fence.until, dropAfterEffect: true });
  await approved(bot);
  await eventually(() => bot.cloud.calls.some(({ method }) => method === 'PUT'), 'the write that forces it down');
  for (const agent of bot.cloud.state.agents) delete agent.silentSince;
  fence.open();

  const { card } = await ended(bot);

  expect(card).toContain('0 of 4 servers of compute3 are on other hosts, 4 left alone. The host stays disabled.');
  expect(bot.cloud.state.migrations).toEqual([]);
});

it('what moved long before this run has its ports and volumes looked at like the others', async () => {
  const { bot, release } = await died();
  release();
  for (const name of WEB_AND_DB) {
    const server = serverOf(bot.cloud, name);
    // As an hour ago: no list of changes tells of it any more.
    Object.assign(server, { host: 'compute1', taskState: null, updated: '2026-01-01T00:00:00Z' });
  }
  for (const migration of bot.cloud.state.migrations) Object.assign(migration, { status: 'completed', dest: 'compute1' });
  repairHost(bot.cloud.state, 'compute3');
  const lost = bot.cloud.state.ports.find(({ deviceId }) => deviceId === serverOf(bot.cloud, 'web-1').id);
  if (lost) lost.vifType = 'binding_failed';

  await bot.another('all');
  const { request, card } = await ended(bot);

  expect(card).toContain('3 of 4 servers of compute3 are on other hosts, 1 failed.');
  expect(request.result?.table?.rows.find(([name]) => name === 'db-1')?.[2]).toBe('moved');
  expect(request.result?.table?.rows.find(([name]) => name === 'web-1')?.[4]).toMatch(/its port \S+ is not bound there/);
});

it('a server that does not come up is started three times, and then left to people', async () => {
  const bot = await deadHost();
  const { release } = hold(bot);
  const { id } = serverOf(bot.cloud, 'web-1');
  await approved(bot, `${LINE} --only web-1`);
  await eventually(() => bot.cloud.state.migrations.length === 1, 'it to be under way');
  for (const migration of bot.cloud.state.migrations) migration.leftStopped = true;
  // Taken, and nothing comes of it.
  bot.cloud.answer('compute', 'POST', `/servers/${id}/action`, { status: 202, times: 9 });
  release();

  const { request } = await ended(bot);

  expect(request.result?.table?.rows[0]?.slice(2)).toEqual([
    'failed',
    serverOf(bot.cloud, 'web-1').host,
    expect.stringContaining('but off: it ran before, and 3 starts came to nothing.'),
    id,
  ]);
  expect(request.result?.buttons).toBeUndefined();
});
