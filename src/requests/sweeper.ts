import type { Logger } from 'pino';
import { lookAtAlerts } from '../alerts/overdue.ts';
import { seal } from '../audit/seal.ts';
import type { Core } from '../process/core.ts';
import { repeat } from '../process/repeat.ts';
import { watchMemory } from '../process/watch-memory.ts';
import { phaseOf, wake, wakeForClick } from '../queue.ts';
import { hold, release } from '../redis/release.ts';
import { script } from '../redis/script.ts';
import type { Request } from '../request.ts';
import { findRequest } from './store.ts';
import { handleTimer } from './timers.ts';

const MOST_OFTEN_MS = 100;
/** A sweeper that died keeps the others waiting this many rounds. */
const ROUNDS_HELD = 2;
/** A wake-up that was added this recently is probably on its way. */
const YOUNG_MS = 1_000;
const AT_A_TIME = 500;

export interface Sweeper {
  stop(): Promise<void>;
}

/**
 * One sweeper at a time over all processes: wakes whatever nobody works on (a wake-up lost between a transition and its adding, a dead
 * worker), acts on timers that are due, looks at alerts nobody tells of, and seals the audit of what has ended.
 */
export function startSweeper(core: Core): Sweeper {
  // Nobody waits longer for a sweep than for a lease to run out.
  const everyMs = Math.min(core.pace.sweepMs, core.leaseMs / 2);
  const loop = repeat(async () => {
    await sweep(core, everyMs).catch((error: unknown) => core.log.warn({ err: error }, 'sweep ended early'));
    return untilNextTimer(core, everyMs).catch(() => everyMs);
  });
  return {
    async stop() {
      await loop.stop();
      // The next one need not wait until this one's right has run out.
      await release(core.store.redis, [core.store.keys.sweeper, core.worker]).catch(() => undefined);
    },
  };
}

export async function sweep(core: Core, everyMs: number): Promise<void> {
  const { redis, keys } = core.store;
  if (!(await hold(redis, keys.sweeper, core.worker, everyMs * ROUNDS_HELD))) return;
  for (const part of PARTS) {
    // One that breaks every time must not switch off the others.
    await part(core).catch((error: unknown) => core.log.warn({ err: error, part: part.name }, 'part of the sweep ended early'));
  }
}

/** What guards the door comes first. */
const PARTS: readonly ((core: Core) => Promise<void>)[] = [watchMemory, dueTimers, wakeIdle, wakeClicks, lookAtAlerts, seal];

/** So that an end is not later than its card says. */
async function untilNextTimer({ store: { redis, keys, clock } }: Core, everyMs: number): Promise<number> {
  const [, due] = await redis.zrange(keys.timers, '0', '0', 'WITHSCORES');
  return due === undefined ? everyMs : Math.min(everyMs, Math.max(MOST_OFTEN_MS, Number(due) - clock.now()));
}

/** Not where it was set anew meanwhile. */
const dropTimer = script(`
local due = redis.call('ZSCORE', ARGV[1], ARGV[2])
if due == ARGV[3] then return redis.call('ZREM', ARGV[1], ARGV[2]) end
return 0`);

async function dueTimers(core: Core): Promise<void> {
  const { redis, keys, clock } = core.store;
  const seen = clock.now();
  // The clock may step back after this look: what was due stays due, or it would be dropped undecided.
  const now = (): number => Math.max(seen, clock.now());
  const steady: Core = { ...core, store: { ...core.store, clock: { ...clock, now } } };
  const found = await redis.zrangebyscore(keys.timers, 0, seen, 'WITHSCORES', 'LIMIT', 0, AT_A_TIME);
  for (let i = 0; i < found.length; i += 2) {
    const [due = '', at = ''] = found.slice(i, i + 2);
    const [number = '', kind = ''] = due.split('|');
    try {
      await handleTimer(steady, Number(number), kind);
      await dropTimer(redis, [keys.timers, due, at]);
    } catch (error) {
      core.log.warn({ err: error, request: Number(number), kind }, 'timer broke');
      await redis.zadd(keys.timers, 'XX', 'GT', now() + core.pace.sweepMs, due);
    }
  }
}

async function wakeIdle(core: Core): Promise<void> {
  const { redis, keys, clock } = core.store;
  const numbers = (await redis.zrangebyscore(keys.open, 0, clock.now() - YOUNG_MS)).map(Number);
  for (let from = 0; from < numbers.length; from += AT_A_TIME) {
    const some = numbers.slice(from, from + AT_A_TIME);
    const leases = await redis.mget(some.map(keys.lease));
    const idle = some.filter((_, index) => leases[index] === null);
    const found = await Promise.all(idle.map((number) => findRequest(core.store, number)));
    for (const stored of found) if (stored) await wakeOne(core, stored.request);
  }
}

async function wakeOne({ wakers, log }: { wakers: Core['wakers']; log: Logger }, request: Request): Promise<void> {
  const phase = phaseOf(request);
  if (!phase) return;
  log.debug({ request: request.number, state: request.state }, 'woken by the sweeper');
  await wake(wakers, request, phase);
}

async function wakeClicks({ store, wakers }: Core): Promise<void> {
  const { redis, keys, clock } = store;
  // Another ID every half minute, should the first job hang in a dead worker's hands.
  const again = Math.floor(clock.now() / 30_000);
  for (const id of await redis.hkeys(keys.clicks)) await wakeForClick(wakers, Number(id), again);
}
