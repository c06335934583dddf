import { countUnsaid } from '../outbox/unsaid.ts';
import type { Core } from '../process/core.ts';
import { countAlive } from '../process/heartbeat.ts';

/** What has waited longer than this to be said shows that Slack, or whoever speaks to it, is behind. */
const LATE_MS = 60_000;
/** So has more than this. */
const MANY = 100;

/**
 * What is known not to work, for everybody who looks. That no worker runs, or that Redis is away, is the gateway's to say. Without
 * figures, or each Home would be another one every second.
 */
export async function listTroubles({ store }: Pick<Core, 'store'>): Promise<string[]> {
  const { redis, keys } = store;
  const [gateways, full, late] = await Promise.all([countAlive(store, keys.gateways), redis.exists(keys.full), isBehind(store)]);
  return [
    ...(gateways > 0
      ? []
      : ['No gateway of mine is connected to Slack, so lines and clicks do not reach me now. Tell whoever runs Stackhand.']),
    ...(full === 0 ? [] : ['Redis is nearly full, so I take no new lines for now. Votes and stops still work.']),
    ...(late ? ['Slack takes my messages slowly: cards in channels may be behind this page.'] : []),
  ];
}

async function isBehind(store: Core['store']): Promise<boolean> {
  const [waiting, late] = await Promise.all([countUnsaid(store), countUnsaid(store, store.clock.now() - LATE_MS)]);
  return late > 0 || waiting > MANY;
}
