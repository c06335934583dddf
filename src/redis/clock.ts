import type { Redis } from 'ioredis';

/** Redis's clock, so that all processes agree on deadlines. Monotonic between two looks. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  stop(): void;
}

const LOOK_EVERY_MS = 5_000;
/** A look that took longer says too little about the time. */
const USEFUL_ROUND_TRIP_MS = 200;

/** Ends once Redis has told its time for the first time. */
export async function startClock(redis: Redis): Promise<Clock> {
  let base = await look(redis);
  const timer = setInterval(() => {
    const asked = performance.now();
    look(redis).then(
      (newer) => {
        if (performance.now() - asked < USEFUL_ROUND_TRIP_MS) base = newer;
      },
      // Without Redis the last known difference still holds.
      () => undefined,
    );
  }, LOOK_EVERY_MS);
  timer.unref();
  return { now: () => Math.round(performance.now() + base), stop: () => clearInterval(timer) };
}

/** What to add to performance.now() for Redis's time. */
async function look(redis: Redis): Promise<number> {
  const asked = performance.now();
  const [seconds, micros] = await redis.time();
  const answered = performance.now();
  return Number(seconds) * 1_000 + Number(micros) / 1_000 - (asked + answered) / 2;
}
