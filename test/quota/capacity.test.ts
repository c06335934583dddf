import { describe, expect, it } from 'vitest';
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
