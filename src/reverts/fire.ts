import { type AuditEntry, chain, NOTHING_BEFORE } from '../audit/chain.ts';
import { formatDuration } from '../chat/values.ts';
import type { Outcome } from '../job.ts';
import { PRIORITY, say } from '../outbox/outbox.ts';
import { belowCard, tellState } from '../outbox/tell.ts';
import { planHash } from '../planning/plan-hash.ts';
import type { Core } from '../process/core.ts';
import { wake } from '../queue.ts';
import { type Command, commit } from '../redis/commit.ts';
import { code, type Reply } from '../reply.ts';
import { cloudInWords, type FrozenPlan, label, type Request, type RequestState, type Revert } from '../request.ts';
import { childCommands } from '../requests/children.ts';
import type { Store } from '../requests/store.ts';
import { findRevert, forgetRevert, keepRevert } from './reverts.ts';

/** A revert of which something failed is tried again this much later; then its requester has been told often enough. */
const TRY_AGAIN_MS = [300_000, 1_800_000, 7_200_000, 43_200_000, 86_400_000];

const TRIED_AGAIN: ReadonlySet<RequestState> = new Set<RequestState>(['failed', 'partly done', 'left unknown']);

/** Its time is up: what is still to go back becomes a request of its own, which nobody has to approve again. */
export async function fireRevert(core: Core, request: number, region: string): Promise<void> {
  const { redis, keys } = core.store;
  const found = await findRevert(core.store, request, region);
  if (!found) return;
  const guard = { key: keys.revert(request, region), is: found.json };
  const forget = forgetRevert(keys, found.stored);
  if (found.values.length === 0) {
    await commit(redis, [guard], forget);
    return;
  }
  const child = childOf(core.store, found.stored, found.ended, Number(await redis.incr(keys.number)));
  if (await commit(redis, [guard], [...forget, ...newRequest(core, child), ...childCommands(keys, child)])) return;
  await wake(core.wakers, child, 'run');
}

function childOf({ clock }: Store, revert: Revert, ended: string[], number: number): Request {
  const { request, cloud, region, later, touches, command, effect, askedBy, card, user } = revert;
  const plan: FrozenPlan = {
    text: later.text,
    touches,
    undo: { possible: true, how: code(later.extend) },
    jobs: [{ region, job: later.job, payload: later.payload }],
  };
  const now = clock.now();
  return {
    number,
    state: 'queued',
    line: `revert of ${label(request)}`,
    requester: { kind: 'schedule', name: label(request) },
    place: { kind: 'terminal' },
    entry: 'schedule',
    receivedAt: now,
    since: now,
    attempt: 0,
    command,
    effect,
    cloud,
    region,
    reason: `${label(request)} was for ${formatDuration(later.afterMs)}.`,
    plan,
    hash: planHash(cloud, region, plan),
    votes: [],
    askedBy: `the plan of ${label(request)}, which ${askedBy} asked for`,
    card,
    locks: [],
    ...(user === undefined ? {} : { followers: [user] }),
    ...(ended.length === 0 ? {} : { except: ended }),
    revert,
    parent: request,
  };
}

/** The record of a request that no line made. */
function newRequest(core: Core, request: Request): Command[] {
  const { keys } = core.store;
  const { number, receivedAt, cloud, region, plan, hash, parent } = request;
  const first: AuditEntry = {
    at: receivedAt,
    event: 'received',
    by: core.worker,
    detail: { line: request.line, parent, cloud, region, hash, plan },
  };
  const chained = chain(NOTHING_BEFORE, first);
  return [
    ['HSET', keys.request(number), 'doc', JSON.stringify(request), 'head', chained.hash, 'state', request.state],
    ['RPUSH', keys.audit(number), JSON.stringify(chained)],
    ['ZADD', keys.open, receivedAt, number],
    ['ZADD', keys.byNumber, number, number],
    ...tellState(core, request),
  ];
}

/** What failed is tried again. What was changed meanwhile is not: somebody has decided otherwise. */
export function tryAgainCommands(
  { keys, clock }: Store,
  { state, revert, except = [] }: Request,
  outcomes: readonly Outcome[],
): Command[] {
  const wait = revert && TRY_AGAIN_MS[revert.tries];
  const failed = outcomes.length === 0 || outcomes.some((outcome) => outcome.state === 'failed');
  if (!revert || wait === undefined || !failed || !TRIED_AGAIN.has(state)) return [];
  return [
    ...keepRevert(keys, { ...revert, tries: revert.tries + 1, due: clock.now() + wait }),
    ...(except.length > 0 ? [['SADD', keys.revertEnded(revert.request, revert.region), ...except]] : []),
  ];
}

/** Before it goes back its requester may say that it stays: for as long again, or for good. */
export async function remindOfRevert(core: Core, request: number, region: string): Promise<void> {
  const { redis, keys, clock } = core.store;
  const found = await findRevert(core.store, request, region);
  if (!found || found.values.length === 0) return;
  const { stored, json } = found;
  const { later, user, card, due, cloud } = stored;
  const reply: Reply = {
    text: `${label(request)} was for ${formatDuration(later.afterMs)}, and goes back in ${formatDuration(due - clock.now())}: ${later.text}`,
    lines: [
      `It is about ${cloudInWords({ cloud, region })}.`,
      'To keep it as it is press a button. That asks for it anew, and waits for the same approvals.',
    ],
    buttons: [
      { label: 'Extend', style: 'primary', act: { kind: 'line', line: later.extend } },
      { label: 'Keep', act: { kind: 'line', line: later.keep } },
    ],
  };
  const to = user === undefined ? belowCard(request, card) : ({ kind: 'direct', user } as const);
  const id = `${label(request)}/revert-soon/${region}`;
  await commit(
    redis,
    [{ key: keys.revert(request, region), is: json }],
    say(keys, { id, to, priority: PRIORITY.approval, reply }, clock.now()),
  );
}
