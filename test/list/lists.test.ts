import { describe, expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { loadRegistry } from '../../src/registry.ts';
import { type Bot, startBot } from '../bot.ts';
import { tableRow } from '../table-row.ts';

/** The paths that the cloud was asked, without log-ins. */
function asked({ cloud }: Bot): string[] {
  return cloud.calls.filter(({ path }) => !path.startsWith('/v3/auth') && path !== '/').map(({ path }) => path);
}

describe('server list', () => {
  it('shows servers of all projects with where they are', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'server list');

    expect(said).toMatch(/^\d+ servers, 1 of them in ERROR\./);
    expect(tableRow(said, 'web-1').slice(0, 5)).toEqual(['web-1', 'ACTIVE', 'demo', 'compute3', 'm1.small']);
    expect(tableRow(said, 'alice-vm-1')[2]).toBe('alice-lab');
  });

  it('filters at the cloud, in one call for all servers', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'server list web --project demo --host compute3 --status active --flavor m1.small');

    expect(said).toContain('3 servers of project demo on compute3.');
    const listed = asked(bot).filter((path) => path.includes('/servers'));
    expect(listed).toHaveLength(1);
    for (const filter of [`project_id=${DEMO_PROJECT}`, 'host=compute3', 'status=ACTIVE', 'name=web', 'flavor='])
      expect(listed[0]).toContain(filter);
  });

  it('takes a name for what it is, not for a pattern', async () => {
    const bot = await startBot();

    expect(await bot.say('bob', 'server list web.')).toContain('0 servers.');
  });

  it('shows a restricted asker their part, and refuses the project of others', async () => {
    const rules = [{ effects: ['read'], roles: ['operator'], targets: [`project:${ALICE_LAB}`] }];
    const bot = await startBot({ yaml: { rules } });

    const said = await bot.say('bob', 'server list');

    expect(said).toContain('alice-vm-1');
    expect(said).not.toContain('web-1');
    expect(await bot.say('bob', 'server list --project demo')).toContain('this would show 1 thing beyond that');
  });

  it('has more columns with --long, and a number for what is a number in JSON', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'server list web-1 --long');
    await bot.slack.slash('bob', '#ops', 'server list web-1 --json');
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');

    expect(said).toContain('2 GiB');
    expect(JSON.parse(file)).toMatchObject([
      { server: 'web-1', vCPUs: 1, memory: 2_048, host: 'compute3', 'project ID': DEMO_PROJECT },
    ]);
  });
});

describe('server show', () => {
  it('says what is wrong with one that has no host', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'server show broken-1');

    expect(said).toContain('Server broken-1 of project demo is ERROR on no host.');
    expect(said).toMatch(/Warning: Nova says: Exceeded maximum number of retries/);
  });

  it('shows addresses, volumes and what was last done', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'server show web-1');

    expect(said).toContain('Server web-1 of project demo is ACTIVE on compute3.');
    expect(said).toMatch(/Addresses: 10\.10\.0\.\d+ \(demo-net\)/);
    expect(tableRow(said, 'create')[0]).toBe('create');
  });
});

describe('floating ip list', () => {
  it('tells those that lead nowhere from those with a port forwarding', async () => {
    const bot = await startBot();

    const all = await bot.say('bob', 'floating ip list');
    const unused = await bot.say('bob', 'floating ip list --unused --project demo');

    expect(all).toMatch(/^\d+ floating IPs, (\d+) of them lead nowhere\./);
    const forwarded = bot.cloud.state.floatingIps.find(({ portForwardings }) => portForwardings.length > 0);
    expect(all).toContain(forwarded?.address);
    expect(unused).not.toContain(forwarded?.address);
    expect(tableRow(all, forwarded?.address ?? '')[3]).toMatch(/^tcp \d+ → /);
    for (const { address, portId } of bot.cloud.state.floatingIps) if (portId !== null) expect(unused).not.toContain(address);
  });
});

describe('floating ip pool list', () => {
  it('counts what takes the addresses of each external network, and who has most', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'floating ip pool list');

    const [network, total = '', ips = '', routers = '', others = '', free = ''] = tableRow(said, 'public');
    expect(network).toBe('public');
    expect(Number(total) - Number(ips) - Number(routers) - Number(others)).toBe(Number(free));
    expect(Number(ips)).toBe(bot.cloud.state.floatingIps.length);
    expect(said).toMatch(/demo \d+/);
    expect(asked(bot).filter((path) => path.startsWith('/v2.0/'))).toHaveLength(4);
  });
});

describe('host show', () => {
  it('shows one host with services, sizes, aggregates and servers', async () => {
    const bot = await startBot();
    for (const agent of bot.cloud.state.agents) if (agent.host === 'compute1') agent.alive = false;

    const said = await bot.say('bob', 'host show compute1');

    expect(said).toMatch(/^Host compute1 is enabled and up, with 3 servers\./);
    expect(said).toContain('Warning: Neutron hears nothing of Open vSwitch agent there.');
    expect(said).toMatch(/vCPUs placed: 4 of 1024 \(64 real, ratio 16\)/);
    expect(tableRow(said, 'db-2').slice(0, 4)).toEqual(['db-2', 'ACTIVE', 'demo', 'm1.medium']);
  });

  it('is exact: compute1 is not compute10', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'host show compute');

    expect(said).toContain('Nova has no compute host compute. Did you mean compute1 or compute2 or compute3 or compute10?');
    expect(said).toContain('[compute10]');
  });
});

describe('people and projects', () => {
  it('project show names who has which role', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'project show demo');

    expect(said).toMatch(/^Project demo in domain Default, with \d+ people in it\./);
    expect(tableRow(said, 'rita').slice(0, 3)).toEqual(['rita', 'Default', 'reader']);
  });

  it('user list and user show', async () => {
    const bot = await startBot();

    const list = await bot.say('bob', 'user list ali');
    const shown = await bot.say('bob', 'user show alice');

    expect(list).toMatch(/^1 user\./);
    expect(asked(bot).find((path) => path.startsWith('/v3/users?'))).toContain('name__icontains=ali');
    expect(shown).toMatch(/^User alice of domain Default, with \d+ roles\./);
    expect(shown).toContain('project alice-lab');
  });
});

describe('other lists', () => {
  it.each([
    ['compute service list', /^\d+ compute services: \d+ up, 0 down; 0 disabled\./, 'nova-conductor'],
    ['volume list --project demo', /^\d+ volumes of project demo, \d+ GiB together\./, 'demo'],
    ['image list --visibility public', /^\d+ images?\./, 'public'],
    ['flavor list', /^\d+ flavors\./, 'm1.tiny'],
    ['cloud list', /^1 cloud; a line here means prod\/RegionOne\./, 'RegionOne'],
  ])('%s', async (line, headline, shown) => {
    const bot = await startBot();

    const said = await bot.say('bob', line);

    expect(said).toMatch(headline);
    expect(said).toContain(shown);
  });

  it('every list takes the same options', async () => {
    const { commands } = await loadRegistry();
    const lists = commands.filter(({ name }) => name.endsWith(' list'));

    const without = lists.filter(
      ({ command }) => !['sort', 'limit', 'long', 'json', 'csv'].every((name) => name in command.args.shape),
    );

    expect(lists.length).toBeGreaterThan(10);
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
