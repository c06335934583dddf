import type { Logger } from 'pino';
import type { Session } from './openstack/session.ts';
import type { Core } from './process/core.ts';

/** A look at every cloud and region again and again, at jobs/check/<name>.ts. It reads, and is no request: nobody asked for it. */
export interface Check {
  /** Milliseconds from one look to the next; one worker looks, for all of them. */
  everyMs: number;
  /** What it breaks with is logged, and the next look comes all the same. */
  run(context: CheckContext): Promise<void>;
}

export interface CheckContext {
  /** The reader's. Throws on anything but a read. */
  openstack: Session;
  cloud: string;
  region: string;
  /** For what it finds: the store, what is to be said, other requests. */
  core: Core;
  /** Aborts when the worker ends, or the next look is due. */
  signal: AbortSignal;
  log: Logger;
}

export function defineCheck(check: Check): Check {
  return check;
}
