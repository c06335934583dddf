import { expect, it } from 'vitest';
import { type Bot, type BotOptions, eventually, toyBot } from '../bot.ts';
import { freezeQuietly, thawQuietly } from '../standstill/stage.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const WIPE = 'cores wipe demo --cores 40 --reason "more load"';

const MINUTE = 60_000;

function expiresAfter(expires: string, options: BotOptions = {}): Promise<Bot> {
  const rule = { effects: ['read', 'change', 'disruptive', 'destructive'], roles: ['operator'], expires };
  return toyBot({ ...options, yaml: { rules: [rule] } });
}

it('what nobody decides in time expires: on its card, by direct message, and for late votes', async () => {
  const bot = await expiresAfter('1m');
  await bot.say('bob', SET);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');

  bot.later(MINUTE);
  await bot.until('expired');

  await bot.slack.waitFor(() => bot.card().includes('R-1001 expired without approval'), 'the card at its end');
  expect(bot.card()).toContain('Nobody decided in time: it still needed 1 vote of approver. Nothing was changed.');
  expect(bot.card()).not.toContain('[Approve]');
  expect(await bot.hears('bob', 'R-1001 expired without approval')).toContain('[Plan again]');
  await bot.slack.waitFor(() => bot.directs('alice').some((text) => text.includes('R-1001 expired')), "the approver's own card");
  await bot.slack.click('alice', card, 'Approve', { seen: 0 });
  await bot.hears('alice', 'Your vote came after the end: R-1001 expired without approval');
  expect(bot.cloud.writes).toEqual([]);
});

it('an expired one is planned again by a click, as the request of whoever clicks', async () => {
  const bot = await expiresAfter('1m');
  await bot.say('bob', SET);
  bot.later(MINUTE);
  await bot.until('expired');
  const expired = await bot.slack.waitFor(() => bot.card().includes('[Plan again]') && bot.cardMessage(), 'the button');

  await bot.slack.click('carol', expired, 'Plan again');

  await bot.hears('carol', 'R-1002 waits for 1 vote of approver: Set cores to 40 in 2 projects');
  const again = await bot.request(1002);
  expect(again).toMatchObject({ line: SET, parent: 1001, askedBy: 'carol' });
  expect(await bot.shows('R-1002 waits')).toContain('Asked by: carol');
  await bot.click('alice', 'Approve');
  await bot.untilOf(1002, 'done');
});

it('before the end whoever has not voted is reminded, once, in the thread and by direct message', async () => {
  const two = [{ count: 2, roles: ['approver'] }];
  const bot = await toyBot({
    yaml: { rules: [{ effects: ['change'], roles: ['operator'], approvals: two, expires: '20m' }] },
  });
  await bot.say('bob', SET);
  await bot.approve('alice');

  bot.later(15 * MINUTE);
  const reminded = await bot.hears('carol', 'R-1001 still waits for 1 vote of approver, and expires in');
  expect(reminded).toMatch(/expires in [45] minutes:/);

  expect(reminded).toContain('Set cores to 40 in 2 projects');
  const thread = await bot.slack.waitFor(() => bot.slack.thread(bot.cardMessage())[1], 'the reminder in the thread');
  expect(bot.slack.text(thread)).toContain('still waits for');
  expect(bot.slack.pings(thread)).toEqual([]);
  bot.later(5 * MINUTE);
  await bot.until('expired');
  await bot.hears('bob', 'R-1001 expired without approval');
  expect(bot.directs('alice').filter((text) => text.includes('still waits for'))).toEqual([]);
  expect(bot.directs('carol').filter((text) => text.includes('still waits for'))).toHaveLength(1);
});

it('a card that somebody deleted comes back when there is something to say below it', async () => {
  const bot = await toyBot({
    yaml: {
      rules: [{ effects: ['change'], roles: ['operator'], approvals: [{ count: 1, roles: ['approver'] }], expires: '20m' }],
    },
  });
  await bot.say('bob', SET);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');
  const { redis, keys } = bot.running.core.store;
  await eventually(async () => (await redis.hexists(keys.message('R-1001/card'), 'posted')) === 1, 'the card to be put down');

  card.deleted = true;
  bot.later(15 * MINUTE);

  const reminder = await bot.slack.waitFor(
    () => bot.slack.workspace.messages.find((message) => message.threadTs && bot.text(message).includes('still waits for')),
    'the reminder in a thread',
  );
  expect(bot.cardMessage().ts).toBe(reminder.threadTs);
  expect(bot.cardMessage().ts).not.toBe(card.ts);
  expect(bot.card()).toContain('R-1001');
});

it('a card that waits for a month is kept as long, so that its end is written on it', async () => {
  const bot = await expiresAfter('30d');
  await bot.say('bob', SET);
  const { redis, keys } = bot.running.core.store;
  await bot.slack.waitFor(() => bot.directs('alice').length > 0, "the approver's own card");

  for (const id of ['R-1001/card', `R-1001/ask/${bot.slack.id('alice')}`]) {
    expect([id, (await redis.ttl(keys.message(id))) > 30 * 86_400]).toEqual([id, true]);
  }
  await bot.deny('alice', 'not now');
  await bot.until('rejected');
  expect(await redis.ttl(keys.message('R-1001/card'))).toBeLessThanOrEqual(7 * 86_400);
});

it('what was decided in time leaves no timer behind', async () => {
  const bot = await expiresAfter('1h');
  const { redis, keys } = bot.running.core.store;
  await bot.say('bob', SET);
  const set = await redis.zcard(keys.timers);
  await bot.approve('alice');

  await bot.until('done');

  expect(set).toBe(2);
  expect(await redis.zcard(keys.timers)).toBe(0);
});

it('timers survive a restart', async () => {
  const bot = await expiresAfter('1m');
  await bot.say('bob', SET);
  await bot.slack.waitFor(() => bot.card().includes('[Approve]'), 'the card');

  await bot.running.stop();
  await bot.another('all');
  bot.later(MINUTE);

  await bot.until('expired');
  await bot.slack.waitFor(() => bot.card().includes('R-1001 expired without approval'), 'the card at its end');
});

it('a target that is never typed expires between its requester and the bot', async () => {
  const bot = await expiresAfter('1m');
  await bot.say('bob', WIPE);

  bot.later(MINUTE);
  await bot.until('expired');

  await bot.hears('bob', 'its requester never typed the target');
  expect(bot.slack.messages('#ops').filter(({ ephemeralTo }) => !ephemeralTo)).toEqual([]);
  expect(bot.directs('alice')).toEqual([]);
});

it('an approved change that could not start within its approval’s time is void, and says so', async () => {
  const bot = await expiresAfter('1m');
  await bot.say('bob', SET);
  await freezeQuietly(bot);
  await bot.approve('alice');

  bot.later(MINUTE);
  const request = await bot.until('void');
  await thawQuietly(bot);

  expect(request.result?.text).toBe(
    'It could not start within 60 seconds of its approval, so that counts no longer. Nothing was changed.',
  );
  await bot.hears('bob', 'R-1001 is void');
  await bot.slack.waitFor(() => bot.card().includes('R-1001 is void'), 'the card at its end');
  expect(bot.cloud.writes).toEqual([]);
});
