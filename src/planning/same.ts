import { sha256 } from '../audit/chain.ts';
import { inWords } from '../outbox/card.ts';
import { linkToCard } from '../outbox/permalinks.ts';
import { tellState } from '../outbox/tell.ts';
import type { PlanAllowed } from '../policy.ts';
import type { Core } from '../process/core.ts';
import { code, type Reply } from '../reply.ts';
import { ENDED, type FrozenPlan, isChange, label, type Request, userOf } from '../request.ts';
import { decideAndAdvance, findRequest, type Step, type Stored, stepOf } from '../requests/store.ts';

/** An open request does just this already, and its end is told to this asker too. */
export interface Joined {
  number: number;
  reply: Reply;
}

/** No open request does just this, or none that may be followed: this one becomes it, in the step that writes its plan down. */
export interface First {
  same?: string;
  step: Step;
  /** What its record learns of the one whose place it takes. */
  learns?: (draft: Request) => void;
}

/** It is nobody's same: what a read comes to, say, is for its asker alone. */
export const NOTHING_SAME: First = { step: { when: [], commands: [] } };

/** One text for it, whoever asked and however it was typed: the jobs with their payloads, and where. */
function whatItDoes(cloud: string | undefined, { jobs }: Pick<FrozenPlan, 'jobs'>): string {
  return sha256({ cloud, jobs });
}

/**
 * Two people who see the same alert type the same line: the second follows the first one's request, since a second vote on the same would
 * be a second change, or a card that nobody needs. Nobody is made to wait by that, though: who needs no vote takes the place of what
 * waits for votes.
 */
export async function joinSame(
  core: Core,
  request: Request,
  { plan, allowed }: { plan: FrozenPlan; allowed: Pick<PlanAllowed, 'approval'> },
): Promise<Joined | First> {
  const { redis, keys } = core.store;
  if (!isChange({ plan })) return NOTHING_SAME;
  const same = whatItDoes(request.cloud, plan);
  const key = keys.same(same);
  const is = await redis.get(key);
  const first: First = { same, step: { when: [{ key, is }], commands: [['SET', key, request.number]] } };
  const open = Number(is);
  // What it was changed from is cancelled in the same step.
  if (is === null || open === request.number || open === request.replaces) return first;
  const found = await findRequest(core.store, open);
  if (found && waitsForPeople(found.request) && !allowed.approval) {
    // Who still has to type the target has decided nothing: theirs goes beside it, and what is done by then is passed over.
    return plan.typed === undefined ? takePlace(core, request, found, first) : NOTHING_SAME;
  }
  const followed = await follow(core, open, request);
  return followed ? { number: open, reply: await sayJoined(core, request, followed) } : first;
}

function waitsForPeople({ state }: Request): boolean {
  return state === 'waiting' || state === 'planned';
}

/** The open one ends in the same step; its asker is told, and hears of this one's end, and so do those who followed it. */
function takePlace(core: Core, request: Request, open: Stored, { same, step }: First): First {
  const { askedBy = 'Somebody', number } = request;
  const ended = stepOf(
    core.store,
    open,
    (draft) => {
      draft.state = 'cancelled';
      draft.result = {
        text: `${askedBy} asked for the same with ${label(number)}, which takes no vote and took its place. Nothing was changed by this one.`,
        lines: [`Whoever asked for this one hears from me when ${label(number)} ends.`],
      };
    },
    { event: `${label(number)} took its place`, by: userOf(request) ?? askedBy, also: (draft) => tellState(core, draft) },
  );
  const { followers = [], alsoAskedBy = [] } = open.request;
  const users = [userOf(open.request), ...followers].flatMap((user) => (user === userOf(request) ? [] : (user ?? [])));
  const names = [open.request.askedBy, ...alsoAskedBy].flatMap((name) => (name === askedBy ? [] : (name ?? [])));
  return {
    ...(same === undefined ? {} : { same }),
    // The other one's end lets go of what this one takes.
    step: { ...ended, when: [...step.when, ...ended.when], commands: [...ended.commands, ...step.commands] },
    learns: (draft) => {
      draft.insteadOf = open.request.number;
      if (users.length > 0) draft.followers = users;
      if (names.length > 0) draft.alsoAskedBy = names;
    },
  };
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
  const anew = `To ask anew, end it first with ${code(`request cancel ${label(number)}`)}, and type your line again.`;
  return {
    text: `${label(number)} does just this, and ${inWords(state)}: ${plan?.text ?? request.line}`,
    lines: [
      `${by}. You hear from me when it ends; ${code(`request show ${label(number)}`)} shows how far it is.`,
      ...(waitsForPeople(open) ? [anew] : []),
    ],
    links: await linkToCard(core, open),
  };
}

/** Whether somebody else became the first meanwhile, or what this one was to take the place of has gone on. */
export async function isTaken({ store: { redis } }: Core, { step }: First): Promise<boolean> {
  for (const { key, field, is } of step.when) {
    const now = field === undefined ? await redis.get(key) : await redis.hget(key, field);
    if (now !== is) return true;
  }
  return false;
}
