import type { Core } from '../process/core.ts';
import { labelOf } from './card.ts';
import { storeElapsed } from './store.ts';

const AT_A_TIME = 200;

/** The sweeper's part: groups whose time has come though nobody told of them. */
export async function lookAtAlerts({ store, config: { alerts, ...config }, log }: Core): Promise<void> {
  if (!alerts) return;
  const { redis, keys, clock } = store;
  for (const number of await redis.zrangebyscore(keys.alertsDue, 0, clock.now(), 'LIMIT', 0, AT_A_TIME)) {
    const group = await storeElapsed({ store, config: { ...config, alerts } }, Number(number));
    if (group) log.info({ group: labelOf(group), state: group.state }, 'alert group looked at');
  }
}
