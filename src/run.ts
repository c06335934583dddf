import { broke } from './broke.ts';
import { converge } from './converge.ts';
import type { Core } from './core.ts';
import { OpenStackError } from './errors.ts';
import { type Held, takeUp } from './hold.ts';
import { begunItems, writeHook } from './intents.ts';
import type { JobContext, Outcome, Report } from './job.ts';
import { releaseLocks, wakeWaiters } from './locks.ts';
import { stateOf } from './outcomes.ts';
import { wake } from './queue.ts';
import type { Command } from './redis/commit.ts';
import type { Reply } from './reply.ts';
import { label, type Request, type RequestState } from './request.ts';
import { decideAndAdvance, findRequest } from './store.ts';
import { lockName } from './target.ts';
import { tellState } from './tell.ts';
import { isApprovedAsItIs } from './vote.ts';

/** A run that took its worker down this often is left to people. */
const MAX_ATTEMPTS = 25;

/** Runs an approved plan, or goes on with one whose worker died. The job looks instead of remembering, so both are the same. */
export async function handleRun(core: Core, number: number, handOver: AbortSignal): Promise<void> {
  const held = await start(core, number);
  if (!held) return;
  const { lease } = held;
  const onHandOver = (): void => lease.abort('handed back');
  handOver.addEventListener('abort', onHandOver, { once: true });
  if (handOver.aborted) onHandOver();
  try {
    await finish(core, held, await runJob(core, held));
  } finally {
    handOver.removeEventListener('abort', onHandOver);
    await lease.release();
  }
}

/** Locks, lease and state in one step; who does not get the locks is put down in the list of the first one it lacks. */
async function start(core: Core, number: number): Promise<Held | undefined> {
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
        also: (draft) => [['ZADD', lockWaiters(core, taken.lost.key), since, number], ...tellState(core, draft)],
      },
    };
  });
  // Freed between our try and our entry in its list: nobody would wake us.
  if ((await store.redis.get(taken.lost.key)) === null) await wake(core.wakers, taken.stored.request, 'run');
  return undefined;
}

function lockWaiters({ store }: Core, lockKey: string): string {
  return store.keys.waiters(lockKey.slice(store.keys.lock('').length));
}

type Ran = { report: Report } | { broken: string; mayHaveHappened: boolean } | { lost: true };

async function runJob(core: Core, { stored, lease }: Held): Promise<Ran> {
  const { request } = stored;
  const { number, plan, cloud = '', region = '' } = request;
  const log = core.log.child({ request: number });
  if (request.attempt > MAX_ATTEMPTS)
    return { broken: `${label(number)} took its worker down ${MAX_ATTEMPTS} times, so I gave it up.`, mayHaveHappened: true };
  if (!isApprovedAsItIs(request))
    return { broken: 'The plan in my record is not the one that was approved.', mayHaveHappened: false };
  const job = core.registry.findJob(plan?.job ?? '');
  if (!job) return { broken: `There is no job ${plan?.job} in this version of Stackhand.`, mayHaveHappened: false };
  const begun = await begunItems(core.store, number);
  const openstack = core.clouds.writer(cloud, region, writeHook(core, number, lease, begun));
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
    if (error instanceof OpenStackError) return { broken: error.message, mayHaveHappened: begun.size > 0 };
    return { broken: broke(core, number, error), mayHaveHappened: begun.size > 0 };
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

async function finish(core: Core, { stored, lease }: Held, ran: Ran): Promise<void> {
  const { number } = stored.request;
  if (lease.signal.reason === 'lease lost') return;
  const result = await decideAndAdvance<'ended' | 'handed back'>(core.store, number, (request) => {
    if (request.state !== 'running') return { leave: 'ended' };
    const end = endOf(request, ran, lease.signal);
    if (end === 'hand back') {
      return {
        change: (draft) => {
          draft.state = 'queued';
          draft.locks = [];
          draft.progress = soFar(ran);
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
  await wakeWaiters(core, stored.request.locks);
  if (result.gave === 'handed back') await wake(core.wakers, result.request, 'run');
}

/** What a run that hands itself back has come to, for whoever reads or cancels it before it goes on. */
function soFar(ran: Ran): string {
  const outcomes = 'report' in ran ? ran.report.outcomes : [];
  const names = (left: boolean): string =>
    outcomes
      .filter(({ state }) => (state === 'not started') === left)
      .map(({ item }) => item.name)
      .join(', ');
  return `It was handed over. Dealt with so far: ${names(false) || 'nothing'}. Still to do: ${names(true) || 'nothing'}.`;
}

type End = { state: RequestState; reply: Reply; outcomes: Outcome[] };

function endOf(request: Request, ran: Ran, signal: AbortSignal): End | 'hand back' {
  if ('lost' in ran) {
    if (signal.reason !== 'stopped') return 'hand back';
    return {
      state: 'cancelled',
      reply: { text: `It was stopped${request.stop ? ` by ${request.stop.by}` : ''}; look at the cloud for what was done.` },
      outcomes: [],
    };
  }
  if ('broken' in ran) {
    const state = ran.mayHaveHappened ? 'unknown' : 'failed';
    return {
      state,
      reply: {
        text: ran.mayHaveHappened
          ? `${ran.broken} A write had begun: look at the cloud before you go on.`
          : `${ran.broken} Nothing was changed.`,
      },
      outcomes: [],
    };
  }
  const { outcomes, ...reply } = ran.report;
  const left = outcomes.filter(({ state }) => state === 'not started');
  if (left.length > 0 && signal.aborted) {
    if (signal.reason !== 'stopped') return 'hand back';
    const did = outcomes.filter(({ state }) => state === 'done');
    const was = did.length > 0 ? did.map(({ item }) => item.name).join(', ') : 'nothing';
    const text = `Stopped by ${request.stop?.by ?? 'someone'}. Done: ${was}. Not done: ${left.map(({ item }) => item.name).join(', ')}.`;
    return { state: 'cancelled', reply: { ...reply, text, lines: [reply.text, ...(reply.lines ?? [])] }, outcomes };
  }
  return { state: stateOf(outcomes), reply, outcomes };
}
