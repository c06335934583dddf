import { HOME_KEPT_SECONDS } from '../intake/look.ts';
import type { Store } from '../requests/store.ts';

/** Whoever opened their Home or clicked in it is taken to look at it for this long. */
const LOOKS_FOR_MS = 600_000;

/** What Slack shows somebody as their Home, as far as we know. */
export interface Shown {
  /** Grows with each opening. What was `shown` for it is its value then. */
  asked: string;
  shown?: string;
  /** Of what it says; not there while it is not certain. */
  digest?: string;
  /** Slack's own, of the view. */
  hash?: string;
  /** When a change in it was last published, by Redis's clock; 0 where that was before they last did something in it. */
  at: number;
}

/** Who looks now; whoever has not done so for a while is dropped. */
export async function listLookers({ redis, keys, clock }: Store): Promise<string[]> {
  await redis.zremrangebyscore(keys.homes, 0, clock.now() - LOOKS_FOR_MS);
  return redis.zrange(keys.homes, '0', '-1');
}

/** Nothing more is published to them before they look again. */
export async function dropLooker({ redis, keys }: Store, user: string): Promise<void> {
  await redis.zrem(keys.homes, user);
}

export async function readShown({ redis, keys }: Store, user: string): Promise<Shown> {
  const { asked = '', shown, digest, hash = '', at = '0' } = await redis.hgetall(keys.home(user));
  return {
    asked,
    at: Number(at),
    ...(shown === undefined ? {} : { shown }),
    ...(digest === undefined ? {} : { digest }),
    ...(hash === '' ? {} : { hash }),
  };
}

export async function writeShown(
  { redis, keys }: Store,
  user: string,
  { shown = '', digest = '', hash = '', at }: Shown,
): Promise<void> {
  const key = keys.home(user);
  await redis.multi().hset(key, { shown, digest, hash, at }).expire(key, HOME_KEPT_SECONDS).exec();
}

/** From here on nobody knows what Slack shows, until it has answered: a process may die, or the answer get lost. */
export async function beginShowing({ redis, keys }: Store, user: string): Promise<void> {
  await redis.hdel(keys.home(user), 'digest');
}

/** Slack shows another view than we thought: whatever is published next goes over it. */
export async function forgetShown({ redis, keys }: Store, user: string): Promise<void> {
  await redis.hdel(keys.home(user), 'digest', 'hash');
}
