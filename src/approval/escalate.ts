import { PRIORITY, say } from '../outbox/outbox.ts';
import { belowCard, tellState } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import type { Command } from '../redis/commit.ts';
import { label, type Request, userOf } from '../request.ts';
import { decideAndAdvance, findRequest } from '../requests/store.ts';
import { type Asked, askFrom } from './ask.ts';
import { rolesAsked, stillMissing, unansweredAt, unansweredLine } from './unanswered.ts';

/** The timer's part: nobody has answered for so long, so the next role is asked, and the glass may be broken where the policy allows that. */
export async function escalate(core: Core, number: number): Promise<void> {
  const { store } = core;
  const stored = await findRequest(store, number);
  if (!stored || !isUnanswered(stored.request, store.clock.now())) return;
  const asked = await askFrom(core, stillMissing(stored.request), {
    before: rolesAsked(stored.request),
    requester: userOf(stored.request),
  });
  await decideAndAdvance(store, number, (request) => {
    const now = store.clock.now();
    // A vote, or another sweeper, was faster: the time has begun anew.
    if (!isUnanswered(request, now)) return { leave: undefined };
    return {
      change: (draft) => {
        draft.unanswered = [...(draft.unanswered ?? []), { at: now, roles: asked.roles }];
        draft.asked = [...new Set([...(draft.asked ?? []), ...asked.users])];
      },
      give: undefined,
      move: {
        event: 'unanswered',
        by: core.worker,
        detail: { roles: asked.roles },
        also: (draft) => [...tellState(core, draft), ...callBelow(core, draft, asked)],
      },
    };
  });
}

function isUnanswered(request: Request, now: number): boolean {
  const at = unansweredAt(request);
  return at !== undefined && at <= now;
}

/** An edited card wakes nobody: below it their group is mentioned. */
function callBelow({ store }: Core, request: Request, { roles, mentions }: Asked): Command[] {
  const { number, card, plan, unanswered = [] } = request;
  const last = unanswered.at(-1);
  if (!card || !last || roles.length === 0) return [];
  const text = `${unansweredLine(request, last)} ${label(number)} still waits for ${request.missing}: ${plan?.text ?? request.line}`;
  return say(
    store.keys,
    {
      id: `${label(number)}/unanswered/${unanswered.length}`,
      to: belowCard(number, card),
      priority: PRIORITY.approval,
      reply: { text, mentions },
    },
    store.clock.now(),
  );
}
