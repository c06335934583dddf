import { expect, it } from 'vitest';
import { repairHost } from '../../demo/cloud/accidents.ts';
import type { Host, Migration } from '../../demo/cloud/state-compute.ts';
import { type Bot, eventually } from '../bot.ts';
import { deadHost, ended, evacuated, laterRepaired } from './stage.ts';

function compute3({ cloud }: Bot): Host {
  const host = cloud.state.hosts.find(({ name }) => name === 'compute3');
  if (!host) throw new Error('no compute3');
  return host;
}

/** Of a server whose rebuild goes no further. */
function underWay({ cloud }: Bot, status: string): Migration[] {
  const [migration] = cloud.state.migrations;
  if (!migration) return [];
  cloud.state.evacuations.held.add(migration.serverId);
  migration.status = status;
  return [migration];
}

/** Its servers are elsewhere, and it is powered on again, unless told otherwise. */
async function emptied({ repaired = true } = {}): Promise<Bot> {
  const bot = await deadHost();
  await evacuated(bot);
  if (repaired) laterRepaired(bot);
  return bot;
}

it('lifts the forced down and our own disable, in one call, once its nova-compute reports', async () => {
  const bot = await emptied();

  const said = await bot.say('bob', 'host restore compute3 --reason "PSU replaced"');
  expect(said).toContain('Lift the forced down of compute3 and enable it, so that it takes servers again.');
  expect(compute3(bot).forcedDown).toBe(true);
  await bot.approve('alice');
  const { request, card } = await ended(bot);

  expect(request.state).toBe('done');
  expect(card).toContain('compute3 is no longer forced down, and takes servers again.');
  expect(card).toContain('Placement: nothing of compute3 is given to what is not on it.');
  expect(compute3(bot)).toMatchObject({ forcedDown: false, status: 'enabled', disabledReason: null });
  expect(bot.cloud.writes.at(-1)?.body).toEqual({ forced_down: false, status: 'enabled' });
});

it('is refused while nova-compute has not reported since it was forced down', async () => {
  const bot = await emptied({ repaired: false });

  const said = await bot.say('bob', 'host restore compute3');

  expect(said).toMatch(/^nova-compute of compute3 has not reported since it was forced down \d+s ago: start it there first/);
});

it('waits until nova-compute reports once more, and until it has cleaned up', async () => {
  const bot = await emptied();
  const migration = bot.cloud.state.migrations[0];
  if (migration) migration.status = 'done';

  await bot.say('bob', 'host restore compute3');
  expect(await bot.shows('R-1002 waits for approval')).toContain(
    '1 evacuation from compute3 still to be cleaned up by nova-compute, which does that when it starts: I wait for it.',
  );
  expect(bot.card()).toMatch(/Placement still gives room on compute3 to 1 server or migrations that are not on it/);
  await bot.approve('alice');
  await bot.shows('I wait for nova-compute of compute3 to clean up after 1 evacuation.');
  expect(compute3(bot).forcedDown).toBe(true);
  repairHost(bot.cloud.state, 'compute3');

  expect((await ended(bot)).request.state).toBe('done');
  expect(compute3(bot).forcedDown).toBe(false);
});

it('is refused while an evacuation away from it is under way, and says what to do', async () => {
  const bot = await emptied();
  const [migration] = underWay(bot, 'accepted');

  expect(await bot.say('bob', 'host restore compute3')).toBe(
    `1 evacuation from compute3 has not ended, as Nova says: lifted now, a server could run twice on one disk. Wait for it, or look with server show ${migration?.serverId}; then type the line again.`,
  );
});

it.each(['accepted', 'pre-migrating'])('lifts nothing while an evacuation that began later is %s', async (status) => {
  const bot = await emptied();
  await bot.say('bob', 'host restore compute3');
  await bot.shows('R-1002 waits for approval');
  const [migration] = underWay(bot, status);
  await bot.approve('alice');

  await bot.shows('I wait for 1 evacuation from compute3 to end.');
  expect(compute3(bot).forcedDown).toBe(true);
  if (migration) migration.status = 'failed';

  expect((await ended(bot)).request.state).toBe('done');
  expect(compute3(bot).forcedDown).toBe(false);
});

it('does not lift what was written by others than nova-compute', async () => {
  const bot = await emptied({ repaired: false });
  // Somebody wrote to the service just now; nova-compute is as dead as before.
  compute3(bot).written = Date.now() + 5_000;

  const said = await bot.say('bob', 'host restore compute3');
  expect(said).toContain('R-1002');
  await bot.approve('alice');
  await bot.shows('I wait for nova-compute of compute3 to report once more.');

  expect(compute3(bot).forcedDown).toBe(true);
  repairHost(bot.cloud.state, 'compute3');
  await eventually(() => !compute3(bot).forcedDown, 'it to be lifted');
});

it('leaves a host disabled that somebody else has disabled', async () => {
  const bot = await emptied();
  Object.assign(compute3(bot), { status: 'disabled', disabledReason: 'disk swap' });

  await bot.say('bob', 'host restore compute3');
  expect(await bot.shows('R-1002 waits for approval')).toContain(
    'It stays disabled, for that was not mine: disabled by somebody else, because of disk swap.',
  );
  await bot.approve('alice');
  const { card } = await ended(bot);

  expect(card).toContain('It stays disabled, which somebody else has done.');
  expect(compute3(bot)).toMatchObject({ forcedDown: false, status: 'disabled', disabledReason: 'disk swap' });
});

it('has nothing to do for a host that is neither forced down nor disabled by us', async () => {
  const bot = await deadHost();

  expect(await bot.say('bob', 'host restore compute2')).toContain('compute2 is not forced down, and enabled.');
  Object.assign(bot.cloud.state.hosts.find(({ name }) => name === 'compute1') ?? {}, {
    status: 'disabled',
    disabledReason: 'mine',
  });
  expect(await bot.say('bob', 'host restore compute1')).toContain(
    'compute1 is not forced down, and disabled by somebody else, because of mine.',
  );
});

it('whose answer got lost is read back', async () => {
  const bot = await emptied();
  bot.cloud.answer('compute', 'PUT', '/os-services/', { dropAfterEffect: true });

  await bot.say('bob', 'host restore compute3');
  await bot.approve('alice');

  expect((await ended(bot)).request.state).toBe('done');
  expect(bot.cloud.writes.filter(({ method }) => method === 'PUT')).toHaveLength(2);
});
