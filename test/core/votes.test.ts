import { describe, expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { handleClick } from '../../src/approval/clicks.ts';
import { createIntake } from '../../src/intake/intake.ts';
import type { Core } from '../../src/process/core.ts';
import { type Bot, type Gate, gate, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const OPERATOR = { effects: ['read', 'change', 'disruptive', 'destructive'], roles: ['operator'] };
const TWO_NEEDED = { rules: [{ ...OPERATOR, approvals: [{ count: 2, roles: ['approver'] }] }] };

/** What the person was told for their eyes alone about R-1001. */
function told({ slack }: Bot, who: string): string[] {
  return slack
    .ephemerals(who)
    .map((message) => slack.text(message).replaceAll(/[*`]/g, ''))
    .filter((text) => text.includes('R-1001'));
}

function cores({ cloud }: Bot): number | undefined {
  return limitsOf(cloud.state.quotas.compute, DEMO_PROJECT).cores;
}

it('of two approvers at the same moment one decides, both are answered, and it runs once', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const answers = await Promise.all([bot.approve('alice'), bot.approve('carol')]);

  expect(answers.filter((answer) => answer.includes('You approved R-1001, and it goes ahead now'))).toHaveLength(1);
  expect(answers.filter((answer) => /came after the end: R-1001|there is nothing to vote on/.test(answer))).toHaveLength(1);
  const { votes } = await bot.until('done');
  expect(votes).toHaveLength(1);
  expect(bot.cloud.writes).toHaveLength(2);
});

it('where two are needed both votes count, whoever was faster', async () => {
  const bot = await toyBot({ yaml: TWO_NEEDED });
  await bot.say('bob', SET);

  const answers = await Promise.all([bot.approve('alice'), bot.approve('carol')]);

  expect(answers.filter((answer) => answer.includes('Still needed: 1 vote of approver'))).toHaveLength(1);
  expect(answers.filter((answer) => answer.includes('it goes ahead now'))).toHaveLength(1);
  await bot.until('done');
  expect(cores(bot)).toBe(40);
});

it('a click that is delivered twice is one vote with one answer', async () => {
  const bot = await toyBot({ yaml: TWO_NEEDED });
  await bot.say('bob', SET);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');

  await bot.slack.click('alice', card, 'Approve', { deliveries: 2 });
  await bot.hears('alice', 'You approved');
  await bot.approve('carol');
  await bot.until('done');

  expect(told(bot, 'alice')).toHaveLength(1);
  expect((await bot.request(1001)).votes.map(({ name }) => name)).toEqual(['alice', 'carol']);
});

it('two quick clicks by one person are one vote, and the second is told so', async () => {
  const bot = await toyBot({ yaml: TWO_NEEDED });
  await bot.say('bob', SET);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');

  await Promise.all([bot.slack.click('alice', card, 'Approve'), bot.slack.click('alice', card, 'Approve')]);
  await bot.slack.waitFor(() => told(bot, 'alice').length === 2, 'two answers');

  expect(told(bot, 'alice').join('\n')).toContain('You approved R-1001. Still needed: 1 vote of approver');
  expect(told(bot, 'alice').join('\n')).toContain('You have voted on R-1001 already');
  const request = await bot.until('waiting');
  expect(request.votes).toHaveLength(1);
  expect(bot.cloud.writes).toEqual([]);
});

it('who approved may still deny while others are asked', async () => {
  const bot = await toyBot({ yaml: TWO_NEEDED });
  await bot.say('bob', SET);
  await bot.approve('alice');

  expect(await bot.deny('alice', 'I looked again')).toContain('You denied R-1001');

  await bot.until('rejected');
  expect(bot.cloud.writes).toEqual([]);
});

it('a vote after it was done changes nothing and is answered', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');
  await bot.approve('alice');
  await bot.until('done');
  await bot.slack.waitFor(() => bot.card().includes('is done'), 'the card at its end');

  await bot.slack.click('carol', card, 'Approve', { seen: 0 });

  await bot.hears('carol', 'Your vote came after the end: R-1001 is done');
  expect(bot.cloud.writes).toHaveLength(2);
  expect((await bot.request(1001)).votes).toHaveLength(1);
});

it('a vote after it was cancelled does not bring it back', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');
  await bot.click('bob', 'Cancel');
  await bot.slack.waitFor(() => bot.card().includes('was cancelled'), 'the card at its end');

  await bot.slack.click('alice', card, 'Approve', { seen: 0 });

  await bot.hears('alice', 'Your vote came after the end: R-1001 was cancelled');
  expect((await bot.request(1001)).state).toBe('cancelled');
  expect(bot.cloud.writes).toEqual([]);
});

it('the vote of someone without the role does not count, and says what it takes', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const viewer = await bot.approve('eve');

  expect(viewer).toContain('Your vote does not count here: this takes approver, and you hold viewer');
  expect((await bot.until('waiting')).votes).toEqual([]);
  expect(bot.cloud.writes).toEqual([]);
});

it('a stranger of another workspace in the channel is refused', async () => {
  const bot = await toyBot({ yaml: { roles: strangerApproves() } });
  await bot.say('bob', SET);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');

  await bot.slack.click('stranger', card, 'Approve');

  await bot.hears('stranger', 'I work for another workspace than yours');
  expect((await bot.request(1001)).votes).toEqual([]);
});

/** Even a stackhand.yaml that names them gives people of another workspace nothing. */
function strangerApproves(): Record<string, unknown> {
  return {
    viewer: { users: [idOf('U', 'eve')] },
    operator: { users: [idOf('U', 'bob')] },
    approver: { users: [idOf('U', 'stranger')] },
  };
}

it('a click on a card of another plan does not count', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  const { core } = bot.running;
  const { teamId, ids } = bot.slack;
  const place = { kind: 'channel', team: teamId, channel: ids['#ops'] ?? '' } as const;
  const act = { kind: 'approve', request: 1001, hash: 'f'.repeat(64) } as const;

  // No card of ours carries another plan's hash, since plans are never edited; so the click is made by hand.
  await createIntake(core).click({
    dedupe: ['old'],
    act,
    user: idOf('U', 'alice'),
    team: teamId,
    place,
  });

  await bot.hears('alice', 'The plan is no longer the one that you saw');
  expect((await bot.request(1001)).votes).toEqual([]);
  expect(bot.cloud.writes).toEqual([]);
});

describe('a click that two workers handle at once', () => {
  async function clickedWithoutWorker(bot: Bot): Promise<Core> {
    await bot.say('bob', SET);
    const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');
    await bot.running.stop();
    const { core } = await bot.another('gateway');
    await bot.slack.click('alice', card, 'Approve');
    return core;
  }

  /** The slower one goes on once the other has come to its end. */
  async function bothHandle(core: Core, slower: Gate): Promise<void> {
    const both = [handleClick(core, 1001), handleClick(core, 1001)];
    await Promise.race(both);
    slower.open();
    await Promise.all(both);
  }

  it('does not count after all once its clicker was told that it did not', async () => {
    const bot = await toyBot();
    const core = await clickedWithoutWorker(bot);
    bot.slack.answer('users.info', { status: 503 });
    const slower = gate();
    bot.slack.answer('users.info', { until: slower.until });

    await bothHandle(core, slower);
    await bot.another('worker');

    await bot.hears('alice', 'Slack did not tell me which groups you are in, so your click did not count');
    expect((await bot.request(1001)).votes).toEqual([]);
  });

  it('is not taken back by the slower one', async () => {
    const bot = await toyBot();
    const core = await clickedWithoutWorker(bot);
    const slower = gate();
    bot.slack.answer('users.info', { status: 503, until: slower.until });

    await bothHandle(core, slower);
    await bot.another('worker');

    await bot.hears('alice', 'You approved R-1001');
    await bot.until('done');
    expect(told(bot, 'alice')).toHaveLength(1);
  });
});

it('while Slack does not say who is in the groups no vote counts; the next click does', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  bot.slack.answer('usergroups.users.list', { status: 503 });

  const first = await bot.approve('alice');
  const votes = (await bot.until('waiting')).votes;
  const second = await bot.approve('alice');

  expect(first).toContain('Slack did not tell me which groups you are in, so your click did not count');
  expect(votes).toEqual([]);
  expect(second).toContain('You approved R-1001');
  await bot.until('done');
});

it('a vote that a rate limit of Slack keeps waiting counts once it is over', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  // As long as Slack says to wait: a second is the least it knows.
  bot.slack.answer('usergroups.users.list', { status: 429, retryAfter: 1 });

  const answer = await bot.approve('alice');

  expect(answer).toContain('You approved R-1001, and it goes ahead now');
  await bot.until('done');
});

it('while Slack does not say who somebody is their vote does not count', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  bot.slack.answer('users.info', { status: 503 });

  const answer = await bot.approve('alice');

  expect(answer).toContain('your click did not count. Click again in a minute');
  expect((await bot.until('waiting')).votes).toEqual([]);
});

it('a role given by user ID counts for a line while the groups are away, one given by group does not', async () => {
  const bot = await toyBot();
  bot.slack.answer('usergroups.users.list', { status: 503, times: 99 });

  const byId = await bot.say('bob', 'cores show demo');
  const byGroup = await bot.say('carol', 'cores show demo');

  expect(byId).toContain('Project demo has 20 cores');
  expect(byGroup).toContain('I could not tell whether you may use cores show');
});
