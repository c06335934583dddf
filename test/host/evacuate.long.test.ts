import { expect, it } from 'vitest';
import { loseServer } from '../../demo/cloud/accidents.ts';
import { server } from '../../demo/cloud/seed.ts';
import { eventually } from '../bot.ts';
import { tableRow } from '../table-row.ts';
import {
  approved,
  deadHost,
  ended,
  evacuated,
  evacuationsOf,
  LINE,
  laterRepaired,
  serverOf,
  serversOn,
  typeHost,
} from './stage.ts';

it('changes nothing before two others have approved, then moves all, forces the host down and leaves it disabled', async () => {
  const bot = await deadHost();
  await bot.say('bob', LINE);
  await typeHost(bot);
  await bot.approve('alice');
  expect(bot.cloud.writes).toEqual([]);

  await bot.approve('carol');
  const { request, card } = await ended(bot);

  expect(request.state).toBe('done');
  expect(serversOn(bot.cloud, 'compute3')).toEqual([]);
  expect(serverOf(bot.cloud, 'web-1')).toMatchObject({ status: 'ACTIVE', taskState: null });
  expect(bot.cloud.state.hosts.find(({ name }) => name === 'compute3')).toMatchObject({
    forcedDown: true,
    status: 'disabled',
    disabledReason: expect.stringMatching(/^stackhand R-1001: PSU failed \(forced down 20.*Z\)$/),
  });
  expect(card).toContain('4 of 4 servers of compute3 are on other hosts. The host stays disabled.');
  expect(card).toContain('Then host restore compute3 lets it take servers again.');
  expect(tableRow(card, 'web-1').slice(0, 4)).toEqual(['web-1', 'demo', 'moved', serverOf(bot.cloud, 'web-1').host]);
  expect(card).toContain('The compute host compute3 failed. Its servers were brought up again on other hosts.');
  expect(card).toMatch(/Project demo:\n- Back as before, after a restart: db-1, web-\d, web-\d, web-\d/);
  expect(card).not.toContain('[Retry the failed]');
});

it('forces it down and disables it in one call, and asks for each server once', async () => {
  const bot = await deadHost();

  await evacuated(bot);

  const [fence, ...moves] = bot.cloud.writes.map(({ body }) => body);
  expect(fence).toEqual({
    forced_down: true,
    status: 'disabled',
    disabled_reason: expect.stringMatching(/^stackhand R-1001: PSU failed \(/),
  });
  expect(moves).toEqual([{ evacuate: {} }, { evacuate: {} }, { evacuate: {} }, { evacuate: {} }]);
});

it('a server that was off stays off, also on a cloud whose newest version would leave all of them stopped', async () => {
  const bot = await deadHost({ cloud: { microversions: { compute: ['2.1', '2.96'] } } });
  Object.assign(serverOf(bot.cloud, 'web-2'), { status: 'SHUTOFF', vmState: 'stopped' });

  const { card } = await evacuated(bot);

  expect(serverOf(bot.cloud, 'web-1').status).toBe('ACTIVE');
  expect(serverOf(bot.cloud, 'web-2')).toMatchObject({ status: 'SHUTOFF', host: expect.not.stringContaining('compute3') });
  expect(card).toContain('web-2 (off, as it was)');
  // Nova brought them back itself: a server that has to be started afterwards was away for longer.
  expect(bot.cloud.writes.map(({ body }) => body)).not.toContainEqual({ 'os-start': null });
});

it('moves them onto the host that is named', async () => {
  const bot = await deadHost();

  await evacuated(bot, `${LINE} --to compute2`);

  expect(serversOn(bot.cloud, 'compute2')).toEqual(expect.arrayContaining(['db-1', 'web-1', 'web-2', 'web-3']));
});

it('one that fails stops nothing else, and is moved by the button on the end card', async () => {
  const bot = await deadHost();
  const { id } = serverOf(bot.cloud, 'web-2');
  bot.cloud.state.evacuations.fails.set(id, 'Insufficient compute resources: claim failed.');

  const { request, card } = await evacuated(bot);

  expect(request.state).toBe('partly done');
  expect(serversOn(bot.cloud, 'compute3')).toEqual(['web-2']);
  expect(card).toContain('3 of 4 servers of compute3 are on other hosts, 1 failed. The host stays disabled.');
  expect(card).toContain(
    'Warning: web-2: Its evacuation ended as failed, and it is still on compute3. Insufficient compute resources: claim failed.',
  );
  expect(card).toContain('- Not back yet, we are working on it: web-2');

  bot.cloud.state.evacuations.fails.clear();
  await bot.slack.click('bob', bot.cardMessage(), 'Retry the failed');
  const again = await typeHost(bot);
  expect(again).toContain('and rebuild 1 server of it');
  expect(again).toMatch(
    /nova-compute of compute3 is forced down since \d+s ago by an earlier request, and has not reported since/,
  );
  expect(again).toContain('Fenced: as bob says: as bob said before: power is off by IPMI');
  await bot.approve('alice');
  await bot.approve('carol');

  expect((await ended(bot)).request.state).toBe('done');
  expect(serversOn(bot.cloud, 'compute3')).toEqual([]);
  expect(evacuationsOf(bot.cloud, 'web-1')).toBe(1);
});

it('retried by another, says whose word it is that the host is fenced, and says so once', async () => {
  const bot = await deadHost();
  const { fails } = bot.cloud.state.evacuations;
  fails.set(serverOf(bot.cloud, 'web-2').id, 'Insufficient compute resources: claim failed.');
  await evacuated(bot);

  await bot.slack.click('bob', bot.cardMessage(), 'Retry the failed');
  await typeHost(bot);
  await bot.approve('alice');
  await bot.approve('carol');
  await ended(bot);

  await bot.slack.click('carol', bot.cardMessage(), 'Retry the failed');
  expect(await typeHost(bot, 'carol')).toContain('Fenced: as carol says: as bob said before: power is off by IPMI');
});

it('approved twice, moves nothing twice: the second waits for the first', async () => {
  const bot = await deadHost();
  const { held } = bot.cloud.state.evacuations;
  for (const { id, host } of bot.cloud.state.servers) if (host === 'compute3') held.add(id);
  // Both are planned while nothing has begun; the newest card is approved first.
  await bot.say('bob', LINE);
  await typeHost(bot);
  await approved(bot, `${LINE} --only web-1,web-2`);
  await bot.untilOf(1002, 'running');
  // By its own card: the newer one may still show its button.
  const older = bot.slack.messages('#ops').find((one) => bot.text(one).includes('R-1001 waits for approval'));
  await bot.click('alice', 'Approve', older);
  await bot.click('carol', 'Approve', older);

  await bot.slack.waitFor(() => bot.slack.dump().includes('It waits for R-1002'), 'the other to wait');
  held.clear();
  const [second, first] = [await bot.untilOf(1002, 'done'), await bot.untilOf(1001, 'done')];

  expect(second.result?.table?.rows.map(([name, , outcome]) => `${name} ${outcome}`)).toEqual(['web-1 moved', 'web-2 moved']);
  expect(first.result?.table?.rows.map(([name, , outcome]) => `${name} ${outcome}`)).toEqual([
    'db-1 moved',
    'web-3 moved',
    'web-2 was elsewhere',
    'web-1 was elsewhere',
  ]);
  for (const name of ['web-1', 'web-2', 'web-3', 'db-1']) expect(evacuationsOf(bot.cloud, name)).toBe(1);
});

it('asked for again while it runs, is told that its servers are being rebuilt', async () => {
  const bot = await deadHost();
  const { held } = bot.cloud.state.evacuations;
  for (const { id, host } of bot.cloud.state.servers) if (host === 'compute3') held.add(id);
  await approved(bot);
  await eventually(() => bot.cloud.state.migrations.length === 4, 'all to be under way');

  const said = await bot.say('carol', `${LINE} --only web-1`);
  held.clear();
  await bot.untilOf(1001, 'done');

  expect(said).toBe(
    'None of the servers on compute3 that you mean can be moved. web-1 cannot move: it is being rebuilt already (rebuilding).',
  );
});

it('striking a server is a change: another request, by whoever struck it', async () => {
  const bot = await deadHost();
  await bot.say('bob', LINE);
  await typeHost(bot);

  await bot.slack.click('carol', bot.cardMessage(), 'Change');
  const form = await bot.slack.waitFor(() => bot.slack.modal('carol'), 'the form');
  await bot.slack.submit('carol', form, { answer: `${LINE} --without db-1` });
  const card = await typeHost(bot, 'carol');

  expect((await bot.request(1001)).state).toBe('cancelled');
  expect(card).toContain('R-1002');
  expect(card).toContain('and rebuild 3 servers of it');
});

it('reports what was booted on the host since the plan, and leaves it alone; of what was deleted it says so', async () => {
  const bot = await deadHost();
  const { projectId } = serverOf(bot.cloud, 'web-1');
  await bot.say('bob', LINE);
  await typeHost(bot);
  bot.cloud.state.servers.push(server({ name: 'late-1', host: 'compute3', projectId }));
  loseServer(bot.cloud.state, 'web-3');
  await bot.approve('alice');
  await bot.approve('carol');

  const { request, card } = await ended(bot);

  expect(request.state).toBe('partly done');
  expect(serversOn(bot.cloud, 'compute3')).toEqual(['late-1']);
  expect(card).toContain('Not planned, so left alone: late-1 came onto compute3 after this was planned.');
  expect(tableRow(card, 'web-3').slice(2, 4)).toEqual(['left alone', 'It was deleted since this was approved.']);
  expect(card).not.toContain('[Retry the failed]');
});

it('drift voids only what drifted', async () => {
  const bot = await deadHost();
  await bot.say('bob', LINE);
  await typeHost(bot);
  Object.assign(serverOf(bot.cloud, 'web-1'), { status: 'SHUTOFF', vmState: 'stopped' });
  Object.assign(serverOf(bot.cloud, 'web-2'), { host: 'compute1' });
  await bot.approve('alice');
  await bot.approve('carol');

  const { request, card } = await ended(bot);

  expect(request.state).toBe('partly done');
  expect(tableRow(card, 'web-1').slice(2, 5)).toEqual([
    'left alone',
    'compute3',
    'It is SHUTOFF, and was ACTIVE when this was approved.',
  ]);
  expect(tableRow(card, 'web-2').slice(2, 5)).toEqual(['was elsewhere', 'compute1', 'It was on compute1 already.']);
  expect(serversOn(bot.cloud, 'compute3')).toEqual(['web-1']);
  expect(evacuationsOf(bot.cloud, 'web-2')).toBe(0);
});

it('an evacuation of an earlier day counts neither as done nor as failed', async () => {
  const bot = await deadHost();
  for (const [id, name, status] of [
    [1, 'web-1', 'completed'],
    [2, 'web-2', 'failed'],
  ] as const) {
    bot.cloud.state.migrations.push({
      id,
      uuid: `00000000-0000-4000-8000-00000000000${id}`,
      serverId: serverOf(bot.cloud, name).id,
      type: 'evacuation',
      status,
      source: 'compute3',
      dest: 'compute1',
      created: '2026-11-01T00:00:00.000000',
      updated: null,
      looks: 0,
      leftStopped: false,
    });
  }

  const { request } = await evacuated(bot);

  expect(request.state).toBe('done');
  expect(serversOn(bot.cloud, 'compute3')).toEqual([]);
});

it('is not done with a server whose port is not bound or whose volume is not attached', async () => {
  const bot = await deadHost();
  const { ports, volumes } = bot.cloud.state;
  const port = ports.find(({ deviceId }) => deviceId === serverOf(bot.cloud, 'web-1').id);
  const volume = volumes.find(({ attachments }) =>
    attachments.some(({ serverId }) => serverId === serverOf(bot.cloud, 'db-1').id),
  );
  await bot.say('bob', LINE);
  await typeHost(bot);
  if (port) port.vifType = 'binding_failed';
  if (volume) volume.status = 'error_attaching';
  await bot.approve('alice');
  await bot.approve('carol');

  const { request, card } = await ended(bot);

  expect(request.state).toBe('partly done');
  expect(tableRow(card, 'web-1')[4]).toMatch(
    new RegExp(`^It is on compute\\d+, but its port ${port?.id} is not bound there\\.$`),
  );
  expect(tableRow(card, 'db-1')[4]).toMatch(
    new RegExp(`^It is on compute\\d+, but its volume ${volume?.id} is not attached\\.$`),
  );
  expect(card).not.toContain('[Retry the failed]');
});

it('keeps the reason of whoever disabled the host before', async () => {
  const bot = await deadHost();
  Object.assign(bot.cloud.state.hosts.find(({ name }) => name === 'compute3') ?? {}, {
    status: 'disabled',
    disabledReason: 'disk swap',
  });

  await evacuated(bot);

  expect(bot.cloud.state.hosts.find(({ name }) => name === 'compute3')).toMatchObject({
    forcedDown: true,
    disabledReason: 'disk swap',
  });
});

it('can be taken back as far as the host goes, by the line that the card names', async () => {
  const bot = await deadHost();
  await evacuated(bot);
  laterRepaired(bot);

  await bot.say('bob', 'host restore compute3');
  await bot.approve('alice');

  await eventually(
    () => bot.cloud.state.hosts.every(({ forcedDown, status }) => !forcedDown && status === 'enabled'),
    'the host to be back',
  );
});
