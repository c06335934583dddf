import type { OpenRevert } from '../command.ts';
import type { Outcome } from '../job.ts';
import { userOf } from '../outbox/tell.ts';
import type { Command } from '../redis/commit.ts';
import type { Keys } from '../redis/keys.ts';
import type { FrozenJob, Request, Revert } from '../request.ts';
import type { Store } from '../requests/store.ts';
import { begunKey } from '../running/intents.ts';
import { lockName, type Target, targetIn } from '../target.ts';

const DAY_MS = 86_400_000;

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
): Promise<{ stored: Revert; values: string[]; ended: string[]; json: string } | undefined> {
  const [json, ended] = await Promise.all([
    redis.get(keys.revert(request, region)),
    redis.smembers(keys.revertEnded(request, region)),
  ]);
  if (json === null) return undefined;
  const stored = JSON.parse(json) as Revert; // our own writing
  return { stored, values: stored.later.values.filter((value) => !ended.includes(value)), ended: [...ended].sort(), json };
}

/**
 * What a change's end means for reverts, as commands of the same step: its own begin to wait, and those that it superseded have their
 * values ended. A change of which nothing was done has nothing to take back.
 */
export function revertCommands({ keys }: Store, request: Request, outcomes: readonly Outcome[]): Command[] {
  return (request.plan?.jobs ?? []).flatMap((job) => [
    ...(job.later ? ownRevert(keys, request, job, outcomes) : []),
    ...(job.supersedes ?? []).flatMap(({ request: other, region, values }): Command[] => {
      const done = values.filter((value) => tookEffect(job.region, value, outcomes));
      return done.length > 0 ? [['SADD', keys.revertEnded(other, region), ...done]] : [];
    }),
  ]);
}

function ownRevert(keys: Keys, request: Request, { region, later }: FrozenJob, outcomes: readonly Outcome[]): Command[] {
  const { number, since, plan, card, cloud = '', command = '', effect = 'change', askedBy = '' } = request;
  if (!later || !plan || !card) return [];
  // Unknown outcomes too, and runs that ended before they could tell: should it have taken effect, it goes back.
  const isAny =
    outcomes.length === 0
      ? request.state !== 'failed' && request.state !== 'void'
      : later.values.some((value) => mayHaveTakenEffect(region, value, outcomes));
  const touches = plan.touches.filter((target) => target.region === undefined || target.region === region);
  if (!isAny) return forgetRevert(keys, { request: number, cloud, region, touches });
  const user = userOf(request);
  const revert: Revert = {
    request: number,
    cloud,
    region,
    due: since + later.afterMs,
    later,
    touches,
    command,
    effect,
    ...(user === undefined ? {} : { user }),
    askedBy,
    card,
    tries: 0,
  };
  return keepRevert(keys, revert);
}

/** Its timers, too: one before it, at which its requester may still say otherwise. */
export function keepRevert(keys: Keys, revert: Revert): Command[] {
  const { request, cloud, region, due, later, touches } = revert;
  const id = `${request}/${region}`;
  const soon = due - Math.min(DAY_MS, later.afterMs / 4);
  return [
    ['SET', keys.revert(request, region), JSON.stringify(revert)],
    ...touches.map((target): Command => ['SADD', keys.revertsOf(lockName(cloud, target)), id]),
    ['ZADD', keys.timers, due, `${request}|${REVERT} ${region}`],
    ...(revert.tries === 0 ? [['ZADD', keys.timers, soon, `${request}|${REVERT_SOON} ${region}`]] : []),
  ];
}

export function forgetRevert(
  keys: Keys,
  { request, cloud, region, touches }: Pick<Revert, 'request' | 'cloud' | 'region' | 'touches'>,
): Command[] {
  return [
    ['DEL', keys.revert(request, region), keys.revertEnded(request, region)],
    ...touches.map((target): Command => ['SREM', keys.revertsOf(lockName(cloud, target)), `${request}/${region}`]),
    ['ZREM', keys.timers, `${request}|${REVERT} ${region}`, `${request}|${REVERT_SOON} ${region}`],
  ];
}

function tookEffect(region: string, value: string, outcomes: readonly Outcome[]): boolean {
  const state = outcomeOf(region, value, outcomes)?.state;
  return state === 'done' || state === 'already';
}

function mayHaveTakenEffect(region: string, value: string, outcomes: readonly Outcome[]): boolean {
  return tookEffect(region, value, outcomes) || outcomeOf(region, value, outcomes)?.state === 'unknown';
}

/** What became of a value: its own outcome where it has one, else that of the item which it is a part of. */
function outcomeOf(region: string, value: string, outcomes: readonly Outcome[]): Outcome | undefined {
  const own = begunKey(region, value);
  return outcomes
    .filter(({ item }) => own === item.id || own.startsWith(`${item.id}/`))
    .toSorted((a, b) => b.item.id.length - a.item.id.length)[0];
}
