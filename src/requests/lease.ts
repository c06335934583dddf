import type { Logger } from 'pino';
import type { Guard } from '../redis/commit.ts';
import { release, renew } from '../redis/release.ts';
import type { Store } from './store.ts';

/** Why a run is told to start nothing more. */
export type StopReason = 'stopped' | 'handed back' | 'frozen' | 'lease lost';

/** Of a lease's time, since its renewal was last asked for and came. */
const STOPS_AFTER = 2 / 3;

/** One worker's right to work on one request: a key with a growing token that goes by itself when the worker dies. */
export interface Lease {
  number: number;
  token: string;
  /** Holds while it is still ours. */
  guard: Guard;
  /** Aborts with a StopReason. */
  signal: AbortSignal;
  /** Aborts only once it may be another's: from then on nothing may be sent, while a run that is stopped finishes its item. */
  lost: AbortSignal;
  abort(reason: StopReason): void;
  release(): Promise<void>;
}

export async function nextToken({ redis, keys }: Store): Promise<string> {
  return String(await redis.incr(keys.token));
}

export interface LeaseTaken {
  number: number;
  token: string;
  leaseMs: number;
  /** When it was asked for, by performance.now(): Redis's time for it cannot have begun earlier. */
  asked: number;
}

/** Keeps a lease alive that the caller has just set in the same step in which it took up the request. */
export function keepLease({ redis, keys }: Store, { number, token, leaseMs, asked }: LeaseTaken, log: Logger): Lease {
  const key = keys.lease(number);
  const controller = new AbortController();
  const lost = new AbortController();
  const abort = (reason: StopReason): void => controller.abort(reason);
  let released = false;
  let overdue = giveUpAfter(asked);
  const timer = setInterval(() => {
    const askedNow = performance.now();
    renew(redis, [key, token, leaseMs]).then(
      (renewed) => {
        if (Number(renewed) !== 1) return lose('taken over');
        clearTimeout(overdue);
        if (!released) overdue = giveUpAfter(askedNow);
      },
      () => undefined,
    );
  }, leaseMs / 4);
  timer.unref();

  /** With Redis away we stop while it is certainly ours: another can only start after that. */
  function giveUpAfter(confirmed: number): NodeJS.Timeout {
    const ms = confirmed + leaseMs * STOPS_AFTER - performance.now();
    return setTimeout(() => lose('Redis does not answer'), Math.max(0, ms)).unref();
  }
  function end(): void {
    released = true;
    clearInterval(timer);
    clearTimeout(overdue);
  }
  function lose(why: string): void {
    if (released) return;
    end();
    log.warn({ request: number, why }, 'lease lost');
    lost.abort('lease lost');
    abort('lease lost');
  }
  return {
    number,
    token,
    guard: { key, is: token },
    signal: controller.signal,
    lost: lost.signal,
    abort,
    async release() {
      end();
      await release(redis, [key, token]).catch(() => undefined);
    },
  };
}
