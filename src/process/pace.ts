/** How often what waits is looked at again, in milliseconds. Only tests, which wait for much and change little at a time, have another. */
export interface Pace {
  /** A run's looks at what it has begun on a cloud. */
  runMs: number;
  /** The sweeper's rounds. */
  sweepMs: number;
  /** For checks that are due. */
  checkMs: number;
}

export const PACE: Readonly<Pace> = { runMs: 2_000, sweepMs: 2_000, checkMs: 1_000 };
