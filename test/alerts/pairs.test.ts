import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlertGroup, begin, elapse, hear } from '../../src/alerts/group.ts';
import { lookAtAlerts } from '../../src/alerts/overdue.ts';
import { readPayload, type Telling } from '../../src/alerts/payload.ts';
import { type AlertBot, type AlertGiven, alertBot, OPS, payload } from './sender.ts';

const ONE = 'http://am1:9093';
const OTHER = 'http://am2:9093';
const ENDED = '2026-11-25T10:14:00Z';
const MINUTE = 60_000;

const on = (host: string, given: AlertGiven = {}): AlertGiven => ({ ...given, labels: { host } });
const over = (host: string): AlertGiven => on(host, { endsAt: ENDED });

async function tells(bot: AlertBot, from: string, ...alerts: AlertGiven[]): Promise<void> {
  expect((await bot.post(payload({ alerts, from }))).status).toBe(200);
}

async function reads(bot: AlertBot, words: string): Promise<string> {
  return bot.slack.waitFor(() => bot.card().includes(words) && bot.card(), `a card with ${words}`);
}

/** Once what was put into the outbox before is said. */
async function settled(bot: AlertBot): Promise<void> {
  const name = `settled-${bot.cards('#audit').length}`;
  await bot.post(payload({ alerts: [{ labels: { alertname: name, severity: 'none' } }], groupKey: name }));
  await bot.slack.waitFor(() => bot.cards('#audit').some((card) => bot.text(card).includes(name)), name);
}

/** What is not `settled` goes to #ops, so that the two do not mix. */
function pairBot(): Promise<AlertBot> {
  return alertBot({ yaml: { alerts: { channel: OPS, routes: [{ match: { severity: 'none' }, channel: 'C0AUDIT00' }] } } });
}

/** As if so much time had passed since the group was last told of. */
async function later(bot: AlertBot, ms: number): Promise<void> {
  const { redis, keys } = bot.running.core.store;
  const group = JSON.parse((await redis.hget(keys.alert(1), 'doc')) ?? '') as AlertGroup;
  const earlier = {
    ...group,
    heardAt: group.heardAt - ms,
    alerts: group.alerts.map(({ changedAt, doubtedAt, ...alert }) => ({
      ...alert,
      changedAt: changedAt - ms,
      ...(doubtedAt === undefined ? {} : { doubtedAt: doubtedAt - ms }),
    })),
  };
  await redis.hset(keys.alert(1), 'doc', JSON.stringify(earlier));
  await redis.zadd(keys.alertsDue, 'XX', 'INCR', -ms, 1);
  await lookAtAlerts(bot.running.core);
}

describe('a pair of Alertmanagers', () => {
  it('that both tell the same are one card, said once', async () => {
    const bot = await pairBot();

    await Promise.all([tells(bot, ONE, on('a'), on('b')), tells(bot, OTHER, on('a'), on('b'))]);
    await reads(bot, 'FIRING 2 of 2');
    for (const from of [OTHER, ONE, OTHER]) await tells(bot, from, on('a'), on('b'));
    await settled(bot);

    expect(bot.cards()).toHaveLength(1);
    expect(bot.slack.callsTo('chat.update')).toEqual([]);
    expect(bot.thread()).toEqual([]);
  });

  it('of which one tells late that it fires: what is resolved stays so, and nobody is told otherwise', async () => {
    const bot = await pairBot();
    await tells(bot, ONE, on('a'));
    await tells(bot, ONE, over('a'));
    await reads(bot, 'RESOLVED');

    await tells(bot, OTHER, on('a'));
    await later(bot, 5 * MINUTE);
    await tells(bot, OTHER, over('a'));
    await later(bot, 20 * MINUTE);
    await settled(bot);

    expect(bot.card()).toContain('RESOLVED');
    expect(bot.slack.messages('#ops')).toHaveLength(1);
  });

  it('of which one goes on telling that it fires is believed: an alert that ended by timeout has its old beginning', async () => {
    const bot = await pairBot();
    await tells(bot, ONE, on('a'));
    await tells(bot, ONE, over('a'));
    await reads(bot, 'RESOLVED');

    await tells(bot, OTHER, on('a'));
    await later(bot, 7 * MINUTE);

    await bot.slack.waitFor(() => bot.slack.messages('#ops').length === 2, 'the channel to be told');
    expect(bot.text(bot.cards()[0] ?? bot.cardMessage())).toContain('🔥 A-1 FIRING ·');
  });

  it('of which one tells late of an earlier end does not end what began after it', async () => {
    const bot = await pairBot();
    await tells(bot, ONE, on('a'));
    await tells(bot, ONE, on('a', { startsAt: '2026-11-25T10:24:00Z' }));
    await reads(bot, 'FIRING');

    await tells(bot, OTHER, over('a'));
    await settled(bot);

    expect(bot.card()).toContain('FIRING');
    expect(bot.thread()).toEqual([]);
  });

  it('of which one does not know an alert yet leaves it firing; who told of it and leaves it out has silenced it', async () => {
    const bot = await pairBot();
    await tells(bot, ONE, on('a'), on('b'));
    await reads(bot, 'FIRING 2 of 2');

    await tells(bot, OTHER, on('a'));
    await settled(bot);
    expect(bot.card()).toContain('FIRING 2 of 2');

    await tells(bot, ONE, on('a'));
    const card = await reads(bot, 'FIRING 1 of 2');
    expect(card).toContain('Alertmanager tells no more of 1 alert: silenced or inhibited.');
    expect(card).toMatch(/^b +left out/m);

    await tells(bot, ONE, on('a'), on('b'));
    await reads(bot, 'FIRING 2 of 2');
  });
});

describe('a group that nobody tells of', () => {
  it('is no longer said to fire after a day, and fires again once it is told of', async () => {
    const bot = await pairBot();
    await tells(bot, ONE, on('a'), on('b'));
    await reads(bot, 'FIRING 2 of 2');
    const firing = async (): Promise<number> => bot.running.core.store.redis.zcard(bot.running.core.store.keys.alertsOpen);

    await later(bot, 24 * 60 * MINUTE);
    expect(await firing()).toBe(1);
    await later(bot, 60 * MINUTE);

    const card = await reads(bot, 'NOT HEARD OF any more, was FIRING 2 of 2');
    expect(card).toContain('It may be silenced, Alertmanager may be away');
    expect(await firing()).toBe(0);

    await tells(bot, ONE, on('a'), on('b'));
    const again = await bot.slack.waitFor(() => bot.slack.messages('#ops')[1], 'the channel to be told');
    expect(bot.text(again)).toContain('FIRING AGAIN 2 of 2');
    expect(bot.text(again)).toContain('Nobody had told of it for 25 hours.');
    expect(await firing()).toBe(1);
  });

  it('is kept as long as it fires, and for 90 days after it was last told of', async () => {
    const bot = await pairBot();
    await tells(bot, ONE, on('a'));
    await reads(bot, 'FIRING');
    const { redis, keys } = bot.running.core.store;
    const kept = [keys.alert(1), keys.message('A-1/card'), ...(await redis.keys(keys.alertOf('*')))];
    // As if it had fired unchanged for 80 days.
    for (const key of kept) await redis.expire(key, 10 * 86_400);

    await tells(bot, ONE, on('a'));

    for (const key of kept) expect([key, await redis.ttl(key)]).toEqual([key, 90 * 86_400]);
    await tells(bot, ONE, on('a'), on('b'));
    await reads(bot, 'FIRING 2 of 2');
    expect(bot.cards()).toHaveLength(1);
  });
});

describe('whatever is told in whatever order', () => {
  const told = (from: string, alerts: AlertGiven[]): Telling => {
    const telling = readPayload(JSON.stringify(payload({ alerts, from })));
    if ('because' in telling) throw new Error(JSON.stringify(telling));
    return telling;
  };
  const firing = ({ alerts }: AlertGroup): string[] =>
    alerts.flatMap(({ state, labels }) => (state === 'firing' ? [labels.host ?? ''] : [])).sort();

  // `lag`: how many tellings the other one of the pair is behind, each time that it tells something.
  const Step = fc.record({
    host: fc.constantFrom('a', 'b', 'c', 'd'),
    isOver: fc.boolean(),
    lags: fc.array(fc.nat(9), { maxLength: 3 }),
  });

  it('what one of a pair tells late changes nothing of what the other one says', () => {
    fc.assert(
      fc.property(fc.array(Step, { minLength: 1, maxLength: 12 }), (steps) => {
        const state = new Map<string, { startsAt: string; endsAt?: string }>();
        const said: Telling[] = [];
        let group: AlertGroup | undefined;
        let behind = 0;
        let now = Date.parse('2026-11-25T10:00:00Z');
        for (const { host, isOver, lags } of steps) {
          now += 10_000;
          const at = new Date(now).toISOString();
          const known = state.get(host);
          if (!isOver && (known === undefined || known.endsAt)) state.set(host, { startsAt: at });
          if (isOver && known && !known.endsAt) state.set(host, { ...known, endsAt: at });
          if (state.size === 0) continue;
          const alerts = [...state].map(([name, times]) => on(name, times));
          const newest = told(ONE, alerts);
          said.push(told(OTHER, alerts));
          group = group ? hear(group, newest, now).group : begin(newest, { number: 1, now }).group;
          for (const lag of lags) {
            behind = Math.max(behind, said.length - 1 - lag);
            group = hear(group, said[behind] ?? newest, now + 1).group;
          }

          const truth = [...state].flatMap(([name, { endsAt }]) => (endsAt ? [] : [name])).sort();
          expect(firing(group)).toEqual(truth);
          expect(group.state).toBe(truth.length > 0 ? 'firing' : 'resolved');
          // What the newest telling confirms is past doubt.
          const confirmed = hear(group, newest, now + 2).group;
          expect(firing(elapse(confirmed, now + 3_600_000, 86_400_000).group)).toEqual(truth);
        }
      }),
    );
  });
});
