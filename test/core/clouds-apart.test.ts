import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../demo/cloud/cloud.ts';
import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { ENDED } from '../../src/request.ts';
import { readAudit } from '../../src/requests/store.ts';
import { type Bot, eventually, gate } from '../bot.ts';
import { tableRow } from '../table-row.ts';
import { coresIn, coresOf, twoClouds, twoRegions } from './clouds-stage.ts';

const SHOW = 'quota show alice-lab';
const SET = 'quota set alice-lab cores=40 --reason "more load"';
const IN_PROD = '--cloud prod --region RegionOne';
const READS = { effects: ['read'], roles: ['viewer', 'operator', 'approver'] };
const CHANGES = { effects: ['change'], roles: ['operator'] };

describe('policy by cloud', () => {
  it('lets operators change in one cloud and not in another, which is not even asked', async () => {
    const { bot, edge } = await twoClouds({ yaml: { rules: [READS, { ...CHANGES, clouds: ['prod'] }] } });

    const refused = await bot.say('bob', `${SET} --cloud edge`);
    const dryRun = await bot.say('bob', `${SET} --cloud edge --dry-run`);
    const allowed = await bot.say('bob', `${SET} --cloud prod --region all`);

    expect(refused).toContain('You may not use quota set on edge, only on prod.');
    expect(dryRun).toContain('You may not use quota set on edge, only on prod.');
    expect(edge.calls).toEqual([]);
    expect(allowed).toContain('R-1003 waits for 1 vote of approver');
    expect(await bot.say('bob', `${SHOW} --cloud edge`)).toContain('Quotas of project alice-lab');
  });

  it('holds for a cloud that is chosen with a button', async () => {
    const { bot, edge } = await twoClouds({ yaml: { rules: [READS, { ...CHANGES, clouds: ['prod'] }] } });
    await bot.say('bob', SET);

    const told = await bot.click('bob', 'edge', bot.slack.ephemerals('bob').at(-1));

    expect(told).toContain('You may not use quota set on edge, only on prod.');
    expect(edge.calls).toEqual([]);
  });

  it('denies in one cloud what is allowed in all', async () => {
    const denied = { roles: ['operator'], clouds: ['edge'], deny: true, because: 'The edge is being moved.' };
    const { bot, edge } = await twoClouds({ yaml: { rules: [READS, CHANGES, denied] } });

    expect(await bot.say('bob', `${SHOW} --cloud edge`)).toContain('The edge is being moved.');
    expect(edge.calls).toEqual([]);
    expect(await bot.say('bob', `${SHOW} ${IN_PROD}`)).toContain('Quotas of project alice-lab');
  });

  it('asks the approvers of the cloud, and counts nobody else’s vote', async () => {
    const rules = [
      READS,
      { ...CHANGES, clouds: ['prod'], approvals: [{ roles: ['approver'] }] },
      { ...CHANGES, clouds: ['edge'], approvals: [{ roles: ['edge-lead'] }] },
    ];
    const roles = {
      operator: { users: [idOf('U', 'bob')] },
      approver: { users: [idOf('U', 'alice')] },
      'edge-lead': { users: [idOf('U', 'eve')] },
      viewer: {},
    };
    const { bot, edge } = await twoClouds({ yaml: { rules, roles } });

    expect(await bot.say('bob', `${SET} --cloud edge`)).toContain('R-1001 waits for 1 vote of edge-lead');
    expect(await bot.approve('alice')).toContain('Your vote does not count here');
    expect(await bot.approve('eve')).toContain('You approved R-1001');
    await bot.hears('bob', 'R-1001 is done');
    await bot.shows('R-1001 is done');
    expect(await bot.say('bob', `${SET} ${IN_PROD}`)).toContain('R-1002 waits for 1 vote of approver');
    expect(await bot.approve('eve')).toContain('Your vote does not count here');
    expect(await bot.approve('alice')).toContain('You approved R-1002');
    await bot.untilOf(1002, 'done');

    expect([...coresOf(bot), coresIn(edge)]).toEqual([40, 22, 40]);
  });
});

describe('locks by cloud', () => {
  const DEFAULTS = 'quota defaults set cores=30 --reason "larger hosts"';

  /**
   * Both approved, the second while the first still writes, which it does until the second has ended or waits. @returns the events of each,
   * with when they were.
   */
  async function bothAtOnce(
    bot: Bot,
    slow: Cloud,
    lines: readonly [string, string],
  ): Promise<{ first: Map<string, number>; second: Map<string, number> }> {
    const write = gate();
    slow.answer('compute', 'PUT', /os-quota/, { until: write.until });
    await bot.say('bob', lines[0]);
    const first = await bot.slack.waitFor(() => bot.card().includes('R-1001 waits') && bot.cardMessage(), 'the first card');
    await bot.say('bob', lines[1]);
    const second = await bot.slack.waitFor(() => bot.card().includes('R-1002 waits') && bot.cardMessage(), 'the second card');
    await bot.click('alice', 'Approve', first);
    await bot.slack.waitFor(() => bot.text(first).includes('is running'), 'the first one running');
    await bot.click('alice', 'Approve', second);
    await eventually(async () => {
      const { state, waitsFor } = await bot.request(1002);
      return ENDED.has(state) || waitsFor !== undefined;
    }, 'the second one ended or waiting');
    write.open();
    await bot.untilOf(1001, ...ENDED);
    await bot.untilOf(1002, ...ENDED);
    const events = async (number: number): Promise<Map<string, number>> =>
      new Map((await readAudit(bot.running.core.store, number)).map(({ event, at }) => [event, at]));
    return { first: await events(1001), second: await events(1002) };
  }

  it('the same project in another cloud does not wait', async () => {
    const { bot, edge } = await twoClouds();

    const { first, second } = await bothAtOnce(bot, bot.cloud, [`${SET} ${IN_PROD}`, `${SET} --cloud edge`]);

    expect([...second.keys()]).not.toContain('waits for R-1001');
    expect(second.get('done')).toBeLessThan(first.get('done') ?? 0);
    expect([...coresOf(bot), coresIn(edge)]).toEqual([40, 22, 40]);
  });

  it('what each region has of its own does not wait for the same in another region', async () => {
    const bot = await twoRegions();

    const lines = [`${DEFAULTS} --region RegionOne`, `${DEFAULTS} --region RegionTwo`] as const;
    const { first, second } = await bothAtOnce(bot, bot.cloud, lines);

    expect([...second.keys()]).not.toContain('waits for R-1001');
    expect(second.get('done')).toBeLessThan(first.get('done') ?? 0);
    const defaults = ['RegionOne', 'RegionTwo'].map((region) => bot.cloud.stateOf(region).quotas.compute.defaults.cores);
    expect(defaults).toEqual([30, 30]);
  });

  it.each([
    ['the same of the same region', `${DEFAULTS} --region RegionTwo`, DEFAULTS.replace('30', '32').concat(' --region RegionTwo')],
    ['the same of all regions', `${DEFAULTS} --region RegionTwo`, DEFAULTS.replace('30', '32').concat(' --region all')],
    ['a project, which all regions of a cloud share', `${SET} --region RegionOne`, `${SET} --region RegionTwo`],
  ])('%s waits, and says for which', async (_what, one, other) => {
    const bot = await twoRegions();

    const { first, second } = await bothAtOnce(bot, bot.cloud, [one, other]);

    expect(second.get('waits for R-1001')).toBeLessThanOrEqual(first.get('done') ?? 0);
    expect(second.get('intent') ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(first.get('done') ?? 0);
  });

  it('a card counts what each region has of its own, and a project once', async () => {
    const bot = await twoRegions();

    await bot.say('bob', `${DEFAULTS} --region all`);

    expect(await bot.shows('[Approve]')).toContain('prod/RegionOne+RegionTwo · change, 2 quotas.');
    const { plan } = await bot.request(1001);
    expect(plan?.touches.map(({ region }) => region)).toEqual(['RegionOne', 'RegionTwo']);
  });
});

describe('audit by cloud', () => {
  async function named({ running }: Bot, number: number, event: string): Promise<unknown> {
    const { cloud, region } = (await readAudit(running.core.store, number)).find((entry) => entry.event === event)?.detail ?? {};
    return [cloud, region];
  }

  it('names cloud and region of what was answered, planned, refused and failed, though the line names none', async () => {
    const clouds = { [idOf('C', 'audit')]: 'prod/RegionTwo' };
    const channels = { approvals: idOf('C', 'ops'), audit: idOf('C', 'audit'), clouds };
    const { bot } = await twoClouds({ yaml: { channels } });

    await bot.say('bob', SHOW, '#audit');
    await bot.say('bob', `${SET} --dry-run`, '#audit');
    await bot.say('eve', SET, '#audit');
    await bot.say('bob', 'quota show nosuch', '#audit');
    await bot.cloud.away('identity');
    await bot.say('bob', SHOW, '#audit');
    await bot.cloud.back('identity');
    await bot.say('bob', SET, '#audit');
    await bot.say('bob', SET, '#audit');

    const where = ['prod', 'RegionTwo'];
    expect(await named(bot, 1001, 'answered')).toEqual(where);
    expect(await named(bot, 1002, 'dry run')).toEqual(where);
    expect(await named(bot, 1004, 'refused')).toEqual(where);
    expect(await named(bot, 1005, 'failed')).toEqual(where);
    expect(await named(bot, 1006, 'planned')).toEqual(where);
    expect(await named(bot, 1007, 'same as R-1006')).toEqual(where);
    // Refused before it came to a cloud at all.
    expect(await named(bot, 1003, 'not allowed')).toEqual([undefined, undefined]);
  });

  it('names the cloud in which somebody may not', async () => {
    const { bot } = await twoClouds({ yaml: { rules: [READS, { ...CHANGES, clouds: ['prod'] }] } });

    await bot.say('bob', `${SET} --cloud edge`);

    expect(await named(bot, 1001, 'not allowed')).toEqual(['edge', 'RegionOne']);
    expect(await bot.request(1001)).toMatchObject({ state: 'refused', cloud: 'edge', region: 'RegionOne' });
  });

  it('names the region of every write and its answer, in the audit and in the history that people read', async () => {
    const bot = await twoRegions();
    await bot.say('bob', `${SET} --region all`);
    await bot.approve('alice');
    await bot.hears('bob', 'R-1001 is done');

    const shown = await bot.say('bob', 'request show R-1001');

    const entries = (await readAudit(bot.running.core.store, 1001)).filter(
      ({ event }) => event === 'intent' || event === 'answer',
    );
    expect(entries.map(({ event, detail }) => [event, detail?.region])).toEqual([
      ['intent', 'RegionOne'],
      ['answer', 'RegionOne'],
      ['intent', 'RegionTwo'],
      ['answer', 'RegionTwo'],
    ]);
    expect(await named(bot, 1001, 'planned')).toEqual(['prod', 'RegionOne+RegionTwo']);
    expect(shown).toContain('Cloud: prod/RegionOne+RegionTwo');
    for (const region of ['RegionOne', 'RegionTwo'])
      expect(shown).toMatch(new RegExp(`intent .* ${region} · compute · PUT compute /os-quota-sets/${ALICE_LAB}`));
  });

  it('names the region of what takes a quota back', async () => {
    const bot = await twoRegions();
    await bot.say('bob', 'quota set alice-lab cores=40 --for 1s --reason "a moment" --region RegionTwo');
    await bot.approve('alice');
    await bot.shows('R-1002 is done');

    expect(await named(bot, 1002, 'received')).toEqual(['prod', 'RegionTwo']);
    expect(coresOf(bot)).toEqual([20, 22]);
  });

  it('is found by people: request list and request show name cloud and region', async () => {
    const { bot } = await twoClouds();
    await bot.say('bob', `${SHOW} --cloud edge`);
    await bot.say('bob', `${SHOW} --cloud prod --region all`);
    await bot.say('bob', `${SHOW} --cloud prod --region RegionThree`);
    await bot.say('bob', `${SET} --cloud prod --region RegionTwo`);

    const list = await bot.say('bob', 'request list --all --long');

    expect(tableRow(list, 'R-1001').slice(-2)).toEqual(['edge', 'RegionOne']);
    expect(tableRow(list, 'R-1002').slice(-2)).toEqual(['prod', 'RegionOne+RegionTwo']);
    expect(tableRow(list, 'R-1004').slice(-2)).toEqual(['prod', 'RegionTwo']);
    expect(await bot.say('bob', 'request show R-1001')).toContain('Cloud: edge/RegionOne');
    expect(await bot.say('bob', 'request show R-1002')).toContain('Cloud: prod/RegionOne+RegionTwo');
    expect(await bot.say('bob', 'request show R-1004')).toContain('Cloud: prod/RegionTwo');
  });
});

describe('the same line for two clouds', () => {
  it('is two requests, each with its own card', async () => {
    const { bot, edge } = await twoClouds();

    expect(await bot.say('bob', `${SET} ${IN_PROD}`)).toContain('R-1001 waits for');
    expect(await bot.say('bob', `${SET} --cloud edge`)).toContain('R-1002 waits for');
    expect(await bot.say('bob', `${SET} --cloud edge --region all`)).toContain('R-1002 does just this');
    const card = await bot.slack.waitFor(() => bot.card().includes('edge/RegionOne') && bot.cardMessage(), 'the second card');
    await bot.click('alice', 'Approve', card);
    await bot.untilOf(1002, 'done');

    expect([...coresOf(bot), coresIn(edge)]).toEqual([20, 22, 40]);
  });

  it('is undone in the cloud that its card names', async () => {
    const { bot } = await twoClouds();

    await bot.say('bob', `${SET} --cloud edge`);

    expect(await bot.shows('[Approve]')).toContain(`Undo: quota set ${ALICE_LAB} cores=11 --reason "…" --cloud edge`);
  });
});

describe('cloud list', () => {
  it('names every cloud with its regions, and which is meant in this channel', async () => {
    const clouds = { [idOf('C', 'audit')]: 'prod/RegionTwo' };
    const channels = { approvals: idOf('C', 'ops'), audit: idOf('C', 'audit'), clouds };
    const { bot } = await twoClouds({ yaml: { channels } });

    const here = await bot.say('bob', 'cloud list', '#audit');
    const elsewhere = await bot.say('bob', 'cloud list');

    const rows = (told: string): string[] => told.split('\n').filter((line) => / {2,}Region/.test(line));
    expect(here).toContain('2 clouds; a line here means prod/RegionTwo.');
    expect(rows(here).map((row) => row.split(/ {2,}/))).toEqual([
      ['prod', 'RegionOne'],
      ['prod', 'RegionTwo', 'yes'],
      ['edge', 'RegionOne'],
    ]);
    expect(elsewhere).toContain('2 clouds; a line here has to say which it means.');
    expect(elsewhere).not.toContain('yes');
  });
});
