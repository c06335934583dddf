import { describe, expect, it, onTestFinished } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { type Bot, toyBot } from '../bot.ts';
import { asking, OPERATOR, pagesOf, SET, section, timeless } from './pages.ts';

/** Writes get no answer before the test is over, so that what runs goes on running. */
function hangUp({ cloud }: Bot): void {
  cloud.answer('compute', 'PUT', '/os-quota-sets', { hang: true, times: 9 });
  onTestFinished(() => cloud.away('compute'));
}

describe('what runs', () => {
  it('is shown to whoever may see it, with how far it is, what waits for it, and Stop for whoever may', async () => {
    const bot = await asking([]);
    const pages = pagesOf(bot);
    hangUp(bot);
    await bot.say('bob', SET);
    await bot.untilOf(1001, 'running');
    await bot.slack.slash('carol', '#ops', 'cores set demo --cores 50 --reason "even more"');

    const viewer = await pages.open('eve', 'It waits for R-1001, which holds the same target.');
    const operator = await pages.open('alice', 'Running now (2)');

    expect(timeless(section(await pages.reads('eve', 'At demo.'), 'Running now')).replaceAll(/ \(https.*/g, '')).toBe(
      [
        'R-1001 is running · prod/RegionOne · change, 2 projects',
        'Set cores to 40 in 2 projects: more load',
        'At demo.',
        'Asked by bob · since TIME UTC',
        'Open the card',
        'R-1002 is queued · prod/RegionOne · change, 1 project',
        'Set cores to 50 in 1 project: even more',
        'It waits for R-1001, which holds the same target.',
        'Asked by carol · since TIME UTC',
        'Open the card',
      ].join('\n'),
    );
    expect(viewer).not.toContain('[Stop]');
    expect(operator).toContain('[Stop]');
  });

  it('is also what ended unknown and is looked at again, until somebody says to look no more', async () => {
    const bot = await asking([]);
    const pages = pagesOf(bot);
    bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { dropAfterEffect: true });
    // The looks before the write are answered, none after it.
    bot.cloud.answer('compute', 'GET', DEMO_PROJECT, { after: 2, dropBefore: true, times: 1_000 });
    await bot.say('bob', 'cores set demo --cores 40 --reason "more load"');
    await bot.untilOf(1001, 'unknown');

    const page = await pages.open('carol', 'Running now (1)');

    expect(page).toContain('R-1001 is UNKNOWN: look at the cloud before you go on');
    expect(page).toContain('I look at it again, next at');
    await pages.click('carol', 'Look no more', 'R-1001 is looked at no more');
    await pages.reads('carol', 'Nothing runs that you may see.');
  });

  it('is stopped from there', async () => {
    const bot = await asking([]);
    const pages = pagesOf(bot);
    hangUp(bot);
    await bot.say('bob', SET);
    await bot.untilOf(1001, 'running');
    await pages.open('carol', '[Stop]');

    await pages.click('carol', 'Stop', 'R-1001 stops before its next item.');

    await pages.reads('carol', 'It was told to stop, and stops before its next item.');
    expect((await bot.request(1001)).stop).toMatchObject({ by: 'carol' });
  });

  it('is hidden where the policy hides what it touches, as `request list` does', async () => {
    const rules = [
      { ...OPERATOR, approvals: [] },
      { effects: ['read'], roles: ['viewer'], targets: ['project:demo'] },
    ];
    const bot = await toyBot({ yaml: { rules } });
    const pages = pagesOf(bot);
    hangUp(bot);
    await bot.say('bob', 'cores set demo --cores 40 --reason "for all to see"');
    await bot.say('bob', 'cores set alice-lab --cores 40 --reason "for few to see"');
    await bot.untilOf(1001, 'running');
    await bot.untilOf(1002, 'running');

    const page = await pages.open('eve', 'Running now (1)');

    expect(page).toContain('for all to see');
    expect(page).not.toMatch(/R-1002|few to see|alice-lab/);
    expect(await pages.open('bob', 'Running now (2)')).toContain('for few to see');
  });

  it('of others is not shown to whom the policy gives no `request list`, who read why; their own is', async () => {
    const rules = [{ effects: ['change'], roles: ['operator'], approvals: [] }];
    const bot = await toyBot({ yaml: { rules } });
    const pages = pagesOf(bot);
    hangUp(bot);
    await bot.slack.slash('carol', '#ops', SET);
    await bot.untilOf(1001, 'running');

    const page = await pages.open('bob', 'What others run is not shown to you.');

    expect(page).toContain('Nobody may use request list: no rule allows it.');
    expect(page).not.toContain('R-1001');
    expect(await pages.open('carol', 'Running now (1)')).toContain('R-1001 is running');
  });
});
