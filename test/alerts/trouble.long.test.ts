import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { readMemory } from '../../src/redis/memory.ts';
import { eventually } from '../bot.ts';
import { ownRedis } from '../own-redis.ts';
import { silentProxy } from '../silent-proxy.ts';
import { type AlertBot, type AlertGiven, alertBot, OPS, payload, TOKEN } from './sender.ts';

const RANDOM = idOf('C', 'random');
const ENDED = '2026-11-25T10:14:00Z';

const on = (host: string, given: AlertGiven = {}): AlertGiven => ({ ...given, labels: { host } });

async function reads(bot: AlertBot, words: string, where = '#ops'): Promise<string> {
  return bot.slack.waitFor(() => bot.card(where).includes(words) && bot.card(where), `a card with ${words} in ${where}`);
}

describe('while Slack is away', () => {
  it('what is answered 2xx is said once it is back, in its newest state, with its history', async () => {
    const bot = await alertBot();
    await bot.slack.outage();

    await bot.fire(on('a'));
    await bot.fire(on('a'), on('b'));
    await bot.fire(on('a', { endsAt: ENDED }), on('b', { endsAt: ENDED }));
    await bot.slack.recover();

    await reads(bot, 'RESOLVED');
    await bot.slack.waitFor(() => bot.thread().length === 1, 'its history');
    expect(bot.cards()).toHaveLength(1);
    expect(bot.thread()[0]).toMatch(
      /it began with 1 firing \(a\)\n.*: 1 more firing \(b\)\n.*: 2 resolved \(a; b\), all is resolved/,
    );
  });
});

describe('while Redis is away', () => {
  it('and only stands still, an alert is posted at once and answered 503; sent again it gets its card', async () => {
    const redis = await ownRedis();
    const bot = await alertBot({ target: { socket: redis.socket } });
    const post = payload({ alerts: [on('a')] });

    process.kill(redis.pid, 'SIGSTOP');
    const began = performance.now();
    const first = await bot.post(post);
    const tookMs = performance.now() - began;
    const again = await bot.post(post);
    const other = await bot.post(payload({ alerts: [on('b')], groupKey: 'another' }));
    await bot.slack.waitFor(() => bot.cards().some((card) => bot.text(card).includes('host b')), 'both groups to be posted');
    expect(bot.cards()).toHaveLength(2);
    process.kill(redis.pid, 'SIGCONT');

    expect([first.status, again.status, other.status]).toEqual([503, 503, 503]);
    expect(first.headers.get('retry-after')).toBe('5');
    expect(tookMs).toBeLessThan(2_500);
    expect(bot.text(bot.cards()[0] ?? bot.cardMessage()).replace(/last change .*/, 'last change NOW')).toMatchInlineSnapshot(`
      "🔥 FIRING · warning · HostDown · host a
      ⚠️ Warning: Redis does not answer, so this stays as it is here. It is sent again, and gets a card of its own once Redis is back.
      Firing since 2026-11-25 10:02 UTC.
      group {}:{alertname="HostDown"} · receiver stackhand · from http://am1:9093 · last change NOW"
    `);
    await eventually(async () => (await bot.post(post)).status === 200, 'it to be stored');
    await reads(bot, 'A-1 FIRING');
    expect(bot.cards()).toHaveLength(3);
  });

  it('and took it, but its answer never came, it is one card all the same', async () => {
    const redis = await ownRedis();
    const between = await silentProxy(redis.socket);
    const bot = await alertBot({ target: { socket: between.socket } });
    // Redis knows the scripts from here on.
    await bot.post(payload({ alerts: [on('z')], groupKey: 'z' }));

    between.hold();
    const lost = await bot.post(payload({ alerts: [on('a')] }));
    between.release();
    await eventually(async () => (await bot.post(payload({ alerts: [on('a')] }))).status === 200, 'it to be stored');

    expect(lost.status).toBe(503);
    await bot.slack.waitFor(() => bot.cards().some((card) => /A-[23] FIRING/.test(bot.text(card))), 'its card');
    expect(bot.cards().filter((card) => bot.text(card).includes('host a'))).toHaveLength(2);
  });

  it('and gone, each group is posted once; once it is back, what is sent again is stored', async () => {
    const redis = await ownRedis();
    const bot = await alertBot({ target: { socket: redis.socket }, yaml: { alerts: { channel: RANDOM, routes: [] } } });
    await redis.stop();

    const posts = Array.from({ length: 130 }, (_, index) => payload({ alerts: [on(`h${index}`)], groupKey: String(index) }));
    const answers = await Promise.all([...posts, ...posts].map((post) => bot.post(post)));
    await bot.slack.waitFor(() => bot.cards('#audit').length >= 2, 'the first two');

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    // The bot is not in #random.
    const [first, second] = bot.cards('#audit').map(bot.text);
    expect(first).toContain('host h0');
    expect(first).toContain(
      `I could not post this in its channel ${RANDOM}: Slack says not_in_channel. Invite me there with /invite.`,
    );
    expect(second).toContain('host h1');
    const text = await (await fetch(`http://127.0.0.1:${bot.running.port}/metrics`)).text();
    expect(text).toContain('stackhand_alerts_total{outcome="no answer"} 260');
    await redis.startAgain();
    await eventually(async () => (await bot.post(posts[0])).status === 200, 'it to be stored');
    await bot.slack.waitFor(() => bot.cards('#audit').some((card) => bot.text(card).includes('A-1 FIRING')), 'its card');
  });

  it('nearly full takes alerts, while it takes no lines', async () => {
    const redis = await ownRedis();
    const bot = await alertBot({ target: { socket: redis.socket } });
    const { store } = bot.running.core;
    for (let piece = 0; piece < 256; piece += 1) await store.redis.set(`ballast-${piece}`, Buffer.alloc(262_144));
    const { used } = await readMemory(store.redis);
    await store.redis.config('SET', 'maxmemory', Math.round(used / 0.93));
    await eventually(async () => (await store.redis.exists(store.keys.full)) === 1, 'the sweeper to see it');

    const refused = await bot.say('bob', 'cores show demo');
    await bot.fire(on('a'));
    await bot.fire(on('a'), on('b'));

    expect(refused).toContain('Redis is nearly full');
    await reads(bot, 'FIRING 2 of 2');
  });
});

describe('a card', () => {
  it('that somebody deleted is posted anew when its group changes, and its history goes on below it', async () => {
    const bot = await alertBot();
    await bot.fire(on('a'));
    await reads(bot, 'FIRING');
    const [first] = bot.cards();

    if (first) first.deleted = true;
    await bot.fire(on('a'), on('b'));

    await reads(bot, 'FIRING 2 of 2');
    await bot.slack.waitFor(() => bot.thread().join().includes('1 more firing (b)'), 'its history below the new one');
    expect(bot.cards()).toHaveLength(1);
  });

  it('that is too old to be edited is posted anew', async () => {
    const bot = await alertBot();
    await bot.fire(on('a'));
    await reads(bot, 'FIRING');

    bot.slack.answer('chat.update', { error: 'edit_window_closed' });
    await bot.fire(on('a'), on('b'));

    await bot.slack.waitFor(() => bot.cards().length === 2, 'another card');
    expect(bot.card()).toContain('FIRING 2 of 2');
  });

  it('whose channel the bot is not in goes to the audit channel, until somebody invites it', async () => {
    const bot = await alertBot({ yaml: { alerts: { channel: RANDOM } } });

    await bot.fire(on('a'));
    const told = await reads(bot, 'A-1 FIRING', '#audit');
    await bot.fire(on('a'), on('b'));
    await reads(bot, 'FIRING 2 of 2', '#audit');
    await bot.slack.waitFor(() => bot.thread('#audit').join().includes('1 more firing (b)'), 'its history there');
    bot.slack.invite('#random');
    await bot.fire(on('a'), on('b'), on('c'));
    await reads(bot, 'FIRING 3 of 3', '#random');

    expect(told).toContain(
      `I could not post this in its channel ${RANDOM}: Slack says not_in_channel. Invite me there with /invite.`,
    );
    await reads(bot, 'This is in its own channel now', '#audit');
    expect(bot.cards('#audit')).toHaveLength(1);
  });

  it('whose channel the bot is not in is named by /readyz', async () => {
    const bot = await alertBot({ yaml: { alerts: { channel: OPS, routes: [{ match: { team: 'a' }, channel: RANDOM }] } } });

    const answer = await fetch(`http://127.0.0.1:${bot.running.port}/readyz`);

    expect(await answer.json()).toMatchObject({
      checks: expect.arrayContaining([
        { name: 'channels', ok: false, detail: `not a member of ${RANDOM}: /invite @stackhand there` },
      ]),
    });
  });
});

it('a gateway takes alerts, a worker too, and both know the same groups', async () => {
  const bot = await alertBot({ role: 'gateway' });
  const worker = await bot.another('worker');
  const at = async (port: number, alerts: AlertGiven[]): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/alerts/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(payload({ alerts })),
    });
    return answer.text();
  };

  const answers = await Promise.all([at(bot.running.port, [on('a')]), at(worker.port, [on('a')])]);
  answers.push(await at(worker.port, [on('a'), on('b')]));

  expect(answers[0]).toMatch(/^A-\d+: firing\n$/);
  expect(new Set(answers).size).toBe(1);
  await reads(bot, 'FIRING 2 of 2');
  expect(bot.cards()).toHaveLength(1);
});
