import type { Logger } from 'pino';
import type { Guard } from './redis/commit.ts';
import { script } from './redis/script.ts';
import type { Store } from './store.ts';

/** Why a run is told to start nothing more. */
export type StopReason = 'stopped' | 'handed back' | 'frozen' | 'lease lost';

/** One worker's right to work on one request: a key with a growing token that goes by itself when the worker dies. */
export interface Lease {
  number: number;
  token: string;
  /** Holds while it is still ours. */
  guard: Guard;
  /** Aborts with a StopReason. */
  signal: AbortSignal;
  abort(reason: StopReason): void;
  release(): Promise<void>;
}

const renew = script(`if redis.call('GET', ARGV[1]) == ARGV[2] then return redis.call('PEXPIRE', ARGV[1], ARGV[3]) end return 0`);
const release = script(`if redis.call('GET', ARGV[1]) == ARGV[2] then return redis.call('DEL', ARGV[1]) end return 0`);

export async function nextToken({ redis, keys }: Store): Promise<string> {
  return String(await redis.incr(keys.token));
}

/** Keeps a lease alive that the caller has just set in the same step in which it took up the request. */
export function keepLease({ redis, keys }: Store, number: number, token: string, leaseMs: number, log: Logger): Lease {
  const key = keys.lease(number);
  const controller = new AbortController();
  const abort = (reason: StopReason): void => controller.abort(reason);
  let confirmed = performance.now();
  const timer = setInterval(() => {
    const asked = performance.now();
    renew(redis, [key, token, leaseMs]).then(
      (renewed) => {
        if (Number(renewed) === 1) confirmed = asked;
        else lose('taken over');
      },
      () => undefined,
    );
    // Redis is away: by now the lease may be another's.
    if (asked - confirmed > leaseMs) lose('Redis does not answer');
  }, leaseMs / 3);
  timer.unref();
  function lose(why: string): void {
    clearInterval(timer);
    if (controller.signal.aborted) return;
    log.warn({ request: number, why }, 'lease lost');
    abort('lease lost');
  }
  return {
    number,
    token,
    guard: { key, is: token },
    signal: controller.signal,
    abort,
    async release() {
      clearInterval(timer);
      await release(redis, [key, token]).catch(() => undefined);
    },
  };
}
