import type { Answering } from '../approval/vote.ts';
import type { Who } from '../command-context.ts';
import { NotAllowed, UserError } from '../errors.ts';
import { tellRequester, tellState } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import type { Command } from '../redis/commit.ts';
import { code } from '../reply.ts';
import { cameTo, hasBegun, isChange, isOver, label, type Request, userOf } from '../request.ts';
import { leaveUnknown } from '../running/settle.ts';
import { releaseLocks, wakeWaiters } from './locks.ts';
import type { Cancelled } from './request-book.ts';
import { type Decision, decideAndAdvance } from './store.ts';

/** What whoever clicked reads. */
export const CANCELLED: Record<Cancelled, string> = {
  cancelled: 'is cancelled',
  stopping: 'stops before its next item',
  'left unknown': 'is looked at no more, and what it changed is still unknown',
};

/**
 * Stops a request: by its requester, or anyone who may use any change command (a stop needs no vote). What runs is told, and stops
 * before its next item. A click is answered in the same step; `said` where that was done, by this call or another that was faster.
 */
export async function cancelRequest(
  core: Core,
  number: number,
  by: Who,
  answering?: Answering,
): Promise<{ came: Cancelled; said: boolean }> {
  const result = await decideAndAdvance<Cancelled>(core.store, number, (request) => {
    if (isOver(request)) throw new UserError(`${label(number)} has ended already: ${cameTo(request)}.`);
    if (userOf(request) !== by.user && !mayStop(core, by)) {
      throw new NotAllowed(`Only its requester, or someone who may use a change command, may stop ${label(number)}.`);
    }
    return answered(stop(core, request, by), number, answering);
  });
  if (result === 'missing') throw new UserError(`There is no ${label(number)}. Type \`request list\` to see what there is.`);
  if (result === 'lost') return { came: 'cancelled', said: true };
  if (result.changed) await wakeWaiters(core, result.before);
  return { came: result.gave, said: result.changed && answering !== undefined };
}

function stop(core: Core, request: Request, by: Who): Decision<Cancelled> {
  const who = by.name ?? by.user ?? 'somebody';
  const user = by.user ?? who;
  if (request.state === 'unknown') return leaveUnknown(core, request, `${who} told me to look no more.`, user, 'left unknown');
  // An approved read has no items, and nothing to take back: it ends here.
  if (request.state === 'running' && isChange(request)) {
    if (request.stop) return { leave: 'stopping' };
    return {
      change: (draft) => {
        draft.stop = { by: who, at: core.store.clock.now() };
      },
      give: 'stopping',
      move: { event: 'stop asked for', by: user, also: (draft) => tellState(core, draft) },
    };
  }
  return {
    change: (draft) => {
      draft.state = 'cancelled';
      draft.result = { text: `Cancelled by ${who}. ${whatStays(request)}` };
      draft.locks = [];
    },
    give: 'cancelled',
    move: {
      event: 'cancelled',
      by: user,
      also: (draft) => [...releaseLocks(core.store, request), ...tellCancelled(core, draft)],
    },
  };
}

function whatStays(request: Request): string {
  const { progress = 'Look at the cloud before you go on.' } = request;
  return hasBegun(request) ? `What was done stays so. ${progress}` : 'Nothing was changed.';
}

function answered(decision: Decision<Cancelled>, number: number, answering: Answering | undefined): Decision<Cancelled> {
  if (!answering || 'leave' in decision) return decision;
  const { move, give } = decision;
  return {
    ...decision,
    move: {
      ...move,
      when: [...(move.when ?? []), answering.guard],
      also: (draft, before) => [
        ...(move.also?.(draft, before) ?? []),
        ...answering.tell(`${label(number)} ${CANCELLED[give]}.`, true),
      ],
    },
  };
}

/** Where there is no plan yet there is nothing to make a card of. */
function tellCancelled(core: Core, draft: Request): Command[] {
  if (draft.plan) return tellState(core, draft);
  return tellRequester(core, draft, 'answer', { text: `${label(draft.number)} (${code(draft.line)}): ${draft.result?.text}` });
}

/** A stop needs no vote: of somebody else's request, or of a whole cloud, it takes the use of any change command (there). */
export function mayStop({ registry }: Pick<Core, 'registry'>, by: Who, cloud?: string): boolean {
  return registry.commands.some(({ name, command }) => command.effect !== 'read' && by.mayUse(name, cloud));
}
