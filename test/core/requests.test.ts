import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { type Bot, eventually, toyBot } from '../bot.ts';
import { tableRow } from '../table-row.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';

async function waiting(): Promise<Bot> {
  const bot = await toyBot();
  await bot.say('bob', SET);
  await bot.slack.waitFor(() => bot.card().includes('[Cancel]'), 'the card');
  for (const who of ['alice', 'carol']) await bot.hears(who, 'R-1001 waits for approval');
  return bot;
}

describe('taking a request back', () => {
  it.each([
    ['its requester', 'bob'],
    ['another operator, without a vote', 'carol'],
  ])('by the button: %s may', async (_who, who) => {
    const bot = await waiting();

    const answer = await bot.click(who, 'Cancel');

    expect(answer).toContain('R-1001 is cancelled.');
    await bot.until('cancelled');
    await bot.slack.waitFor(() => bot.card().includes(`Cancelled by ${who}. Nothing was changed.`), 'the card at its end');
    await bot.hears('bob', 'R-1001 was cancelled');
    await bot.slack.waitFor(
      () => bot.directs('alice').some((text) => text.includes('R-1001 was cancelled')),
      "the approver's card",
    );
    expect(bot.cloud.writes).toEqual([]);
  });

  it('by the line, whoever may use a change command', async () => {
    const bot = await waiting();

    await bot.slack.slash('alice', '#ops', 'request cancel R-1001');

    await bot.hears('alice', 'R-1001 is cancelled, and nothing of it was done.');
    expect((await bot.request(1001)).state).toBe('cancelled');
    await bot.hears('bob', 'Cancelled by alice');
  });

  it('by the line, while as many lines as run at once wait for OpenStack', async () => {
    const bot = await toyBot({ yaml: { limits: { leaseSeconds: 2, linesAtOnce: 2 } } });
    await bot.say('bob', SET);
    bot.cloud.answer('compute', 'GET', 'os-quota-sets', { hang: true, times: 2 });
    for (const who of ['bob', 'carol']) await bot.slack.slash(who, '#ops', 'cores show demo');
    await eventually(
      () => bot.cloud.calls.filter(({ path, status }) => path.includes('quota') && status === undefined).length === 2,
      'both hanging',
    );

    await bot.slack.slash('carol', '#ops', 'request cancel R-1001');

    await bot.hears('carol', 'R-1001 is cancelled, and nothing of it was done.');
  });

  it('is refused to a viewer, by button as by line', async () => {
    const bot = await waiting();

    const clicked = await bot.click('eve', 'Cancel');
    const typed = await bot.say('eve', 'request cancel R-1001');

    for (const answer of [clicked, typed]) {
      expect(answer).toContain('Only its requester, or someone who may use a change command, may stop R-1001.');
    }
    expect((await bot.request(1001)).state).toBe('waiting');
  });

  it('by the button while Slack tells nothing of anybody: its requester may', async () => {
    const bot = await waiting();
    bot.slack.answer('users.info', { status: 503 });
    bot.slack.answer('usergroups.users.list', { status: 503 });

    expect(await bot.click('bob', 'Cancel')).toContain('R-1001 is cancelled.');
  });

  it('by the button, whoever may use change commands in this channel', async () => {
    const inOps = [
      { effects: ['change'], roles: ['operator'], channels: [idOf('C', 'ops')] },
      { effects: ['read'], roles: ['viewer', 'operator'] },
    ];
    const bot = await toyBot({ yaml: { rules: inOps } });
    await bot.say('bob', SET);

    expect(await bot.click('carol', 'Cancel')).toContain('R-1001 is cancelled.');
  });

  it('by a line that is refused for its things cancels nothing', async () => {
    const onlyDemo = { effects: ['read'], roles: ['operator'], targets: ['project:demo'] };
    const bot = await toyBot({ yaml: { rules: [{ effects: ['change'], roles: ['operator'] }, onlyDemo] } });
    await bot.say('bob', SET);
    await bot.slack.slash('bob', '#ops', 'cores set demo --cores 30 --reason "less load"');
    await bot.slack.waitFor(() => bot.card().includes('R-1002 waits'), 'the second card');

    const refused = await bot.say('bob', 'request cancel R-1001');
    await bot.slack.slash('bob', '#ops', 'request cancel R-1002');

    expect(refused).toContain('You may use request cancel only on project:demo');
    await bot.hears('bob', 'R-1002 is cancelled, and nothing of it was done.');
    expect((await bot.request(1001)).state).toBe('waiting');
  });

  it('of what has ended is refused, and says how it ended', async () => {
    const bot = await waiting();
    await bot.approve('alice');
    await bot.untilOf(1001, 'done');

    await bot.slack.slash('bob', '#ops', 'request cancel R-1001');

    await bot.hears('bob', 'R-1001 has ended already: done.');
    expect(bot.cloud.writes).toHaveLength(2);
  });

  it('twice at once has one outcome, and both are answered', async () => {
    const bot = await waiting();

    const answers = await Promise.all([bot.click('bob', 'Cancel'), bot.click('carol', 'Cancel')]);

    expect(answers.filter((answer) => answer.includes('R-1001 is cancelled.'))).toHaveLength(1);
    expect(answers.filter((answer) => answer.includes('R-1001 has ended already'))).toHaveLength(1);
  });
});

describe('what has no plan yet, or no items', () => {
  it('cancelled while it is planned, it says so in plain words', async () => {
    const bot = await toyBot();
    bot.cloud.answer('compute', 'GET', '/os-quota-sets', { hang: true });
    await bot.slack.slash('bob', '#ops', SET);
    await bot.untilOf(1001, 'planning');

    await bot.slack.slash('bob', '#ops', 'request cancel R-1001');

    const told = await bot.hears('bob', 'Cancelled by bob. Nothing was changed.');
    expect(told).toContain(`R-1001 (${SET})`);
    expect(bot.directs('bob').join()).not.toContain('undefined');
    expect((await bot.request(1001)).state).toBe('cancelled');
  });

  it('an approved read that runs is cancelled at once', async () => {
    const approvals = [{ count: 1, roles: ['approver'] }];
    const bot = await toyBot({ yaml: { rules: [{ effects: ['read'], roles: ['operator'], approvals }] } });
    await bot.say('bob', 'cores show demo');
    bot.cloud.answer('compute', 'GET', '/os-quota-sets', { hang: true });
    await bot.approve('alice');
    await bot.untilOf(1001, 'running');

    const answer = await bot.click('bob', 'Cancel');

    expect(answer).toContain('R-1001 is cancelled.');
    expect((await bot.request(1001)).state).toBe('cancelled');
  });

  it('votes do not wait behind lines that hang on OpenStack', async () => {
    const bot = await toyBot({ yaml: { limits: { linesAtOnce: 1, leaseSeconds: 2 } } });
    await bot.say('bob', SET);
    await bot.slack.waitFor(() => bot.card().includes('[Approve]'), 'the card');
    bot.cloud.answer('compute', 'GET', '/os-quota-sets', { hang: true });
    await bot.slack.slash('bob', '#ops', 'cores show demo');
    await bot.untilOf(1002, 'planning');

    await bot.approve('alice');

    expect((await bot.untilOf(1001, 'done')).state).toBe('done');
    expect((await bot.request(1002)).state).toBe('planning');
  });
});

describe('looking at requests', () => {
  it.each(['request show R-9999', 'request cancel R-9999', 'request show 9999'])('%s: there is none', async (line) => {
    const bot = await toyBot();

    expect(await bot.say('bob', line)).toContain('R-9999');
    expect((await bot.request(1001)).state).toBe('refused');
  });

  it('anybody who may read sees the plan, the votes and the history of somebody else’s change', async () => {
    const bot = await waiting();
    await bot.deny('alice', 'not before the audit');
    await bot.untilOf(1001, 'rejected');

    const shown = await bot.say('eve', 'request show R-1001');

    expect(shown).toContain('R-1001: ');
    expect(shown).toContain('Plan: Set cores to 40 in 2 projects: more load');
    expect(shown).toContain('Denied by alice');
    expect(shown).toContain('not before the audit');
    expect(shown).toContain('Asked by: bob');
    expect(shown).toMatch(/planned[\s\S]*vote/);
  });

  it('whoever may not see its things does not see the request', async () => {
    const rules = [
      { effects: ['change'], roles: ['operator'] },
      { effects: ['read'], roles: ['viewer'], targets: ['project:demo'] },
    ];
    const bot = await toyBot({ yaml: { rules } });
    await bot.say('bob', SET);

    const shown = await bot.say('eve', 'request show R-1001');

    expect(shown).toContain('this would show 1 thing beyond that');
    expect(shown).not.toContain('alice-lab');
  });

  it('a dry run and what it says are for whoever may see its things, and its result for its asker', async () => {
    const rules = [
      { effects: ['change', 'read'], roles: ['operator'] },
      { effects: ['read'], roles: ['viewer'], targets: ['project:demo'] },
      { effects: ['read'], roles: ['approver'] },
    ];
    const bot = await toyBot({ yaml: { rules } });
    await bot.say('bob', `${SET} --dry-run`);
    await bot.say('bob', 'cores show demo');

    const hidden = await bot.say('eve', 'request show R-1001');
    const listed = await bot.say('eve', 'request list --all');
    const toAlice = await bot.say('alice', 'request show R-1001');

    expect(hidden).toContain('this would show 1 thing beyond that');
    expect(listed).toContain('R-1002');
    expect(listed).not.toContain('alice-lab');
    expect(toAlice).toContain(SET);
    expect(toAlice).not.toContain('Dry run on');
    expect(await bot.say('bob', 'request show R-1001')).toContain('Dry run on');
  });

  it('lists what is open, newest first, and with --all what has ended', async () => {
    const bot = await waiting();
    await bot.slack.slash('carol', '#ops', 'cores set demo --cores 30 --reason "less load"');
    await bot.slack.waitFor(() => bot.card().includes('R-1002 waits for approval'), 'the second card');
    await bot.click('carol', 'Cancel');
    await bot.untilOf(1002, 'cancelled');

    const open = await bot.say('eve', 'request list');
    const all = await bot.say('eve', 'request list --all');

    expect(open).toContain('R-1001');
    expect(open).not.toContain('R-1002');
    expect(all.indexOf('R-1002')).toBeGreaterThan(0);
    expect(all.indexOf('R-1002')).toBeLessThan(all.indexOf('R-1001'));
  });

  it('keeps the number of a ticket: on the card, in what is shown, and found by it even when it has ended', async () => {
    const bot = await toyBot();
    await bot.say('bob', `${SET} --ticket OPS-4711`);
    await bot.slack.waitFor(() => bot.card().includes('Ticket: OPS-4711'), 'the card with its ticket');
    await bot.slack.slash('carol', '#ops', 'cores set demo --cores 30 --reason "less load" --ticket OPS-4712');
    await bot.slack.waitFor(() => bot.card().includes('R-1002 waits for approval'), 'the second card');
    await bot.click('carol', 'Cancel');
    await bot.untilOf(1002, 'cancelled');

    const [first, second, none] = [
      await bot.say('eve', 'request list --ticket OPS-4711'),
      await bot.say('eve', 'request list --ticket OPS-4712'),
      await bot.say('eve', 'request list --ticket OPS-47'),
    ];

    expect(await bot.say('eve', 'request show R-1001')).toContain('Ticket: OPS-4711');
    expect(tableRow(first, 'R-1001').at(1)).toContain('waits for 1 vote');
    expect(first).not.toContain('R-1002');
    expect(tableRow(second, 'R-1002').at(1)).toContain('cancelled');
    expect(none).not.toContain('R-100');
  });

  it('says by name who asked for what was refused before anybody planned it', async () => {
    const bot = await toyBot();
    await bot.say('carol', 'cores set demo --cores many --reason "more load"');

    expect(tableRow(await bot.say('eve', 'request list --all'), 'R-1001').slice(1, 3)).toEqual(['was refused', 'carol']);
  });
});
