import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { createIntake } from '../../src/intake/intake.ts';
import { findRequest } from '../../src/requests/store.ts';
import { type Bot, startBot, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const SHOW = 'cores show demo';

function inChannel({ slack }: Bot, where = '#ops'): string[] {
  return slack
    .messages(where)
    .filter(({ ephemeralTo, user }) => !ephemeralTo && user === slack.botUserId)
    .map((message) => slack.text(message));
}

describe('where a card goes', () => {
  it('asked in direct messages: to the approvals channel', async () => {
    const bot = await toyBot({ yaml: { channels: { approvals: idOf('C', 'audit') } } });

    await bot.slack.direct('bob', SET);

    await bot.slack.waitFor(() => bot.card('#audit').includes('R-1001 waits for approval'), 'the card');
    await bot.hears('bob', 'R-1001 waits for 1 vote of approver');
    expect(inChannel(bot)).toEqual([]);
  });

  it('to the channel that the rule names, wherever it was asked', async () => {
    const rule = { effects: ['change'], roles: ['operator'], approvalChannel: idOf('C', 'audit') };
    const bot = await toyBot({ yaml: { rules: [rule] } });

    await bot.say('bob', SET);

    await bot.slack.waitFor(() => bot.card('#audit').includes('[Approve]'), 'the card');
    expect(inChannel(bot)).toEqual([]);
  });

  it('asked by mention in a thread: into that thread, and the answer to a read too, for all who read there', async () => {
    const bot = await toyBot();
    const { message } = await bot.slack.say('bob', '#ops', 'are there cores left?');

    await bot.slack.mention('bob', '#ops', SHOW, { thread: message });
    const answer = await bot.slack.sees('alice', 'Project demo has 20 cores');
    expect(bot.text(answer)).toContain('R-1001, asked by bob: cores show demo');
    expect([answer.threadTs, answer.ephemeralTo]).toEqual([message.ts, undefined]);
    await bot.slack.mention('bob', '#ops', SET, { thread: message });

    const card = await bot.slack.waitFor(
      () => bot.slack.thread(message).find((reply) => bot.slack.text(reply).includes('[Approve]')),
      'the card in the thread',
    );
    expect(card.threadTs).toBe(message.ts);
    expect(bot.slack.ephemerals('bob').map(({ threadTs }) => threadTs)).toEqual([message.ts]);
    expect(inChannel(bot)).toEqual([]);
  });
});

describe('an answer that is for all', () => {
  it('is one message in the channel, with who asked what, and for nobody alone', async () => {
    const bot = await toyBot();

    await bot.slack.slash('bob', '#ops', `${SHOW} --share`);

    const answer = await bot.slack.sees('alice', 'Project demo has 20 cores');
    expect(bot.text(answer)).toContain('R-1001, asked by bob: cores show demo --share');
    expect(answer.ephemeralTo).toBeUndefined();
    expect(bot.slack.ephemerals('bob')).toEqual([]);
    expect(bot.directs('bob')).toEqual([]);
  });

  it('is refused where there is nobody else, and where the bot could not post it', async () => {
    const bot = await toyBot();

    expect(await bot.say('bob', `${SHOW} --share`, '@stackhand')).toContain('There is nobody here to share it with');
    expect(await bot.say('bob', `${SHOW} --share`, '#random')).toContain('I am not in this channel');
    expect(bot.cloud.calls.filter(({ path }) => path.includes('quota'))).toEqual([]);
  });

  it('a refusal and a secret are for their asker alone all the same', async () => {
    const bot = await toyBot();

    expect(await bot.say('bob', 'cores show nosuch --share')).toContain('There is no project nosuch.');
    await bot.slack.slash('bob', '#ops', 'cores secret demo --share');
    await bot.hears('bob', 'it is in your direct messages alone');
    expect(inChannel(bot)).toEqual([]);
  });

  it('what took a vote to be seen goes to its asker alone', async () => {
    const asksOne = [{ count: 1, roles: ['approver'] }];
    const bot = await toyBot({
      yaml: { rules: [{ effects: ['read'], roles: ['operator'], approvals: asksOne, targets: ['project:demo'] }] },
    });
    await bot.say('bob', `${SHOW} --share`);

    await bot.approve('alice');

    expect(await bot.hears('bob', 'Project demo has 20 cores')).toBeTruthy();
    await bot.slack.waitFor(() => bot.card().includes('was answered'), 'the card at its end');
    expect(inChannel(bot).some((text) => text.includes('20 cores'))).toBe(false);
  });
});

describe('a change asked where the bot is not a member', () => {
  it.each(['#random', '#secret'])('in %s: the asker is told to invite it, before anything is planned', async (where) => {
    const bot = await toyBot();

    const told = await bot.say('bob', SET, where);

    expect(told).toContain('I am not in this channel, so nobody here could follow this. Invite me with /invite @stackhand');
    expect(bot.cloud.calls).toEqual([]);
    const { core } = bot.running;
    expect(await core.store.redis.zcard(core.store.keys.open)).toBe(0);
    expect((await bot.request(1001)).state).toBe('refused');
    bot.slack.invite(where);
    await bot.say('bob', SET, where);
    await bot.slack.waitFor(() => bot.card(where).includes('[Approve]'), 'the card');
  });

  it('reads are answered there all the same', async () => {
    const bot = await toyBot();

    expect(await bot.say('bob', SHOW, '#random')).toContain('Project demo has 20 cores');
    expect(bot.slack.ephemerals('bob')).toHaveLength(1);
  });
});

describe('what only the asker is told', () => {
  it('quickly: where it was asked, for their eyes only', async () => {
    const bot = await toyBot();

    await bot.say('bob', SHOW);

    expect(bot.slack.ephemerals('bob')).toHaveLength(1);
    expect(bot.directs('bob')).toEqual([]);
    expect(inChannel(bot)).toEqual([]);
  });

  it('more than ten seconds after the line: in direct messages', async () => {
    const bot = await toyBot({ role: 'gateway' });
    await bot.slack.slash('bob', '#ops', SHOW);
    await agedBy(bot, 11_000);

    await bot.another('worker');

    await bot.slack.waitFor(() => bot.directs('bob').some((text) => text.includes('Project demo has 20 cores')), 'the answer');
    expect(bot.slack.ephemerals('bob')).toEqual([]);
  });

  it('of a click more than ten seconds ago: in direct messages', async () => {
    const bot = await toyBot({ role: 'gateway' });
    const { core } = bot.running;
    const { store } = core;
    await createIntake(core).click({
      dedupe: ['click'],
      act: { kind: 'cancel', request: 999 },
      user: idOf('U', 'bob'),
      team: '',
      place: { kind: 'channel', team: '', channel: idOf('C', 'ops') },
    });
    const [[number = '', click = '{}'] = []] = Object.entries(await store.redis.hgetall(store.keys.clicks));
    const { at } = JSON.parse(click) as { at: number };
    await store.redis.hset(store.keys.clicks, number, click.replace(`"at":${at}`, `"at":${at - 11_000}`));

    await bot.another('worker');

    await bot.slack.waitFor(() => bot.directs('bob').some((text) => text.includes('There is no R-999')), 'the answer');
    expect(bot.slack.ephemerals('bob')).toEqual([]);
  });

  it('with a file: in direct messages, however quick', async () => {
    const bot = await toyBot();

    await bot.say('bob', 'cores dump demo');

    await bot.slack.waitFor(() => bot.slack.files('bob').length === 1, 'the file');
    expect(bot.slack.files('bob')[0]?.content?.toString()).toBe('demo 20\n');
    expect(bot.directs('bob').join('\n')).toContain('All cores of demo');
    expect(bot.slack.ephemerals('bob')).toEqual([]);
    expect(bot.slack.files('eve')).toEqual([]);
  });

  it('of a slash command in direct messages between others: in their own with the bot', async () => {
    const bot = await toyBot();

    await bot.slack.slash('bob', '@alice', SHOW);

    await bot.slack.waitFor(() => bot.directs('bob').some((text) => text.includes('Project demo has 20 cores')), 'the answer');
  });

  /** As if the line had been typed that much earlier. */
  async function agedBy({ running }: Bot, ms: number): Promise<void> {
    const { store } = running.core;
    const stored = await findRequest(store, 1001);
    if (!stored) throw new Error('the line was not taken');
    const aged = { ...stored.request, receivedAt: stored.request.receivedAt - ms };
    await store.redis.hset(store.keys.request(1001), 'doc', JSON.stringify(aged));
  }
});

describe('--dry-run', () => {
  it('shows the plan to its asker alone, asks nobody and changes nothing', async () => {
    const bot = await toyBot();

    const told = await bot.say('bob', `${SET} --dry-run`);

    expect(told).toContain('Dry run on prod/RegionOne: nothing was changed and nobody was asked. Set cores to 40 in 2 projects');
    expect(told).toContain('It would wait for approval.');
    expect(told).toContain('Undo: set the old numbers again');
    expect(inChannel(bot)).toEqual([]);
    expect(bot.directs('alice')).toEqual([]);
    expect(bot.cloud.writes).toEqual([]);
    expect(await bot.request(1001)).toMatchObject({ state: 'answered', dryRun: true });
  });

  it('is refused for what changes nothing anyway', async () => {
    const bot = await toyBot();

    expect(await bot.say('bob', `${SHOW} --dry-run`)).toContain('changes nothing, so it has no dry run');
    expect(bot.cloud.calls).toEqual([]);
  });

  it('is no way around the policy', async () => {
    const bot = await toyBot();

    expect(await bot.say('eve', `${SET} --dry-run`)).toContain('You may not use cores set');
    expect(bot.cloud.calls).toEqual([]);
  });
});

describe('the same line, more than once', () => {
  async function requests({ running }: Bot): Promise<number> {
    return running.core.store.redis.zcard(running.core.store.keys.byNumber);
  }

  it('an event that is delivered three times is one request with one answer', async () => {
    const bot = await toyBot();

    await bot.slack.mention('bob', '#ops', SHOW, { deliveries: 3 });
    await bot.hears('bob', 'Project demo has 20 cores');
    await bot.say('bob', 'help');

    expect(await requests(bot)).toBe(2);
    expect(bot.slack.ephemerals('bob')).toHaveLength(2);
  });

  it('an envelope that reaches two gateways is one request with one answer', async () => {
    const bot = await toyBot();
    await bot.another('gateway');

    await bot.slack.slash('bob', '#ops', SHOW, { everyConnection: true });
    await bot.hears('bob', 'Project demo has 20 cores');
    await bot.say('bob', 'help');

    expect(await requests(bot)).toBe(2);
    expect(bot.slack.ephemerals('bob')).toHaveLength(2);
  });

  it('typed twice it is two requests', async () => {
    const bot = await startBot();

    await bot.say('bob', 'help');
    await bot.say('bob', 'help');

    expect(await requests(bot)).toBe(2);
  });
});
