import { escalate } from '../approval/escalate.ts';
import { remindOwners } from '../approval/sign.ts';
import { PRIORITY, say } from '../outbox/outbox.ts';
import { belowCard, tellState } from '../outbox/tell.ts';
import { timeLeft } from '../outbox/times.ts';
import type { Core } from '../process/core.ts';
import { code } from '../reply.ts';
import { hasBegun, label, type Request } from '../request.ts';
import { fireRevert, remindOfRevert } from '../reverts/fire.ts';
import { REVERT, REVERT_SOON } from '../reverts/reverts.ts';
import { lookAgain } from '../running/settle.ts';
import { useByOf } from './due.ts';
import { decideAndAdvance, findRequest } from './store.ts';

/** Acts on a timer that is due. Safe to do twice: the record decides. */
export async function handleTimer(core: Core, number: number, kind: string): Promise<void> {
  if (kind === 'expire') await expire(core, number);
  else if (kind === 'remind') await remind(core, number);
  else if (kind === 'unanswered') await escalate(core, number);
  else if (kind === 'sign') await remindOwners(core, number);
  else if (kind === 'use by') await isPastItsUse(core, number);
  else if (kind === 'look') await lookAgain(core, number);
  else if (kind.startsWith(`${REVERT} `)) await fireRevert(core, number, kind.slice(REVERT.length + 1));
  else if (kind.startsWith(`${REVERT_SOON} `)) await remindOfRevert(core, number, kind.slice(REVERT_SOON.length + 1));
  else core.log.warn({ request: number, kind }, 'unknown timer');
}

async function expire(core: Core, number: number): Promise<void> {
  await decideAndAdvance(core.store, number, ({ state, approval }) => {
    if ((state !== 'waiting' && state !== 'planned') || !approval || approval.expiresAt > core.store.clock.now())
      return { leave: undefined };
    return {
      change: (draft) => {
        draft.state = 'expired';
        const lacked = state === 'planned' ? 'its requester never typed the target' : `it still needed ${draft.missing}`;
        draft.result = { text: `Nobody decided in time: ${lacked}. Nothing was changed.` };
      },
      give: undefined,
      move: { event: 'expired', by: core.worker, also: (draft) => tellState(core, draft) },
    };
  });
}

/**
 * An approval is used within its own time or not at all: a change that was kept from starting for longer (by a lock, a freeze, dead
 * workers) ends as void. One that has begun goes on. Asked before each start, and by a timer.
 */
export async function isPastItsUse(core: Core, number: number): Promise<boolean> {
  const isLate = (request: Request): boolean =>
    request.state === 'queued' && !hasBegun(request) && useByOf(request) <= core.store.clock.now();
  const stored = await findRequest(core.store, number);
  if (!stored || !isLate(stored.request)) return false;
  await decideAndAdvance(core.store, number, (request) => {
    if (!isLate(request)) return { leave: undefined };
    const within = timeLeft(request.approval?.expiresMs ?? 0);
    return {
      change: (draft) => {
        draft.state = 'void';
        draft.result = {
          text: `It could not start within ${within} of its approval, so that counts no longer. Nothing was changed.`,
          lines: [`To ask for it again type ${code(request.line)}.`],
        };
      },
      give: undefined,
      move: { event: 'approval too old', by: core.worker, also: (draft) => tellState(core, draft) },
    };
  });
  return true;
}

/** Once, before the end: in the card's thread and to each approver who was asked and has not voted. */
async function remind(core: Core, number: number): Promise<void> {
  await decideAndAdvance(core.store, number, (request) => {
    const { state, approval } = request;
    // After a long silence both are due, and the end says it all.
    if (state !== 'waiting' || !approval || approval.expiresAt <= core.store.clock.now()) return { leave: undefined };
    return {
      change: () => undefined,
      give: undefined,
      move: { event: 'reminded', by: core.worker, also: (draft) => reminders(core, draft) },
    };
  });
}

function reminders({ store }: Core, request: Request): (string | number)[][] {
  const { number, approval, card, asked = [], mentions = [], plan, votes } = request;
  const now = store.clock.now();
  const silent = asked.filter((user) => !votes.some((vote) => vote.user === user));
  const left = timeLeft((approval?.expiresAt ?? now) - now);
  const reply = { text: `${label(number)} still waits for ${request.missing}, and expires in ${left}: ${plan?.text ?? ''}` };
  const below = card
    ? say(
        store.keys,
        {
          id: `${label(number)}/reminder`,
          to: belowCard(number, card),
          priority: PRIORITY.approval,
          // The card has pinged their group already; a second time only where no direct message reaches anybody.
          reply: { ...reply, ...(asked.length === 0 ? { mentions } : {}) },
        },
        now,
      )
    : [];
  return [
    ...below,
    ...silent.flatMap((user) =>
      say(
        store.keys,
        { id: `${label(number)}/reminder/${user}`, to: { kind: 'direct', user }, priority: PRIORITY.approval, reply },
        now,
      ),
    ),
  ];
}
