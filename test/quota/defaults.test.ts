import { describe, expect, it } from 'vitest';
import { startBot } from '../bot.ts';
import { tableRow } from '../table-row.ts';

const LINE = 'quota defaults set instances=15 volumes=20 --reason "larger hosts"';

describe('quota defaults show', () => {
  it('shows what each service gives to a project without limits of its own', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', 'quota defaults show');

    expect(tableRow(said, 'cores').slice(0, 3)).toEqual(['cores', 'Nova', '20']);
    expect(tableRow(said, 'ram').slice(0, 3)).toEqual(['ram', 'Nova', '50 GiB']);
    expect(tableRow(said, 'volumes').slice(0, 3)).toEqual(['volumes', 'Cinder', '10']);
    expect(tableRow(said, 'floating-ips').slice(0, 3)).toEqual(['floating-ips', 'Neutron', '50']);
  });

  it('says which service did not answer', async () => {
    const bot = await startBot();
    await bot.cloud.away('volume');

    const said = await bot.say('bob', 'quota defaults show');

    expect(said).toContain("Warning: Cinder's defaults are missing here: GET volume");
    expect(tableRow(said, 'cores')[2]).toBe('20');
  });
});

describe('quota defaults set', () => {
  it('reaches no project that was given limits of its own, as its card says', async () => {
    const bot = await startBot();
    await bot.say('bob', 'quota set alice-lab instances=11 --reason "course"');
    await bot.approve('alice');
    await bot.hears('bob', 'R-1001 is done');

    await bot.say('bob', 'quota defaults set instances=15 --reason "larger hosts"');
    await bot.approve('alice');
    await bot.hears('bob', 'R-1002 is done');

    expect(tableRow(await bot.say('bob', 'quota show alice-lab'), 'instances').join(' ')).toContain(' 11');
    expect(tableRow(await bot.say('bob', 'quota show demo'), 'instances').join(' ')).toContain(' 15');
  });

  it('says for whom it counts, waits for a vote, and sets each service', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', LINE);
    expect(said).toContain('Change 2 default quotas: instances 10 → 15, volumes 10 → 20.');
    const card = await bot.shows('R-1001 waits');
    expect(card).toMatch(/Every project without a limit of its own follows at once; the cloud has \d+ projects\./);
    expect(card).toContain(
      'A project whose own limit somebody has set, with quota set for example, follows neither now nor later',
    );
    expect(card).toContain(
      'From then on these numbers count, and no longer those of nova.conf and cinder.conf: no call takes that back.',
    );
    expect(card).toContain(
      'Undo: quota defaults set instances=10 volumes=10 --reason "…", which sets the numbers, and does not make those of nova.conf and cinder.conf count again',
    );
    expect(bot.cloud.writes).toEqual([]);
    await bot.approve('alice');
    await bot.shows('Projects without limits of their own now have instances 15, volumes 20.');

    const { compute, volume } = bot.cloud.state.quotas;
    await bot.hears('bob', 'is done');
    expect([compute.defaults.instances, volume.defaults.volumes]).toEqual([15, 20]);
    expect(await bot.say('bob', LINE)).toContain('The defaults are so already: instances 15, volumes 20.');
  });

  it('leaves alone what somebody else has changed since the vote was asked for', async () => {
    const bot = await startBot();
    await bot.say('bob', LINE);
    bot.cloud.state.quotas.compute.defaults.instances = 12;

    await bot.approve('alice');
    const card = await bot.shows('set in Cinder, not set in Nova');

    expect(card).toContain('Nova: left alone. instances is 12 and was 10 when this was approved.');
    expect(tableRow(card, 'instances')).toEqual(['instances', 'Nova', '10', '15', '12']);
    expect(tableRow(card, 'volumes')).toEqual(['volumes', 'Cinder', '10', '20', '20']);
    expect(bot.cloud.state.quotas.compute.defaults.instances).toBe(12);
  });

  it('refuses what no call can change, and a value that the service would not take', async () => {
    const bot = await startBot();

    expect(await bot.say('bob', 'quota defaults set floating-ips=10 --reason "ticket 4711"')).toContain(
      "Neutron's defaults are in its configuration, and no call changes them: floating-ips. A project's own limit is set with quota set.",
    );
    expect(await bot.say('bob', 'quota defaults set gigabytes_gold=10 --reason "ticket 4711"')).toContain(
      'Cinder of this cloud has no default quota gigabytes_gold.',
    );
    expect(await bot.say('bob', 'quota defaults set --reason "ticket 4711"')).toMatch(/quota/);
    expect(bot.cloud.writes).toEqual([]);
  });
});

describe('quota list', () => {
  it('shows what is nearly used over all projects, the fullest first', async () => {
    const bot = await startBot();
    const { compute } = bot.cloud.state.quotas;
    compute.defaults.cores = 10;

    const said = await bot.say('bob', 'quota list cores --over 1');

    const rows = said.split('\n').filter((line) => / cores /.test(line));
    expect(rows.length).toBeGreaterThan(1);
    const shares = rows.map((line) => Number(/(\d+) %/.exec(line)?.[1]));
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(said).toMatch(/^\d+ quotas of \d+ projects used by 1 % or more/);
  });

  it('asks each service once a project, and only those that the named quotas are of', async () => {
    const bot = await startBot({ cloud: { seed: { twoDomains: true } } });

    await bot.say('bob', 'quota list volumes --domain research');

    const asked = bot.cloud.calls.filter(({ path }) => path.includes('quota'));
    expect(new Set(asked.map(({ service }) => service))).toEqual(new Set(['volume']));
    expect(new Set(asked.map(({ path }) => path)).size).toBe(asked.length);
  });

  it('shows what it could look at when a service is away, and says so', async () => {
    const bot = await startBot();
    await bot.cloud.away('volume');

    const said = await bot.say('bob', 'quota list --over 0');

    expect(said).toMatch(/Warning: \d+ looks of \d+ failed, the first: GET volume/);
    expect(said).toContain(' cores ');
  });

  it('names a quota that is not there', async () => {
    const bot = await startBot();

    expect(await bot.say('bob', 'quota list coers')).toContain(
      'There is no quota coers. Type quota defaults show for those there are.',
    );
  });
});
