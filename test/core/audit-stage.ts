import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Sealed, sha256 } from '../../src/audit/chain.ts';
import { dayOf } from '../../src/audit/day-files.ts';
import { startClock } from '../../src/redis/clock.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { keysOf } from '../../src/redis/keys.ts';
import type { Store } from '../../src/requests/store.ts';
import { type Bot, eventually, toyBot } from '../bot.ts';
import { newFolder } from '../new-folder.ts';
import { testRedis } from '../setup/redis-client.ts';

export const DAY_MS = 86_400_000;

/** A request that was approved and done, another that was only read, both sealed. */
export async function botWithHistory(): Promise<{ bot: Bot; store: Store; folder: string }> {
  const bot = await toyBot();
  const { store, auditFolder } = bot.running.core;
  await bot.say('bob', 'cores set demo --cores 40 --reason "more load"');
  await bot.approve('alice');
  await bot.until('done');
  await bot.say('bob', 'cores show demo');
  await eventually(async () => (await store.redis.llen(store.keys.sealed)) === 2, 'both requests sealed');
  return { bot, store, folder: auditFolder };
}

export function inDays(store: Store, days: number): Store {
  return { ...store, clock: { ...store.clock, now: () => store.clock.now() + days * DAY_MS } };
}

export async function storeAlone(): Promise<{ store: Store; folder: string }> {
  const { target, prefix } = testRedis();
  const redis = connectRedis(target, 'commands', pino({ level: 'silent' }));
  onTestFinished(() => redis.disconnect());
  const clock = await startClock(redis);
  onTestFinished(clock.stop);
  return { store: { redis, keys: keysOf(prefix), clock }, folder: newFolder() };
}

/** A global chain of requests that ended so many days ago. */
export async function sealed({ redis, keys, clock }: Store, ago: number[]): Promise<void> {
  let prev = '';
  const now = clock.now();
  for (const [index, days] of ago.entries()) {
    const entry = { at: now - days * DAY_MS, request: 1001 + index, head: 'gone', prev };
    const sealed: Sealed = { ...entry, hash: sha256(entry) };
    await redis.rpush(keys.sealed, JSON.stringify(sealed));
    prev = sealed.hash;
  }
  await redis.set(keys.sealedHead, prev);
}

/** `2026-11-23`, so many days ago. */
export function daysAgo({ clock }: Store, days: number): string {
  return dayOf(clock.now() - days * DAY_MS);
}
