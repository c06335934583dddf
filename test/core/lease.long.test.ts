import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { keysOf } from '../../src/redis/keys.ts';
import { keepLease } from '../../src/requests/lease.ts';
import { decideAndAdvance, readAudit } from '../../src/requests/store.ts';
import { eventually, gate, toyBot } from '../bot.ts';
import { ownRedis } from '../own-redis.ts';
import { silentProxy } from '../silent-proxy.ts';

const SET = 'cores set demo --cores 40 --reason "more load"';

it('a lease whose renewals are not answered is given up while it is still its own', async () => {
  const redis = await ownRedis();
  const between = await silentProxy(redis.socket);
  const log = pino({ level: 'silent' });
  const behind = connectRedis({ socket: between.socket }, 'commands', log);
  onTestFinished(() => behind.disconnect());
  const store = { redis: behind, keys: keysOf('stackhand'), clock: { now: Date.now, stop: () => undefined } };
  const leaseMs = 60_000;
  await behind.set(store.keys.lease(1), '7', 'PX', leaseMs);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const lease = keepLease(store, { number: 1, token: '7', leaseMs, asked: performance.now() }, log);

  for (let renewal = 1; renewal <= 6; renewal += 1) {
    vi.advanceTimersByTime(leaseMs / 4);
    // What was asked before a ping is answered before it; the first renewal is asked twice, as Redis does not know the script yet.
    for (let asked = 1; asked <= 2; asked += 1) {
      await behind.ping();
      await immediate();
    }
  }
  const keptSoLong = !lease.lost.aborted;
  between.hold();
  vi.advanceTimersByTime(leaseMs / 2);
  const heldStill = !lease.lost.aborted;
  vi.advanceTimersByTime(leaseMs / 4);

  expect([keptSoLong, heldStill]).toEqual([true, true]);
  // Redis counts from later than the last renewal that we heard of, and not to its end yet.
  expect(lease.signal.reason).toBe('lease lost');
  expect(lease.lost.aborted).toBe(true);
});

it('once its lease is lost a run sends nothing more, not even a write that was refused for its token', async () => {
  const redis = await ownRedis();
  const between = await silentProxy(redis.socket);
  const bot = await toyBot({ target: { socket: between.socket } });
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { status: 401, delayMs: 2_000 });
  const puts = (): number => bot.cloud.calls.filter(({ method }) => method === 'PUT').length;
  await bot.say('bob', SET);
  await bot.approve('alice');
  await eventually(() => puts() === 1, 'the write');

  between.hold();
  await sleep(2_500);
  const sentMeanwhile = puts();
  between.release();
  await bot.until('done');

  expect(sentMeanwhile).toBe(1);
});

it('an answer that comes after the end leaves the audit as it was sealed', async () => {
  const bot = await toyBot();
  const { store, auditFolder } = bot.running.core;
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET);
  await bot.approve('alice');
  await eventually(() => bot.cloud.calls.some(({ method }) => method === 'PUT'), 'the write');

  // As another worker would that took it over and came to its end.
  await decideAndAdvance(store, 1001, () => ({
    change: (draft) => {
      draft.state = 'cancelled';
      draft.result = { text: 'Ended elsewhere.' };
    },
    give: undefined,
    move: { event: 'cancelled' },
  }));
  await eventually(async () => (await store.redis.llen(store.keys.sealed)) === 1, 'the seal');
  write.open();
  await eventually(() => bot.cloud.writes[0]?.status === 200, 'the answer');
  await sleep(300);

  expect((await verifyAudit(store, auditFolder)).problems).toEqual([]);
  expect((await readAudit(store, 1001)).at(-1)?.event).toBe('cancelled');
});
