import { type Command, commit } from '../redis/commit.ts';
import type { Store } from '../requests/store.ts';

/** What a check saw is of no use once it has not looked for so long. */
const KEEP_SECONDS = 90 * 86_400;

/** What a check keeps of a cloud and region for commands, by the names it gave. */
export async function seenBy(
  { redis, keys }: Pick<Store, 'redis' | 'keys'>,
  check: string,
  cloud: string,
  region: string,
): Promise<ReadonlyMap<string, string>> {
  return new Map(Object.entries(await redis.hgetall(keys.seen(check, cloud, region))));
}

/** All of what it keeps, in the place of what it kept before; in one step. */
export async function keepSeen(
  { redis, keys }: Pick<Store, 'redis' | 'keys'>,
  { check, cloud, region }: { check: string; cloud: string; region: string },
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Promise<void> {
  const key = keys.seen(check, cloud, region);
  const changed = [...after].filter(([name, value]) => before.get(name) !== value).flat();
  const gone = [...before.keys()].filter((name) => !after.has(name));
  const commands: Command[] = [
    ...(changed.length > 0 ? [['HSET', key, ...changed]] : []),
    ...(gone.length > 0 ? [['HDEL', key, ...gone]] : []),
    ['EXPIRE', key, KEEP_SECONDS],
  ];
  await commit(redis, [], commands);
}
