import { tellState } from '../outbox/tell.ts';
import type { OpenRevert } from '../plan.ts';
import type { Core } from '../process/core.ts';
import { wake } from '../queue.ts';
import type { Guard } from '../redis/commit.ts';
import type { Request } from '../request.ts';
import type { Held } from '../requests/hold.ts';
import { releaseLocks, wakeWaiters } from '../requests/locks.ts';
import { type Decision, decideAndAdvance } from '../requests/store.ts';
import { revertsOf } from '../reverts/reverts.ts';
import { type End, endOf, soFar } from './end.ts';
import type { Ran } from './run-jobs.ts';
import { firstLook } from './settle.ts';

/** Writes down what a run came to: an end, *unknown* with a look to come, or handed back for another worker. */
export async function finish(core: Core, { stored, lease }: Held, ran: Ran, begun: ReadonlySet<string>): Promise<void> {
  const { number } = stored.request;
  if (lease.lost.aborted) return;
  const open = await revertsOf(core.store, stored.request);
  const result = await decideAndAdvance<'ended' | 'handed back'>(
    core.store,
    number,
    (request): Decision<'ended' | 'handed back'> => {
      if (request.state !== 'running') return { leave: 'ended' };
      const end = endOf(request, ran, begun, lease.signal);
      if (end !== 'hand back') return ended(core, end, { begun, open, lease });
      return handedBack(core, request, { ran, begun, guard: lease.guard, why: String(lease.signal.reason) });
    },
  );
  if (result === 'missing' || result === 'lost' || !result.changed) return;
  if (result.request.locks.length === 0) await wakeWaiters(core, result.before);
  if (result.gave === 'handed back') await wake(core.wakers, result.request, 'run');
}

/** For another worker, as soon as one may go on. @param more `guard`: the lease, as it must be */
export function handedBack(
  core: Core,
  request: Request,
  { ran, begun, guard, why }: { ran: Ran; begun: ReadonlySet<string>; guard: Guard; why: string },
): Decision<'handed back'> {
  return {
    change: (draft) => {
      draft.state = 'queued';
      draft.locks = [];
      draft.progress = soFar(request, ran, begun);
      draft.begun = [...begun];
    },
    give: 'handed back',
    move: {
      event: 'handed back',
      by: core.worker,
      detail: { why },
      when: [guard],
      also: (draft) => [...releaseLocks(core.store, request), ['DEL', guard.key], ...tellState(core, draft)],
    },
  };
}

/** What is unknown keeps its locks: nobody is to build on it before it is settled. */
export function ended(
  core: Core,
  { state, reply, outcomes }: End,
  {
    begun,
    open,
    lease: { guard },
  }: { begun: ReadonlySet<string>; open: readonly OpenRevert[]; lease: Pick<Held['lease'], 'guard'> },
): Decision<'ended'> {
  const isOpen = state === 'unknown';
  return {
    change: (draft) => {
      draft.state = state;
      draft.result = reply;
      draft.begun = [...begun];
      if (isOpen) Object.assign(draft, firstLook(core));
      else draft.locks = [];
    },
    give: 'ended',
    move: {
      event: state,
      by: core.worker,
      detail: { text: reply.text, outcomes },
      outcomes,
      open,
      when: [guard],
      also: (draft, before) => [...(isOpen ? [] : releaseLocks(core.store, before)), ...tellState(core, draft)],
    },
  };
}
