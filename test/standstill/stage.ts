import type { Freeze } from '../../src/standstill/standstill.ts';
import type { Bot } from '../bot.ts';

/** As somebody's freeze stands in Redis, whose requests have not heard of it yet. */
export const FROZEN = JSON.stringify({
  by: 'U0CAROL00',
  name: 'carol',
  reason: 'a test',
  at: Date.parse('2026-11-23T06:40:00Z'),
  request: 900,
} satisfies Freeze);

/** Nothing begins to run any more. */
export async function freezeQuietly({ running }: Pick<Bot, 'running'>): Promise<void> {
  const { redis, keys } = running.core.store;
  await redis.set(keys.freeze('prod'), FROZEN);
}

/** What waits goes on with the sweeper's next round, every two seconds. */
export async function thawQuietly({ running }: Pick<Bot, 'running'>): Promise<void> {
  const { redis, keys } = running.core.store;
  await redis.del(keys.freeze('prod'));
}
