import type { Redis } from 'ioredis';
import { handleClick } from './clicks.ts';
import type { Core } from './core.ts';
import type { Delivery } from './delivery.ts';
import { handleLine } from './dispatch.ts';
import { startFlusher } from './flusher.ts';
import { startWorkers, type WakeUp } from './queue.ts';
import { handleRun } from './run.ts';
import { startSweeper } from './sweeper.ts';

/** A worker without a heartbeat for this long is gone. */
const ALIVE_MS = 15_000;

export interface RunningWorker {
  /** Hands running changes back, finishes what is short, and says what is to be said. */
  stop(): Promise<void>;
}

export interface WorkerConnections {
  /** BullMQ waits on it for work. */
  blocking: Redis;
  /** Listens for what is to be said. */
  subscriber: Redis;
}

/** Takes up what was taken: lines, clicks, approved changes; says what is to be said; sweeps. */
export function startWorker(
  core: Core,
  delivery: Delivery,
  { blocking, subscriber }: WorkerConnections,
  prefix: string,
): RunningWorker {
  const { config, store, log } = core;
  const handOver = new AbortController();
  const { linesAtOnce, changesAtOnce } = config.limits;
  const handle = async ({ number, phase }: WakeUp): Promise<void> => {
    if (phase === 'click') return handleClick(core, number);
    return phase === 'run' ? handleRun(core, number, handOver.signal) : handleLine(core, number);
  };
  const workers = startWorkers(blocking, prefix, { lines: linesAtOnce, changes: changesAtOnce }, handle, log);
  const sweeper = startSweeper(core);
  const flusher = startFlusher(core, subscriber, delivery);
  const beat = (): void => {
    store.redis.zadd(store.keys.workers, store.clock.now(), core.worker).catch(() => undefined);
  };
  beat();
  const heart = setInterval(beat, ALIVE_MS / 3);
  heart.unref();

  return {
    async stop() {
      handOver.abort();
      clearInterval(heart);
      await sweeper.stop();
      await workers.close();
      await flusher.stop();
      await store.redis.zrem(store.keys.workers, core.worker).catch(() => undefined);
    },
  };
}

/** How many workers were heard from lately. */
export async function workersAlive({ redis, keys, clock }: Core['store']): Promise<number> {
  await redis.zremrangebyscore(keys.workers, 0, clock.now() - ALIVE_MS * 4);
  return redis.zcount(keys.workers, clock.now() - ALIVE_MS, '+inf');
}
