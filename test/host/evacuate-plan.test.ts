import { expect, it } from 'vitest';
import { server, uuid } from '../../demo/cloud/seed.ts';
import type { CloudState } from '../../demo/cloud/state.ts';
import type { Bot } from '../bot.ts';
import { tableRow } from '../table-row.ts';
import { approved, deadHost, ended, LINE, serverOf, serversOn, typeHost } from './stage.ts';

/** What the approvers see. */
async function planned(bot: Bot, line = LINE): Promise<string> {
  await bot.say('bob', line);
  return typeHost(bot);
}

function giveEphemeral({ cloud }: Bot, name: string): void {
  const one = serverOf(cloud, name);
  one.flavor = { ...one.flavor, ephemeralGiB: 10 };
}

function what(card: string, name: string): string {
  return tableRow(card, name)[3] ?? '';
}

it('shows the evidence for all three facts, whom it hits and what fits where, and changes nothing', async () => {
  const bot = await deadHost({ yaml: { projects: { demo: { owners: ['U0DAVE000'] } } } });

  const card = await planned(bot);

  expect(card).toContain(
    'Force compute3 down, disable it, and rebuild 4 servers of it on other hosts, which the scheduler picks.',
  );
  expect(card).toMatch(
    /Silent: nova-compute of compute3 was last heard 10m.* by Nova's clock; of 1 other service on it the last, Open vSwitch agent, was heard 10m.* The limit is 5m/,
  );
  expect(card).toContain('Fenced: as bob says: power is off by IPMI');
  expect(card).toContain('Disks: stackhand.yaml says that those of compute3 are on shared storage, so they come along');
  expect(card).toContain('Room, by Placement: 4 on compute10 (az2).');
  expect(card).toMatch(/Projects: demo: 4 servers, owner \w+/);
  expect(card).toContain('Floating IPs: 3: 203.0.113.24, 203.0.113.23, 203.0.113.22');
  expect(tableRow(card, 'db-1').slice(0, 6)).toEqual(['db-1', 'demo', 'ACTIVE', 'moves; runs afterwards', '203.0.113.24', '1']);
  expect(card).toContain('Still needed: 2 votes of approver');
  expect(card).toContain('Undo: Only in part: once compute3 is repaired, host restore compute3 lets it take servers again.');
  expect(bot.cloud.writes).toEqual([]);
});

it('is for those whom a rule allows it', async () => {
  const bot = await deadHost();

  expect(await bot.say('eve', LINE)).toContain('may not');
  expect(bot.cloud.writes).toEqual([]);
});

it('without a word about shared storage leaves out whatever would lose its disk, unless it is named', async () => {
  const bot = await deadHost({ hosts: {} });
  serverOf(bot.cloud, 'db-1').imageId = null;

  const card = await planned(bot);

  expect(card).toContain('and rebuild 1 server of it');
  expect(card).toContain('stackhand.yaml does not say that compute3 is on shared storage, so its own disks count as lost.');
  expect(card).toMatch(
    /Warning: 3 servers left out, since their disks are on compute3 alone: web-\d, web-\d, web-\d\. To rebuild one all the same, without what is on that disk, add --lose-disk <server>, for each by itself\./,
  );
  expect([what(card, 'db-1'), what(card, 'web-1')]).toEqual(['moves; runs afterwards', 'left out: it would lose its disk']);
});

it('rebuilds from its image just what is named with --lose-disk, and says so first', async () => {
  const bot = await deadHost({ hosts: {} });

  const seen = await approved(bot, `${LINE} --lose-disk web-1`);
  const { card } = await ended(bot);

  expect(seen).toContain('Warning: What is on the disk of web-1 is lost for good: it is rebuilt from its image.');
  expect(what(seen, 'web-1')).toBe('rebuilt from its image: ITS DISK IS LOST; runs afterwards');
  expect(serversOn(bot.cloud, 'compute3')).toEqual(['db-1', 'web-2', 'web-3']);
  expect(card).toContain('Back with new disks, and what was on the old ones is lost, but nothing that is on volumes: web-1');
});

it('counts an ephemeral disk as lost too, also of a server that boots from a volume', async () => {
  const bot = await deadHost({ hosts: {} });
  for (const name of ['db-1', 'web-1', 'web-2']) serverOf(bot.cloud, name).imageId = null;
  for (const name of ['db-1', 'web-1']) giveEphemeral(bot, name);

  const seen = await planned(bot, `${LINE} --lose-disk web-1`);

  expect(seen).toContain('and rebuild 2 servers of it');
  expect(seen).toContain(
    'Warning: What is on the ephemeral disk of web-1 is lost for good: it is made blank. The server boots from a volume, which comes along.',
  );
  expect(what(seen, 'web-1')).toBe('moves, and its ephemeral disk is made blank: THAT DISK IS LOST; runs afterwards');
  expect(what(seen, 'web-2')).toBe('moves; runs afterwards');
  expect(what(seen, 'db-1')).toBe('left out: it would lose its disk');
});

it('loses no ephemeral disk that is on shared storage', async () => {
  const bot = await deadHost();
  Object.assign(serverOf(bot.cloud, 'web-1'), { imageId: null });
  giveEphemeral(bot, 'web-1');

  expect(what(await planned(bot), 'web-1')).toBe('moves; runs afterwards');
});

it.each([
  [
    '--lose-disk db-1',
    { shared: ['compute3'] },
    '--lose-disk db-1: it would not lose its disk, for stackhand.yaml says that the disks of compute3 are on shared storage. Leave that out.',
  ],
  [
    '--lose-disk bfv-9',
    {},
    '--lose-disk bfv-9: it would not lose its disk, for it boots from a volume and has no other disk there. Leave that out.',
  ],
  [
    '--lose-disk batch-1',
    {},
    '--lose-disk batch-1: there is no such server on compute3. Type its exact name or its ID, as host show compute3 lists them.',
  ],
  [
    '--without web-1 --lose-disk web-1',
    {},
    '--lose-disk web-1: it is left out by what else you typed. Leave one of the two out.',
  ],
  [
    '--only web',
    {},
    '--only web: there is no such server on compute3. Type its exact name or its ID, as host show compute3 lists them.',
  ],
  ['--to compute3', {}, '--to compute3: that is the dead host itself. Name another, or leave it out and let the scheduler pick.'],
  ['--to compute9', {}, '--to compute9: Nova has no such compute host. Type host list for those there are, or leave it out.'],
  [
    '--to compute2',
    {},
    '--to compute2: that host is disabled: disk errors. Name one that is up and enabled, or leave it out and let the scheduler pick.',
  ],
  [
    '',
    {},
    /^None of the servers on compute3 that you mean can be moved\. .*web-1.* would lose what is on the disk: name with --lose-disk <server> each that may\.$/,
  ],
])('refuses %s, and says what to type', async (more, hosts, answer) => {
  const bot = await deadHost({ hosts });
  const { state } = bot.cloud;
  if (more.includes('bfv-9'))
    state.servers.push(server({ name: 'bfv-9', host: 'compute3', projectId: serverOf(bot.cloud, 'web-1').projectId }));
  Object.assign(state.hosts.find(({ name }) => name === 'compute2') ?? {}, { status: 'disabled', disabledReason: 'disk errors' });

  const said = await bot.say('bob', `${LINE} ${more}`);

  if (typeof answer === 'string') expect(said).toBe(answer);
  else expect(said).toMatch(answer);
});

it('says what cannot move, and why', async () => {
  const bot = await deadHost();
  Object.assign(serverOf(bot.cloud, 'web-1'), { status: 'PAUSED', vmState: 'paused' });
  Object.assign(serverOf(bot.cloud, 'web-2'), { taskState: 'powering-off' });
  Object.assign(serverOf(bot.cloud, 'web-3'), { locked: true });
  Object.assign(serverOf(bot.cloud, 'db-1'), { status: 'ERROR', vmState: 'error' });

  const card = await planned(bot);

  expect(card).toContain('and rebuild 2 servers of it');
  expect(what(card, 'web-1')).toBe('cannot move: it is PAUSED, and Nova evacuates only what is active, stopped or in error');
  expect(what(card, 'web-2')).toBe('cannot move: it is busy with powering-off, which nova-compute can no longer end');
  expect(card).toContain("web-3: locked. Nova's lock does not hold against an evacuation.");
  expect(card).toContain('db-1: in error now. Nova rebuilds and starts them, also what was off before it got into error.');
});

it('is red where not all of them fit, and leaves out what fits nowhere', async () => {
  const bot = await deadHost();
  const { hosts } = bot.cloud.state;
  // Room for one of the three web servers (2 GiB each) on compute1, and for none elsewhere; db-1 has 4 GiB.
  for (const host of hosts) if (host.name !== 'compute3') host.memoryMiB = host.name === 'compute1' ? 6_950 : 600;

  const card = await planned(bot);

  expect(card).toMatch(
    /Warning: NOT ALL OF THEM FIT: Placement has room for \d of 3 servers\. Without room are .*: those will most likely fail\./,
  );
  expect(what(card, 'db-1')).toBe('cannot move: by Placement no host that is up and enabled has room for it');
});

it('moves all the same where Placement does not answer, and says that', async () => {
  const bot = await deadHost();
  bot.cloud.answer('placement', 'GET', '/allocation_candidates', { status: 500, times: 20 });

  expect(await planned(bot)).toContain(
    'Placement did not tell whether they fit: GET placement /allocation_candidates answered 500',
  );
});

function group(state: CloudState, policy: string, members: string[]): void {
  const of = state.servers.filter(({ name }) => members.includes(name));
  state.serverGroups.push({
    id: uuid(policy),
    name: `${policy} of web`,
    projectId: of[0]?.projectId ?? '',
    userId: '',
    policy,
    rules: {},
    members: of.map(({ id }) => id),
  });
}

it('knows what server groups forbid', async () => {
  const bot = await deadHost();
  group(bot.cloud.state, 'affinity', ['web-1', 'web-2']);
  // batch-1 is on compute2; of the three hosts that are left one has a member, so two of the three have no place.
  group(bot.cloud.state, 'anti-affinity', ['web-3', 'batch-1', 'db-1', 'db-2']);
  group(bot.cloud.state, 'soft-affinity', ['db-1', 'web-1']);

  const card = await planned(bot);

  expect(what(card, 'web-1')).toBe('cannot move: its server group affinity of web (affinity) keeps it with members on this host');
  expect(card).toMatch(/NOT ALL OF THEM FIT: Placement has room for 1 of 2 servers/);
});

it('moves only what is named, or all but what is struck', async () => {
  const bot = await deadHost();

  const card = await planned(bot, `${LINE} --only web-1,web-2 --without web-2`);

  expect(card).toContain('and rebuild 1 server of it');
  expect(card).toContain('Left out by what was typed: 3 servers of 4.');
});

it('has nothing to do for a host without servers', async () => {
  const bot = await deadHost();
  bot.cloud.state.servers = bot.cloud.state.servers.filter(({ host }) => host !== 'compute3');

  expect(await bot.say('bob', LINE)).toContain('There is no server on compute3.');
});

it('is refused on a cloud that is too old, before anybody is asked', async () => {
  const bot = await deadHost({ cloud: { microversions: { compute: ['2.1', '2.65'] } } });

  expect(await bot.say('bob', LINE)).toContain('it needs compute API version 2.68, and this cloud has 2.1 to 2.65');
});
