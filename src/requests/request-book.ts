import type { Who } from '../command-context.ts';
import type { Outcome } from '../job.ts';
import type { LaterValue, Told } from '../plan.ts';
import type { Request } from '../request.ts';
import type { Target } from '../target.ts';

/** What a stop came to: ended at once, a job that was told, or an unknown outcome that nobody looks at any more. */
export type Cancelled = 'cancelled' | 'stopping' | 'left unknown';

/** What a plan does later in a region, while it can still be kept from it. */
export interface OpenGrace {
  region: string;
  /** Milliseconds since 1970. */
  due: number;
  /** Those that nobody has kept. */
  values: LaterValue[];
  tells: Told[];
  touches: Target[];
  /** Its time is up: the request that does it just now. */
  child?: number;
}

export interface Graces {
  /** By region, `LaterValue.id`. */
  kept: { region: string; values: string[] }[];
}

/** What commands may do with the requests of this Stackhand. */
export interface RequestBook {
  /** Undefined where there is none, or none any more (closed requests are kept 90 days). */
  find(number: number): Promise<Request | undefined>;
  /** Newest first. */
  list(filter: { open?: boolean; user?: string; only?: (request: Request) => boolean; limit: number }): Promise<Request[]>;
  /**
   * Asks for a stop. Ends at once what is not running; what runs stops before its next item. Throws UserError where it has ended.
   */
  cancel(number: number, by: Who): Promise<Cancelled>;
  /** What its plan still does later after a time of grace. */
  graces(number: number): Promise<OpenGrace[]>;
  /** Keeps values from that. `isNamed`: its plan names the asker for them. @throws UserError where it is too late, NotAllowed */
  keep(number: number, kept: Graces['kept'], by: Who, isNamed: boolean): Promise<void>;
  /** Numbers of those that follow from it: a way back, *Plan again*. Oldest first. */
  children(number: number): Promise<number[]>;
  /** What became of its items, each ID with its region before it (src/running/item-key.ts); what was begun and never told of is unknown. */
  outcomes(number: number): Promise<Outcome[]>;
  /** The audit's entries of a request, oldest first, as shown by `request show`. */
  history(number: number): Promise<{ at: number; event: string; by?: string; detail?: string }[]>;
}
