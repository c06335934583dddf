import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Seen } from './brake/mass-down.ts';
import type { Service, Session } from './openstack/session.ts';
import type { Reply } from './reply.ts';
import type { Requester } from './request.ts';

/** A job and the payload that was approved. */
export interface JobCall {
  job: Job;
  payload: unknown;
}

export interface Job<P = unknown> {
  payload: z.ZodType<P>;
  /** The microversions that its writes are pinned to, where they may be newer than a cloud: asked before anybody approves. */
  microversions?(payload: P): Partial<Record<Service, string>>;
  /** Safe to run again at any time: it looks instead of remembering. */
  run(payload: P, context: JobContext): Promise<Report>;
  /**
   * What takes back what it did, by its outcomes (those that are done or unknown): a line, which is planned and approved like any other, without cloud, region and reason, which are added.
   * Left out: nothing does, as its plan's `undo` said.
   */
  undo?(payload: P, did: readonly Outcome[], of: { label: string }): UndoLine;
  with(payload: P): JobCall;
}

/** `quota set 1f2e… cores=20`, or why there is none. */
export type UndoLine = { line: string } | { because: string };

export interface JobContext {
  /** May write. Every write passes the one hook: lease, freeze, brake, intent. */
  openstack: Session;
  cloud: string;
  region: string;
  request: { number: number; label: string; requester: Requester };
  /** As of CommandContext. Once it has found something no further write of this cloud's is sent: each hands its run back. */
  massDown(seen?: Seen): Promise<string | undefined>;
  /** Values that are no longer to go back: somebody has decided otherwise since this was approved. */
  except: ReadonlySet<string>;
  /** Of what a plan does later by itself: the request that it follows, and when the time began (milliseconds since 1970, Redis's clock). */
  follows?: { label: string; began: number };
  /** Aborts on SIGTERM, cancel, freeze or a lost lease: start no further item. */
  signal: AbortSignal;
  log: Logger;
  /** Edits the card. Coalesced: call it as often as you like. */
  progress(text: string): void;
  /**
   * Brings items to their goal, `atOnce` at a time; one item's failure never stops the rest. Each step looks before it acts and is
   * called again after a lost answer; an item whose step says `wait` is called again on the next tick, after `look`.
   */
  converge<I extends Item, S = undefined>(items: readonly I[], how: Converge<I, S>): Promise<Outcome[]>;
}

export interface Item {
  id: string;
  name: string;
}

export interface Converge<I extends Item, S> {
  /** Default 1. */
  atOnce?: number;
  /** One look a tick (two seconds) for all items together. */
  look?: () => Promise<S>;
  step(item: I, seen: S, at: ItemContext): Promise<Step>;
}

export interface ItemContext {
  /** The same session; its writes are put down under this item. */
  openstack: Session;
  /** A write of this item was begun earlier (in a run that died, or whose answer got lost): what is found done was done by us. */
  begun: boolean;
}

export type Step = (
  | { state: 'done'; detail?: string }
  /** Was so before we came. */
  | { state: 'already'; detail?: string }
  /** No longer what was approved; left alone. */
  | { state: 'drifted'; detail: string }
  | { state: 'failed'; detail: string }
  | { state: 'unknown'; detail: string }
  | { state: 'wait'; detail?: string }
) & {
  /** Parts of the item that came to something else, one by one: told beside it. */
  besides?: Outcome[];
};

export interface Outcome {
  item: Item;
  state: Exclude<Step['state'], 'wait'> | 'not started';
  detail?: string;
}

/** What a job says at its end. The request's end state follows from the outcomes. */
export interface Report extends Reply {
  outcomes: Outcome[];
}

export function defineJob<P>(job: Omit<Job<P>, 'with'>): Job<P> {
  const self: Job<P> = {
    ...job,
    with(payload: P): JobCall {
      return { job: self as Job, payload };
    },
  };
  return self;
}
