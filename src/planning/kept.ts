import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Request } from '../request.ts';
import type { Store } from '../requests/store.ts';
import type { KeptAnswer } from './pages.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Packed, about 100,000 servers. */
const LARGEST = 8_388_608;
/** All answers together: an eighth of the private Redis. */
const ALL = 67_108_864;
/** Written one by one, so that no vote waits behind the whole of an answer. */
const PART = 262_144;

type Whose = Pick<Request, 'number' | 'attempt'>;

/**
 * Before the step that tells of it: an attempt that dies in between leaves what goes by itself, and the next one keeps its own.
 * @returns false where it is too large.
 */
export async function keepAnswer(store: Store, whose: Whose, answer: KeptAnswer, seconds: number): Promise<boolean> {
  const { redis, keys, clock } = store;
  const packed = await pack(JSON.stringify(answer));
  if (packed.length > LARGEST) return false;
  await makeRoom(store, packed.length);
  const key = keys.answer(whose.number, whose.attempt);
  const known = `${packed.length} ${clock.now() + seconds * 1_000} ${clock.now()}`;
  const first = packed.subarray(0, PART);
  await done(redis.multi().del(key).rpush(key, first).expire(key, seconds).hset(keys.answers, nameOf(whose), known).exec());
  // Only to what is there: it may have made room for another one.
  for (let from = PART; from < packed.length; from += PART) await redis.rpushx(key, packed.subarray(from, from + PART));
  return true;
}

/** Undefined where it is kept no more. */
export async function findKept({ redis, keys }: Store, { number, attempt }: Whose): Promise<KeptAnswer | undefined> {
  const parts = await redis.lrangeBuffer(keys.answer(number, attempt), 0, -1);
  if (parts.length === 0) return undefined;
  return JSON.parse((await unpack(Buffer.concat(parts))).toString()) as KeptAnswer; // our own writing
}

export async function dropKept(store: Store, whose: Whose): Promise<void> {
  await drop(store, [nameOf(whose)]);
}

/** The oldest go first. Two workers at once may keep one too many, until the next one is kept. */
async function makeRoom(store: Store, bytes: number): Promise<void> {
  const { redis, keys, clock } = store;
  const kept = Object.entries(await redis.hgetall(keys.answers)).map(([name, known]) => {
    const [size = 0, until = 0, at = 0] = known.split(' ').map(Number);
    return { name, size, until, at };
  });
  const gone: string[] = [];
  let room = ALL - bytes;
  for (const { name, size, until } of kept.sort((a, b) => b.at - a.at)) {
    const isOver = until <= clock.now();
    if (!isOver) room -= size;
    if (isOver || room < 0) gone.push(name);
  }
  await drop(store, gone);
}

async function drop({ redis, keys }: Store, names: string[]): Promise<void> {
  if (names.length === 0) return;
  const answers = names.map(whoseIs).map(({ number, attempt }) => keys.answer(number, attempt));
  await done(
    redis
      .multi()
      .unlink(answers)
      .hdel(keys.answers, ...names)
      .exec(),
  );
}

function nameOf({ number, attempt }: Whose): string {
  return `${number}/${attempt}`;
}

function whoseIs(name: string): Whose {
  const [number = 0, attempt = 0] = name.split('/').map(Number);
  return { number, attempt };
}

async function done(step: Promise<[Error | null, unknown][] | null>): Promise<void> {
  for (const [error] of (await step) ?? []) if (error) throw error;
}
