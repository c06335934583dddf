import { describe, expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT, uuid } from '../../demo/cloud/ids.ts';
import { type Bot, startBot } from '../bot.ts';
import { tableRow } from '../table-row.ts';

function plan(bot: Bot, limits: string): Promise<string> {
  return bot.say('bob', `quota set alice-lab ${limits} --reason "ticket 4711" --dry-run`);
}

describe('the plan of a raise', () => {
  it('shows what the cloud can still place of it', async () => {
    const bot = await startBot();
    const { hosts, servers } = bot.cloud.state;
    const used = servers.filter(({ host }) => host !== null).reduce((sum, { flavor }) => sum + flavor.vcpus, 0);

    const said = await plan(bot, 'cores=40 ram=80G gigabytes=2000 floating-ips=60 routers=20');

    expect(tableRow(said, 'cores')[5]).toBe(String(hosts.length * 64 * 16 - used));
    expect(tableRow(said, 'ram')[5]).toMatch(/TiB$|GiB$/);
    expect(tableRow(said, 'floating-ips')[5]).toMatch(/^\d+$/);
    expect(tableRow(said, 'routers')).toHaveLength(5);
    expect(said).not.toContain('🔴');
  });

  it('is red where less fits than it adds', async () => {
    const bot = await startBot();

    const said = await plan(bot, 'cores=900000 floating-ips=2000');

    expect(said).toMatch(
      /^Dry run.*\n.*Warning: 🔴 The cloud can still place \d+ of cores, less than the 899980 that it is raised by\./,
    );
    expect(said).toMatch(/🔴 The cloud can still place \d+ of floating-ips, less than the 1950 that it is raised by\./);
    expect(tableRow(said, 'cores')[5]).toMatch(/^🔴 only \d+$/);
  });

  it('counts no host that is disabled or down', async () => {
    const bot = await startBot();
    const before = Number(tableRow(await plan(bot, 'cores=40'), 'cores')[5]);
    const [one, other] = bot.cloud.state.hosts;
    if (!one || !other) throw new Error('there are hosts');
    one.status = 'disabled';
    other.state = 'down';

    const after = Number(tableRow(await plan(bot, 'cores=40'), 'cores')[5]);

    const here = (host: string): number =>
      64 * 16 -
      bot.cloud.state.servers.filter((server) => server.host === host).reduce((sum, { flavor }) => sum + flavor.vcpus, 0);
    expect(before - after).toBe(here(one.name) + here(other.name));
  });

  it('counts a storage once, however many cinder-volume there are for it', async () => {
    const bot = await startBot();
    const [pool] = bot.cloud.state.pools;
    if (!pool) throw new Error('there is a pool');
    const ceph = (host: string, freeGiB: number): typeof pool => ({
      ...pool,
      ...{ name: `${host}@rbd#ceph`, backend: 'ceph', thin: false, totalGiB: 10_000, freeGiB },
      location: 'ceph:/etc/ceph/ceph.conf:8b1f1a5e-6f1c-4a0e-9c53-0d9a4c1f2b3c:cinder:volumes',
    });

    // Each of them asks Ceph at another time.
    bot.cloud.state.pools = [ceph('ctl1', 9_000), ceph('ctl2', 8_990), ceph('ctl3', 8_995)];
    const said = await plan(bot, 'gigabytes=20000');

    expect(tableRow(said, 'gigabytes')[5]).toBe('🔴 only 8990 GiB');
    expect(said).toContain('🔴 The cloud can still place 8990 GiB of gigabytes');
  });

  it('says at most where storages may be the same', async () => {
    const bot = await startBot();
    const [pool] = bot.cloud.state.pools;
    if (!pool) throw new Error('there is a pool');
    const nfs = (host: string, freeGiB: number): typeof pool => ({
      ...pool,
      ...{ name: `${host}@nfs#nfs`, backend: 'nfs', thin: false, totalGiB: 1_000, freeGiB },
    });

    bot.cloud.state.pools = [nfs('ctl1', 500), nfs('ctl2', 500)];
    const same = await plan(bot, 'gigabytes=1100');
    bot.cloud.state.pools = [nfs('ctl1', 500), nfs('ctl2', 499)];
    const perhaps = await plan(bot, 'gigabytes=1100');
    const tooLittle = await plan(bot, 'gigabytes=2100');

    expect(tableRow(same, 'gigabytes')[5]).toBe('500 GiB');
    expect(tableRow(perhaps, 'gigabytes')[5]).toBe('at most 999 GiB');
    expect(tooLittle).toContain('🔴 The cloud can still place at most 999 GiB of gigabytes, less than the 1100 GiB');
  });

  it('counts the external networks that the project may use', async () => {
    const bot = await startBot();
    const { networks, subnets } = bot.cloud.state;
    const [open] = networks;
    const [subnet] = subnets;
    if (!open || !subnet) throw new Error('there is an external network');
    const before = Number(tableRow(await plan(bot, 'floating-ips=60'), 'floating-ips')[5]);
    const others = { ...open, id: uuid('others'), name: 'others', externalFor: [DEMO_PROJECT] };
    const theirs = { ...open, id: uuid('theirs'), name: 'theirs', externalFor: [DEMO_PROJECT, ALICE_LAB] };
    const of = ({ id }: typeof open, prefix: string): typeof subnet => ({
      ...subnet,
      ...{ id: uuid(`subnet ${prefix}`), networkId: id, pools: [{ start: `${prefix}.10`, end: `${prefix}.19` }] },
    });
    networks.push(others, theirs);
    subnets.push(of(others, '198.51.100'), of(theirs, '192.0.2'));

    const sure = await plan(bot, 'floating-ips=60');
    bot.cloud.answer('network', 'GET', '/rbac-policies', { status: 403, times: 10 });
    const unsure = await plan(bot, 'floating-ips=60');

    expect(tableRow(sure, 'floating-ips')[5]).toBe(String(before + 10));
    expect(tableRow(unsure, 'floating-ips')[5]).toBe(`at most ${before + 20}`);
  });

  it('is made all the same where the cloud does not say, and tells so', async () => {
    const bot = await startBot();
    await bot.cloud.away('placement');

    const said = await plan(bot, 'cores=40');

    expect(said).toContain('What Placement can still place is not known: GET placement /allocation_candidates was not sent');
    expect(said).toContain('cores 20 → 40');
  });

  it('asks nothing more where nothing is raised', async () => {
    const bot = await startBot();

    await plan(bot, 'cores=10 floating-ips=20');

    expect(bot.cloud.calls.filter(({ service, path }) => service === 'placement' || path.includes('network-ip'))).toEqual([]);
  });
});
