import { sha256 } from '../audit/chain.ts';
import { inWords } from '../outbox/card.ts';
import { linkToCard } from '../outbox/permalinks.ts';
import { tellState, userOf } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import { code, type Reply } from '../reply.ts';
import { ENDED, type FrozenPlan, isChange, label, type Request } from '../request.ts';
import { decideAndAdvance, type Step } from '../requests/store.ts';

/** An open request does just this already, and its end is told to this asker too. */
export interface Joined {
  number: number;
  reply: Reply;
}

/** No open request does just this: this one becomes it, in the step that writes its plan down. */
export interface First {
  same?: string;
  step: Step;
}

/** What a read comes to is for its asker alone. */
export const NOTHING_SAME: First = { step: { when: [], commands: [] } };

/** One text for it, whoever asked and however it was typed: the jobs with their payloads, and where. */
function whatItDoes(cloud: string | undefined, { jobs }: Pick<FrozenPlan, 'jobs'>): string {
  return sha256({ cloud, jobs });
}

/**
 * Two people who see the same alert type the same line: the second follows the first one's request, since a second vote on the same would
 * be a second change, or a card that nobody needs.
 */
export async function joinSame(core: Core, request: Request, plan: FrozenPlan): Promise<Joined | First> {
  const { redis, keys } = core.store;
  if (!isChange({ plan })) return NOTHING_SAME;
  const same = whatItDoes(request.cloud, plan);
  const key = keys.same(same);
  const is = await redis.get(key);
  const first: First = { same, step: { when: [{ key, is }], commands: [['SET', key, request.number]] } };
  const open = Number(is);
  // What it was changed from is cancelled in the same step.
  if (is === null || open === request.number || open === request.replaces) return first;
  const followed = await follow(core, open, request);
  return followed ? { number: open, reply: await sayJoined(core, request, followed) } : first;
}

/** @returns the open request, with this asker among those who hear of its end; undefined where it has ended. */
async function follow(core: Core, number: number, asker: Request): Promise<Request | undefined> {
  const user = userOf(asker);
  const result = await decideAndAdvance<boolean>(core.store, number, (open) => {
    if (ENDED.has(open.state)) return { leave: false };
    if (user === undefined || user === userOf(open) || open.followers?.includes(user)) return { leave: true };
    return {
      change: (draft) => {
        draft.followers = [...(draft.followers ?? []), user];
        draft.alsoAskedBy = [...(draft.alsoAskedBy ?? []), asker.askedBy ?? user];
      },
      give: true,
      move: {
        event: 'followed',
        by: user,
        detail: { text: `asked for the same as ${label(asker.number)}` },
        also: (draft) => tellState(core, draft),
      },
    };
  });
  return typeof result === 'object' && result.gave ? result.request : undefined;
}

async function sayJoined(core: Core, request: Request, open: Request): Promise<Reply> {
  const { number, state, askedBy, plan } = open;
  const isTheirs = userOf(request) !== undefined && userOf(open) === userOf(request);
  const by = isTheirs ? 'You asked for it already' : `${askedBy ?? 'Somebody'} asked for it already`;
  return {
    text: `${label(number)} does just this, and ${inWords(state)}: ${plan?.text ?? request.line}`,
    lines: [`${by}. You hear from me when it ends; ${code(`request show ${label(number)}`)} shows how far it is.`],
    links: await linkToCard(core, open),
  };
}

/** Whether somebody else became the first meanwhile. */
export async function isTaken({ store: { redis } }: Core, { step }: First): Promise<boolean> {
  for (const { key, is } of step.when) if ((await redis.get(key)) !== is) return true;
  return false;
}
