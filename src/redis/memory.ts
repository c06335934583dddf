import type { Core } from '../core.ts';

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

export async function watchMemory({ store, log }: Core): Promise<void> {
  const { used, max } = await readMemory(store.redis);
  const share = max === 0 ? 0 : used / max;
  if (share >= FULL_AT) {
    await store.redis.set(store.keys.full, '1', 'EX', FULL_FOR_SECONDS);
    log.error({ used, max }, 'redis nearly full, no new lines');
    return;
  }
  await store.redis.del(store.keys.full);
  if (share >= ALERT_AT) log.warn({ used, max }, 'redis filling up');
}
