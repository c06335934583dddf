import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { handleClick } from '../approval/clicks.ts';
import { startHomes } from '../home/publisher.ts';
import { startNameKeeper } from '../names/keeper.ts';
import { startFlusher } from '../outbox/flusher.ts';
import { countUnsaid } from '../outbox/unsaid.ts';
import { handleLine } from '../planning/dispatch.ts';
import { QUICK_AT_ONCE, startWorkers, type WakeUp } from '../queue.ts';
import type { HandingOver } from '../requests/hold.ts';
import type { Store } from '../requests/store.ts';
import { startSweeper } from '../requests/sweeper.ts';
import { handleRun } from '../running/run.ts';
import { startChecks } from './checks.ts';
import type { Core } from './core.ts';
import { startHeart } from './heartbeat.ts';

export interface RunningWorker {
  /** Hands running changes and lines back, finishes what is short, and says what is to be said, as far as Slack takes it in time. */
  stop(): Promise<void>;
}

/**
 * Takes up what was taken: lines, clicks, approved changes; says what is to be said; sweeps.
 * @param subscriber a connection of its own, which listens for what is to be said.
 */
export function startWorker(given: Core, subscriber: Redis, prefix: string): RunningWorker {
  const handOver = new AbortController();
  const core: HandingOver = { ...given, handOver: handOver.signal };
  const { config, store, log } = core;
  const { linesAtOnce, changesAtOnce } = config.limits;
  // Whatever is held listens for the end until it is let go: only more than can be held at once would be a leak.
  setMaxListeners(linesAtOnce + QUICK_AT_ONCE + changesAtOnce, handOver.signal);
  const handle = async ({ number, phase }: WakeUp): Promise<void> => {
    if (phase === 'click') return handleClick(core, number);
    return phase === 'run' ? handleRun(core, number) : handleLine(core, number);
  };
  const workers = startWorkers(store.redis, prefix, { lines: linesAtOnce, changes: changesAtOnce }, handle, log);
  const sweeper = startSweeper(core);
  const flusher = startFlusher(core, subscriber);
  const names = startNameKeeper(core);
  const homes = startHomes(core, subscriber);
  const checks = startChecks(core);
  const heart = startHeart(store, store.keys.workers, core.worker);

  return {
    async stop() {
      handOver.abort();
      await Promise.all([sweeper.stop(), names.stop(), checks.stop(), workers.close()]);
      await allSaid(store);
      await Promise.all([flusher.stop(), homes.stop()]);
      await heart.leave();
    },
  };
}

const SAY_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 25;
/** What waits for its turn in a thread is put off by this much. */
const SOON_MS = 150;

/** Waits until nothing is due to be said; what Slack does not take in time is another flusher's, or the next start's. */
async function allSaid(store: Store): Promise<void> {
  const until = performance.now() + SAY_WITHIN_MS;
  while (performance.now() < until) {
    if ((await countUnsaid(store, store.clock.now() + SOON_MS)) === 0) return;
    await sleep(LOOK_EVERY_MS);
  }
}
