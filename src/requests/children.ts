import type { Command } from '../redis/commit.ts';
import type { Keys } from '../redis/keys.ts';
import { KEEP_SECONDS, type Request } from '../request.ts';
import type { Store } from './store.ts';

/** With the record of a request that follows from another one. Not in that one's own record, which is somebody else's to change. */
export function childCommands(keys: Keys, { number, parent }: Pick<Request, 'number' | 'parent'>): Command[] {
  if (parent === undefined) return [];
  const children = keys.childrenOf(parent);
  return [
    ['SADD', children, number],
    ['EXPIRE', children, KEEP_SECONDS],
  ];
}

/** Oldest first. */
export async function childrenOf({ redis, keys }: Store, number: number): Promise<number[]> {
  return (await redis.smembers(keys.childrenOf(number))).map(Number).sort((a, b) => a - b);
}
