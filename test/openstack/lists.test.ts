import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Bot } from '../bot.ts';
import { tableRow } from '../table-row.ts';
import type { RawCloud, Service, Thing } from './raw-cloud.ts';
import { keptLimits, realBot } from './real-bot.ts';

const Rows = z.array(z.record(z.string(), z.unknown()));

/** The rows of a list, from the file that `--json` sends to its asker. */
async function rowsOf(bot: Bot, line: string): Promise<Record<string, unknown>[]> {
  const before = bot.slack.files('bob').length;
  await bot.slack.slash('bob', '#ops', `${line} --json`);
  const file = await bot.slack.waitFor(() => bot.slack.files('bob')[before]?.content?.toString(), 'the file');
  return Rows.parse(JSON.parse(file));
}

function sorted(values: unknown[]): string[] {
  return values.map(String).sort();
}

async function thingNamed(cloud: RawCloud, service: Service, path: string, key: string, name: string): Promise<Thing> {
  const found = (await cloud.listed(service, path, key)).find((thing) => thing.name === name);
  if (!found) throw new Error(`the real cloud has no ${name}: seed it`);
  return found;
}

describe('a list holds what its service says there is', () => {
  it.each<[line: string, service: Service, path: string, key: string]>([
    ['server list', 'compute', '/servers?all_tenants=1', 'servers'],
    ['flavor list', 'compute', '/flavors?is_public=None', 'flavors'],
    ['compute service list', 'compute', '/os-services', 'services'],
    ['volume list', 'volume', '/volumes?all_tenants=1', 'volumes'],
    ['image list', 'image', '/images', 'images'],
    ['floating ip list', 'network', '/floatingips', 'floatingips'],
    ['floating ip pool list', 'network', '/networks?router:external=true', 'networks'],
    ['user list', 'identity', '/users', 'users'],
    ['project list', 'identity', '/projects', 'projects'],
  ])('%s', async (line, service, path, key) => {
    const { bot, cloud } = await realBot();
    const there = await cloud.listed(service, path, key);

    const rows = await rowsOf(bot, line);

    expect(there.length).toBeGreaterThan(0);
    expect(sorted(rows.map((row) => row.ID))).toEqual(sorted(there.map(({ id }) => id)));
  });
});

describe('what a list is asked for', () => {
  it('server list: by project, host, status and part of the name', async () => {
    const { bot, cloud } = await realBot();
    const servers = await cloud.servers();
    const lab = await cloud.projectId('alice-lab');
    const namesWhere = (fits: (server: (typeof servers)[number]) => boolean): string[] =>
      sorted(servers.filter(fits).map(({ name }) => name));
    const listed = async (words: string): Promise<string[]> =>
      sorted((await rowsOf(bot, `server list ${words}`)).map((row) => row.server));

    expect(await listed('--project alice-lab')).toEqual(namesWhere(({ tenant_id }) => tenant_id === lab));
    expect(await listed('--host compute2')).toEqual(namesWhere((server) => server['OS-EXT-SRV-ATTR:host'] === 'compute2'));
    expect(await listed('--status error')).toEqual(['broken-1']);
    expect(await listed('web')).toEqual(['web-1', 'web-2', 'web-3']);
    expect(await listed('--flavor m1.medium')).toEqual(['db-1', 'db-2']);
  });

  it('sorted, cut, with more columns and as CSV', async () => {
    const { bot } = await realBot();

    const largest = await bot.say('bob', 'flavor list --sort memory:desc --limit 1 --long');
    await bot.slack.slash('bob', '#ops', 'flavor list --sort flavor --csv');
    const csv = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');

    expect(largest).toContain('6 flavors; the first 1 of them, --limit gives more.');
    expect(tableRow(largest, 'gpu.private')).toContain('pci_passthrough:alias=gpu:1');
    expect(csv.split('\r\n').slice(1, 3).join()).toMatch(/^gpu\.private,8,16384,80,false,.*,m1\.large,4,8192,80,true,/);
  });

  it('in pages that stay as they were, whatever the cloud does meanwhile', async () => {
    const { bot, cloud } = await realBot();
    await bot.slack.slash('bob', '#ops', 'quota list --over 0 --sort project');
    const first = await bot.slack.sees('bob', 'page 1 of');
    const demo = await cloud.projectId('demo');
    await keptLimits(cloud, demo);
    await cloud.setLimits('compute', demo, { cores: 77 });

    await bot.slack.click('bob', first, 'Next page');
    const later = bot.text(await bot.slack.sees('bob', 'page 2 of'));
    await bot.slack.click('bob', first, 'All as CSV');
    const csv = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');

    expect(later).toMatch(/Rows 31 to 60 of \d+, page 2 of \d+\./);
    expect(csv).toMatch(/^demo,cores,\d+,\d+,/m);
    expect(csv).not.toMatch(/^demo,cores,\d+,77,/m);
  });

  it('floating ip list --unused leaves out what forwards a port', async () => {
    const { bot, cloud } = await realBot();
    const there = z
      .array(
        z.looseObject({
          floating_ip_address: z.string(),
          port_id: z.string().nullable(),
          port_forwardings: z.array(z.unknown()),
        }),
      )
      .parse(await cloud.listed('network', '/floatingips', 'floatingips'));
    const idle = there.filter((ip) => ip.port_id === null && ip.port_forwardings.length === 0);
    const forwarding = there.filter((ip) => ip.port_forwardings.length > 0);

    const rows = await rowsOf(bot, 'floating ip list --unused');
    const all = await bot.say('bob', 'floating ip list');

    expect(sorted(rows.map((row) => row.address))).toEqual(sorted(idle.map((ip) => ip.floating_ip_address)));
    expect(forwarding.length).toBeGreaterThan(0);
    for (const ip of forwarding) expect(tableRow(all, ip.floating_ip_address).at(3)).toMatch(/^tcp 2222 → 10\.10\.0\.\d+:22$/);
  });

  it('floating ip pool list counts the addresses of every kind of use', async () => {
    const { bot, cloud } = await realBot();
    const addresses = (await cloud.listed('network', '/floatingips', 'floatingips')).length;
    const routers = (await cloud.listed('network', '/ports?device_owner=network:router_gateway', 'ports')).length;

    const [row] = await rowsOf(bot, 'floating ip pool list');

    // The pool of the seed: 203.0.113.10 to .250.
    expect(row).toMatchObject({
      network: 'public',
      total: 241,
      'floating IPs': addresses,
      routers,
      free: 241 - addresses - routers,
    });
  });

  it('volume list, image list and user list: by status, by what is hidden, by part of the name', async () => {
    const { bot } = await realBot();

    expect((await rowsOf(bot, 'volume list --status error_deleting')).map((row) => row.volume)).toEqual(['stuck-vol']);
    expect((await rowsOf(bot, 'image list --hidden')).map((row) => row.image)).toEqual(['cirros-0.5']);
    expect((await rowsOf(bot, 'user list rit')).map((row) => row.user)).toEqual(['rita']);
    expect(await bot.say('bob', 'volume list')).toContain('db-1');
  });
});

describe('what is shown of one', () => {
  it('server show, by name and by the beginning of its ID', async () => {
    const { bot, cloud } = await realBot();
    const { id } = await thingNamed(cloud, 'compute', '/servers?all_tenants=1', 'servers', 'bfv-1');

    const said = await bot.say('eve', `server show ${id.slice(0, 8)}`);

    expect(said).toMatch(/^Server bfv-1 of project demo is ACTIVE on compute\d\./);
    expect(said).toContain(`ID: ${id}`);
    expect(said).toContain('Boots from: a volume');
    expect(said).toContain('Volumes: ');
    expect(await bot.say('eve', 'server show broken-1')).toMatch(
      /is ERROR on no host\.[\s\S]*Nova says: Exceeded maximum number of retries/,
    );
  });

  it('host show: what runs there, what is placed, what else lives on it', async () => {
    const { bot, cloud } = await realBot();
    const there = (await cloud.servers()).filter((server) => server['OS-EXT-SRV-ATTR:host'] === 'compute1');

    const said = await bot.say('eve', 'host show compute1');

    expect(said).toContain(`Host compute1 is enabled and up, with ${there.length} servers.`);
    for (const { name, status } of there) expect(tableRow(said, name).at(1)).toBe(status);
    expect(said).toMatch(/vCPUs placed: \d+ of 1024 \(64 real, ratio 16\)/);
    expect(said).toContain('Network agents: Open vSwitch agent alive');
    expect(await bot.say('eve', 'host show compute')).toContain(
      'Nova has no compute host compute. Did you mean compute1 or compute2 or compute3?',
    );
  });

  it('project show and user show: who has which role where, and through what', async () => {
    const { bot } = await realBot();

    const project = await bot.say('eve', 'project show demo');
    const user = await bot.say('eve', 'user show bob');

    expect(tableRow(project, 'bob')).toEqual(['bob', 'Default', 'member, reader', 'a group']);
    expect(tableRow(user, 'reader')).toEqual(['reader', 'project demo', 'Default', 'group demo-readers']);
  });

  it('cloud list: which cloud and region a line here means', async () => {
    const { bot } = await realBot();

    expect(tableRow(await bot.say('eve', 'cloud list'), 'real-admin')).toEqual(['real-admin', 'RegionOne', 'yes']);
    expect(await bot.say('eve', 'server list --region RegionNine')).toContain('RegionOne');
  });
});
