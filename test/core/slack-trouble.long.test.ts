import { describe, expect, it } from 'vitest';
import { hexId } from '../../demo/cloud/seed.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { countUnsaid } from '../../src/outbox/unsaid.ts';
import { type Bot, eventually, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';

function cards({ slack }: Bot): Message[] {
  return slack.messages('#ops').filter(({ ephemeralTo }) => !ephemeralTo);
}

function directsWith(bot: Bot, who: string, words: string): string[] {
  return bot.directs(who).filter((text) => text.includes(words));
}

async function doneEverywhere(bot: Bot): Promise<void> {
  await bot.slack.waitFor(() => bot.card().includes('R-1001 is done'), 'the card at its end');
  await bot.hears('bob', 'R-1001 is done');
  for (const who of ['alice', 'carol']) {
    await bot.slack.waitFor(() => directsWith(bot, who, 'R-1001 is done').length > 0, `the end on ${who}'s own card`);
  }
}

describe('while Slack refuses', () => {
  it.each([
    ['too many calls', { status: 429, retryAfter: 1 }],
    ['for reasons of its own', { status: 503 }],
    ['with an error that passes', { error: 'service_unavailable' }],
  ])('%s, everything arrives, and once', async (_why, fault) => {
    const bot = await toyBot();
    bot.slack.answer('chat.postMessage', { ...fault, times: 2 });
    await bot.say('bob', SET);
    await bot.slack.waitFor(() => directsWith(bot, 'carol', '[Approve]').length > 0, "carol's own card");
    bot.slack.answer('chat.update', { ...fault, times: 2 });

    await bot.approve('alice');
    await bot.until('done');

    await doneEverywhere(bot);
    expect(cards(bot)).toHaveLength(1);
    expect(directsWith(bot, 'alice', 'R-1001')).toHaveLength(1);
    expect(directsWith(bot, 'carol', 'R-1001')).toHaveLength(1);
    expect(directsWith(bot, 'bob', 'R-1001')).toHaveLength(1);
  });

  it('every call while a change runs, its end arrives once Slack is back', async () => {
    const bot = await toyBot();
    await bot.say('bob', SET);
    await bot.slack.waitFor(() => directsWith(bot, 'carol', '[Approve]').length > 0, "carol's own card");
    await bot.approve('alice');
    await bot.slack.outage();
    await bot.until('done');

    await bot.slack.recover();

    await doneEverywhere(bot);
    expect(cards(bot)).toHaveLength(1);
    expect(bot.cloud.writes).toHaveLength(2);
  });
});

describe('a first post whose answer is lost', () => {
  it('is found again in direct messages, and not made a second time', async () => {
    const bot = await toyBot();
    const lost = ({ text }: { text?: unknown }): boolean => String(text).includes('R-1001 is done');
    bot.slack.answer('chat.postMessage', { dropAfterEffect: true, when: lost });
    await bot.say('bob', SET);
    await bot.approve('alice');
    await bot.until('done');

    const end = await bot.slack.waitFor(
      () => bot.slack.directs('bob').find((message) => bot.slack.text(message).includes('R-1001 is done')),
      'the end',
    );
    await bot.slack.waitFor(() => bot.slack.callsTo('chat.update').some(({ args }) => args.ts === end.ts), 'it to be found');

    expect(directsWith(bot, 'bob', 'R-1001 is done')).toHaveLength(1);
  });

  it('is found again in a channel whose history we may read', async () => {
    const bot = await toyBot();
    bot.slack.grant('channels:history');
    bot.slack.answer('chat.postMessage', { dropAfterEffect: true, when: ({ channel }) => channel === bot.slack.id('#ops') });
    await bot.say('bob', SET);
    await bot.slack.waitFor(() => bot.slack.callsTo('chat.update').length > 0, 'the card to be found');

    await bot.approve('alice');

    await bot.until('done');
    await doneEverywhere(bot);
    expect(cards(bot)).toHaveLength(1);
  });

  it('is made again where we may not look, and the newer one is kept up to date', async () => {
    const bot = await toyBot();
    bot.slack.answer('chat.postMessage', { dropAfterEffect: true, when: ({ channel }) => channel === bot.slack.id('#ops') });
    await bot.say('bob', SET);
    await bot.slack.waitFor(() => cards(bot).length === 2, 'the card to be posted again');
    const [first] = cards(bot);

    expect(await bot.click('alice', 'Approve', first)).toContain('You approved R-1001');

    await bot.until('done');
    await doneEverywhere(bot);
    expect(cards(bot)).toHaveLength(2);
    expect(bot.cloud.writes).toHaveLength(2);
  });
});

describe('what cannot be posted', () => {
  it('a card whose channel is gone goes to its requester, and nothing waits for a place below it', async () => {
    const rule = { effects: ['change'], roles: ['operator'], approvalChannel: 'C0GONE000' };
    const bot = await toyBot({ yaml: { rules: [rule] } });

    const names = Array.from({ length: 12 }, (_, index) => `lab-${index + 1}`);
    for (const name of names) {
      bot.cloud.state.projects.push({ id: hexId(name), name, domain_id: 'default', description: '', enabled: true });
    }
    await bot.say('bob', `cores set ${names.join(' ')} --cores 40 --reason "more load"`);

    const told = await bot.hears('bob', 'I could not post this in its channel: Slack says channel_not_found');
    expect(told).toContain('R-1001');
    expect(told).not.toContain('in the thread below');
    expect(await bot.hears('bob', 'Everything that R-1001 would touch')).toContain('lab-12');
    await bot.slack.waitFor(() => directsWith(bot, 'alice', '[Approve]').length > 0, "alice's own card");
    await eventually(async () => (await countUnsaid(bot.running.core.store)) === 0, 'everything to be said');
  });

  it('a card that somebody deleted is posted anew when it changes', async () => {
    const bot = await toyBot();
    await bot.say('bob', SET);
    const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');
    const own = await bot.slack.waitFor(
      () => bot.slack.directs('alice').find((message) => bot.slack.text(message).includes('[Approve]')),
      "alice's own card",
    );
    card.deleted = true;

    await bot.slack.click('alice', own, 'Approve');

    await bot.slack.waitFor(() => cards(bot).length === 1 && bot.card().includes('R-1001 is done'), 'a new card');
  });
});
