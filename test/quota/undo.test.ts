import { describe, expect, it } from 'vitest';
import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import { type Bot, startBot } from '../bot.ts';
import { approved, BEFORE, limits } from './temporary-stage.ts';

const LINE = 'quota set alice-lab cores=40 volumes=20 --reason "course starts" --ticket OPS-1';

async function done(bot: Bot): Promise<void> {
  await approved(bot, LINE, 1001);
}

/** Types it as bob, and waits for these words. */
async function reads(bot: Bot, line: string, words: string): Promise<void> {
  await bot.slack.slash('bob', '#ops', line);
  await bot.hears('bob', words);
}

describe('request undo', () => {
  it('plans the reverse, which is approved like any other, and says what it follows from', async () => {
    const bot = await startBot();
    await done(bot);
    await bot.shows('[Undo]');

    await bot.click('bob', 'Undo');
    await bot.shows('[Approve]');

    const card = bot.card();
    expect(card).toContain('R-1002 waits for approval · prod/RegionOne · change, 1 project');
    expect(card).toContain('Change 2 quotas of project alice-lab: cores 40 → 20, volumes 20 → 10.');
    expect(card).toContain('Reason: undo of R-1001: course starts');
    expect(limits(bot)).toMatchObject({ cores: 40, volumes: 20 });
    await bot.approve('alice');
    await bot.untilOf(1002, 'done');
    expect(limits(bot)).toMatchObject({ cores: BEFORE.cores, volumes: 10 });
    const child = await bot.request(1002);
    expect(child).toMatchObject({ command: 'quota set', parent: 1001, line: 'request undo R-1001' });
    await reads(bot, 'request show R-1001', 'Followed by: R-1002');
  });

  it('takes back no more than was done', async () => {
    const bot = await startBot();
    bot.cloud.answer('volume', 'PUT', 'quota', { status: 403, body: { forbidden: { code: 403, message: 'not you' } } });
    await done(bot);
    await bot.shows('was PARTLY done');

    await reads(bot, 'request undo R-1001 --dry-run', 'Change 1 quota of project alice-lab: cores 40 → 20.');
  });

  it('is decided by the rules of what it does', async () => {
    const bot = await startBot();
    await done(bot);

    expect(await bot.say('eve', 'request undo R-1001')).toContain('quota set');
    expect((await bot.until('refused')).number).toBe(1002);
    expect(limits(bot)).toMatchObject({ cores: 40 });
  });

  it('says what cannot be taken back, and why', async () => {
    const bot = await startBot();

    await bot.say('bob', LINE);
    await reads(bot, 'request undo R-1001', 'R-1001 waits for approval, and has not ended. request cancel R-1001 takes it back.');
    await bot.say('bob', 'request cancel R-1001');
    await reads(
      bot,
      'request undo R-1001',
      'R-1001 was cancelled and changed nothing in RegionOne, so there is nothing to take back.',
    );
    await bot.say('bob', 'quota show alice-lab');
    await reads(bot, 'request undo R-1005', 'R-1005 is no change, so there is nothing to take back.');
    await reads(bot, 'request undo R-4711', 'There is no R-4711');
  });

  it('can be changed into another line, the one that it stands for', async () => {
    const bot = await startBot();
    await done(bot);
    await bot.slack.slash('bob', '#ops', 'request undo R-1001 --reason "wrong project" --ticket OPS-2');
    await bot.shows('R-1002 waits for approval');

    expect((await bot.request(1002)).means).toBe(
      `quota set ${ALICE_LAB} cores=20 volumes=10 --reason "wrong project" --cloud prod --region RegionOne --ticket OPS-2`,
    );
    await bot.slack.click('carol', bot.cardMessage(), 'Change');
    const form = await bot.slack.waitFor(() => bot.slack.modal('carol'), 'the form');
    expect(JSON.stringify(form)).toContain('cores=20 volumes=10');
  });
});
