import type { Core } from '../process/core.ts';
import { readStandstill } from '../standstill/standstill.ts';
import { PRIORITIES } from './outbox.ts';

const EVERY_MS = 5_000;

/** Keeps the metrics of what Slack has yet to say, how many groups of alerts fire, which clouds stand still, and whether Redis answers. */
export function watchOutbox({ store, metrics, clouds }: Core): { stop(): void } {
  const { redis, keys, clock } = store;
  const look = async (): Promise<void> => {
    let messages = 0;
    let oldest = clock.now();
    for (const priority of PRIORITIES) {
      messages += await redis.zcard(keys.outbox(priority));
      const [, due] = await redis.zrange(keys.outbox(priority), '0', '0', 'WITHSCORES');
      if (due !== undefined) oldest = Math.min(oldest, Number(due));
    }
    metrics.outbox(messages, (clock.now() - oldest) / 1_000);
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
