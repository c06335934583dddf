import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import type { Act } from '../../src/reply.ts';
import { freezeQuietly, thawQuietly } from '../standstill/stage.ts';
import {
  breaks,
  broken,
  clicks,
  glassBot,
  MINUTE,
  ON_CALL,
  onTheSpot,
  ROLES,
  SET,
  signs,
  unanswered,
  WHY,
} from './glass-stage.ts';

describe('who may break the glass', () => {
  it('only the requester, whatever roles somebody else holds', async () => {
    const bot = await glassBot();
    await unanswered(bot);

    await breaks(bot, 'carol', 'Only whoever asked for R-1001 can go on with it alone.');

    expect((await bot.untilOf(1001, 'waiting')).glass).toBeUndefined();
  });

  it('only in a role that the rule names, asked of Slack anew', async () => {
    const bot = await glassBot();
    await unanswered(bot);
    const group = bot.slack.workspace.groups.get(idOf('S', 'oncall'));
    if (group) group.users = [idOf('U', 'carol')];

    await breaks(bot, 'bob', 'To go on alone takes on-call, and you hold operator.');

    expect((await bot.untilOf(1001, 'waiting')).glass).toBeUndefined();
    expect(bot.cloud.writes).toEqual([]);
  });

  it('nobody while Slack does not say who is on call', async () => {
    const bot = await glassBot();
    await unanswered(bot);
    bot.slack.answer('usergroups.users.list', { status: 503 });

    await breaks(bot, 'bob', 'Slack did not tell me which groups you are in, so your click did not count');

    expect((await bot.untilOf(1001, 'waiting')).glass).toBeUndefined();
  });

  it('nobody where the rule does not say so: there is no button, and a click by hand is refused', async () => {
    const { breakGlass: _, ...rule } = ON_CALL;
    const bot = await glassBot({ yaml: { rules: [rule], roles: { ...ROLES, approver: { users: [idOf('U', 'alice')] } } } });
    await bot.say('bob', SET);
    const { hash = '' } = await bot.untilOf(1001, 'waiting');
    bot.later(5 * MINUTE);

    await clicks(bot, 'bob', { kind: 'break glass', request: 1001, hash }, { typed: 'demo', reason: WHY });

    await bot.hears('bob', 'The rules let nobody go on with R-1001 alone: it takes 1 vote of approver.');
    expect(bot.card()).not.toContain('Break glass');
    expect(bot.cloud.writes).toEqual([]);
  });

  it('nobody where one of several rules that ask for votes does not say so', async () => {
    const { breakGlass: _, ...strict } = ON_CALL;
    const bot = await glassBot({ yaml: { rules: [{ ...strict, targets: ['project:alice-lab'] }, ON_CALL] } });

    await bot.say('bob', 'cores set demo alice-lab --cores 40 --reason "more load"');

    expect((await bot.untilOf(1001, 'waiting')).approval?.breakGlass).toBeUndefined();
  });

  it('nobody too early, nobody with another target or without a reason, and nobody for another plan', async () => {
    const bot = await glassBot();
    await bot.say('bob', SET);
    const { hash = '' } = await bot.untilOf(1001, 'waiting');
    const act: Act = { kind: 'break glass', request: 1001, hash };

    await clicks(bot, 'bob', act, { typed: 'demo', reason: WHY });
    await bot.hears('bob', 'R-1001 can go on alone once nobody has answered for 5 minutes, which is at');
    bot.later(5 * MINUTE);
    await bot.shows('[Break glass]');
    await clicks(bot, 'bob', act, { typed: 'alice-lab', reason: WHY });
    await bot.hears('bob', 'That is not the target of R-1001: type demo.');
    await clicks(bot, 'bob', act, { typed: 'demo', reason: '  ' });
    await bot.hears('bob', 'Say why, in 3 to 500 characters');
    await clicks(bot, 'bob', { ...act, hash: 'f'.repeat(64) }, { typed: 'demo', reason: WHY });
    await bot.hears('bob', 'That was an older plan of R-1001.');

    expect((await bot.untilOf(1001, 'waiting')).glass).toBeUndefined();
    expect(bot.cloud.writes).toEqual([]);
  });

  it('nobody right after a vote: it is offered again once nobody else has answered for as long', async () => {
    const approver = { users: [idOf('U', 'alice'), idOf('U', 'carol')] };
    const rules = [{ ...ON_CALL, approvals: [{ roles: ['approver'], count: 2 }] }];
    const bot = await glassBot({ yaml: { roles: { ...ROLES, approver }, rules } });
    await unanswered(bot);
    const { hash = '' } = await bot.untilOf(1001, 'waiting');
    await bot.approve('alice');
    await bot.slack.waitFor(() => !bot.card().includes('[Break glass]'), 'the button to go');

    await clicks(bot, 'bob', { kind: 'break glass', request: 1001, hash }, { typed: 'demo', reason: WHY });
    const refused = await bot.hears(
      'bob',
      'R-1001 can go on alone once nobody else has answered for 5 minutes since then, which is',
    );
    bot.later(5 * MINUTE);
    await bot.shows('[Break glass]');

    expect(refused).toContain('alice answered at');
    expect(bot.cloud.writes).toEqual([]);
    expect(await breaks(bot)).toContain('goes ahead without 1 vote of approver');
  });

  it('nobody where nobody else could sign it', async () => {
    const bot = await glassBot({ yaml: { breakGlass: { owners: [idOf('U', 'bob')] } } });
    await unanswered(bot);

    await breaks(bot, 'bob', 'Nobody could sign it afterwards: stackhand.yaml names no owner besides you under breakGlass.');

    expect(bot.cloud.writes).toEqual([]);
  });
});

describe('who may sign', () => {
  it('an owner, and no approver or viewer', async () => {
    const bot = await glassBot();
    await broken(bot);
    await bot.shows('[Sign]');

    await signs(bot, 'alice');

    await bot.hears('alice', 'Only the owners of Stackhand sign R-1001');
    expect((await bot.request(1001)).state).toBe('unsigned');
  });

  it('never who broke it, even as an owner', async () => {
    const bot = await glassBot({ yaml: { breakGlass: { owners: [idOf('U', 'bob'), idOf('U', 'dora')] } } });
    await broken(bot);
    await bot.shows('[Sign]');

    await signs(bot, 'bob');

    await bot.hears('bob', 'You broke the glass of R-1001 yourself, so another owner has to sign it.');
    expect((await bot.request(1001)).state).toBe('unsigned');
    expect(bot.directs('bob').join()).not.toContain('[Sign]');
  });

  it('two at once sign once, and both are answered', async () => {
    const bot = await glassBot();
    await broken(bot);
    await bot.shows('[Sign]');

    await Promise.all([signs(bot, 'carol'), signs(bot, 'dora')]);
    const answers = await Promise.all(
      ['carol', 'dora'].map((who) => bot.slack.waitFor(() => onTheSpot(bot, who), `an answer to ${who}`)),
    );

    await bot.untilOf(1001, 'done');
    expect(answers.filter((text) => text.includes('You signed R-1001'))).toHaveLength(1);
    expect(answers.filter((text) => text.includes('R-1001 was signed already, by'))).toHaveLength(1);
  });

  it('nobody before it has ended', async () => {
    const bot = await glassBot();
    await unanswered(bot);
    await freezeQuietly(bot);
    await breaks(bot);

    await clicks(bot, 'dora', { kind: 'sign', request: 1001 });

    await bot.hears('dora', 'R-1001 is queued; it is signed once it has ended.');
    await thawQuietly(bot);
    await bot.untilOf(1001, 'unsigned');
  });
});
