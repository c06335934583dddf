import { expect, it } from 'vitest';
import { server } from '../../demo/cloud/seed.ts';
import type { Request } from '../../src/request.ts';
import { type Bot, eventually } from '../bot.ts';
import { tableRow } from '../table-row.ts';
import { approved, deadHost, ended, evacuated, evacuationsOf, LINE, serverOf, serversOn } from './stage.ts';

const ACTION = /\/servers\/[^/]+\/action/;

it.each([
  ['was carried out', { dropAfterEffect: true as const }],
  ['never arrived', { dropBefore: true as const }],
])('an evacuation whose answer got lost and that %s is asked for once, or again', async (_what, fault) => {
  const bot = await deadHost();
  bot.cloud.answer('compute', 'POST', ACTION, fault);

  const { request } = await evacuated(bot);

  expect(request.state).toBe('done');
  expect(serversOn(bot.cloud, 'compute3')).toEqual([]);
  for (const name of ['web-1', 'web-2', 'web-3', 'db-1']) expect(evacuationsOf(bot.cloud, name)).toBe(1);
});

it('the host is forced down though the answer got lost', async () => {
  const bot = await deadHost();
  bot.cloud.answer('compute', 'PUT', '/os-services/', { dropAfterEffect: true });

  const { request } = await evacuated(bot);

  expect(request.state).toBe('done');
  expect(bot.cloud.writes.filter(({ method }) => method === 'PUT')).toHaveLength(1);
});

it('moves nothing where the host cannot be forced down', async () => {
  const bot = await deadHost();
  bot.cloud.answer('compute', 'PUT', '/os-services/', { status: 403, body: { forbidden: { code: 403, message: 'not you' } } });

  const { request, card } = await evacuated(bot);

  expect(request.state).toBe('failed');
  expect(card).toContain('compute3 is not forced down and disabled: PUT compute /os-services/');
  expect(serversOn(bot.cloud, 'compute3')).toHaveLength(4);
  expect(bot.cloud.state.migrations).toEqual([]);
});

it('a server that Nova refuses for good fails alone', async () => {
  const bot = await deadHost();
  const { id } = serverOf(bot.cloud, 'web-1');
  bot.cloud.answer('compute', 'POST', `/servers/${id}/action`, {
    status: 500,
    times: 9,
    body: { computeFault: { code: 500, message: 'Unexpected' } },
  });

  await approved(bot);
  const request = await bot.until('unknown');

  expect(request.result?.table?.rows.find(([name]) => name === 'web-1')?.slice(2, 4)).toEqual(['unknown', 'compute3']);
  expect(serversOn(bot.cloud, 'compute3')).toEqual(['web-1']);
});

/** The servers that the button names. */
function retryOf(result: Request['result']): string {
  return /--only (\S+)/.exec(JSON.stringify(result?.buttons))?.[1] ?? '';
}

/** Evacuations hang until the test lets them go on. */
function hold({ cloud }: Bot, names: readonly string[]): { release(): void } {
  for (const name of names) cloud.state.evacuations.held.add(serverOf(cloud, name).id);
  return { release: () => cloud.state.evacuations.held.clear() };
}

it('waits for a Nova that is away, and fails nothing by it', async () => {
  const bot = await deadHost();
  const held = hold(bot, ['web-1', 'web-2', 'web-3', 'db-1']);
  await approved(bot);
  await eventually(() => bot.cloud.state.migrations.length === 4, 'all to be under way');

  await bot.cloud.away('compute');
  expect(await bot.shows('I wait for OpenStack; what Nova has begun goes on')).toContain('was not sent');
  held.release();
  await bot.cloud.back('compute');

  expect((await ended(bot)).request.state).toBe('done');
  for (const name of ['web-1', 'web-2', 'web-3', 'db-1']) expect(evacuationsOf(bot.cloud, name)).toBe(1);
});

it('waits for as long as Nova takes, and says so, instead of calling it failed', async () => {
  const bot = await deadHost();
  const held = hold(bot, ['db-1']);
  await approved(bot);
  await eventually(() => bot.cloud.state.migrations.length === 4, 'all to be under way');
  for (const migration of bot.cloud.state.migrations) migration.created = '2026-11-01T00:00:00.000000';

  await bot.shows('3 of 4 servers left compute3, 1 under way. Nova may still finish what takes long: db-1 for');
  held.release();

  expect((await ended(bot)).request.state).toBe('done');
});

it('a host that comes back to life in mid-run loses no further server', async () => {
  const bot = await deadHost();
  const { projectId } = serverOf(bot.cloud, 'web-1');
  const more = Array.from({ length: 12 }, (_, n) => server({ name: `app-${n}`, host: 'compute3', projectId }));
  bot.cloud.state.servers.push(...more);
  const held = hold(
    bot,
    bot.cloud.state.servers.flatMap(({ name, host }) => (host === 'compute3' ? [name] : [])),
  );
  await approved(bot);
  await eventually(() => bot.cloud.state.migrations.length === 10, 'the first ten to be under way');

  for (const agent of bot.cloud.state.agents) delete agent.silentSince;
  await bot.shows('compute3 shows a sign of life: its Open vSwitch agent was heard');
  held.release();
  const { request, card } = await ended(bot);

  expect(request.state).toBe('partly done');
  expect(bot.cloud.state.migrations).toHaveLength(10);
  expect(serversOn(bot.cloud, 'compute3')).toHaveLength(6);
  expect(card).toContain('10 of 16 servers of compute3 are on other hosts, 6 left alone.');
  expect(card).toMatch(/It was not begun: compute3 shows a sign of life: its Open vSwitch agent was heard/);
});

it('another worker goes on where one ended, and moves nothing twice', async () => {
  const bot = await deadHost();
  const held = hold(bot, ['web-1', 'web-2', 'web-3', 'db-1']);
  await approved(bot);
  await eventually(() => bot.cloud.state.migrations.length === 4, 'all to be under way');

  await bot.running.stop();
  await bot.another('all');
  held.release();

  expect((await ended(bot)).request.state).toBe('done');
  expect(bot.cloud.state.migrations).toHaveLength(4);
  expect(bot.cloud.writes.filter(({ method }) => method === 'PUT')).toHaveLength(1);
});

it('stopped, it says what was moved and what was not begun', async () => {
  const bot = await deadHost();
  const { projectId } = serverOf(bot.cloud, 'web-1');
  bot.cloud.state.servers.push(...Array.from({ length: 8 }, (_, n) => server({ name: `app-${n}`, host: 'compute3', projectId })));
  hold(
    bot,
    bot.cloud.state.servers.flatMap(({ name, host }) => (host === 'compute3' ? [name] : [])),
  );
  await approved(bot);
  await eventually(() => bot.cloud.state.migrations.length === 10, 'the first ten to be under way');

  await bot.click('carol', 'Stop');
  const { result } = await bot.until('cancelled');

  expect(result?.text).toContain('Stopped by carol.');
  expect(result?.lines?.[0]).toContain('0 of 12 servers of `compute3` are on other hosts, 2 not begun, 10 under way in Nova.');
  expect(result?.table?.rows.filter(([, , outcome]) => outcome === 'under way in Nova')).toHaveLength(10);
  expect(retryOf(result).split(',')).toHaveLength(2);
  expect(bot.cloud.state.migrations).toHaveLength(10);
});

it('starts what ran and is off afterwards', async () => {
  const bot = await deadHost();
  const held = hold(bot, ['web-1']);
  await approved(bot, `${LINE} --only web-1`);
  await eventually(() => bot.cloud.state.migrations.length === 1, 'it to be under way');
  // As a Nova of 2.95 and later leaves it.
  for (const migration of bot.cloud.state.migrations) migration.leftStopped = true;
  held.release();

  const { request, card } = await ended(bot);

  expect(request.state).toBe('done');
  expect(serverOf(bot.cloud, 'web-1').status).toBe('ACTIVE');
  expect(tableRow(card, 'web-1')[2]).toBe('moved');
});
