import type { Redis } from 'ioredis';
import { sha256 } from '../audit/chain.ts';
import { DeliveryError } from '../errors.ts';
import { linkToCard, permalinkOf } from '../outbox/permalinks.ts';
import { whoLooks } from '../policy/who.ts';
import { broke } from '../process/broke.ts';
import type { Core } from '../process/core.ts';
import { repeat } from '../process/repeat.ts';
import { hold, release } from '../redis/release.ts';
import { code, type Link } from '../reply.ts';
import type { Request } from '../request.ts';
import { listEndedOf } from '../requests/store.ts';
import { listStandstills } from '../standstill/words.ts';
import { composeHome } from './compose.ts';
import { type Home, notice } from './home.ts';
import { remembered } from './remembered.ts';
import { createReader, type RequestReader } from './request-reader.ts';
import { beginShowing, dropLooker, forgetShown, listLookers, readShown, type Shown, writeShown } from './shown.ts';
import { listTroubles } from './troubles.ts';

/** While somebody looks; else nothing is to be done before the next kick, or the next look for a lost one. */
const EVERY_MS = 1_000;
const IDLE_MS = 2_000;
/** Each change kicks, and a storm of them must not keep Redis busy with this. */
const MOST_OFTEN_MS = 300;
/** Nobody's page changes more often than this, but for the first change after they opened it or clicked in it. */
const APART_MS = 2_000;
/** After a publisher that died another one takes over. */
const HELD_MS = 5_000;
/** Slack did not take it, and did not say when to try again. */
const REST_MS = 5_000;
/** Who somebody is, and who is in which group. */
const PEOPLE_MS = 300_000;
const GROUPS_MS = 15_000;
const AT_ONCE = 20;

export interface Publisher {
  stop(): Promise<void>;
}

/** What each look at a Home works with. */
interface Desk {
  core: Core;
  reader: RequestReader;
  directory: Pick<Core['directory'], 'findUser' | 'groupMembers'>;
  permalink(id: string): Promise<string | undefined>;
  /** Whom Slack did not let us show anything, until when (performance.now()). */
  resting: Map<string, number>;
}

/**
 * Publishes the Homes of all who look at theirs, one process at a time. What Slack shows is noted in Redis, so that only what has changed
 * is published, whoever does it: a restart repeats nothing.
 */
export function startHomes(core: Core, subscriber: Redis): Publisher {
  const { store, log } = core;
  const desk = deskOf(core);
  const underWay = new Map<string, Promise<void>>();
  let last = Number.NEGATIVE_INFINITY;
  const loop = repeat(async () => {
    const early = last + MOST_OFTEN_MS - performance.now();
    if (early > 0) return early;
    last = performance.now();
    try {
      return await lookAround(desk, underWay);
    } catch (error) {
      log.warn({ err: error }, 'homes could not be looked at');
      return IDLE_MS;
    }
  });
  // The flusher has subscribed.
  subscriber.on('message', loop.kick);
  return {
    async stop() {
      subscriber.off('message', loop.kick);
      await loop.stop();
      await Promise.all(underWay.values());
      // The next one need not wait until this one's right has run out.
      await release(store.redis, [store.keys.homePublisher, core.worker]).catch(() => undefined);
    },
  };
}

function deskOf(core: Core): Desk {
  const { directory } = core;
  const members = remembered((group) => directory.groupMembers(group, { fresh: false }), GROUPS_MS);
  return {
    core,
    reader: createReader(core.store),
    directory: { findUser: remembered(directory.findUser, PEOPLE_MS), groupMembers: members },
    // It remembers for itself what it was told.
    permalink: remembered((id) => permalinkOf(core, id), 0),
    resting: new Map(),
  };
}

/** Begins to show everybody who looks what they should see. @returns the milliseconds until the next look. */
async function lookAround(desk: Desk, underWay: Map<string, Promise<void>>): Promise<number> {
  const { core, reader, resting } = desk;
  const { store } = core;
  const lookers = await listLookers(store);
  if (lookers.length === 0) {
    reader.forget();
    return IDLE_MS;
  }
  if (!(await hold(store.redis, store.keys.homePublisher, core.worker, HELD_MS))) return EVERY_MS;
  const [open, troubles, standstills] = await Promise.all([reader.open(), listTroubles(core), listStandstills(core)]);
  const seen = { open, troubles, standstills };
  for (const user of inAnyOrder(lookers)) {
    if (underWay.size >= AT_ONCE) break;
    if (underWay.has(user) || (resting.get(user) ?? 0) > performance.now()) continue;
    resting.delete(user);
    const showing = show(desk, user, seen)
      .catch((error: unknown) => notShown(desk, user, error))
      .catch((error: unknown) => core.log.warn({ err: error, user }, 'home could not be shown'))
      .finally(() => underWay.delete(user));
    underWay.set(user, showing);
  }
  return EVERY_MS;
}

/** Where Slack takes fewer than there are, none is always the last. */
function inAnyOrder(users: readonly string[]): string[] {
  return users
    .map((user) => ({ user, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ user }) => user);
}

interface SeenByAll {
  open: readonly Request[];
  troubles: readonly string[];
  standstills: readonly string[];
}

async function show(desk: Desk, user: string, seen: SeenByAll): Promise<void> {
  const { store } = desk.core;
  const before = await readShown(store, user);
  if (store.clock.now() - before.at < APART_MS) return;
  const { home, isStranger } = await homeOf(desk, user, seen);
  await publish(desk.core, user, home, before);
  if (isStranger) await dropLooker(store, user);
}

async function homeOf(
  desk: Desk,
  user: string,
  { open: openBefore, ...byAll }: SeenByAll,
): Promise<{ home: Home; isStranger?: true }> {
  const { core, reader } = desk;
  const { store } = core;
  try {
    const person = await whoLooks(core, desk.directory, user);
    if (!person)
      return { home: notice('I work for another workspace than yours, so there is nothing here for you.'), isStranger: true };
    const ended = await reader.read(await listEndedOf(store, user));
    // What was open a moment ago may have ended since.
    const over = new Set(ended.map(({ number }) => number));
    const open = openBefore.filter(({ number }) => !over.has(number));
    const linksTo = (request: Request): Promise<Link[]> => linkToCard(core, request, desk.permalink);
    return { home: await composeHome(core, person, { open, ended, ...byAll, now: store.clock.now(), linksTo }) };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    core.log.info({ err: error, user }, 'slack does not say who looks at a home');
    return { home: notice('Slack does not tell me who you are, so I show you nothing. I ask again every few seconds.') };
  }
}

async function publish({ store, delivery }: Core, user: string, home: Home, before: Shown): Promise<void> {
  const { asked } = before;
  const isOpened = asked !== before.shown;
  const digest = sha256(home);
  if (!isOpened && digest === before.digest) return;
  await beginShowing(store, user);
  const hash = await delivery.publishHome(user, home, before.hash);
  // What changes right after it was opened is shown at once.
  const at = isOpened ? 0 : store.clock.now();
  await writeShown(store, user, { asked, shown: asked, digest, at, ...(hash === undefined ? {} : { hash }) });
}

async function notShown({ core, resting }: Desk, user: string, error: unknown): Promise<void> {
  const { store, log, delivery } = core;
  if (!(error instanceof DeliveryError)) {
    await dropLooker(store, user);
    const text = `${broke({ log: log.child({ home: user }) }, undefined, error)} Type ${code('request list')} to see what is open.`;
    await delivery.publishHome(user, notice(text));
    return forgetShown(store, user);
  }
  // Somebody else has published, or the answer to what we did got lost: at the next look this goes over it.
  if (error.code === 'hash_conflict') return forgetShown(store, user);
  if (error.final) {
    log.error({ user, code: error.code }, 'home cannot be shown');
    return dropLooker(store, user);
  }
  log.info({ err: error, user }, 'slack does not take a home now');
  resting.set(user, performance.now() + (error.retryAfterMs ?? REST_MS));
}
