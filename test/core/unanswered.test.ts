import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { escalate } from '../../src/approval/escalate.ts';
import { readAudit } from '../../src/requests/store.ts';
import { type Bot, type BotOptions, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const WIPE = 'cores wipe demo --cores 40 --reason "more load"';
const MINUTE = 60_000;

const ROLES = {
  viewer: { users: [] },
  operator: { users: [idOf('U', 'bob')] },
  approver: { users: [idOf('U', 'alice')] },
  lead: { users: [idOf('U', 'carol')] },
  chief: { users: [idOf('U', 'eve')] },
};
const OPERATOR = { effects: ['read', 'change', 'disruptive', 'destructive'], roles: ['operator'] };

/** One vote of approver, lead or chief is asked for, unless the test says otherwise. */
function inTurn(rule: Record<string, unknown> = {}, more: BotOptions['yaml'] = {}): Promise<Bot> {
  const approvals = [{ roles: ['approver', 'lead', 'chief'] }];
  return toyBot({ yaml: { roles: ROLES, rules: [{ ...OPERATOR, approvals, ...rule }], ...more } });
}

async function waiting(bot: Bot, line = SET): Promise<void> {
  await bot.say('bob', line);
  await bot.slack.waitFor(() => bot.directs('alice').some((text) => text.includes('[Approve]')), "alice's card");
}

/** What stands below the card. */
function below({ slack, text, cardMessage }: Bot): string[] {
  return slack.thread(cardMessage()).slice(1).map(text);
}

describe('an approval that nobody answers', () => {
  it('asks the first role at once, and after 5 minutes the next one: on the card, below it, and by direct message', async () => {
    const bot = await inTurn();
    await waiting(bot);
    expect([bot.directs('carol'), bot.directs('eve')]).toEqual([[], []]);

    bot.later(5 * MINUTE);

    const card = await bot.shows('Nobody answered for 5 minutes, so lead was asked too.');
    expect(card).toContain('[Approve]');
    const called = await bot.slack.waitFor(() => below(bot).find((text) => text.includes('lead was asked too')), 'the call');
    expect(called).toContain('R-1001 still waits for 1 vote of approver or lead or chief: Set cores to 40 in 2 projects');
    expect(called).toContain('@carol');
    expect(called).not.toMatch(/@alice|@eve/);
    expect(await bot.hears('carol', 'R-1001 waits for approval')).toContain('[Approve]');
    expect(bot.directs('eve')).toEqual([]);
  });

  it('goes on to the one after it, and then there is nobody else to ask', async () => {
    const bot = await inTurn();
    await waiting(bot);

    bot.later(5 * MINUTE);
    await bot.shows('lead was asked too');
    bot.later(5 * MINUTE);
    await bot.shows('chief was asked too');
    await bot.hears('eve', 'R-1001 waits for approval');

    const { redis, keys } = bot.running.core.store;
    expect(await redis.zscore(keys.timers, '1001|unanswered')).toBeNull();
    expect((await bot.until('waiting')).unanswered?.map(({ roles }) => roles)).toEqual([['lead'], ['chief']]);
  });

  it('lets any role of the need vote from the start', async () => {
    const bot = await inTurn();
    await waiting(bot);

    expect(await bot.click('eve', 'Approve')).toContain('You approved R-1001, and it goes ahead now.');

    await bot.until('done');
  });

  it('with an answer stays with those who were asked', async () => {
    const bot = await inTurn();
    await waiting(bot);
    await bot.approve('alice');
    await bot.until('done');

    bot.later(5 * MINUTE);
    await escalate(bot.running.core, 1001);

    expect(bot.directs('carol')).toEqual([]);
    expect((await bot.request(1001)).unanswered).toBeUndefined();
  });

  it('with one of two answers waits for 5 minutes more, and asks only for what is missing', async () => {
    const bot = await inTurn(
      { approvals: [{ roles: ['approver', 'chief'] }, { roles: ['viewer', 'lead'] }] },
      {
        roles: { ...ROLES, viewer: { users: [idOf('U', 'stranger')] } },
      },
    );
    await waiting(bot);
    bot.later(4 * MINUTE);
    expect(await bot.approve('alice')).toContain('Still needed: 1 vote of viewer or lead');

    bot.later(4 * MINUTE);
    await escalate(bot.running.core, 1001);
    expect((await bot.until('waiting')).unanswered).toBeUndefined();
    bot.later(MINUTE);

    await bot.shows('lead was asked too');
    expect((await bot.until('waiting')).unanswered?.map(({ roles }) => roles)).toEqual([['lead']]);
    expect(bot.directs('eve')).toEqual([]);
  });

  it('is escalated once, whoever comes to it and however often', async () => {
    const bot = await inTurn();
    await waiting(bot);
    bot.later(5 * MINUTE);

    await Promise.all([escalate(bot.running.core, 1001), escalate(bot.running.core, 1001)]);
    await escalate(bot.running.core, 1001);
    await bot.shows('lead was asked too');

    const events = (await readAudit(bot.running.core.store, 1001)).filter(({ event }) => event === 'unanswered');
    expect(events.map(({ detail }) => detail)).toEqual([{ roles: ['lead'] }]);
    expect(bot.directs('eve')).toEqual([]);
  });

  it('is escalated after a restart in between', async () => {
    const bot = await inTurn();
    await waiting(bot);
    await bot.running.stop();
    bot.later(5 * MINUTE);

    await bot.another('all');

    await bot.hears('carol', 'R-1001 waits for approval');
  });

  it('of a destructive plan counts from the typed target on', async () => {
    const bot = await inTurn();
    await bot.say('bob', WIPE);
    bot.later(6 * MINUTE);
    const question = await bot.slack.waitFor(
      () =>
        [...bot.slack.ephemerals('bob'), ...bot.slack.directs('bob')].find((one) => bot.text(one).includes('[Type the target]')),
      'the question',
    );
    await bot.slack.click('bob', question, 'Type the target');
    await bot.slack.submit('bob', await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form'), { answer: 'demo' });
    await bot.until('waiting');
    await escalate(bot.running.core, 1001);

    expect((await bot.until('waiting')).unanswered).toBeUndefined();
    bot.later(5 * MINUTE);
    await bot.hears('carol', 'R-1001 waits for approval');
  });
});

it('a role that reaches nobody but the requester is passed over at once', async () => {
  const bot = await inTurn({}, { roles: { ...ROLES, approver: { users: [idOf('U', 'bob')] } } });

  await bot.say('bob', SET);

  await bot.hears('carol', 'R-1001 waits for approval');
  expect(bot.directs('eve')).toEqual([]);
});

it('owners of a project are asked at once, beside the first role', async () => {
  const bot = await inTurn(
    { approvals: [{ roles: ['approver', 'owner', 'chief'] }] },
    { projects: { demo: { owners: [idOf('U', 'carol')] } } },
  );

  await bot.say('bob', 'cores set demo --cores 40 --reason "more load"');

  await bot.hears('carol', 'R-1001 waits for approval');
  await bot.hears('alice', 'R-1001 waits for approval');
  expect(bot.directs('eve')).toEqual([]);
});

it.each([
  ['the rule', { rule: { escalateAfter: '2m' }, yaml: {} }],
  ['the effect', { rule: {}, yaml: { defaults: { change: { approvals: [], expires: '1h', escalateAfter: '2m' } } } }],
])('%s says how long that takes', async (_where, { rule, yaml }) => {
  const bot = await inTurn(rule, yaml);
  await waiting(bot);

  bot.later(2 * MINUTE);

  await bot.shows('Nobody answered for 2 minutes, so lead was asked too.');
});
