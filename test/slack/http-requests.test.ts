import { expect, it } from 'vitest';
import { type Bot, slackUrl, toyBot } from '../bot.ts';
import { FORM, mentioned, type PostGiven, post, typed } from './signed.ts';

const LINE = 'cores show demo';

/** How many requests there ever were. */
async function requests({ running }: Bot): Promise<number> {
  const { redis, keys } = running.core.store;
  return Number((await redis.get(keys.number)) ?? 1_000) - 1_000;
}

it('what Slack signed is taken, a command as a form and an event as JSON, and answered with nothing', async () => {
  const bot = await toyBot({ transport: 'http' });

  const command = await post(bot, typed(bot, LINE), { type: FORM });
  const event = await post(bot, mentioned(bot, LINE), { ago: 240 });

  expect([command, event]).toEqual(Array(2).fill({ status: 200, type: 'text/plain; charset=utf-8', text: '' }));
  await bot.hears('bob', 'demo has 20 cores');
  expect(await requests(bot)).toBe(2);
});

it('what is not signed by Slack, or was at another time, is refused in one word, and nothing is taken', async () => {
  const bot = await toyBot({ transport: 'http' });
  const now = Math.floor(Date.now() / 1_000);
  const wrong: Record<string, PostGiven> = {
    'with another secret': { secret: '0'.repeat(32) },
    'changed afterwards': { instead: '{"type":"url_verification","challenge":"changed"}' },
    'more than five minutes ago': { ago: 310 },
    'by a clock that is more than five minutes ahead': { ago: -310 },
    'not at all': { headers: { 'x-slack-signature': '' } },
    'at no time': { headers: { 'x-slack-request-timestamp': '' } },
    'at a time that is none': { headers: { 'x-slack-request-timestamp': 'now' } },
    'at another time than it says': { headers: { 'x-slack-request-timestamp': String(now - 5) } },
    'by half': { headers: { 'x-slack-signature': 'v0=' } },
    'in another version': { headers: { 'x-slack-signature': `v1=${'0'.repeat(64)}` } },
  };

  const answers: [string, string[]][] = [];
  for (const [how, given] of Object.entries(wrong)) {
    const event = await post(bot, mentioned(bot, LINE), given);
    const command = await post(bot, typed(bot, LINE), { type: FORM, ...given });
    const challenge = await post(bot, JSON.stringify({ type: 'url_verification', challenge: 'abc' }), given);
    answers.push([how, [event, command, challenge].map(({ status, text }) => `${status} ${text}`)]);
  }

  expect(answers).toEqual(Object.keys(wrong).map((how) => [how, Array(3).fill('401 Refused.\n')]));
  expect(await requests(bot)).toBe(0);
  expect(bot.slack.messages('#ops')).toEqual([]);
});

it('what nobody could read is refused, signed as it may be', async () => {
  const bot = await toyBot({ transport: 'http' });
  const body = mentioned(bot, LINE);

  const refused = {
    huge: await post(bot, JSON.stringify({ type: 'event_callback', event: 'x'.repeat(1_100_000) })),
    text: await post(bot, body, { type: 'text/plain' }),
    untyped: await post(bot, body, { type: '' }),
    compressed: await post(bot, body, { headers: { 'content-encoding': 'gzip' } }),
    broken: await post(bot, body.slice(0, -1)),
    list: await post(bot, '[]'),
    nothing: await post(bot, ''),
    form: await post(bot, 'a=b', { type: FORM }),
    payload: await post(bot, 'payload=%7B', { type: FORM }),
  };

  expect(Object.fromEntries(Object.entries(refused).map(([name, { status, text }]) => [name, `${status} ${text}`]))).toEqual({
    huge: '413 Refused: too large.\n',
    text: '415 Refused: neither JSON nor a form, or compressed.\n',
    untyped: '415 Refused: neither JSON nor a form, or compressed.\n',
    compressed: '415 Refused: neither JSON nor a form, or compressed.\n',
    broken: '400 Refused: not understood.\n',
    list: '400 Refused: not understood.\n',
    nothing: '400 Refused: not understood.\n',
    form: '400 Refused: not understood.\n',
    payload: '400 Refused: not understood.\n',
  });
  expect(await requests(bot)).toBe(0);
});

it('it is one path and one method, and none where the bot listens by sockets', async () => {
  const bot = await toyBot({ transport: 'http' });
  const bySockets = await toyBot();

  const read = await fetch(slackUrl(bot.running));
  const elsewhere = await fetch(`${slackUrl(bot.running)}/`, { method: 'POST' });
  const socket = await fetch(slackUrl(bySockets.running), { method: 'POST' });

  expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST']);
  expect([elsewhere.status, socket.status]).toEqual([404, 404]);
});

it("Slack's challenge is answered", async () => {
  const bot = await toyBot({ transport: 'http' });

  const answer = await post(bot, JSON.stringify({ token: 't', type: 'url_verification', challenge: '3eZbrw1a' }));

  expect(answer).toEqual({ status: 200, type: 'application/json; charset=utf-8', text: '{"challenge":"3eZbrw1a"}' });
});

it("Slack's look at the certificate, which it does not sign, is answered, and takes nothing with it", async () => {
  const bot = await toyBot({ transport: 'http' });
  const unsigned = { type: FORM, headers: { 'x-slack-signature': '', 'x-slack-request-timestamp': '' } };

  const look = await post(bot, 'ssl_check=1&token=abc', unsigned);
  const smuggled = await post(bot, typed(bot, LINE, { ssl_check: '1' }), unsigned);
  const other = await post(bot, typed(bot, LINE), unsigned);
  const long = await post(bot, `ssl_check=1&token=${'x'.repeat(600)}`, unsigned);

  expect([look, smuggled].map(({ status, text }) => [status, text])).toEqual(Array(2).fill([200, '']));
  expect([other, long].map(({ status, text }) => [status, text])).toEqual(Array(2).fill([401, 'Refused.\n']));
  expect(await requests(bot)).toBe(0);
});

it('a request that somebody overheard and sends again makes nothing twice, though nothing in it has a number', async () => {
  const bot = await toyBot({ transport: 'http' });
  const body = typed(bot, LINE, { trigger_id: '' });

  await Promise.all([post(bot, body, { type: FORM }), post(bot, body, { type: FORM })]);
  await post(bot, body, { type: FORM });

  await bot.hears('bob', 'demo has 20 cores');
  expect(await requests(bot)).toBe(1);
});
