import { describe, expect, it } from 'vitest';
import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import { planHash } from '../../src/planning/plan-hash.ts';
import { ENDED } from '../../src/request.ts';
import { type Bot, toyBot } from '../bot.ts';
import { approved, coresOf, REGIONS, setCores, twoRegions } from './clouds-stage.ts';

const SHOW = 'quota show alice-lab --region all';
const SET = 'quota set alice-lab cores=40 --reason "more load" --region all';

/** The table's lines of a region and what else it says in the next column. */
function rowsOf(text: string, region: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith(`${region} `));
  return lines.map((line) => line.trim().split(/ {2,}/));
}

function limitOf(text: string, region: string): string | undefined {
  return rowsOf(text, region).find(([, quota]) => quota === 'cores')?.[3];
}

function writesOf({ cloud }: Bot): unknown[] {
  return cloud.writes.map(({ region, method, path, status }) => [region, method, path.replace(/^.*\//, ''), status]);
}

describe('a read of all regions', () => {
  it("gives each region's answer apart", async () => {
    const bot = await twoRegions();

    const told = await bot.say('bob', SHOW);

    expect(told).toContain('RegionOne: Quotas of project alice-lab. RegionTwo: Quotas of project alice-lab.');
    expect(REGIONS.map((region) => limitOf(told, region))).toEqual(['20', '22']);
  });

  it.each([
    ['RegionOne', 'RegionTwo', '22'],
    ['RegionTwo', 'RegionOne', '20'],
  ])('with %s failing gives the other one’s, and says what was in the way', async (failing, other, cores) => {
    const bot = await twoRegions();
    await Promise.all((['compute', 'volume', 'network'] as const).map((service) => bot.cloud.away(service, failing)));

    const told = await bot.say('bob', SHOW);

    expect(limitOf(told, other)).toBe(cores);
    expect(told).toMatch(new RegExp(`${failing}: GET compute /os-quota-sets/.* was not sent`));
    expect(rowsOf(told, failing)).toEqual([]);
    expect((await bot.request(1001)).state).toBe('answered');
  });

  it('with a service of one region away gives the other one’s', async () => {
    const bot = await twoRegions();
    await bot.cloud.away('compute', 'RegionTwo');

    const told = await bot.say('bob', 'server list web-1 --region all');

    expect(rowsOf(told, 'RegionOne').map(([, server]) => server)).toEqual(['web-1']);
    expect(told).toMatch(/RegionTwo: GET compute .* was not sent, the service cannot be reached/);
  });

  it('with both failing fails', async () => {
    const bot = await twoRegions();
    await bot.cloud.away('compute');

    const told = await bot.say('bob', 'server list --region all');

    expect(told).toContain('was not sent, the service cannot be reached');
    expect((await bot.request(1001)).state).toBe('failed');
  });

  it('that finds a name in one region says that the other has none', async () => {
    const bot = await twoRegions();
    const servers = bot.cloud.stateOf('RegionTwo').servers;
    servers.splice(0, servers.length, ...servers.filter(({ name }) => name !== 'web-1'));

    const told = await bot.say('bob', 'server show web-1 --region all');

    expect(told).toContain('RegionOne: ');
    expect(told).toContain('RegionTwo: No project has a server web-1.');
  });

  it('gives the data of both in one file, each row with its region', async () => {
    const bot = await twoRegions();

    await bot.slack.slash('bob', '#ops', 'server list web-1 --json --region all');
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0]?.content?.toString(), 'the file');

    const ids = REGIONS.map((region) => bot.cloud.stateOf(region).servers.find(({ name }) => name === 'web-1')?.id);
    expect(JSON.parse(file)).toMatchObject(REGIONS.map((region, i) => ({ region, server: 'web-1', ID: ids[i] })));
  });

  it('shows text and gives files of both, each under its region', async () => {
    const bot = await twoRegions();

    const told = await bot.say('bob', 'console log show web-1 --region all');
    const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0], 'the file');

    expect(told).toMatch(/== RegionOne ==\n[\s\S]+== RegionTwo ==\n/);
    expect(file.name).toBe('web-1-console.log');
    expect(file.content?.toString()).toMatch(/^== RegionOne ==\n[\s\S]+login:[\s\S]+\n== RegionTwo ==\n[\s\S]+login:/);
  });

  it('keeps secret what is secret in each', async () => {
    const bot = await toyBot({ cloud: { regions: REGIONS } });

    await bot.slack.slash('bob', '#ops', 'cores secret demo --region all');
    await bot.hears('bob', 'The answer is secret: it is in your direct messages alone');

    const [secret] = bot.directs('bob');
    expect(secret).toContain('RegionOne: The password is hunter2-of-the-cloud. RegionTwo: The password is hunter2-of-the-cloud.');
    expect(JSON.stringify(bot.slack.ephemerals('bob'))).not.toContain('hunter2');
    expect(JSON.stringify(await bot.request(1001))).not.toContain('hunter2');
  });
});

describe('a change in all regions', () => {
  it('is one request with one card and one vote, which shows each region’s plan apart, and is done in both', async () => {
    const bot = await twoRegions();

    await bot.say('bob', SET);
    const plan = await bot.shows('[Approve]');
    const before = [...bot.cloud.writes];
    await bot.approve('alice');
    const { number, votes } = await bot.until('done');
    const end = await bot.shows('R-1001 is done');

    expect(plan).toContain(
      'R-1001 waits for approval · prod/RegionOne+RegionTwo · change, 1 project. RegionOne: Change 1 quota of project alice-lab: cores 20 → 40. RegionTwo: Change 1 quota of project alice-lab: cores 22 → 40.',
    );
    expect(REGIONS.flatMap((region) => rowsOf(plan, region).map((row) => row.slice(0, 6)))).toEqual([
      ['RegionOne', 'cores', 'Nova', '2', '20', '40'],
      ['RegionTwo', 'cores', 'Nova', '2', '22', '40'],
    ]);
    expect(before).toEqual([]);
    expect([number, votes.length]).toEqual([1001, 1]);
    expect(coresOf(bot)).toEqual([40, 40]);
    expect(writesOf(bot)).toEqual(REGIONS.map((region) => [region, 'PUT', ALICE_LAB, 200]));
    expect(end).toContain('RegionOne: Project alice-lab now has cores 40. RegionTwo: Project alice-lab now has cores 40.');
    expect(REGIONS.flatMap((region) => rowsOf(end, region))).toEqual([
      ['RegionOne', 'cores', 'Nova', '20', '40', '40'],
      ['RegionTwo', 'cores', 'Nova', '22', '40', '40'],
    ]);
  });

  it.each([
    ['RegionOne', [20, 40]],
    ['RegionTwo', [40, 22]],
  ])('of which %s fails is partly done, and names it', async (failing, cores) => {
    const bot = await twoRegions();
    const body = { forbidden: { code: 403, message: 'not you' } };
    bot.cloud.answer('compute', 'PUT', 'os-quota-sets', { region: failing, status: 403, body });

    const end = await approved(bot, SET);

    expect(end).toContain('R-1001 was PARTLY done · prod/RegionOne+RegionTwo');
    expect(end).toContain(`${failing}: The quotas of project alice-lab were not set in Nova.`);
    expect(end).toMatch(new RegExp(`${failing}: Nova: failed. PUT compute .* answered 403: not you`));
    expect(coresOf(bot)).toEqual(cores);
    expect((await bot.request(1001)).locks).toEqual([]);
  });

  it('leaves alone the value that somebody changed in one region after the plan', async () => {
    const bot = await twoRegions();
    await bot.say('bob', SET);
    setCores(bot.cloud, 30, 'RegionTwo');

    await bot.approve('alice');
    await bot.until('partly done');

    const end = await bot.shows('R-1001 was PARTLY done');
    expect(end).toContain('RegionTwo: Nova: left alone. cores is 30 and was 22 when this was approved.');
    expect(coresOf(bot)).toEqual([40, 30]);
  });

  it('of which one region has nothing to do says so, and changes the other', async () => {
    const bot = await twoRegions();
    setCores(bot.cloud, 40, 'RegionTwo');

    await bot.say('bob', SET);
    const plan = await bot.shows('[Approve]');
    await bot.approve('alice');
    await bot.until('done');

    expect(plan).toContain('RegionOne: Change 1 quota of project alice-lab: cores 20 → 40.');
    expect(plan).toContain('RegionTwo: nothing to do. Project alice-lab has that quota already: cores 40.');
    expect(await bot.shows('R-1001 is done')).toContain('RegionOne: Project alice-lab now has cores 40.');
    expect(writesOf(bot)).toEqual([['RegionOne', 'PUT', ALICE_LAB, 200]]);
    expect(coresOf(bot)).toEqual([40, 40]);
  });

  it('that changes nothing in either asks nobody', async () => {
    const bot = await twoRegions();
    for (const region of REGIONS) setCores(bot.cloud, 40, region);

    const told = await bot.say('bob', SET);

    expect(told).toContain('RegionOne: Project alice-lab has that quota already: cores 40. RegionTwo: Project');
    expect((await bot.request(1001)).state).toBe('nothing to do');
  });

  it('that cannot be planned in one region is refused as a whole, and the region named', async () => {
    const bot = await twoRegions();
    bot.cloud.answer('compute', 'GET', 'os-quota-sets', { region: 'RegionTwo', times: 99, status: 500 });

    const told = await bot.say('bob', SET);

    expect(told).toMatch(/In RegionTwo: GET compute .* answered 500/);
    expect((await bot.request(1001)).state).toBe('refused');
    expect(coresOf(bot)).toEqual([20, 22]);
  });

  it('--dry-run shows both plans and changes nothing', async () => {
    const bot = await twoRegions();

    const told = await bot.say('bob', `${SET} --dry-run`);

    expect(told).toContain(
      'Dry run on prod/RegionOne+RegionTwo: nothing was changed and nobody was asked. RegionOne: Change 1 quota',
    );
    expect(REGIONS.map((region) => rowsOf(told, region)[0]?.slice(4, 6))).toEqual([
      ['20', '40'],
      ['22', '40'],
    ]);
    expect(bot.cloud.writes).toEqual([]);
    expect((await bot.request(1001)).state).toBe('answered');
  });

  it.each(REGIONS.map((region, i) => [region, i] as const))(
    'has a hash over both: with another plan for %s it is void',
    async (_region, i) => {
      const bot = await twoRegions();
      await bot.say('bob', SET);
      const { plan, hash, cloud, region } = await bot.until('waiting');
      const { redis, keys } = bot.running.core.store;
      const doc = JSON.parse((await redis.hget(keys.request(1001), 'doc')) ?? '') as { plan: { jobs: { payload: unknown }[] } };
      const payload = JSON.stringify(doc.plan.jobs[i]?.payload).replace('"to":40', '"to":400');
      Object.assign(doc.plan.jobs[i] ?? {}, { payload: JSON.parse(payload) as unknown });
      await redis.hset(keys.request(1001), 'doc', JSON.stringify(doc));

      await bot.slack.click('alice', bot.cardMessage(), 'Approve');
      await bot.until(...ENDED);

      expect(plan && planHash(cloud ?? '', region ?? '', plan)).toBe(hash);
      expect(plan?.jobs.map((job) => job.region)).toEqual(REGIONS);
      expect((await bot.request(1001)).state).toBe('void');
      expect(bot.cloud.writes).toEqual([]);
    },
  );

  it('can be undone as its card says, region by region, wherever that is typed', async () => {
    const bot = await twoRegions();
    await bot.say('bob', SET);
    const card = await bot.shows('[Approve]');
    const undo = `quota set ${ALICE_LAB} cores=22 --reason "…" --region RegionTwo`;
    await bot.approve('alice');
    await bot.hears('bob', 'R-1001 is done');
    await bot.shows('R-1001 is done');

    await bot.say('bob', undo.replace('…', 'as it was'));
    await bot.approve('alice');
    await bot.untilOf(1002, 'done');

    expect(card).toContain(
      `Undo: RegionOne: quota set ${ALICE_LAB} cores=20 --reason "…" --region RegionOne; RegionTwo: ${undo}`,
    );
    expect(coresOf(bot)).toEqual([40, 22]);
  });
});
