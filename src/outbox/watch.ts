import type { Core } from '../process/core.ts';
import { readStandstill } from '../standstill/standstill.ts';
import { PRIORITIES } from './outbox.ts';
import { countUnsaid } from './unsaid.ts';

const EVERY_MS = 5_000;

/** Keeps the metrics of what Slack has yet to say, how many groups of alerts fire, which clouds stand still, and whether Redis answers. */
export function watchOutbox({ store, metrics, clouds }: Core): { stop(): void } {
  const { redis, keys, clock } = store;
  const look = async (): Promise<void> => {
    const [unsaid, ...firsts] = await Promise.all([
      countUnsaid(store),
      ...PRIORITIES.map((priority) => redis.zrange(keys.outbox(priority), '0', '0', 'WITHSCORES')),
    ]);
    const now = clock.now();
    const oldest = Math.min(now, ...firsts.flatMap(([, due]) => (due === undefined ? [] : [Number(due)])));
    metrics.outbox(unsaid, (now - oldest) / 1_000);
    metrics.alertGroups(await redis.zcard(keys.alertsOpen));
    for (const cloud of clouds.names) {
      const { freeze, brake } = await readStandstill(store, cloud);
      metrics.standstill(cloud, { freeze: freeze !== undefined, brake: brake !== undefined });
    }
    metrics.redisUp(true);
  };
  const timer = setInterval(() => {
    // One that hangs would pile up behind the others.
    if (redis.status !== 'ready') return metrics.redisUp(false);
    look().catch(() => metrics.redisUp(false));
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
