import type { Redis } from 'ioredis';
import { type AuditEntry, type ChainedEntry, chain } from '../audit/chain.ts';
import type { Outcome } from '../job.ts';
import type { OpenRevert } from '../plan.ts';
import type { Clock } from '../redis/clock.ts';
import { type Command, commit, type Guard } from '../redis/commit.ts';
import type { Keys } from '../redis/keys.ts';
import { ENDED, isOver, KEEP_SECONDS, type Request, userOf } from '../request.ts';
import { revertsAtMove } from '../reverts/reverts.ts';
import { timerCommands } from './due.ts';

/** Where our records of requests live. */
export interface Store {
  redis: Redis;
  keys: Keys;
  clock: Clock;
  /** Told of every end, for the metrics. */
  ended?: (request: Request) => void;
}

/**
 * A record as it was read: a change to it counts only while its audit's head is still this one, and so is its revision, which also
 * counts what leaves no mark in the audit.
 */
export interface Stored {
  request: Request;
  head: string;
  revision: string | null;
}

/** Of each user, for their Home. */
const ENDED_KEPT = 10;
const ENDED_KEPT_SECONDS = 7 * 86_400;

export async function findRequest({ redis, keys }: Store, number: number): Promise<Stored | undefined> {
  const [doc, head, revision = null] = await redis.hmget(keys.request(number), 'doc', 'head', 'revision');
  if (!doc || !head) return undefined;
  // Our own writing, checked when it was written.
  return { request: JSON.parse(doc) as Request, head, revision };
}

export async function readAudit({ redis, keys }: Store, number: number): Promise<ChainedEntry[]> {
  const entries = await redis.lrange(keys.audit(number), 0, -1);
  return entries.map((entry) => JSON.parse(entry) as ChainedEntry);
}

/** What the record and the card tell and the audit does not: a text for every item is no step, and would fill it. */
const NOT_IN_AUDIT: ReadonlySet<string> = new Set(['progress']);

export interface Move {
  event: string;
  by?: string;
  detail?: Record<string, unknown>;
  /** What became of its items, where it ends and that is known. */
  outcomes?: readonly Outcome[];
  /** What others were to take back of the same targets, as it stood while this one held them. */
  open?: readonly OpenRevert[];
  /** Besides the record's own head. */
  when?: Guard[];
  /** Commands of the same atomic step. */
  also?: (next: Request, before: Request) => Command[];
}

/** What is done in one atomic step, and what must still be so. */
export interface Step {
  when: Guard[];
  commands: Command[];
  /** What it ends, for whoever commits it to tell `Store.ended`. */
  ends?: Request;
}

/**
 * Changes a record and appends to its audit, in one atomic step that counts only if nobody was faster.
 * @returns the new record, or the guard that no longer held (the record's head itself, or one of `when`).
 */
export async function advance(
  store: Store,
  stored: Stored,
  change: (draft: Request) => void,
  move: Move,
): Promise<{ stored: Stored } | { lost: Guard }> {
  const { next, when, commands, ends } = stepOf(store, stored, change, move);
  const lost = await commit(store.redis, when, commands);
  if (lost) return { lost };
  if (ends) store.ended?.(ends);
  return { stored: next };
}

/** The same as a step that is not taken yet, for where it has to be one with another record's. */
export function stepOf(
  { keys, clock }: Store,
  { request, head, revision }: Stored,
  change: (draft: Request) => void,
  { event, by, detail, outcomes = [], open = [], when = [], also }: Move,
): Step & { next: Stored } {
  const draft = structuredClone(request);
  change(draft);
  keepUnsigned(draft);
  const at = clock.now();
  const moved = draft.state !== request.state;
  if (moved) draft.since = at;
  const reverts = moved && !isOver(request) ? revertsAtMove(keys, { from: request.state, draft, outcomes, open }) : [];
  const entry: AuditEntry = {
    at,
    event,
    ...(moved ? { from: request.state, to: draft.state } : {}),
    ...(by === undefined ? {} : { by }),
    ...(detail === undefined ? {} : { detail }),
  };
  const chained = NOT_IN_AUDIT.has(event) ? undefined : chain(head, entry);
  const key = keys.request(request.number);
  const doc = JSON.stringify(draft);
  // Answers change nothing in the record, which may be large.
  const changed = doc !== JSON.stringify(request);
  const next: Stored = {
    request: draft,
    head: chained?.hash ?? head,
    revision: changed ? String(Number(revision ?? 0) + 1) : revision,
  };
  const commands: Command[] = [
    ['HSET', key, ...(changed ? ['doc', doc, 'state', draft.state, 'revision', next.revision ?? ''] : []), 'head', next.head],
    ...(chained ? [['RPUSH', keys.audit(request.number), JSON.stringify(chained)]] : []),
    ...(moved ? bookkeeping(keys, request, draft, at) : []),
    ...reverts,
    ...timerCommands(keys, request, draft),
    ...(also?.(draft, request) ?? []),
  ];
  const asItWas = [
    { key, field: 'head', is: head },
    { key, field: 'revision', is: revision },
  ];
  return { when: [...asItWas, ...when], commands, next, ...(moved && ENDED.has(draft.state) ? { ends: draft } : {}) };
}

/** However it ends, what went on without votes stays open until an owner has signed it; nobody need wait for its targets, or follow it. */
function keepUnsigned(draft: Request): void {
  if (!ENDED.has(draft.state) || !draft.glass || draft.glass.signed) return;
  draft.unsigned = draft.state;
  draft.state = 'unsigned';
  delete draft.same;
}

function bookkeeping(keys: Keys, { same }: Request, draft: Request, at: number): Command[] {
  const { number, state } = draft;
  const free = isOver(draft) ? [keys.lease(number), ...(same === undefined ? [] : [keys.same(same)])] : [];
  const freeing: Command[] = free.length > 0 ? [['DEL', ...free]] : [];
  if (!ENDED.has(state)) return [['ZADD', keys.open, at, number], ...freeing];
  return [
    ...keptForHome(keys, draft, at),
    ['ZREM', keys.open, number],
    ...freeing,
    ['RPUSH', keys.unsealed, number],
    ['EXPIRE', keys.request(number), KEEP_SECONDS],
    ['EXPIRE', keys.audit(number), KEEP_SECONDS],
  ];
}

/**
 * The newest ended plans of whoever asked for them or follows them, so that their Homes need not look through everybody's. Plain reads
 * are answered where they were asked.
 */
function keptForHome(keys: Keys, request: Request, at: number): Command[] {
  if (!request.plan) return [];
  const users = new Set([userOf(request), ...(request.followers ?? [])]);
  return [...users].flatMap((user): Command[] => {
    if (user === undefined) return [];
    const key = keys.endedOf(user);
    return [
      ['ZADD', key, at, request.number],
      ['ZREMRANGEBYRANK', key, 0, -(ENDED_KEPT + 1)],
      ['EXPIRE', key, ENDED_KEPT_SECONDS],
    ];
  });
}

/** The newest plans of this user that ended in the last days, newest first. */
export async function listEndedOf({ redis, keys, clock }: Store, user: string): Promise<number[]> {
  const since = clock.now() - ENDED_KEPT_SECONDS * 1_000;
  return (await redis.zrevrangebyscore(keys.endedOf(user), '+inf', since)).map(Number);
}

/** A decision about a record: how to change it, or why not. */
export type Decision<T> = { change: (draft: Request) => void; move: Move; give: T } | { leave: T };

/**
 * Reads, decides, and commits; again from the start when somebody else was faster.
 * @returns `missing` where there is no such request, `lost` where another guard of the move no longer held.
 */
export async function decideAndAdvance<T>(
  store: Store,
  number: number,
  decide: (request: Request) => Decision<T> | Promise<Decision<T>>,
): Promise<{ request: Request; before: Request; gave: T; changed: boolean } | 'missing' | 'lost'> {
  for (;;) {
    const stored = await findRequest(store, number);
    if (!stored) return 'missing';
    const decision = await decide(stored.request);
    const before = stored.request;
    if ('leave' in decision) return { request: before, before, gave: decision.leave, changed: false };
    const result = await advance(store, stored, decision.change, decision.move);
    if ('stored' in result) return { request: result.stored.request, before, gave: decision.give, changed: true };
    if (result.lost.key !== store.keys.request(number)) return 'lost';
  }
}
