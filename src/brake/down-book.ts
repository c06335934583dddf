import type { Store } from '../requests/store.ts';
import type { Beat } from './mass-down.ts';

/** A service that was found down counts as down for this long: states flap while a message queue dies. */
const COUNTS_FOR_MS = 300_000;
const KEEP_SECONDS = 3_600;

export interface Where {
  cloud: string;
  region: string;
}

export interface DownBook {
  /** What some look of the last minutes found down. */
  wasDown: ReadonlySet<string>;
  /** What was down when people lifted the brake, and has been so ever since. */
  known: ReadonlySet<string>;
}

/** Adds what this look found. What people acknowledged is forgotten once it is up again, or gone: the next time is another incident. */
export async function noteDown(
  { redis, keys, clock }: Store,
  { cloud, region }: Where,
  beats: readonly Beat[],
): Promise<DownBook> {
  const [seen, acknowledged] = [keys.downSeen(cloud, region), keys.downKnown(cloud, region)];
  const now = clock.now();
  const down = beats.flatMap(({ name, isDown }) => (isDown ? [now, name] : []));
  if (down.length > 0) await redis.zadd(seen, ...down);
  await redis.zremrangebyscore(seen, 0, now - COUNTS_FOR_MS);
  await redis.expire(seen, KEEP_SECONDS);
  const wasDown = new Set(await redis.zrange(seen, '0', '-1'));
  const known = await redis.smembers(acknowledged);
  const over = known.filter((name) => !wasDown.has(name));
  if (over.length > 0) await redis.srem(acknowledged, ...over);
  return { wasDown, known: new Set(known.filter((name) => wasDown.has(name))) };
}

/** What counts as down by the last looks, by name. */
export async function listDown({ redis, keys, clock }: Store, { cloud, region }: Where): Promise<string[]> {
  return (await redis.zrangebyscore(keys.downSeen(cloud, region), clock.now() - COUNTS_FOR_MS, '+inf')).sort();
}
