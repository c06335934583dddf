import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

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

export type MemoryLevel = 'room' | 'filling up' | 'nearly full';

export async function readMemory(redis: Redis): Promise<Memory> {
  const info = await redis.info('memory');
  const read = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { used: read('used_memory'), max: read('maxmemory') };
}

/** Shuts the door to new lines while Redis is nearly full. */
export async function guardMemory(redis: Redis, keys: Keys): Promise<Memory & { level: MemoryLevel; percent: number }> {
  const memory = await readMemory(redis);
  const share = memory.max === 0 ? 0 : memory.used / memory.max;
  const level: MemoryLevel = share >= FULL_AT ? 'nearly full' : share >= ALERT_AT ? 'filling up' : 'room';
  if (level === 'nearly full') await redis.set(keys.full, '1', 'EX', FULL_FOR_SECONDS);
  else await redis.del(keys.full);
  return { ...memory, level, percent: Math.round(share * 100) };
}
