import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { decideAndAdvance } from '../../src/requests/store.ts';
import { type Bot, toyBot } from '../bot.ts';
import { asking, carded, OPERATOR, pagesOf, READS, SET, section, timeless } from './pages.ts';

describe('what somebody asked', () => {
  it('is shown while it is open, and then how it ended', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await carded(bot);
    const page = await pages.open('bob', 'You asked (1)');
    expect(timeless(section(page, 'You asked'))).toBe(
      [
        'R-1001 waits for 1 vote of approver · prod/RegionOne · change, 2 projects',
        'Set cores to 40 in 2 projects: more load',
        'Asked TIME UTC · 24 hours left (until TIME UTC)',
        `Open the card (https://home.slack.example/archives/${idOf('C', 'ops')}/pTS)`,
        '[Cancel]',
      ].join('\n'),
    );

    await bot.approve('alice');

    const after = await pages.reads('bob', 'R-1001 is done');
    expect(timeless(section(after, 'You asked'))).toBe(
      [
        'R-1001 is done · prod/RegionOne · change, 2 projects',
        'Cores: 2 projects done.',
        'Ended TIME UTC · asked for: Set cores to 40 in 2 projects: more load',
        `Open the card (https://home.slack.example/archives/${idOf('C', 'ops')}/pTS)`,
        '[Undo]',
      ].join('\n'),
    );
  });

  it('is also what they follow, though another asked; then how that ended', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await decideAndAdvance(bot.running.core.store, 1001, () => ({
      change: (draft) => {
        draft.followers = [idOf('U', 'eve')];
      },
      give: undefined,
      move: { event: 'followed' },
    }));

    const page = await pages.open('eve', 'You asked (1)');
    await bot.deny('alice', 'not before the audit');

    expect(section(page, 'You asked')).toContain('Asked by bob, followed by you · 24 hours left');
    expect(section(page, 'You asked')).not.toContain('[Cancel]');
    await pages.reads('eve', 'Denied by alice: not before the audit');
  });

  it('says who denied it, and why', async () => {
    const bot = await toyBot();
    await bot.say('bob', SET);
    await bot.deny('alice', 'not before the audit');

    const page = await pagesOf(bot).open('bob', 'R-1001 was denied');

    expect(page).toContain('Denied by alice: not before the audit');
  });

  it('is cancelled from there', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await pages.open('bob', '[Cancel]');

    await pages.click('bob', 'Cancel', 'R-1001 is cancelled.');

    expect(await pages.reads('bob', 'R-1001 was cancelled')).toContain('Cancelled by bob. Nothing was changed.');
    expect((await bot.request(1001)).state).toBe('cancelled');
  });

  it('what is cancelled while it is being planned needs no plan to be shown', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    bot.cloud.answer('compute', 'GET', '/os-quota-sets', { hang: true });
    await bot.slack.slash('bob', '#ops', SET);
    await bot.untilOf(1001, 'planning');

    const page = await pages.open('bob', 'R-1001 is being planned');

    expect(section(page, 'You asked')).toContain(SET);
    await pages.click('bob', 'Cancel', 'R-1001 is cancelled.');
    await pages.reads('bob', 'You have asked for nothing in the last seven days.');
  });

  it('once expired it is planned again from there, as a new request that names the old one', async () => {
    const bot = await toyBot({ yaml: { rules: [{ ...OPERATOR, expires: '8s' }, READS] } });
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    bot.later(8_000);
    await bot.untilOf(1001, 'expired');
    const page = await pages.open('bob', 'R-1001 expired without approval');
    expect(page).toContain('Nobody decided in time: it still needed 1 vote of approver. Nothing was changed.');

    await pages.click('bob', 'Plan again', 'R-1002 waits for 1 vote of approver');

    expect(await bot.request(1002)).toMatchObject({ line: SET, parent: 1001, requester: { user: idOf('U', 'bob') } });
    await bot.slack.slash('bob', '#ops', 'request show R-1002');
    expect(await bot.hears('bob', 'R-1002: ')).toContain('Follows from: R-1001');
    await bot.slack.slash('bob', '#ops', 'request show R-1001');
    expect(await bot.hears('bob', 'R-1001: ')).toContain('Followed by: R-1002');
  });

  describe('where its channel means another cloud than direct messages do', () => {
    const LINE = 'cores set demo alice-lab cores=40 reason="more load" cloud=prod';

    function twoClouds(expires: string): Promise<Bot> {
      const yaml = {
        clouds: [{ name: 'prod' }, { name: 'pretend-demo' }],
        channels: { approvals: idOf('C', 'ops'), clouds: { [idOf('C', 'audit')]: 'prod' } },
        rules: [{ ...OPERATOR, expires }, READS],
      };
      return toyBot({ yaml });
    }

    it('it is planned again for the cloud that it was asked for', async () => {
      const bot = await twoClouds('8s');
      const pages = pagesOf(bot);
      await bot.say('bob', SET, '#audit');
      bot.later(8_000);
      await bot.untilOf(1001, 'expired');
      await pages.open('bob', '[Plan again]');

      await pages.click('bob', 'Plan again', 'R-1002 waits for');

      expect(await bot.request(1002)).toMatchObject({ cloud: 'prod', line: LINE });
    });

    it('the form to change it names that cloud', async () => {
      const bot = await twoClouds('1h');
      const pages = pagesOf(bot);
      await bot.say('bob', SET, '#audit');
      await pages.open('alice', '[Change]');

      await bot.slack.click('alice', pages.view('alice'), 'Change');

      const form = await bot.slack.waitFor(() => bot.slack.modal('alice'), 'the form');
      expect(bot.slack.text(form)).toContain(`<${LINE}>`);
    });
  });

  it('of what has ended the ten newest plans are shown; reads and refusals were answered where they were asked', async () => {
    const bot = await asking([]);
    await bot.say('bob', 'cores show demo');
    await bot.say('bob', 'cores set no-such --cores 1 --reason "of no use"');
    for (let cores = 41; cores <= 51; cores += 1) {
      await bot.slack.slash('bob', '#ops', `cores set demo --cores ${cores} --reason "step by step"`);
      await bot.until('done');
    }

    const page = await pagesOf(bot).open('bob', 'R-1013 is done');

    const shown = [...section(page, 'You asked').matchAll(/^R-(\d+) /gm)].map(([, number]) => Number(number));
    expect(shown).toEqual([1013, 1012, 1011, 1010, 1009, 1008, 1007, 1006, 1005, 1004]);
  });
});
