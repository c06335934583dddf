import { isApprovedAsItIs } from '../approval/vote.ts';
import { OpenStackError } from '../errors.ts';
import type { JobContext, Outcome, Report } from '../job.ts';
import { tellState } from '../outbox/tell.ts';
import { stateOf } from '../outcomes.ts';
import { broke } from '../process/broke.ts';
import type { Core } from '../process/core.ts';
import { wake } from '../queue.ts';
import type { Command } from '../redis/commit.ts';
import type { Reply } from '../reply.ts';
import { label, type Request, type RequestState } from '../request.ts';
import { type Held, takeUp } from '../requests/hold.ts';
import { releaseLocks, wakeWaiters } from '../requests/locks.ts';
import { decideAndAdvance, findRequest, KEEP_SECONDS } from '../requests/store.ts';
import { isPastItsUse } from '../requests/timers.ts';
import { lockName } from '../target.ts';
import { converge } from './converge.ts';
import { begunItems, writeHook } from './intents.ts';

/** A run that took its worker down this often is left to people. */
const MAX_ATTEMPTS = 25;

/** Runs an approved plan, or goes on with one whose worker died. The job looks instead of remembering, so both are the same. */
export async function handleRun(core: Core, number: number): Promise<void> {
  const held = await start(core, number);
  if (!held) return;
  try {
    const begun = await begunItems(core.store, number);
    await finish(core, held, await runJob(core, held, begun), begun);
  } finally {
    await held.lease.release();
  }
}

/** Locks, lease and state in one step; who does not get the locks is put down in the list of the first one it lacks. */
async function start(core: Core, number: number): Promise<Held | undefined> {
  for (;;) {
    if (await isPastItsUse(core, number)) return undefined;
    const begun = await tryToStart(core, number);
    // Freed between our try and our entry in its list: nobody would wake us.
    if (begun !== 'again') return begun;
  }
}

async function tryToStart(core: Core, number: number): Promise<Held | undefined | 'again'> {
  const { store } = core;
  const before = await findRequest(store, number);
  if (!before?.request.plan?.job) return undefined;
  const { plan, cloud = '', since } = before.request;
  const locks = [...new Set(plan.touches.map((target) => lockName(cloud, target)))].sort();
  const mine = before.request.locks;
  const taken = await takeUp(core, number, ['queued', 'running'], 'running', {
    when: [
      { key: store.keys.freeze(cloud), is: null },
      { key: store.keys.brake(cloud), is: null },
      ...locks.map((lock) => ({ key: store.keys.lock(lock), is: mine.includes(lock) ? String(number) : null })),
    ],
    change: (draft) => {
      draft.locks = locks;
      delete draft.waitsFor;
    },
    also: (draft) => [
      ...locks.flatMap((lock): Command[] => [
        ['SET', store.keys.lock(lock), number],
        ['ZREM', store.keys.waiters(lock), number],
      ]),
      ...tellState(core, draft),
    ],
  });
  if (!taken) return undefined;
  if (!('lost' in taken)) return taken;
  // Frozen or braked: the sweeper asks again.
  if (!taken.lost.key.startsWith(store.keys.lock(''))) return undefined;
  const holder = (await store.redis.get(taken.lost.key)) ?? '';
  const waiters = lockWaiters(core, taken.lost.key);
  const waitsFor = `waits for ${label(Number(holder))}`;
  await decideAndAdvance(store, number, (request) => {
    if (request.state !== 'queued' || request.waitsFor === waitsFor || holder === '') return { leave: undefined };
    return {
      change: (draft) => {
        draft.waitsFor = waitsFor;
      },
      give: undefined,
      move: {
        event: waitsFor,
        by: core.worker,
        also: (draft) => [['ZADD', waiters, since, number], ['EXPIRE', waiters, KEEP_SECONDS], ...tellState(core, draft)],
      },
    };
  });
  return (await store.redis.get(taken.lost.key)) === null ? 'again' : undefined;
}

function lockWaiters({ store }: Core, lockKey: string): string {
  return store.keys.waiters(lockKey.slice(store.keys.lock('').length));
}

type Ran = { report: Report } | { broken: string; untouched?: RequestState } | { lost: true };

/** @param begun grows with each write that is begun. */
async function runJob(core: Core, { stored, lease }: Held, begun: Set<string>): Promise<Ran> {
  const { request } = stored;
  const { number, plan, cloud = '', region = '' } = request;
  const log = core.log.child({ request: number });
  if (request.attempt > MAX_ATTEMPTS)
    return { broken: `${label(number)} took its worker down ${MAX_ATTEMPTS} times, so I gave it up.` };
  if (!isApprovedAsItIs(request)) return { broken: 'The plan in my record is not the one that was approved.', untouched: 'void' };
  const job = core.registry.findJob(plan?.job ?? '');
  if (!job) return { broken: `There is no job ${plan?.job} in this version of Stackhand.` };
  const openstack = core.clouds.writer(cloud, region, writeHook(core, number, lease, begun), lease.lost);
  const context: JobContext = {
    openstack,
    cloud,
    region,
    request: { number, label: label(number), requester: request.requester },
    signal: lease.signal,
    log,
    progress: (text) => void showProgress(core, number, text).catch((error) => log.warn({ err: error }, 'progress not written')),
    converge: (items, how) => {
      const watch = watchForStop(core, number, lease);
      return converge(items, how, { openstack, signal: lease.signal, log, begun: (item) => begun.has(item) }).finally(watch);
    },
  };
  try {
    return { report: await job.run(job.payload.parse(plan?.payload), context) };
  } catch (error) {
    if (lease.signal.aborted) return { lost: true };
    if (error instanceof OpenStackError) return { broken: error.message };
    return { broken: broke(core, number, error) };
  }
}

const LOOK_FOR_STOP_MS = 500;

/** Tells the run when somebody asked for a stop. @returns what ends the watch. */
function watchForStop({ store }: Core, number: number, { abort, signal }: Held['lease']): () => void {
  const timer = setInterval(() => {
    if (signal.aborted) return;
    findRequest(store, number).then(
      (stored) => {
        if (stored?.request.stop) abort('stopped');
      },
      () => undefined,
    );
  }, LOOK_FOR_STOP_MS);
  return () => clearInterval(timer);
}

async function showProgress(core: Core, number: number, text: string): Promise<void> {
  await decideAndAdvance(core.store, number, (request) => {
    if (request.state !== 'running' || request.progress === text) return { leave: undefined };
    return {
      change: (draft) => {
        draft.progress = text;
      },
      give: undefined,
      move: { event: 'progress', by: core.worker, detail: { text }, also: (draft) => tellState(core, draft) },
    };
  });
}

async function finish(core: Core, { stored, lease }: Held, ran: Ran, begun: ReadonlySet<string>): Promise<void> {
  const { number } = stored.request;
  if (lease.lost.aborted) return;
  const result = await decideAndAdvance<'ended' | 'handed back'>(core.store, number, (request) => {
    if (request.state !== 'running') return { leave: 'ended' };
    const end = endOf(request, ran, begun, lease.signal);
    if (end === 'hand back') {
      return {
        change: (draft) => {
          draft.state = 'queued';
          draft.locks = [];
          draft.progress = soFar(request, ran, begun);
        },
        give: 'handed back',
        move: {
          event: 'handed back',
          by: core.worker,
          detail: { why: String(lease.signal.reason) },
          when: [lease.guard],
          also: (draft) => [...releaseLocks(core.store, request), ['DEL', lease.guard.key], ...tellState(core, draft)],
        },
      };
    }
    return {
      change: (draft) => {
        draft.state = end.state;
        draft.result = end.reply;
        draft.locks = [];
      },
      give: 'ended',
      move: {
        event: end.state,
        by: core.worker,
        detail: { text: end.reply.text, outcomes: end.outcomes },
        when: [lease.guard],
        also: (draft) => [...releaseLocks(core.store, request), ...tellState(core, draft)],
      },
    };
  });
  if (result === 'missing' || result === 'lost' || !result.changed) return;
  await wakeWaiters(core, stored.request);
  if (result.gave === 'handed back') await wake(core.wakers, result.request, 'run');
}

/** What a run that hands itself back has come to, for whoever reads or cancels it before it goes on. */
function soFar(request: Request, ran: Ran, begun: ReadonlySet<string>): string {
  if (!('report' in ran)) return `It was handed over. ${begunInWords(request, begun, [])}`;
  const { outcomes } = ran.report;
  const names = (left: boolean): string =>
    outcomes
      .filter(({ state }) => (state === 'not started') === left)
      .map(({ item }) => item.name)
      .join(', ');
  const dealtWith = `Dealt with so far: ${names(false) || 'nothing'}. Still to do: ${names(true) || 'nothing'}.`;
  return `It was handed over. ${dealtWith}${alsoBegun(request, begun, outcomes)}`;
}

/** Writes that were sent, or were about to be, and of which nobody has read back what came of them. */
function begunInWords({ plan }: Request, begun: ReadonlySet<string>, outcomes: readonly Outcome[]): string {
  const known = new Set(outcomes.filter(({ state }) => state !== 'not started').map(({ item }) => item.id));
  const names = new Map([
    ...(plan?.touches ?? []).map(({ id, name }) => [id, name] as const),
    ...outcomes.map(({ item }) => [item.id, item.name] as const),
  ]);
  const open = [...begun].filter((item) => !known.has(item)).map((item) => names.get(item) ?? item);
  if (begun.size === 0) return 'Nothing was changed.';
  if (open.length === 0) return '';
  const what = open.filter((name) => name !== '').join(', ');
  return `A write had begun${what ? ` for ${what}` : ''}: look at the cloud before you go on.`;
}

function alsoBegun(request: Request, begun: ReadonlySet<string>, outcomes: readonly Outcome[]): string {
  const text = begun.size === 0 ? '' : begunInWords(request, begun, outcomes);
  return text && ` ${text}`;
}

type End = { state: RequestState; reply: Reply; outcomes: Outcome[] };

function endOf(request: Request, ran: Ran, begun: ReadonlySet<string>, signal: AbortSignal): End | 'hand back' {
  const stoppedBy = `by ${request.stop?.by ?? 'someone'}`;
  if ('lost' in ran) {
    if (signal.reason !== 'stopped') return 'hand back';
    return { state: 'cancelled', reply: { text: `Stopped ${stoppedBy}. ${begunInWords(request, begun, [])}` }, outcomes: [] };
  }
  if ('broken' in ran) {
    const state = begun.size > 0 ? 'unknown' : (ran.untouched ?? 'failed');
    return { state, reply: { text: `${ran.broken} ${begunInWords(request, begun, [])}` }, outcomes: [] };
  }
  const { outcomes, ...reply } = ran.report;
  const left = outcomes.filter(({ state }) => state === 'not started');
  if (left.length > 0 && signal.aborted) {
    if (signal.reason !== 'stopped') return 'hand back';
    const did = outcomes.filter(({ state }) => state === 'done');
    const was = did.length > 0 ? did.map(({ item }) => item.name).join(', ') : 'nothing';
    const notDone = left.map(({ item }) => item.name).join(', ');
    const text = `Stopped ${stoppedBy}. Done: ${was}. Not done: ${notDone}.${alsoBegun(request, begun, outcomes)}`;
    return { state: 'cancelled', reply: { ...reply, text, lines: [reply.text, ...(reply.lines ?? [])] }, outcomes };
  }
  return { state: stateOf(outcomes), reply, outcomes };
}
