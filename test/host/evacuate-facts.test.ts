import { expect, it } from 'vitest';
import { loseHost } from '../../demo/cloud/accidents.ts';
import { lastHeard } from '../../demo/cloud/heartbeats.ts';
import type { LifeLook } from '../../src/evacuation/life.ts';
import { watchHost } from '../../src/evacuation/watch.ts';
import { startBot } from '../bot.ts';
import { deadHost, evacuated, LINE, serversOn, typeHost } from './stage.ts';

const MINUTE = 60_000;

it('is refused for a host that lives', async () => {
  const bot = await startBot();

  expect(await bot.say('bob', LINE)).toMatch(/^compute3 is not dead: its Open vSwitch agent was heard \ds ago\./);
});

it.each([
  [
    'its nova-compute alone is silent',
    'Open vSwitch agent',
    /^compute3 is not dead: its Open vSwitch agent was heard \ds ago\. Nothing at all may have been heard of a host for 5m/,
  ],
  ['a volume service of it reports', 'cinder-volume', /^compute3 is not dead: its cinder-volume was heard \ds ago\./],
  ['a service of it reports with its domain', 'with domain', /^compute3 is not dead: its cinder-backup was heard \ds ago\./],
  [
    'nova-compute was heard two minutes ago',
    'nova-compute',
    /^Nova heard nova-compute of compute3 2m( \ds)? ago, and evacuation takes 5m of silence\. .* type the line again in (3m|2m 5\ds)\.$/,
  ],
])('is refused where %s', async (_name, alive, answer) => {
  const bot = await deadHost();
  const { agents, volumeServices } = bot.cloud.state;
  const service = { zone: 'nova', status: 'enabled', state: 'up', backendState: 'up', disabledReason: null } as const;
  if (alive === 'Open vSwitch agent') for (const agent of agents) delete agent.silentSince;
  if (alive === 'cinder-volume') volumeServices.push({ ...service, binary: 'cinder-volume', host: 'compute3@lvm' });
  if (alive === 'with domain') volumeServices.push({ ...service, binary: 'cinder-backup', host: 'compute3.example.org' });
  if (alive === 'nova-compute') loseHost(bot.cloud.state, 'compute3', 2 * MINUTE);
  if (alive === 'nova-compute')
    for (const agent of agents) if (agent.silentSince !== undefined) agent.silentSince = Date.now() - 10 * MINUTE;

  const said = await bot.say('bob', LINE);

  expect(said).toMatch(answer);
  expect(bot.cloud.writes).toEqual([]);
});

it('takes a host for another one never: compute1 is dead and compute10 lives', async () => {
  const bot = await startBot({ yaml: { clouds: [{ name: 'prod', hosts: { shared: ['compute1'] } }] } });
  loseHost(bot.cloud.state, 'compute1');
  const [moved] = bot.cloud.state.servers.filter(({ host }) => host === 'compute3');
  if (moved) moved.host = 'compute10';

  expect(await bot.say('bob', 'host evacuate compute --fenced "off by IPMI" --reason "PSU failed"')).toContain(
    'Nova has no compute host compute. Did you mean compute1 or compute2',
  );
  const { request } = await evacuated(bot, 'host evacuate compute1 --fenced "off by IPMI" --reason "PSU failed"');

  expect(request.state).toBe('done');
  expect(serversOn(bot.cloud, 'compute1')).toEqual([]);
  expect(serversOn(bot.cloud, 'compute10')).toContain(moved?.name);
  expect(bot.cloud.state.hosts.map(({ name, forcedDown }) => [name, forcedDown])).toContainEqual(['compute10', false]);
});

it("tells the age of a heartbeat by Nova's own clock", async () => {
  const bot = await deadHost();
  const date = new Date(Date.now() - 8 * MINUTE).toUTCString();
  bot.cloud.answer('compute', 'GET', '/os-services', { headers: { date }, times: 20 });

  expect(await bot.say('bob', LINE)).toMatch(/^Nova heard nova-compute of compute3 (1m 5\ds|2m) ago/);
});

it('is refused where nothing is heard of any other host either', async () => {
  const bot = await deadHost();
  for (const host of bot.cloud.state.hosts) host.silentSince = Date.now() - 10 * MINUTE;

  expect(await bot.say('bob', LINE)).toMatch(
    /^On prod all of 4 compute services are down: that is an incident of the message queue or the network/,
  );
});

it('of a host that somebody else forced down a minute ago waits as for any other: that is no silence', async () => {
  const bot = await deadHost();
  const host = bot.cloud.state.hosts.find(({ name }) => name === 'compute3') ?? expect.fail('no compute3');
  Object.assign(host, { forcedDown: true, silentSince: Date.now() - MINUTE });

  expect(await bot.say('bob', LINE)).toMatch(/^Nova heard nova-compute of compute3 (1m|59s|1m \ds) ago, and evacuation takes 5m/);
});

it('is for one region at a time: its limit and its typed target are', async () => {
  const bot = await deadHost({ cloud: { regions: ['RegionOne', 'RegionTwo'] } });

  const cleanup = 'floating ip cleanup --unused-for 7d --region all --reason "pool is empty"';
  expect(await bot.say('bob', `${LINE} --region all`)).toContain('host evacuate takes one region at a time.');
  expect(await bot.say('bob', cleanup)).toContain('Type --region RegionOne or --region RegionTwo.');
  expect(bot.cloud.writes).toEqual([]);
});

it('takes the limit of stackhand.yaml', async () => {
  const bot = await deadHost({ hosts: { shared: ['compute*'], heartbeat: '30m' } });

  expect(await bot.say('bob', LINE)).toMatch(/^compute3 is not dead: its Open vSwitch agent was heard 10m/);
});

/** What a look at the host would find. */
function look(heardAgoMs: number, { forced = false, at = Date.parse('2026-11-26T05:00:00Z') } = {}): LifeLook {
  const updated_at = lastHeard({ silentSince: at - heardAgoMs });
  const service = {
    id: '1',
    binary: 'nova-compute',
    host: 'compute3',
    zone: 'az2',
    status: 'disabled',
    state: 'down',
    disabled_reason: '',
    forced_down: forced,
    updated_at,
  } as const;
  const cloud = { services: [service], agents: [], clock: { compute: at, network: at } };
  return { service, silentMs: heardAgoMs, others: [], agentsTold: true, now: at, cloud };
}

it('takes its own write of the service for no heartbeat, and the next one for one', () => {
  const watch = watchHost('compute3', 5 * MINUTE);
  const at = Date.parse('2026-11-26T05:00:00Z');

  expect(watch.see(look(10 * MINUTE)).is).toBe('dead');
  watch.wrote(new Date(at).toISOString().replace('Z', '123'));
  expect(watch.see(look(0, { forced: true, at })).is).toBe('dead');
  expect(watch.see(look(4_000, { forced: true, at: at + 4_000 })).is).toBe('dead');
  expect(watch.see(look(0, { forced: true, at: at + 9_000 })).is).toBe('alive');
  expect(watch.see(look(0, { forced: true, at: at + 9_000 })).is).toBe('alive');
});

it('that goes on after a crash, and knows of no write of ours, waits until the service has stood still for the limit', () => {
  const watch = watchHost('compute3', 5 * MINUTE);
  const written = Date.parse('2026-11-26T05:00:00Z');
  const seen = (ms: number): string => watch.see(look(ms, { forced: true, at: written + ms })).is;

  expect([seen(5_000), seen(61_000), seen(301_000)]).toEqual(['wait', 'wait', 'dead']);
});

it('is read again for whoever is to approve it', async () => {
  const bot = await deadHost();
  await bot.say('bob', LINE);
  await typeHost(bot);

  await bot.slack.slash('alice', '#ops', 'request check R-1001');
  expect(await bot.hears('alice', 'R-1001 was looked at again')).toMatch(
    /nothing moved\.\nHolds: .*Silent: nova-compute of compute3 was last heard .*; Fenced: as bob says: power is off by IPMI.*\nMoved: nothing\.\nAsk bob: How do you know that compute3 is powered off, and can it come back by itself\?/,
  );
  for (const agent of bot.cloud.state.agents) delete agent.silentSince;
  await bot.slack.slash('carol', '#ops', 'request check R-1001');
  expect(await bot.hears('carol', 'R-1001 was looked at again')).toContain(
    'it cannot be planned any more: compute3 is not dead: its Open vSwitch agent',
  );
});
