import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { keepLease } from '../../src/requests/lease.ts';
import { decideAndAdvance, readAudit } from '../../src/requests/store.ts';
import { eventually, toyBot } from '../bot.ts';
import { ownRedis } from '../own-redis.ts';
import { silentProxy } from '../silent-proxy.ts';

const SET = 'cores set demo --cores 40 --reason "more load"';

it('a lease whose renewals are not answered is given up while it is still its own', async () => {
  const redis = await ownRedis();
  const between = await silentProxy(redis.socket);
  const bot = await toyBot({ target: { socket: redis.socket } });
  const { store } = bot.running.core;
  const behind = connectRedis({ socket: between.socket }, 'commands', pino({ level: 'silent' }));
  onTestFinished(() => behind.disconnect());
  const leaseMs = 900;
  const asked = performance.now();
  await behind.set(store.keys.lease(1), '7', 'PX', leaseMs);
  const lease = keepLease({ ...store, redis: behind }, { number: 1, token: '7', leaseMs, asked }, pino({ level: 'silent' }));
  await sleep(leaseMs * 1.5);
  const keptSoLong = !lease.lost.aborted;

  const held = performance.now();
  between.hold();
  await eventually(() => lease.lost.aborted, 'the lease to be given up');
  const givenUpAfterMs = performance.now() - held;

  expect(keptSoLong).toBe(true);
  expect(lease.signal.reason).toBe('lease lost');
  // Redis counts from later than the last renewal that we heard of.
  expect(givenUpAfterMs).toBeLessThan(leaseMs);
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
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { delayMs: 1_500 });
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
  await eventually(() => bot.cloud.writes[0]?.status === 200, 'the answer');
  await sleep(300);

  expect((await verifyAudit(store, auditFolder)).problems).toEqual([]);
  expect((await readAudit(store, 1001)).at(-1)?.event).toBe('cancelled');
});
