import { describe, expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT, hexId } from '../../demo/cloud/seed.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { type Bot, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';

function inChannel({ slack }: Bot): Message[] {
  return slack.messages('#ops').filter(({ ephemeralTo }) => !ephemeralTo);
}

function addProjects({ cloud }: Bot, names: string[]): void {
  for (const name of names) {
    cloud.state.projects.push({ id: hexId(name), name, domain_id: 'default', description: '', enabled: true });
  }
}

async function asking(bot: Bot, line = SET): Promise<string> {
  await bot.say('bob', line);
  return bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.card(), 'the card');
}

describe('what a card says', () => {
  it('begins, on the phone as on the screen, with state, cloud, region, effect, how many and the worst warning', async () => {
    const bot = await toyBot();

    const card = await asking(bot, 'cores set demo alice-lab --cores 999 --reason "more load"');

    const head = 'R-1001 waits for approval · prod/RegionOne · change, 2 projects. Warning: more cores than the cloud has.';
    expect(bot.cardMessage().text.startsWith(head)).toBe(true);
    expect(card.split('\n').slice(0, 2).join('\n')).toContain(head);
    expect(card).toContain('Set cores to 999 in 2 projects: more load');
  });

  it('names who asked, what is missing, the time left and the way back, with buttons above any table', async () => {
    const bot = await toyBot();

    const card = await asking(bot);

    expect(card).toContain('Asked by: bob');
    expect(card).toContain('Reason: more load');
    expect(card).toContain('Still needed: 1 vote of approver');
    expect(card).toMatch(/Time left: 24 hours \(until \d{4}-\d\d-\d\d \d\d:\d\d UTC\)/);
    expect(card).toContain('Undo: set the old numbers again');
    expect(card.indexOf('[Approve] [Deny] [Check for me] [Change] [Cancel]')).toBeGreaterThan(0);
    expect(card.indexOf('[Approve]')).toBeLessThan(card.indexOf('alice-lab  20'));
  });

  it('names each vote as it comes, and at the end who decided', async () => {
    const rule = { effects: ['change'], roles: ['operator'], approvals: [{ count: 2, roles: ['approver'] }] };
    const bot = await toyBot({ yaml: { rules: [rule] } });
    await asking(bot);

    await bot.approve('alice');
    await bot.slack.waitFor(
      () => bot.card().includes('Votes: alice approved') && bot.card().includes('Still needed: 1 vote of'),
      'a vote',
    );
    await bot.approve('carol');

    await bot.slack.waitFor(() => bot.card().includes('R-1001 is done'), 'the end');
    expect(bot.card()).toContain('Votes: alice approved; carol approved');
  });

  it('puts a long plan into its thread, every row of it, below a card that says so', async () => {
    const bot = await toyBot();
    const names = Array.from({ length: 12 }, (_, index) => `lab-${index + 1}`);
    addProjects(bot, names);

    const card = await asking(bot, `cores set ${names.join(' ')} --cores 40 --reason "more load"`);

    expect(card).toContain('change, 12 projects');
    expect(card).toContain('All 12 rows are in the thread below.');
    expect(card).not.toContain('lab-12');
    const details = await bot.slack.waitFor(() => bot.slack.thread(bot.cardMessage())[1], 'the details');
    for (const name of names) expect(bot.slack.text(details)).toContain(name);
  });

  it('puts a long result into its thread too, and whole into direct messages', async () => {
    const bot = await toyBot();
    const names = Array.from({ length: 12 }, (_, index) => `lab-${index + 1}`);
    addProjects(bot, names);
    await asking(bot, `cores set ${names.join(' ')} --cores 40 --reason "more load"`);
    const own = await bot.hears('carol', 'R-1001 waits for approval');
    await bot.approve('alice');

    await bot.slack.waitFor(() => bot.card().includes('R-1001 is done'), 'the end');

    expect(own).toContain('lab-12');
    expect(own).not.toContain('in the thread below');
    expect(bot.card()).toContain('All 12 rows are in the thread below.');
    const outcome = await bot.slack.waitFor(() => bot.slack.thread(bot.cardMessage())[2], 'what it came to');
    for (const name of names) expect(bot.slack.text(outcome)).toMatch(new RegExp(`${name} +done`));
    expect(await bot.hears('bob', 'R-1001 is done')).toMatch(/lab-12 +done/);
  });

  it('puts a long plan that nobody votes on into its thread', async () => {
    const bot = await toyBot({ yaml: { rules: [{ effects: ['change'], roles: ['operator'], approvals: [] }] } });
    const names = Array.from({ length: 12 }, (_, index) => `lab-${index + 1}`);
    addProjects(bot, names);

    await bot.say('bob', `cores set ${names.join(' ')} --cores 40 --reason "more load"`);

    await bot.until('done');
    const thread = (): string => bot.slack.thread(bot.cardMessage()).map(bot.text).join('\n');
    await bot.slack.waitFor(() => thread().includes('Everything that R-1001 would touch'), 'the plan');
    await bot.slack.waitFor(() => thread().includes('What R-1001 came to'), 'the result');
  });

  it('puts a long plan that was asked in a thread into that thread', async () => {
    const bot = await toyBot();
    const names = Array.from({ length: 12 }, (_, index) => `lab-${index + 1}`);
    addProjects(bot, names);
    const { message } = await bot.slack.say('bob', '#ops', 'what about the labs?');

    await bot.slack.mention('bob', '#ops', `cores set ${names.join(' ')} --cores 40 --reason "more load"`, { thread: message });

    const details = await bot.slack.waitFor(() => bot.slack.thread(message)[3], 'question, line, card and details');
    expect(bot.slack.text(details)).toContain('lab-12');
    // Slack asks for the thread's first message there, not for a reply: https://docs.slack.dev/reference/methods/chat.postMessage
    const threads = bot.slack.callsTo('chat.postMessage').map(({ args }) => args.thread_ts);
    expect(threads.filter((ts) => ts !== undefined)).toEqual([message.ts, message.ts]);
  });
});

describe('whom a card reaches', () => {
  it("pings the approvers' group once, however often the card changes", async () => {
    const bot = await toyBot();
    await asking(bot);
    await bot.approve('alice');
    await bot.slack.waitFor(() => bot.card().includes('R-1001 is done'), 'the end');

    expect(inChannel(bot)).toHaveLength(1);
    expect(bot.cardMessage().edits.length).toBeGreaterThan(0);
    expect(bot.slack.workspace.messages.flatMap((message) => bot.slack.pings(message))).toEqual(['@approvers']);
  });

  it('nothing that people or clouds name pings, links or formats', async () => {
    const bot = await toyBot();
    addProjects(bot, ['<!channel>', '*bold*']);

    await asking(bot, 'cores set "<!channel>" *bold* --cores 40 --reason "<!here> <http://evil.example|x> @alice _so_ ~no~"');
    await bot.approve('alice');
    await bot.slack.waitFor(() => bot.card().includes('R-1001 is done'), 'the end');

    for (const { args } of [...bot.slack.callsTo('chat.postMessage'), ...bot.slack.callsTo('chat.update')]) {
      expect(String(args.text)).not.toMatch(/<[!@#h]/);
      expect(JSON.stringify(args.blocks)).not.toMatch(/"type":"(mrkdwn|link|broadcast|user|markdown)"|"italic"|"strike"/);
    }
    expect(bot.slack.workspace.messages.flatMap((message) => bot.slack.pings(message))).toEqual(['@approvers']);
    expect(bot.slack.text(bot.cardMessage())).toContain('<!channel>');
  });

  it('each approver gets it in direct messages, where the buttons work and the end is shown; the requester does not', async () => {
    const bot = await toyBot();
    await asking(bot);
    const own = await bot.slack.waitFor(
      () => bot.slack.directs('alice').find((message) => bot.slack.text(message).includes('[Approve]')),
      "alice's own card",
    );
    await bot.slack.waitFor(() => bot.directs('carol').some((text) => text.includes('[Approve]')), "carol's own card");

    await bot.slack.click('alice', own, 'Approve');

    await bot.hears('alice', 'You approved R-1001, and it goes ahead now');
    await bot.until('done');
    await bot.slack.waitFor(() => bot.slack.text(own).includes('is done'), "the end on alice's own card");
    expect(bot.slack.text(own)).not.toContain('[Approve]');
    await bot.slack.waitFor(() => bot.directs('carol').some((text) => text.includes('R-1001 is done')), "the end on carol's");
    expect(bot.directs('bob').some((text) => text.includes('[Approve]'))).toBe(false);
  });

  it('an approver who asks is not asked', async () => {
    const bot = await toyBot();

    await bot.say('alice', SET);
    await bot.slack.waitFor(() => bot.directs('carol').some((text) => text.includes('[Approve]')), "carol's card");

    expect(bot.directs('alice').some((text) => text.includes('[Approve]'))).toBe(false);
  });
});

describe('a requester hears of every end by direct message', () => {
  const NOT_ALLOWED = { status: 403, body: { forbidden: { code: 403, message: "Policy doesn't allow it" } } };

  it.each([
    ['done', (_bot: Bot): void => undefined, 'R-1001 is done'],
    [
      'partly done',
      ({ cloud }: Bot): void => cloud.answer('compute', 'PUT', DEMO_PROJECT, NOT_ALLOWED),
      'R-1001 was PARTLY done',
    ],
    [
      'failed',
      ({ cloud }: Bot): void => cloud.answer('compute', 'PUT', /quota-sets/, { ...NOT_ALLOWED, times: 2 }),
      'R-1001 FAILED',
    ],
  ] as const)('%s', async (state, prepare, words) => {
    const bot = await toyBot();
    prepare(bot);
    await asking(bot);
    await bot.approve('alice');

    await bot.until(state);

    expect(await bot.hears('bob', words)).toContain('Asked for: Set cores to 40 in 2 projects');
  });

  it('nothing done, where the cloud has changed since the plan', async () => {
    const bot = await toyBot();
    await asking(bot, 'cores set alice-lab --cores 40 --reason "more load"');
    bot.cloud.state.quotas.compute.own.set(ALICE_LAB, { cores: 30 });

    await bot.approve('carol');

    await bot.until('nothing done');
    await bot.hears('bob', 'R-1001 did nothing');
    expect(bot.cloud.writes).toEqual([]);
  });
});
