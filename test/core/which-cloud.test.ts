import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import type { Bot } from '../bot.ts';
import { coresIn, coresOf, saidCores, twoClouds, twoRegions, withoutNames } from './clouds-stage.ts';

const SHOW = 'quota show alice-lab';
const SET = 'quota set alice-lab cores=40 --reason "more load"';

/** In the audit channel as configured; #ops means nothing. */
function meaning(cloud: string): { channels: Record<string, unknown> } {
  return { channels: { approvals: idOf('C', 'ops'), audit: idOf('C', 'audit'), clouds: { [idOf('C', 'audit')]: cloud } } };
}

/** Clicks a button of what bob alone was told last. @returns what he is told by that. */
async function choose({ slack, click }: Bot, label: string): Promise<string> {
  return click('bob', label, slack.ephemerals('bob').at(-1));
}

describe('which cloud and region a line means', () => {
  it("is the channel's default: a cloud and one of its regions, for a read and for a change", async () => {
    const { bot, edge } = await twoClouds({ yaml: meaning('prod/RegionTwo') });

    const answer = await bot.say('bob', SHOW, '#audit');
    expect(saidCores(answer)).toBe('22');
    expect(answer).toContain('Of prod/RegionTwo.');
    await bot.say('bob', SET, '#audit');
    const card = await bot.slack.waitFor(() => bot.card('#audit').includes('[Approve]') && bot.cardMessage('#audit'), 'the card');
    await bot.click('alice', 'Approve', card);
    await bot.until('done');

    expect(bot.text(card)).toContain('prod/RegionTwo · change, 1 project');
    expect([...coresOf(bot), coresIn(edge)]).toEqual([20, 40, 11]);
  });

  it("is the channel's cloud alone where that has one region", async () => {
    const { bot } = await twoClouds({ yaml: meaning('edge') });

    expect(saidCores(await bot.say('bob', SHOW, '#audit'))).toBe('11');
  });

  it('is asked for where the channel names a cloud of several regions, and no region', async () => {
    const { bot } = await twoClouds({ yaml: meaning('prod') });

    const asked = await bot.say('bob', SHOW, '#audit');

    expect(asked).toContain('Which region of prod? Add --region RegionOne or --region RegionTwo or --region all.');
    expect(saidCores(await choose(bot, 'RegionTwo'))).toBe('22');
  });

  it.each([
    ['--cloud prod --region RegionOne', '20'],
    ['--region RegionOne', '20'],
    ['--cloud edge', '11'],
  ])('is what the line says, whatever the channel means: %s', async (said, cores) => {
    const { bot } = await twoClouds({ yaml: meaning('prod/RegionTwo') });

    expect(saidCores(await bot.say('bob', `${SHOW} ${said}`, '#audit'))).toBe(cores);
  });

  it('is OS_CLOUD where neither line nor channel says', async () => {
    const { bot } = await twoClouds({ yaml: meaning('prod/RegionTwo'), env: { OS_CLOUD: 'edge' } });

    expect(saidCores(await bot.say('bob', SHOW))).toBe('11');
    expect(saidCores(await bot.say('bob', SHOW, '@stackhand'))).toBe('11');
    expect(saidCores(await bot.say('bob', SHOW, '#audit'))).toBe('22');
  });
});

describe('where nothing says which cloud is meant', () => {
  it('a read asks with buttons, for the cloud and then for the region, and a click on each runs it', async () => {
    const { bot, edge } = await twoClouds();

    const asked = await bot.say('bob', SHOW);
    const ofRegion = await choose(bot, 'prod');
    const callsBefore = [...bot.cloud.calls, ...edge.calls];
    const answer = await choose(bot, 'RegionTwo');

    expect(asked).toContain('Which cloud? Add --cloud prod or --cloud edge.\n[prod] [edge]');
    expect(ofRegion).toContain(
      'Which region of prod? Add --region RegionOne or --region RegionTwo or --region all.\n[RegionOne] [RegionTwo] [all]',
    );
    expect(callsBefore).toEqual([]);
    expect(saidCores(answer)).toBe('22');
  });

  it('a change asks likewise, and goes to the chosen one alone, with every word as it was typed', async () => {
    const { bot, edge } = await twoClouds();
    const reason = 'he said \\"go\\", cores=99 --cloud prod';

    await bot.say('bob', `quota set alice-lab cores=40 --for 7d --ticket OPS-1 --reason "${reason}"`);
    await choose(bot, 'edge');
    const card = await bot.shows('[Approve]');
    await bot.approve('alice');
    await bot.until('done');

    expect(card).toContain(
      'waits for approval · edge/RegionOne · change, 1 project. Change 1 quota of project alice-lab for 7d: cores 11 → 40.',
    );
    expect(card).toContain('Reason: he said "go", cores=99 --cloud prod');
    expect(await bot.request(1002)).toMatchObject({ cloud: 'edge', region: 'RegionOne', ticket: 'OPS-1' });
    expect([...coresOf(bot), coresIn(edge)]).toEqual([20, 22, 40]);
  });

  it('a change of one cloud asks for its region, and goes there', async () => {
    const bot = await twoRegions();

    expect(await bot.say('bob', SET)).toContain('[RegionOne] [RegionTwo] [all]');
    expect(bot.cloud.calls).toEqual([]);
    await choose(bot, 'RegionTwo');
    expect(await bot.shows('[Approve]')).toContain('prod/RegionTwo · change, 1 project');
    await bot.approve('alice');
    await bot.until('done');

    expect(coresOf(bot)).toEqual([20, 40]);
  });

  it.each([
    ['RegionTwo', '22'],
    ['RegionOne', '20'],
  ])('a region that is typed stays when the cloud is chosen: %s', async (region, cores) => {
    const { bot } = await twoClouds();

    await bot.say('bob', `${SHOW} --region ${region}`);

    expect(saidCores(await choose(bot, 'prod'))).toBe(cores);
  });

  it.each([
    ['--cloud prd', 'There is no cloud prd. Type --cloud prod or --cloud edge.\n[prod] [edge]'],
    [
      '--cloud prod --region RegionThree',
      'There is no region RegionThree of prod. Type --region RegionOne or --region RegionTwo or --region all.\n[RegionOne] [RegionTwo] [all]',
    ],
    ['--cloud edge --region RegionTwo', 'There is no region RegionTwo of edge. Type --region RegionOne.\n[RegionOne]'],
    ['--cloud edge --region regionone', 'There is no region regionone of edge. Type --region RegionOne.\n[RegionOne]'],
  ])('a wrong name is refused with those there are: %s', async (said, words) => {
    const { bot, edge } = await twoClouds();

    expect(await bot.say('bob', `${SHOW} ${said}`)).toContain(words);

    expect((await bot.request(1001)).state).toBe('refused');
    expect([...bot.cloud.calls, ...edge.calls]).toEqual([]);
  });

  it('a click mends a wrong name in its place', async () => {
    const { bot } = await twoClouds();
    await bot.say('bob', `${SHOW} --region RegionThree --cloud prod`);

    const answer = await choose(bot, 'RegionTwo');

    expect(saidCores(answer)).toBe('22');
    expect((await bot.request(1002)).line).toBe('quota show alice-lab region=RegionTwo cloud=prod');
  });
});

describe('a cloud of which clouds.yaml names no region', () => {
  it('is not guessed where its catalogue has several, until stackhand.yaml names them', async () => {
    const nameless = await withoutNames(['RegionOne', 'RegionTwo']);

    const told = await nameless.say('bob', SHOW);

    expect(told).toContain(
      'clouds.yaml names no region of pretend-admin, and the catalogue has compute in RegionOne, RegionTwo; name those',
    );
    const named = await withoutNames(['RegionOne', 'RegionTwo'], { regions: ['RegionOne', 'RegionTwo'] });
    expect(await named.say('bob', SHOW)).toContain('Which region of pretend-admin?');
    expect(await named.say('bob', `${SHOW} --region RegionTwo`)).toContain('Quotas of project alice-lab');
  });

  it('is plain where it has one: a line needs no region, and is told so where it names one', async () => {
    const bot = await withoutNames(['RegionOne']);

    expect(await bot.say('bob', SHOW)).toContain('Quotas of project alice-lab');
    expect(await bot.say('bob', `${SHOW} --region all`)).toContain('Quotas of project alice-lab');
    expect(await bot.say('bob', `${SHOW} --region RegionOne`)).toContain(
      'pretend-admin has a single region without a name. Leave out --region.',
    );
    expect(await bot.say('bob', 'cloud list')).toContain('1 cloud; a line here means pretend-admin.');
  });
});
