import type { Redis } from 'ioredis';
import { z } from 'zod';
import { keysOf } from '../redis/keys.ts';

/** So long they are kept for those who cannot ask Slack: what they are good for is decided again by a worker. */
const KEEP_SECONDS = 86_400;

/** Puts down who is in a Slack user group, for all processes. */
export async function keepMembers(redis: Redis, prefix: string, group: string, members: readonly string[]): Promise<void> {
  await redis.set(keysOf(prefix).group(group), JSON.stringify(members), 'EX', KEEP_SECONDS);
}

/** Who was in it when Slack was asked last, and how long ago that was; undefined where that was longer than a day ago. */
export async function knownMembers(
  redis: Redis,
  prefix: string,
  group: string,
): Promise<{ members: string[]; ageMs: number } | undefined> {
  const key = keysOf(prefix).group(group);
  const [members, left] = await Promise.all([redis.get(key), redis.pttl(key)]);
  if (members === null) return undefined;
  return { members: z.array(z.string()).parse(JSON.parse(members)), ageMs: KEEP_SECONDS * 1_000 - left };
}
