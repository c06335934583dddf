import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { findAnswer } from '../approval/click-answer.ts';
import { needsCloud } from '../chat/match.ts';
import type { EnvironmentOf } from '../config.ts';
import { UserError } from '../errors.ts';
import { createIntake } from '../intake/intake.ts';
import { dropKept, findKept } from '../planning/kept.ts';
import { workersAlive } from '../process/heartbeat.ts';
import { stateFolder } from '../process/state-folder.ts';
import { closeQueues, openQueues } from '../queue.ts';
import { type Clock, startClock } from '../redis/clock.ts';
import { connectRedis } from '../redis/connection.ts';
import { joinEmbeddedRedis } from '../redis/embedded.ts';
import { keysOf } from '../redis/keys.ts';
import type { RedisTarget } from '../redis/url.ts';
import type { Registry } from '../registry.ts';
import { ENDED, type Request } from '../request.ts';
import { findRequest, type Store } from '../requests/store.ts';
import type { TerminalCore } from './door.ts';

/** Somebody at a terminal sees a change of state this late at most. */
const LOOK_EVERY_MS = 300;

/** REDIS_URL, else the one of the `stackhand start` that runs on this machine. @throws UserError where there is none. */
export async function findRedis(environment: EnvironmentOf<'cli'>): Promise<RedisTarget> {
  if (environment.REDIS_URL !== undefined) return { url: environment.REDIS_URL };
  return joinEmbeddedRedis(stateFolder(environment));
}

const ANSWERS_WITHIN_MS = 5_000;

async function clockOf(redis: Redis): Promise<Clock> {
  const late = new AbortController();
  const starting = startClock(redis);
  const clock = await Promise.race([
    starting,
    sleep(ANSWERS_WITHIN_MS, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  if (clock) return clock;
  starting.catch(() => undefined);
  redis.disconnect();
  throw new UserError(`Redis does not answer within ${ANSWERS_WITHIN_MS / 1_000} s. \`stackhand doctor\` says more.`);
}

/** @throws UserError where Redis does not answer soon. */
export async function openStore(
  target: RedisTarget,
  log: Logger,
  prefix = 'stackhand',
): Promise<{ store: Store; close(): void }> {
  const redis = connectRedis(target, 'commands', log);
  const clock = await clockOf(redis);
  const close = (): void => {
    clock.stop();
    redis.disconnect();
  };
  return { store: { redis, keys: keysOf(prefix), clock }, close };
}

/** The terminal's way to the queue: the same door as the gateway's. */
export async function openTerminalCore(
  target: RedisTarget,
  registry: Registry,
  log: Logger,
  prefix = 'stackhand',
): Promise<TerminalCore> {
  const { store, close } = await openStore(target, log, prefix);
  const { redis } = store;
  const wakers = openQueues(redis, prefix, log, (line) => needsCloud(line, registry));
  const intake = createIntake({ store, wakers, registry, log });
  return {
    line: (line) => intake.line(line),
    click: (act, unixUser, values) =>
      intake.click({
        dedupe: [`terminal:${randomUUID()}`],
        act,
        user: unixUser,
        team: '',
        place: { kind: 'terminal' },
        values,
      }),
    async answerTo(click, signal) {
      while (!signal.aborted) {
        // Asked first: a worker may decide it and end.
        const workers = await workersAlive(store);
        const answer = await findAnswer(redis, store.keys, click);
        if (answer !== 'open') return answer;
        if (workers === 0) return 'no worker';
        await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
      return 'interrupted';
    },
    find: async (number) => (await findRequest(store, number))?.request,
    async takeAnswer(request) {
      const kept = await findKept(store, request);
      // What has pages is also read in Slack.
      if (kept && kept.pages.length === 0) await dropKept(store, request);
      return kept?.reply;
    },
    async *watch(number, signal): AsyncGenerator<Request> {
      let seen = '';
      while (!signal.aborted) {
        const stored = await findRequest(store, number);
        if (!stored) return;
        const now = JSON.stringify(stored.request);
        if (now !== seen) yield stored.request;
        if (ENDED.has(stored.request.state)) return;
        seen = now;
        await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
    },
    workersAlive: () => workersAlive(store),
    async close() {
      await closeQueues(wakers);
      close();
    },
  };
}
