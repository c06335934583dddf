import { voidIfBraked } from '../brake/void.ts';
import { tellState } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import type { Command } from '../redis/commit.ts';
import { isChange, KEEP_SECONDS, label } from '../request.ts';
import { type Held, takeUp } from '../requests/hold.ts';
import { decideAndAdvance, findRequest } from '../requests/store.ts';
import { isPastItsUse } from '../requests/timers.ts';
import { mayBeChanged } from '../standstill/standstill.ts';
import { lockName } from '../target.ts';
import { letGoOfDeadRun } from './dead-run.ts';
import { finish } from './finish.ts';
import { begunItems, writeHook } from './intents.ts';
import { runJobs } from './run-jobs.ts';
import { settle } from './settle.ts';

/** Runs an approved plan, or goes on with one whose worker died. The jobs look instead of remembering, so both are the same. */
export async function handleRun(core: Core, number: number): Promise<void> {
  if ((await findRequest(core.store, number))?.request.state === 'unknown') return settle(core, number);
  const held = await start(core, number);
  if (!held) return;
  try {
    const begun = await begunItems(core.store, number);
    const hookOf = (region: string) => writeHook(core, { number, region, lease: held.lease, begun });
    await finish(core, held, await runJobs(core, held, begun, hookOf), begun);
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
  if (!before || !isChange(before.request)) return undefined;
  const { plan, cloud = '', since } = before.request;
  const locks = [...new Set(plan?.touches.map((target) => lockName(cloud, target)))].sort();
  const mine = before.request.locks;
  const taken = await takeUp(core, number, ['queued', 'running'], 'running', {
    when: [
      ...mayBeChanged(store, cloud),
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
  // Frozen or braked: the sweeper asks again, unless it ends here.
  if (!taken.lost.key.startsWith(store.keys.lock(''))) {
    await letGoOfDeadRun(core, number);
    await voidIfBraked(core, number, cloud);
    return undefined;
  }
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
