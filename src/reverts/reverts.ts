import type { Outcome } from '../job.ts';
import type { OpenRevert } from '../plan.ts';
import type { Command } from '../redis/commit.ts';
import type { Keys } from '../redis/keys.ts';
import {
  type FrozenJob,
  type FrozenLater,
  isOver,
  KEEP_SECONDS,
  type Request,
  type RequestState,
  type Revert,
  userOf,
} from '../request.ts';
import type { Store } from '../requests/store.ts';
import { itemKey } from '../running/item-key.ts';
import { lockName, type Target, targetIn } from '../target.ts';
import { tellGrace } from './grace.ts';

const DAY_MS = 86_400_000;

/** What did not go back is tried again this much later; then its requester has been told often enough. */
const TRY_AGAIN_MS = [300_000, 1_800_000, 7_200_000, 43_200_000, 86_400_000];
/** What was changed meanwhile is not tried again: somebody has decided otherwise. */
const NOT_BACK: ReadonlySet<Outcome['state'] | undefined> = new Set<Outcome['state'] | undefined>([
  'failed',
  'unknown',
  'not started',
]);

/** The end of a time of grace under the brake: it is tried again this much later, and so on until that is lifted. */
export const PUT_OFF_MS = 3_600_000;

/** The timers' kinds, each for a region. */
export const REVERT = 'revert';
export const REVERT_SOON = 'revert-soon';

/** What somebody has decided about since is ended; of what is left some may be ended, too, at any moment. */
export async function openReverts({ redis, keys }: Store, cloud: string, region: string, target: Target): Promise<OpenRevert[]> {
  const ids = await redis.smembers(keys.revertsOf(lockName(cloud, targetIn(region, target))));
  const found: OpenRevert[] = [];
  for (const id of ids) {
    const slash = id.indexOf('/');
    const [request, where] = [Number(id.slice(0, slash)), id.slice(slash + 1)];
    const revert = where === region ? await findRevert({ redis, keys }, request, region) : undefined;
    if (!revert) continue;
    const { due, later } = revert.stored;
    found.push({ request, region, due, values: revert.values, job: later.job, payload: later.payload });
  }
  return found.filter(({ values }) => values.length > 0).sort((a, b) => a.request - b.request);
}

/** The record, and its values that are still to go back. `json` is what a step may be conditional on. */
export async function findRevert(
  { redis, keys }: Pick<Store, 'redis' | 'keys'>,
  request: number,
  region: string,
): Promise<{ stored: Revert; values: string[]; json: string } | undefined> {
  const [json, ended] = await Promise.all([
    redis.get(keys.revert(request, region)),
    redis.smembers(keys.revertEnded(request, region)),
  ]);
  if (json === null) return undefined;
  const stored = JSON.parse(json) as Revert; // our own writing
  return { stored, json, values: stored.later.values.map(({ id }) => id).filter((value) => !ended.includes(value)) };
}

/**
 * What a request that takes something back leaves alone. Read while it holds its locks: whoever decides about the same has ended by
 * then, or waits for it.
 */
export async function decidedSince({ redis, keys }: Store, { revert }: Request): Promise<string[]> {
  return revert ? redis.smembers(keys.revertEnded(revert.request, revert.region)) : [];
}

/** What others are to take back of what a request touches. True while it holds its locks: a revert comes only from whoever holds them. */
export async function revertsOf(store: Store, { number, cloud = '', plan }: Request): Promise<OpenRevert[]> {
  const found = await Promise.all(
    (plan?.jobs ?? []).flatMap(({ region, decides }) =>
      decides === undefined ? [] : (plan?.touches ?? []).map((target) => openReverts(store, cloud, region, target)),
    ),
  );
  return found.flat().filter(({ request }) => request !== number);
}

export interface RevertingMove {
  from: RequestState;
  draft: Request;
  outcomes: readonly Outcome[];
  /** `revertsOf` it. */
  open: readonly OpenRevert[];
}

/**
 * What a request's move means for reverts, as commands of the same step. At its end, and while its outcome is unknown: its own begin to
 * wait, and what others were to take back of the values that it has decided about is ended. A request that takes something back forgets
 * what went back, and is tried again for the rest, however it ended: only a decision about a value keeps it. The record says what goes
 * back.
 */
export function revertsAtMove(keys: Keys, move: RevertingMove): Command[] {
  const { draft, outcomes, open } = move;
  const hasEnded = isOver(draft);
  if (!hasEnded && draft.state !== 'unknown') return [];
  if (draft.revert) return hasEnded ? afterTry(keys, draft, draft.revert, outcomes) : [];
  return (draft.plan?.jobs ?? []).flatMap((job) => {
    const decided = (job.decides ?? []).filter((value) => tookEffect(job.region, value, outcomes));
    const others = open.filter(({ region }) => region === job.region);
    return [
      ...(job.later ? ownRevert(keys, move, { ...job, later: job.later }) : []),
      ...others.flatMap((other) =>
        endValues(
          keys,
          other,
          other.values.filter((value) => decided.includes(value)),
        ),
      ),
    ];
  });
}

/** Kept a while longer than what they are of, should that have gone before. */
export function endValues(
  keys: Keys,
  { request, region, due }: Pick<Revert, 'request' | 'region' | 'due'>,
  values: string[],
): Command[] {
  if (values.length === 0) return [];
  const key = keys.revertEnded(request, region);
  return [
    ['SADD', key, ...values],
    ['EXPIREAT', key, Math.ceil(due / 1_000) + KEEP_SECONDS],
  ];
}

function ownRevert(
  keys: Keys,
  { from, draft, outcomes, open }: RevertingMove,
  { region, later }: FrozenJob & { later: FrozenLater },
): Command[] {
  const { number, since, plan, card, cloud = '', command = '', effect = 'change', askedBy = '', begun = [] } = draft;
  if (!plan || !card) return [];
  const all = later.values.map(({ id }) => id);
  const isTaken = (value: string): boolean => open.some((other) => other.region === region && other.values.includes(value));
  // Unknown outcomes too, and runs that ended before they could tell: should it have taken effect, it goes back. What was so before is
  // somebody else's doing, unless it was so for a time.
  const values = all.filter((value) => {
    if (outcomes.length === 0) return begun.some((item) => isPartOf(itemKey(region, value), item));
    const state = stateOf(region, value, outcomes);
    return state === 'done' || state === 'unknown' || (state === 'already' && isTaken(value));
  });
  const before = (draft.goesBack ?? []).find((one) => one.region === region);
  draft.goesBack = (draft.goesBack ?? []).filter((one) => one !== before);
  const touches = plan.touches.filter((target) => target.region === undefined || target.region === region);
  if (values.length === 0) return before ? forgetRevert(keys, { request: number, cloud, region, touches }) : [];
  // What was unknown waits since then already, and may be going back by now.
  const due = from === 'unknown' && before ? before.at : since + later.afterMs;
  draft.goesBack.push({ region, at: due, values });
  const user = userOf(draft);
  const revert: Revert = {
    request: number,
    cloud,
    region,
    began: due - later.afterMs,
    due,
    later,
    touches,
    command,
    effect,
    ...(user === undefined ? {} : { user }),
    askedBy,
    card,
    tries: 0,
  };
  const rest = all.filter((value) => !values.includes(value));
  const begins = before ? [] : [...keepRevert(keys, revert), ...tellGrace(keys, revert, values, 'begins', since)];
  return [...begins, ...endValues(keys, revert, rest)];
}

/** Also says in the record whether, and when, it is tried again. */
function afterTry(keys: Keys, draft: Request, revert: Revert, outcomes: readonly Outcome[]): Command[] {
  const values = revert.later.values.map(({ id }) => id);
  const stateIn = (value: string): Outcome['state'] | undefined => stateOf(revert.region, value, outcomes);
  // A run that ended before it could tell: each is looked at again.
  const nothingTold = outcomes.length === 0 && draft.state !== 'nothing done';
  const left = nothingTold ? values : values.filter((value) => NOT_BACK.has(stateIn(value)));
  // Who stops what deletes means it: only a way back comes again.
  if (left.length === 0 || (revert.later.grace && draft.state === 'cancelled')) return forgetRevert(keys, revert);
  // The brake put it off: that is no try of its own.
  if (draft.state === 'void' && typeof draft.again === 'number') return putOffCommands(keys, revert, draft.again);
  const wait = TRY_AGAIN_MS[revert.tries];
  draft.again = wait === undefined ? 'given up' : draft.since + wait;
  if (draft.again === 'given up') return forgetRevert(keys, revert);
  const next: Revert = { ...revert, tries: revert.tries + 1, due: draft.again };
  return [
    ...keepRevert(keys, next),
    ...endValues(
      keys,
      next,
      values.filter((value) => !left.includes(value) && stateIn(value) !== undefined),
    ),
  ];
}

/** It takes away for good what a quarantine marked, unlike what sets a change back. */
export function isEndOfGrace({ revert }: Pick<Request, 'revert'>): boolean {
  return revert?.later.grace !== undefined;
}

/** What somebody kept of it meanwhile is remembered for as long. */
export function putOffCommands(keys: Keys, revert: Revert, due: number): Command[] {
  const kept = keys.revertEnded(revert.request, revert.region);
  return [...keepRevert(keys, { ...revert, due }), ['EXPIREAT', kept, Math.ceil(due / 1_000) + KEEP_SECONDS]];
}

/** Its timers, too: one before it, at which its requester may still say otherwise. */
export function keepRevert(keys: Keys, revert: Revert): Command[] {
  const { request, cloud, region, began, due, later, touches } = revert;
  const id = `${request}/${region}`;
  const soon = due - Math.min(DAY_MS, later.afterMs / 4);
  return [
    ['SET', keys.revert(request, region), JSON.stringify(revert)],
    ...touches.map((target): Command => ['SADD', keys.revertsOf(lockName(cloud, target)), id]),
    ['ZADD', keys.timers, due, timerOf(REVERT, revert)],
    ...(due === began + later.afterMs ? [['ZADD', keys.timers, soon, timerOf(REVERT_SOON, revert)]] : []),
  ];
}

/** From now on this request takes it back; its timers have done their part. */
export function firingCommands(keys: Keys, revert: Revert, child: number): Command[] {
  return [['SET', keys.revert(revert.request, revert.region), JSON.stringify({ ...revert, child })], noTimers(keys, revert)];
}

export function forgetRevert(
  keys: Keys,
  { request, cloud, region, touches }: Pick<Revert, 'request' | 'cloud' | 'region' | 'touches'>,
): Command[] {
  return [
    ['DEL', keys.revert(request, region), keys.revertEnded(request, region)],
    ...touches.map((target): Command => ['SREM', keys.revertsOf(lockName(cloud, target)), `${request}/${region}`]),
    noTimers(keys, { request, region }),
  ];
}

type Which = Pick<Revert, 'request' | 'region'>;

function timerOf(kind: typeof REVERT | typeof REVERT_SOON, { request, region }: Which): string {
  return `${request}|${kind} ${region}`;
}

function noTimers(keys: Keys, which: Which): Command {
  return ['ZREM', keys.timers, timerOf(REVERT, which), timerOf(REVERT_SOON, which)];
}

function tookEffect(region: string, value: string, outcomes: readonly Outcome[]): boolean {
  const state = stateOf(region, value, outcomes);
  return state === 'done' || state === 'already';
}

/** What became of a value: its own outcome where it has one, else that of the item which it is a part of. */
function stateOf(region: string, value: string, outcomes: readonly Outcome[]): Outcome['state'] | undefined {
  const own = itemKey(region, value);
  return outcomes.filter(({ item }) => isPartOf(own, item.id)).toSorted((a, b) => b.item.id.length - a.item.id.length)[0]?.state;
}

/** `RegionOne/compute/cores` of `RegionOne/compute`, and of `RegionOne/`. */
function isPartOf(value: string, item: string): boolean {
  return value === item || value.startsWith(item.endsWith('/') ? item : `${item}/`);
}
