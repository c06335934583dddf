import type { Core } from '../process/core.ts';
import { wakeWaiters } from '../requests/locks.ts';
import { type Decision, decideAndAdvance } from '../requests/store.ts';
import { revertsOf } from '../reverts/reverts.ts';
import { endOf } from './end.ts';
import { ended, handedBack } from './finish.ts';
import { begunItems } from './intents.ts';

/**
 * Lets go of a run whose worker died while its cloud stood still. Nobody takes it up before that is over, so it would keep its locks, and a
 * stop would only be noted. Not while somebody has the lease: then it lives.
 */
export async function letGoOfDeadRun(core: Core, number: number): Promise<void> {
  const guard = { key: core.store.keys.lease(number), is: null };
  const result = await decideAndAdvance<'ended' | 'handed back' | undefined>(
    core.store,
    number,
    async (request): Promise<Decision<'ended' | 'handed back' | undefined>> => {
      if (request.state !== 'running') return { leave: undefined };
      const begun = await begunItems(core.store, number);
      const signal = AbortSignal.abort(request.stop ? 'stopped' : 'worker died');
      const end = endOf(request, { lost: true }, begun, signal);
      if (end === 'hand back') return handedBack(core, request, { ran: { lost: true }, begun, guard, why: 'worker died' });
      return ended(core, end, { begun, open: await revertsOf(core.store, request), lease: { guard } });
    },
  );
  // No wake-up of its own: the sweeper asks again while it waits.
  if (typeof result === 'object' && result.changed) await wakeWaiters(core, result.before);
}
