import { type AuditEntry, chain, NOTHING_BEFORE } from '../audit/chain.ts';
import { formatDuration } from '../chat/values.ts';
import { PRIORITY, say } from '../outbox/outbox.ts';
import { belowCard, tellState } from '../outbox/tell.ts';
import { planHash } from '../planning/plan-hash.ts';
import type { Core } from '../process/core.ts';
import { wake } from '../queue.ts';
import { type Command, commit } from '../redis/commit.ts';
import { type Button, code, type Reply } from '../reply.ts';
import { cloudInWords, type FrozenPlan, label, type Request, type Revert } from '../request.ts';
import { childCommands } from '../requests/children.ts';
import type { Store } from '../requests/store.ts';
import { readStandstill } from '../standstill/standstill.ts';
import { standstillInWords } from '../standstill/words.ts';
import { tellGrace } from './grace.ts';
import { backInWords, extendLine, keepLine } from './later.ts';
import { findRevert, firingCommands, forgetRevert, PUT_OFF_MS, putOffCommands } from './reverts.ts';

/**
 * Its time is up: what is still to go back becomes a request of its own, which nobody has to approve again. The revert itself stays until that
 * has ended, so that a plan made meanwhile still knows of it.
 */
export async function fireRevert(core: Core, request: number, region: string): Promise<void> {
  const { redis, keys } = core.store;
  const found = await findRevert(core.store, request, region);
  if (!found || found.stored.child !== undefined) return;
  const { stored, values, json } = found;
  const guard = { key: keys.revert(request, region), is: json };
  // What was kept from a time of grace is marked so at its end.
  if (values.length === 0 && !stored.later.grace) {
    await commit(redis, [guard], forgetRevert(keys, stored));
    return;
  }
  const standing = await readStandstill(core.store, stored.cloud);
  // It would be void at once, every hour anew.
  if (standing.brake && stored.later.grace) {
    await commit(redis, [guard], putOffCommands(keys, stored, core.store.clock.now() + PUT_OFF_MS));
    return;
  }
  const standstill = standstillInWords(standing);
  const child: Request = {
    ...childOf(core.store, stored, values, Number(await redis.incr(keys.number))),
    ...(standstill ? { standstill } : {}),
  };
  const firing = [...firingCommands(keys, stored, child.number), ...newRequest(core, child), ...childCommands(keys, child)];
  if (await commit(redis, [guard], firing)) return;
  await wake(core.wakers, child, 'run');
}

/** @param values what of it nobody has decided about so far */
function childOf({ clock }: Store, revert: Revert, values: string[], number: number): Request {
  const { request, cloud, region, later, touches, command, effect, askedBy, card, user } = revert;
  const plan: FrozenPlan = {
    text: backInWords(later, values),
    touches,
    undo: { possible: true, how: code(extendLine(later, values) ?? `request undo ${label(number)}`) },
    jobs: [{ region, job: later.job, payload: later.payload }],
  };
  const now = clock.now();
  return {
    number,
    state: 'queued',
    line: later.grace ? `end of the grace time of ${label(request)}` : `revert of ${label(request)}`,
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
    reason: later.grace
      ? `${label(request)} gave ${formatDuration(later.afterMs)} of grace.`
      : `${label(request)} was for ${formatDuration(later.afterMs)}.`,
    plan,
    hash: planHash(cloud, region, plan),
    votes: [],
    askedBy: `the plan of ${label(request)}, which ${askedBy} asked for`,
    card,
    locks: [],
    ...(user === undefined ? {} : { followers: [user] }),
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

/** Before it goes back its requester may say that it stays: for as long again, or for good. */
export async function remindOfRevert(core: Core, request: number, region: string): Promise<void> {
  const { redis, keys, clock } = core.store;
  const found = await findRevert(core.store, request, region);
  if (!found || found.values.length === 0 || found.stored.child !== undefined) return;
  const { stored, values, json } = found;
  const { user, card } = stored;
  const reply = soonReply(stored, values, clock.now());
  const to = user === undefined ? belowCard(request, card) : ({ kind: 'direct', user } as const);
  const id = `${label(request)}/revert-soon/${region}`;
  await commit(
    redis,
    [{ key: keys.revert(request, region), is: json }],
    [
      ...say(keys, { id, to, priority: PRIORITY.approval, reply }, clock.now()),
      ...tellGrace(keys, stored, values, 'soon', clock.now()),
    ],
  );
}

function soonReply({ request, later, due, cloud, region }: Revert, values: string[], now: number): Reply {
  const time = formatDuration(later.afterMs);
  const left = formatDuration(due - now);
  const keep: Button = { label: 'Keep', act: { kind: 'line', line: keepLine(later, request, values) } };
  const where = `It is about ${cloudInWords({ cloud, region })}.`;
  const extend = extendLine(later, values);
  if (extend === undefined) {
    const text = `${label(request)} gave ${time} of grace, which ends in ${left}: ${backInWords(later, values)}`;
    return { text, lines: [where, 'To keep all of it press the button. That takes no vote.'], buttons: [keep] };
  }
  return {
    text: `${label(request)} was for ${time}, and goes back in ${left}: ${backInWords(later, values)}`,
    lines: [where, 'To keep it as it is press a button. That asks for it anew, and waits for the same approvals.'],
    buttons: [{ label: 'Extend', style: 'primary', act: { kind: 'line', line: extend } }, keep],
  };
}
