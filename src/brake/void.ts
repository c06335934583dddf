import { tellState } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import { code, type Reply } from '../reply.ts';
import { hasBegun, type Request } from '../request.ts';
import { type Decision, decideAndAdvance } from '../requests/store.ts';
import { isEndOfGrace, PUT_OFF_MS } from '../reverts/reverts.ts';
import { isToChange, openChanges } from '../standstill/mark.ts';
import { asItStood, readStandstill, type Standstill } from '../standstill/standstill.ts';
import { standstillInWords } from '../standstill/words.ts';

/** Ends all that waits on a cloud with its brake on and has begun no write. Safe to do again at any time. */
export async function voidWaiting(core: Core, cloud: string): Promise<void> {
  const standstill = await readStandstill(core.store, cloud);
  if (!standstill.brake) return;
  for (const number of await openChanges(core.store, cloud)) await voidOne(core, number, standstill);
}

/** One of them, for whoever was to run it. */
export async function voidIfBraked(core: Core, number: number, cloud: string): Promise<void> {
  const standstill = await readStandstill(core.store, cloud);
  if (standstill.brake) await voidOne(core, number, standstill);
}

async function voidOne(core: Core, number: number, standstill: Standstill): Promise<void> {
  await decideAndAdvance<undefined>(core.store, number, (request): Decision<undefined> => {
    if (!isToChange(request, standstill.cloud) || !isOnlyPlanned(request)) return { leave: undefined };
    return {
      change: (draft) => {
        draft.state = 'void';
        draft.result = whyVoid(request, standstillInWords(standstill)?.why ?? '');
        if (isEndOfGrace(request)) draft.again = core.store.clock.now() + PUT_OFF_MS;
      },
      give: undefined,
      move: {
        event: 'brake',
        by: core.worker,
        detail: { text: standstill.brake?.what },
        when: asItStood(core.store, standstill),
        also: (draft) => tellState(core, draft),
      },
    };
  });
}

function whyVoid(request: Request, why: string): Reply {
  if (isEndOfGrace(request)) {
    return { text: `${why} Nothing was deleted or changed by this: what is left may still be kept, and I try again by myself.` };
  }
  return {
    text: `${why} What was approved or asked for before that counts no longer. Nothing was changed.`,
    lines: [`Once it is over, ask for it again: ${code(request.line)}`],
  };
}

/**
 * What has begun waits, or what it did would be left half done. So does what sets back a change for a time: it was approved with that
 * change, and leaves alone what is no longer as that left it. The end of a time of grace takes away for good: that is put off.
 */
function isOnlyPlanned(request: Request): boolean {
  const { state, revert } = request;
  return state !== 'running' && (revert === undefined || isEndOfGrace(request)) && !hasBegun(request);
}
