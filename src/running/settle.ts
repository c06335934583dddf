import type { WriteHook } from '../openstack/session.ts';
import { tellState } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import { wake } from '../queue.ts';
import { count } from '../reply.ts';
import type { Request } from '../request.ts';
import { takeUp } from '../requests/hold.ts';
import { releaseLocks, wakeWaiters } from '../requests/locks.ts';
import { type Decision, decideAndAdvance } from '../requests/store.ts';
import { revertsOf } from '../reverts/reverts.ts';
import { WouldWrite } from './converge.ts';
import { endOf } from './end.ts';
import { ended } from './finish.ts';
import { begunItems } from './intents.ts';
import { runJobs } from './run-jobs.ts';

/** With the usual lease of 15 s the looks come after 15 s, 1, 4, 16 and 64 minutes. */
const TIMES_LONGER = 4;
const MOST_LOOKS = 5;

/** What a request gets that becomes *unknown*. */
export function firstLook({ store, leaseMs }: Core): Pick<Request, 'looks' | 'lookAt'> {
  return { looks: 0, lookAt: store.clock.now() + leaseMs };
}

/** The timer's part: wakes a worker for a look and sets the next one, or gives looking up. A look that gets lost is the next one's. */
export async function lookAgain(core: Core, number: number): Promise<void> {
  const { store, leaseMs } = core;
  const result = await decideAndAdvance<'look' | 'given up' | undefined>(store, number, (request) => {
    const { state, looks = 0, lookAt = 0 } = request;
    if (state !== 'unknown' || lookAt > store.clock.now()) return { leave: undefined };
    if (looks >= MOST_LOOKS)
      return leaveUnknown(
        core,
        request,
        `I looked ${count(looks, 'more time')}, and could not settle it.`,
        core.worker,
        'given up',
      );
    return {
      change: (draft) => {
        draft.looks = looks + 1;
        draft.lookAt = store.clock.now() + leaseMs * TIMES_LONGER ** (looks + 1);
      },
      give: 'look',
      move: { event: 'looked at again', by: core.worker, detail: { look: looks + 1 }, also: (draft) => tellState(core, draft) },
    };
  });
  if (typeof result === 'string') return;
  if (result.gave === 'look') await wake(core.wakers, result.request, 'run', `look-${result.request.looks}`);
  if (result.gave === 'given up') await wakeWaiters(core, result.before);
}

/** Its outcome stays unknown for good: others may have its targets again, and people have to look. */
export function leaveUnknown<T>(core: Core, { result }: Request, why: string, by: string, give: T): Decision<T> {
  const text = `${result?.text ?? ''} ${why} Look at the cloud before you go on.`.trim();
  return {
    change: (draft) => {
      draft.state = 'left unknown';
      draft.result = { ...result, text };
      draft.locks = [];
    },
    give,
    move: {
      event: 'left unknown',
      by,
      detail: { why },
      also: (draft, before) => [...releaseLocks(core.store, before), ...tellState(core, draft)],
    },
  };
}

/** A worker's part: the jobs run once more with nothing but reads. What would have to be written again is not done. */
export async function settle(core: Core, number: number): Promise<void> {
  const held = await takeUp(core, number, ['unknown'], 'unknown');
  if (!held || 'lost' in held) return;
  const { lease } = held;
  try {
    const begun = await begunItems(core.store, number);
    const ran = await runJobs(core, held, begun, () => ONLY_LOOKS);
    if (lease.signal.aborted) return;
    const open = await revertsOf(core.store, held.stored.request);
    const result = await decideAndAdvance<'ended' | 'still unknown'>(core.store, number, (request) => {
      if (request.state !== 'unknown') return { leave: 'ended' };
      const end = endOf(request, ran, begun, lease.signal);
      return end === 'hand back' || end.state === 'unknown'
        ? { leave: 'still unknown' }
        : ended(core, end, { begun, open, lease });
    });
    if (typeof result === 'object' && result.changed) await wakeWaiters(core, result.before);
  } finally {
    await lease.release();
  }
}

const ONLY_LOOKS: WriteHook = {
  async before({ call }) {
    throw new WouldWrite(`It is not done: ${call} would have to be sent again.`);
  },
  after: async () => undefined,
};
