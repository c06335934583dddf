import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Keys } from '../redis/keys.ts';
import type { Target } from '../target.ts';

/**
 * Names of things as completion needs them: kept in Redis by workers, per cloud, region and type, and gone when they are a minute old.
 * One sorted set each, whose members begin with what people type, so that a beginning is found without reading the rest.
 */
export interface NamesOf {
  cloud: string;
  region: string;
  /** As in a command's `completes`: `host`, `server`, `project`. */
  type: string;
}

const LIFE_SECONDS = 60;
/** Between what is typed and the thing itself; it sorts before every character of a name. */
const END = '\u0000';
/** Members read at once while the asker may not see what was found. */
const PAGE = 200;
const PAGES_READ = 10;
/** ZADD's arguments at once. */
const AT_ONCE = 500;

/** In the place of those that were there before. */
export async function keepNames(redis: Redis, keys: Keys, of: NamesOf, things: readonly Target[]): Promise<void> {
  const key = keys.names(of.cloud, of.region, of.type);
  const fresh = `${key}:${randomBytes(4).toString('hex')}`;
  // One that is nobody's, so that "none" is told from "not kept".
  const members = [END, ...things.flatMap(membersOf)];
  for (let from = 0; from < members.length; from += AT_ONCE) {
    const some = members.slice(from, from + AT_ONCE);
    await redis.zadd(fresh, ...some.flatMap((member) => [0, member]));
    // What is left of a worker that dies here goes by itself.
    await redis.expire(fresh, LIFE_SECONDS);
  }
  await redis.rename(fresh, key);
}

/** By name and by ID, apart. */
function membersOf(thing: Target): string[] {
  const shown = JSON.stringify(thing);
  const byName = `n${thing.name.toLowerCase()}${END}${shown}`;
  return thing.id === thing.name ? [byName] : [byName, `i${thing.id.toLowerCase()}${END}${shown}`];
}

/** The first things whose name begins so, then those whose ID does, as far as the asker may see them; undefined where none are kept now. */
export async function findNames(
  redis: Redis,
  keys: Keys,
  of: NamesOf,
  asked: { beginning: string; most: number; maySee: (thing: Target) => boolean },
): Promise<Target[] | undefined> {
  const key = keys.names(of.cloud, of.region, of.type);
  const typed = asked.beginning.toLowerCase();
  const found = new Map<string, Target>();
  await collect(redis, key, `n${typed}`, asked, found);
  // Nobody looks for a thing by an ID of which they know nothing.
  if (typed !== '') await collect(redis, key, `i${typed}`, asked, found);
  if (found.size === 0 && (await redis.exists(key)) === 0) return undefined;
  return [...found.values()];
}

async function collect(
  redis: Redis,
  key: string,
  beginning: string,
  { most, maySee }: { most: number; maySee: (thing: Target) => boolean },
  found: Map<string, Target>,
): Promise<void> {
  let after = `[${beginning}`;
  for (let page = 0; page < PAGES_READ && found.size < most; page += 1) {
    const members = await redis.zrangebylex(key, after, `[${beginning}\u{10ffff}`, 'LIMIT', 0, PAGE);
    for (const member of members) {
      const thing = JSON.parse(member.slice(member.indexOf(END) + 1)) as Target; // our own writing
      if (found.size < most && maySee(thing)) found.set(thing.id, thing);
    }
    const last = members.at(-1);
    if (members.length < PAGE || last === undefined) break;
    after = `(${last}`;
  }
}

/** So long somebody is taken to look at a form after they last asked for names. */
const WANTED_MS = 120_000;

/** Tells the workers that somebody is about to ask for these. */
export async function wantNames(redis: Redis, keys: Keys, wanted: readonly NamesOf[], now: number): Promise<void> {
  if (wanted.length > 0)
    await redis.zadd(keys.namesWanted, ...wanted.flatMap((of) => [now, JSON.stringify([of.cloud, of.region, of.type])]));
}

export async function wantedNames(redis: Redis, keys: Keys, now: number): Promise<NamesOf[]> {
  await redis.zremrangebyscore(keys.namesWanted, 0, now - WANTED_MS);
  const wanted = await redis.zrange(keys.namesWanted, '0', '-1');
  return wanted.map((text) => {
    const [cloud = '', region = '', type = ''] = JSON.parse(text) as string[];
    return { cloud, region, type };
  });
}
