import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { type Bot, startBot } from '../bot.ts';
import { MAPPED, shows, types, typesAs } from '../cli/stage.ts';
import { terminal } from '../cli/system.ts';
import { twoClouds } from '../core/clouds-stage.ts';

const FREEZE = 'freeze --reason "storage is on fire"';
const SET = 'quota set demo cores=40 --reason "more load"';
const READS = { effects: ['read'], roles: ['operator', 'viewer', 'approver'] };
const CHANGES = { effects: ['change'], roles: ['operator'] };

async function isFrozen({ running }: Bot): Promise<boolean> {
  const { redis, keys } = running.core.store;
  return (await redis.exists(keys.freeze('prod'))) === 1;
}

/** Frozen by carol, who is an operator and an approver. */
async function frozen(yaml: Record<string, unknown> = {}): Promise<Bot> {
  const bot = await startBot({ yaml });
  await bot.say('carol', FREEZE);
  return bot;
}

describe('a thaw', () => {
  it('takes somebody else’s vote, and names both in the channel', async () => {
    const bot = await frozen();

    const said = await bot.say('bob', 'thaw --reason "it is out"');
    const card = await bot.shows('R-1002 waits for approval');
    expect(said).toContain('R-1002 waits for 1 vote of approver: Thaw prod, which carol froze on');
    expect(card).toMatch(/^R-1002 waits for approval · prod · change, 1 cloud\. Thaw prod, which carol froze on/);
    expect(await isFrozen(bot)).toBe(true);
    await bot.approve('alice');

    expect(await bot.shows('prod is thawed by R-1002, which bob asked for and others approved.')).toContain('frozen by carol');
    const ended = await bot.shows('R-1002 is done');
    expect(ended).toContain('prod is thawed, and what waited for that goes on.');
    expect(ended).toContain('Votes: alice approved');
    expect(await bot.say('bob', SET)).toContain('R-1003 waits for');
  });

  it('is never by who froze it alone: they may ask, or approve, and not both', async () => {
    const bot = await frozen();

    await bot.say('carol', 'thaw');
    expect(await bot.approve('carol')).toContain('You asked for this yourself');
    expect(await isFrozen(bot)).toBe(true);
    await bot.click('carol', 'Cancel');
    await bot.say('bob', 'thaw');
    expect(await bot.approve('carol')).toContain('You approved R-1003');

    await bot.shows('prod is thawed by R-1003');
    expect((await bot.request(1003)).votes.map(({ name }) => name)).toEqual(['carol']);
  });

  it.each([
    ['nobody', []],
    ["only a project's owner, which a cloud has not", [{ roles: ['owner'] }]],
  ])('takes the vote of an approver also where the rule asks %s', async (_whom, approvals) => {
    const bot = await frozen({ rules: [READS, { ...CHANGES, approvals }] });

    expect(await bot.say('bob', 'thaw')).toContain('R-1002 waits for 1 vote of approver');
    expect(await isFrozen(bot)).toBe(true);
  });

  it('asks as many as the rule does, where that is more', async () => {
    const bot = await frozen({ rules: [READS, { ...CHANGES, approvals: [{ count: 2, roles: ['approver'] }] }] });

    expect(await bot.say('bob', 'thaw')).toContain('R-1002 waits for 2 votes of approver');
  });

  it('that nobody could approve says whom stackhand.yaml lacks', async () => {
    const roles = { operator: { users: [idOf('U', 'bob'), idOf('U', 'carol')] } };
    const rules = [{ effects: ['read', 'change'], roles: ['operator'], approvals: [] }];
    const bot = await frozen({ roles, rules });

    expect(await bot.say('bob', 'thaw')).toContain(
      "thaw always takes somebody else's vote, and stackhand.yaml has no role approver to give it.",
    );
  });

  it('is behind no glass: the on-call waits for the other one, whatever the rule allows', async () => {
    const rules = [READS, { ...CHANGES, approvals: [{ roles: ['approver'] }], breakGlass: ['operator'], escalateAfter: '1m' }];
    const bot = await startBot({ yaml: { rules, breakGlass: { owners: [idOf('U', 'alice')] } } });
    await bot.say('bob', SET);
    await bot.say('carol', FREEZE);
    await bot.say('bob', 'thaw');
    await bot.shows('R-1003 waits for approval');

    bot.later(10 * 60_000);

    // A change of the cloud has one, and is held up all the same.
    expect(await bot.shows('[Break glass]')).toContain('R-1001 waits for approval');
    expect(await bot.shows('R-1003 waits for approval')).not.toContain('[Break glass]');
    expect((await bot.request(1003)).approval?.breakGlass).toBeUndefined();
  });

  it('that is denied leaves it frozen', async () => {
    const bot = await frozen();
    await bot.say('bob', 'thaw');

    await bot.deny('alice', 'it still burns');

    await bot.shows('Denied by alice: it still burns');
    expect(await isFrozen(bot)).toBe(true);
  });

  it('of another freeze than the one that was approved thaws nothing', async () => {
    const bot = await frozen();
    await bot.say('bob', 'thaw');
    await bot.say('alice', 'thaw');
    const second = await bot.shows('R-1003 waits for approval');
    expect(second).toContain('Thaw prod');
    await bot.approve('carol');
    await bot.shows('prod is thawed by R-1003');
    await bot.say('carol', 'freeze --reason "it burns again"');

    await bot.approve('alice');

    await bot.hears('bob', 'prod is no longer frozen as it was when this was approved.');
    expect((await bot.request(1002)).state).toBe('refused');
    expect(await isFrozen(bot)).toBe(true);
  });

  it('of what is not frozen is nothing to do, and a dry run asks nobody', async () => {
    const bot = await startBot();

    expect(await bot.say('bob', 'thaw')).toContain('prod is not frozen.');
    await bot.say('carol', FREEZE);
    expect(await bot.say('bob', 'thaw --dry-run')).toContain(
      'Dry run on prod: nothing was changed and nobody was asked. Thaw prod',
    );
    expect(await isFrozen(bot)).toBe(true);
  });

  it('is for whoever may change something on that cloud by the policy', async () => {
    const { bot } = await twoClouds({ yaml: { rules: [READS, { ...CHANGES, clouds: ['edge'] }] } });
    await bot.say('bob', 'freeze --cloud edge --reason "new switch"');

    expect(await bot.say('eve', 'thaw --cloud edge')).toContain('You may not use thaw');
    expect(await bot.say('bob', 'thaw --cloud prod')).toContain('You may not use thaw on prod, only on edge.');
    expect(await bot.say('bob', 'thaw')).toContain('Which cloud?');
    expect(await bot.say('bob', 'thaw --cloud edge')).toContain('waits for 1 vote of approver');
  });
});

describe('with Slack away', () => {
  const ROLES = {
    operator: { users: [idOf('U', 'bob')] },
    approver: { users: [idOf('U', 'alice')] },
    viewer: { users: [idOf('U', 'eve')] },
  };

  it('a terminal freezes, another asks for the thaw, and a third approves it', async () => {
    const bot = await startBot({ yaml: { roles: ROLES, terminal: MAPPED } });
    await bot.slack.outage();

    const froze = await typesAs(bot, 'bob', ['run', FREEZE]);
    expect(froze.status).toBe(0);
    expect(froze.out).toContain('prod is frozen: storage is on fire.');
    expect((await typesAs(bot, 'eve', ['run', FREEZE])).status).toBe(1);
    const refused = await typesAs(bot, 'bob', ['run', SET]);
    expect(refused.status).toBe(1);
    expect(refused.out).toContain('prod is frozen by bob since');

    const asker = terminal({ user: 'bob' });
    const asking = types(bot, asker, ['run', 'thaw']);
    await shows(asker, 'waits for approval: 1 vote of approver');
    const number = (await bot.until('waiting')).number;
    expect((await typesAs(bot, 'bob', ['approve', `R-${number}`], ['yes'])).out).toContain('You asked for this yourself');
    await typesAs(bot, 'alice', ['approve', `R-${number}`], ['yes']);

    expect(await asking).toBe(0);
    expect(asker.stdout()).toContain('prod is thawed, and what waited for that goes on.');
    expect(await isFrozen(bot)).toBe(false);
  });
});
