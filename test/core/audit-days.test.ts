import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type ClosedDays, writeDailyFiles } from '../../src/audit/files.ts';
import { seal } from '../../src/audit/seal.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import type { Store } from '../../src/requests/store.ts';
import type { Bot } from '../bot.ts';
import { botWithHistory, DAY_MS, daysAgo, inDays, sealed, storeAlone } from './audit-stage.ts';

/** Sweeps so many days from now, as often as there is something to close; what is to be said is said now. */
async function sweepLater(bot: Bot, store: Store, days: number): Promise<void> {
  const { redis, keys, clock } = store;
  const later = inDays(store, days);
  for (let closed = ''; ; ) {
    await seal({ ...bot.running.core, store: later });
    const now = (await redis.hget(keys.auditFiles, 'day')) ?? '';
    if (now === closed) break;
    closed = now;
  }
  const due = await redis.zrangebyscore(keys.outbox(1), clock.now() + DAY_MS / 2, '+inf');
  for (const message of due) await redis.zadd(keys.outbox(1), 'XX', clock.now(), message);
}

function heads({ slack, text }: Bot): string[] {
  return slack.messages('#audit').map(text);
}

/** Closes all there is to close, a day at a time. */
async function closeAll(store: Store, folder: string): Promise<ClosedDays[]> {
  const closed: ClosedDays[] = [];
  for (let before = -1; before < closed.length; ) {
    before = closed.length;
    await writeDailyFiles(store, folder, (days) => {
      closed.push(days);
      return [];
    });
  }
  return closed;
}

describe('the audit channel', () => {
  it("hears each day's head, once", async () => {
    const { bot, store } = await botWithHistory();
    const { head } = await verifyAudit(store, '');

    await sweepLater(bot, store, 1);

    await bot.slack.waitFor(() => heads(bot).length > 0, 'the head');
    const [said, ...more] = heads(bot);
    expect(said).toMatch(new RegExp(`^The audit of ${daysAgo(store, 0)} is closed: 2 requests, head ${head}\\.`));
    expect(said).toContain(`stackhand audit verify --head ${head.slice(0, 12)} says whether the audit is whole and still holds`);
    expect(more).toEqual([]);
  });

  it('hears the head of a day on which nothing ended too, lest somebody hides one', async () => {
    const { bot, store } = await botWithHistory();
    const { head } = await verifyAudit(store, '');

    await sweepLater(bot, store, 1);
    await sweepLater(bot, store, 2);
    await sweepLater(bot, store, 3);

    await bot.slack.waitFor(() => heads(bot).length === 3, 'three heads');
    expect(heads(bot)[1]).toContain(`The audit of ${daysAgo(store, -1)} is closed: 0 requests, head ${head}.`);
    expect(heads(bot)[2]).toContain(`The audit of ${daysAgo(store, -2)} is closed: 0 requests, head ${head}.`);
  });

  it('hears of days on which Stackhand was off, in one message where nothing ended on them', async () => {
    const { bot, store } = await botWithHistory();
    const { head } = await verifyAudit(store, '');

    await sweepLater(bot, store, 6);

    await bot.slack.waitFor(() => heads(bot).length === 2, 'two heads');
    expect(heads(bot)[1]).toContain(
      `The audit of ${daysAgo(store, -1)} to ${daysAgo(store, -5)} is closed: 0 requests, head ${head}.`,
    );
  });

  it('hears it once, however many workers sweep at once', async () => {
    const { bot, store } = await botWithHistory();
    const { redis, keys } = store;

    await Promise.all(Array.from({ length: 4 }, () => seal({ ...bot.running.core, store: inDays(store, 1) })));
    await Promise.all(Array.from({ length: 4 }, () => seal({ ...bot.running.core, store: inDays(store, 3) })));

    for (const days of [0, -2]) {
      expect(await redis.hget(keys.message(`audit/${daysAgo(store, days)}`), 'version')).toBe('1');
    }
    expect(await redis.exists(keys.message(`audit/${daysAgo(store, -1)}`))).toBe(0);
  });

  it('hears it, once, after Slack was away', async () => {
    const { bot, store } = await botWithHistory();
    await bot.slack.outage();

    await sweepLater(bot, store, 1);
    await sweepLater(bot, store, 2);
    await bot.slack.recover();

    await bot.slack.waitFor(() => heads(bot).length === 2, 'both heads');
    await bot.say('bob', 'cores show demo');
    expect(heads(bot)).toHaveLength(2);
  });
});

describe('days that are over', () => {
  it('are closed one after the other, those without an end together and without a file', async () => {
    const { store, folder } = await storeAlone();
    await sealed(store, [9, 8, 8, 3]);
    const hashes = (await store.redis.lrange(store.keys.sealed, 0, -1)).map((entry) => JSON.parse(entry).hash as string);
    const day = (ago: number): string => daysAgo(store, ago);

    const closed = await closeAll(store, folder);

    expect(closed).toEqual([
      { from: day(9), to: day(9), requests: 1, head: hashes[0] },
      { from: day(8), to: day(8), requests: 2, head: hashes[2] },
      { from: day(7), to: day(4), requests: 0, head: hashes[2] },
      { from: day(3), to: day(3), requests: 1, head: hashes[3] },
      { from: day(2), to: day(1), requests: 0, head: hashes[3] },
    ]);
    expect((await readdir(folder)).sort()).toEqual([9, 8, 3].map((ago) => `${day(ago)}.jsonl`));
    expect((await verifyAudit(store, folder)).problems).toEqual([]);
  });

  it('are none before anything has ended', async () => {
    const { store, folder } = await storeAlone();

    expect(await closeAll(store, folder)).toEqual([]);
    expect(await store.redis.exists(store.keys.auditFiles)).toBe(0);
  });

  it('have what the clock put before them, if nothing else', async () => {
    const { store, folder } = await storeAlone();
    const { redis, keys } = store;
    await sealed(store, [3, 1]);
    const [, late = ''] = await redis.lrange(keys.sealed, 0, -1);
    // Its worker's clock was behind: yesterday was closed by then.
    await redis.hset(keys.auditFiles, { day: daysAgo(store, 1), written: 1 });

    expect(await closeAll(store, folder)).toEqual([]);
    expect(await closeAll(inDays(store, 1), folder)).toEqual([
      { from: daysAgo(store, 0), to: daysAgo(store, 0), requests: 1, head: JSON.parse(late).hash },
    ]);
  });
});
