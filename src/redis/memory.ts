import type { Core } from '../core.ts';
import { PRIORITY, say } from '../outbox.ts';
import { commit } from './commit.ts';

/** From here on an alert; from the second one on no new lines, so that votes, running jobs and alerts still fit. */
const ALERT_AT = 0.8;
const FULL_AT = 0.9;
/** Without a sweeper to renew it nobody knows any more. */
const FULL_FOR_SECONDS = 30;

export interface Memory {
  used: number;
  /** 0 where there is no limit. */
  max: number;
}

export async function readMemory(redis: Core['store']['redis']): Promise<Memory> {
  const info = await redis.info('memory');
  const read = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { used: read('used_memory'), max: read('maxmemory') };
}

type Level = 'room' | 'filling up' | 'nearly full';

/** Shuts the door to new lines while Redis is nearly full, and says so in the audit channel: one message, edited as it changes. */
export async function watchMemory({ store, config, log }: Core): Promise<void> {
  const { redis, keys, clock } = store;
  const { used, max } = await readMemory(redis);
  const share = max === 0 ? 0 : used / max;
  const level: Level = share >= FULL_AT ? 'nearly full' : share >= ALERT_AT ? 'filling up' : 'room';
  if (level === 'nearly full') await redis.set(keys.full, '1', 'EX', FULL_FOR_SECONDS);
  else await redis.del(keys.full);
  const before = (await redis.getset(keys.memoryLevel, level)) ?? 'room';
  if (before === level) return;
  log.warn({ used, max, level }, 'redis memory');
  const { audit } = config.channels;
  if (audit === undefined) return;
  const reply = { text: inWords(level, Math.round(share * 100)) };
  const message = { id: 'redis-memory', to: { kind: 'channel' as const, channel: audit }, priority: PRIORITY.approval, reply };
  await commit(redis, [], say(keys, message, clock.now()));
}

function inWords(level: Level, percent: number): string {
  if (level === 'room') return `Redis has room again: ${percent} % of its memory are used.`;
  if (level === 'filling up')
    return `Redis is filling up: ${percent} % of its memory are used. From 90 % on I take no new lines.`;
  return `Redis is nearly full: ${percent} % of its memory are used, and I take no new lines. Votes, stops and what runs go on. Raise \`limits.maxMemory\`.`;
}
