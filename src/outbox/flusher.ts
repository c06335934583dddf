import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { readFileAgain } from '../planning/dispatch.ts';
import type { Core } from '../process/core.ts';
import { repeat } from '../process/repeat.ts';
import { commit } from '../redis/commit.ts';
import { release, renew } from '../redis/release.ts';
import { script } from '../redis/script.ts';
import type { Reply } from '../reply.ts';
import type { Store } from '../requests/store.ts';
import type { Posted } from './delivery.ts';
import { type Destination, PRIORITIES } from './outbox.ts';
import { type Message, type Saying, sayNow } from './saying.ts';
import { createTurns } from './turns.ts';
import { atTurn, giveUpOrRetry, insteadOf, later, nowInPlace } from './undeliverable.ts';

const LOOK_EVERY_MS = 500;
/** Messages on their way to Slack at once, over all threads. */
const AT_ONCE = 20;
/** Renewed while Slack is being called; so a dead worker's messages are another's soon. */
const FLUSH_LEASE_MS = 3_000;
/** How long to wait for the message below which this one belongs: that one may wait for its own turn among a thousand. */
const WAIT_FOR_PLACE_MS = { first: 100, most: 30_000 };

/** Takes it from the outbox only if what was said is still the newest; its file, which was sent, goes from Redis then. */
const settle = script(`
redis.call('HSET', ARGV[1], 'said', ARGV[2])
if redis.call('HGET', ARGV[1], 'version') ~= ARGV[2] then return 0 end
if ARGV[4] ~= '' then redis.call('HSET', ARGV[1], 'body', ARGV[4]) end
for i = 5, #ARGV do redis.call('ZREM', ARGV[i], ARGV[3]) end
return 1`);

/** The first of each outbox, those under way too. @returns a list for each: IDs, each followed by when it is due. */
const firstOfEach = script(`
local found = {}
for i = 2, #ARGV do found[i - 1] = redis.call('ZRANGE', ARGV[i], 0, ARGV[1], 'WITHSCORES') end
return found`);

export interface Flusher {
  stop(): Promise<void>;
}

/**
 * Makes Slack say the newest of every message; one at a time per channel and thread, over all processes. None waits for another
 * thread's: a file that is read again takes minutes.
 */
export function startFlusher(core: Core, subscriber: Redis): Flusher {
  const { store, delivery, log } = core;
  const saying: Saying = { store, delivery, log, turns: createTurns(), fileAgain: (number) => readFileAgain(core, number) };
  const underWay = new Map<string, Promise<void>>();
  const begin = (id: string): void => {
    const flushing = flush(saying, id)
      .catch(async (error: unknown) => {
        log.warn({ err: error, message: id }, 'message could not be flushed');
        await sleep(LOOK_EVERY_MS);
      })
      .finally(() => {
        underWay.delete(id);
        loop.kick();
      });
    underWay.set(id, flushing);
  };
  const loop = repeat(async () => {
    try {
      const { due, waitMs } = await lookForDue(store, underWay);
      for (const id of due) begin(id);
      return waitMs;
    } catch (error) {
      log.warn({ err: error }, 'outbox could not be read');
      return LOOK_EVERY_MS;
    }
  });
  subscriber.on('message', loop.kick);
  subscriber.subscribe(store.keys.kick).catch((error) => log.warn({ err: error }, 'outbox subscription failed'));

  return {
    async stop() {
      subscriber.off('message', loop.kick);
      await loop.stop();
      await Promise.all(underWay.values());
    },
  };
}

/** What to begin now, most urgent first, and the milliseconds until the next message is due, at most until the next look. */
async function lookForDue(
  { redis, keys, clock }: Store,
  underWay: ReadonlyMap<string, unknown>,
): Promise<{ due: string[]; waitMs: number }> {
  const due = new Set<string>();
  let waitMs = LOOK_EVERY_MS;
  // One call: it is the one that an idle process makes most often.
  const outboxes = (await firstOfEach(redis, [2 * AT_ONCE, ...PRIORITIES.map(keys.outbox)])) as string[][];
  const now = clock.now();
  for (const found of outboxes) {
    for (let i = 0; i + 1 < found.length; i += 2) {
      const id = found[i] ?? '';
      const at = Number(found[i + 1]);
      if (at > now) waitMs = Math.min(waitMs, Math.max(5, at - now));
      else if (!underWay.has(id)) due.add(id);
    }
  }
  return { due: [...due].slice(0, Math.max(0, AT_ONCE - underWay.size)), waitMs };
}

async function flush(saying: Saying, id: string): Promise<void> {
  const { store, log } = saying;
  const { redis, keys } = store;
  const message = await readMessage(store, id);
  if (!message) {
    await Promise.all(PRIORITIES.map((priority) => redis.zrem(keys.outbox(priority), id)));
    return;
  }
  // Posts and edits have limits of their own.
  const lane = `${message.priority}/${message.posted ? 'edit' : 'post'}/${threadOf(message.to)}`;
  const turn = saying.turns.queue(lane, { now: store.clock.now(), turn: message.turn });
  if (turn !== undefined) return atTurn(store, id, turn);
  const thread = keys.flushing(threadOf(message.to));
  const mine = `${process.pid}-${Math.random()}`;
  if ((await redis.set(thread, mine, 'PX', FLUSH_LEASE_MS, 'NX')) !== 'OK') {
    await later(store, id, 50);
    return;
  }
  const renewing = setInterval(
    () => void renew(redis, [thread, mine, FLUSH_LEASE_MS]).catch(() => undefined),
    FLUSH_LEASE_MS / 3,
  );
  try {
    const said = await sayNow(saying, message);
    // What it belongs below was given up: there is no place for it.
    if (said === 'never') {
      log.warn({ message: id }, 'message has no place');
      await commit(redis, [], insteadOf(store, message));
    }
    if (said === 'later') {
      await later(store, id, await waitForPlaceMs(store, id));
      return;
    }
    if (said === 'said' && message.elsewhere) await commit(redis, [], nowInPlace(store, message));
    await settled(store, message);
  } catch (error) {
    if ((await giveUpOrRetry(saying, message, error, lane)) === 'given up') await settled(store, message);
  } finally {
    clearInterval(renewing);
    await release(redis, [thread, mine]);
  }
}

async function settled({ redis, keys }: Store, { id, version, reply: { file, ...said } }: Message): Promise<void> {
  const body = file ? JSON.stringify(said) : '';
  await settle(redis, [keys.message(id), version, id, body, ...PRIORITIES.map(keys.outbox)]);
}

async function waitForPlaceMs({ redis, keys }: Store, id: string): Promise<number> {
  const times = await redis.hincrby(keys.message(id), 'waited', 1);
  return Math.min(WAIT_FOR_PLACE_MS.most, WAIT_FOR_PLACE_MS.first * 2 ** (times - 1));
}

/** One flusher at a time for what must stay in order. */
function threadOf(to: Destination): string {
  if (to.kind === 'direct') return `user/${to.user}`;
  if (to.kind === 'ephemeral') return `user/${to.user}`;
  return `${to.channel}/${to.thread ?? to.threadOf ?? ''}`;
}

async function readMessage({ redis, keys }: Store, id: string): Promise<Message | undefined> {
  const { to, body, version, said, tries, posted, begun, priority, filesSaid, elsewhere, turn } = await redis.hgetall(
    keys.message(id),
  );
  if (to === undefined || body === undefined || version === undefined || version === said) return undefined;
  return {
    id,
    to: JSON.parse(to) as Destination,
    reply: JSON.parse(body) as Reply,
    version,
    tries: Number(tries ?? 0),
    ...(posted ? { posted: JSON.parse(posted) as Posted } : {}),
    ...(begun ? { begun: Number(begun) } : {}),
    elsewhere: elsewhere !== undefined,
    priority: Number(priority),
    ...(turn ? { turn: Number(turn) } : {}),
    filesSaid: filesSaid ? (JSON.parse(filesSaid) as string[]) : [],
  };
}
