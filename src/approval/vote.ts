import { inWords } from '../outbox/card.ts';
import { brokenInWords } from '../outbox/glass.ts';
import { tellState } from '../outbox/tell.ts';
import { planHash } from '../planning/plan-hash.ts';
import { sayNeeds } from '../policy/needs.ts';
import { type Ballot, type Count, countVotes, isWanted, sayUnsure, whyNotCounted } from '../policy/votes.ts';
import type { Clicker } from '../policy/who.ts';
import type { Core } from '../process/core.ts';
import { phaseOf, wake } from '../queue.ts';
import type { Command, Guard } from '../redis/commit.ts';
import { code } from '../reply.ts';
import { cameTo, ENDED, isOver, label, type Request, userOf, type Vote } from '../request.ts';
import { type Decision, decideAndAdvance } from '../requests/store.ts';

/** Whose it is, and what it says of which request. */
export interface CastVote extends Clicker {
  number: number;
  name: string;
  /** The voter's roles, fetched fresh. */
  roles: string[];
  /** Roles that do not count since Slack did not say who has them; only at a terminal any that decide. */
  unsure?: readonly string[] | undefined;
  verdict: 'approve' | 'deny';
  reason?: string;
  hash: string;
}

/** The step in which a click is answered. It counts only while nobody else has answered it. */
export interface Answering {
  guard: Guard;
  tell(answer: string, counted: boolean): Command[];
}

/** Two approvers at once, double clicks, late clicks: one outcome, and always an answer; both in one step. */
export async function castVote(
  core: Core,
  cast: CastVote,
  { guard, tell }: Answering,
): Promise<{ answer: string; said: boolean }> {
  const { number, user, unixUser, verdict, reason, unsure = [] } = cast;
  const result = await decideAndAdvance<string>(core.store, number, (request): Decision<string> => {
    const { now } = core.store.clock;
    const vote: Vote = {
      user,
      name: cast.name,
      verdict,
      roles: cast.roles,
      hash: cast.hash,
      at: now(),
      ...(unixUser === undefined ? {} : { unixUser }),
      ...(reason ? { reason } : {}),
    };
    const refusal = whyNot(request, vote, unsure, now());
    if (refusal) return { leave: refusal };
    const votes = [...request.votes, vote];
    const tally = countVotes(ballotOf(request), votes);
    const missing = sayNeeds(tally.missing);
    const answer = answerTo(request, verdict, tally, unsure);
    return {
      change: (draft) => {
        draft.votes = votes;
        draft.missing = missing;
        if (tally.state === 'approved') draft.state = 'queued';
        if (tally.state === 'denied') {
          draft.state = 'rejected';
          draft.result = { text: `Denied by ${cast.name}${reason ? `: ${reason}` : '.'}`, lines: ['Nothing was changed.'] };
        }
      },
      give: answer,
      move: {
        event: 'vote',
        by: user,
        detail: { ...vote },
        when: [guard],
        also: (draft) => [...tellState(core, draft), ...tell(answer, true)],
      },
    };
  });
  if (typeof result === 'object') core.metrics.vote(verdict, result.changed);
  return answered(core, number, result);
}

/** What the clicker is told, and the wake-up of what the click set going. Nothing more where another has answered already. */
export async function answered(
  core: Core,
  number: number,
  result: Awaited<ReturnType<typeof decideAndAdvance<string>>>,
): Promise<{ answer: string; said: boolean }> {
  if (result === 'missing') return { answer: `There is no ${label(number)} any more.`, said: false };
  if (result === 'lost') return { answer: '', said: true };
  const phase = phaseOf(result.request);
  if (result.changed && phase) await wake(core.wakers, result.request, phase);
  return { answer: result.gave, said: result.changed };
}

/** Asked once more before anything runs: the plan is what the hash says, and the votes for this hash are enough. */
export function isApprovedAsItIs(request: Request): boolean {
  const { plan, hash, approval, votes, cloud = '', region = '' } = request;
  if (!plan || planHash(cloud, region, plan) !== hash) return false;
  return (
    (approval?.needs ?? []).length === 0 || isGlassBroken(request) || countVotes(ballotOf(request), votes).state === 'approved'
  );
}

/** For this plan, as a role that may. */
function isGlassBroken({ glass, hash, approval }: Request): boolean {
  return glass?.hash === hash && glass !== undefined && glass.roles.some((role) => approval?.breakGlass?.includes(role));
}

function ballotOf({ approval, hash = '', requester }: Request): Ballot {
  return { needs: approval?.needs ?? [], hash, requester };
}

/** Whether it waits for a vote that this person, by the roles they hold, would give. */
export function waitsForVoteOf(
  request: Request,
  { user, roles }: { user: string; roles: readonly string[] },
  now: number,
): boolean {
  const { state, approval, hash = '', votes } = request;
  if (state !== 'waiting' || !approval || now >= approval.expiresAt) return false;
  return isWanted(ballotOf(request), votes, { user, roles: [...roles], verdict: 'approve', hash, at: now });
}

/** Whether their vote counts, wanted or not. */
export function mayVoteOn(request: Request, { user, roles }: { user: string; roles: readonly string[] }): boolean {
  const { hash = '' } = request;
  return whyNotCounted(ballotOf(request), { user, roles: [...roles], verdict: 'approve', hash, at: 0 }) === undefined;
}

function whyNot(request: Request, vote: Vote, unsure: readonly string[], now: number): string | undefined {
  const { number, state, approval, votes } = request;
  const name = label(number);
  if (request.glass) return `${name} waits for no votes any more: ${brokenInWords(request.glass)}.${howToStop(request)}`;
  if (ENDED.has(state)) return `Your vote came after the end: ${name} ${inWords(state)}.`;
  if (state !== 'waiting' || !approval) return `${name} ${inWords(state)}; there is nothing to vote on.`;
  if (now >= approval.expiresAt) return `${name} expired, and your vote does not count.`;
  const uncounted = whyNotCounted(ballotOf(request), vote, unsure);
  if (uncounted) return uncounted;
  // The last verdict stands: who approved may still deny while others are asked.
  const last = votes.findLast(({ user, hash }) => user === vote.user && hash === vote.hash);
  return last?.verdict === vote.verdict ? `You have voted on ${name} already.` : undefined;
}

function howToStop(request: Request): string {
  if (isOver(request)) return ` It ${inWords(cameTo(request))}.`;
  return ` To stop it press Stop or Cancel on its card, or type ${code(`request cancel ${label(request.number)}`)}.`;
}

function answerTo({ number }: Request, verdict: Vote['verdict'], tally: Count, unsure: readonly string[]): string {
  if (verdict === 'deny') return `You denied ${label(number)}. Its requester is told.`;
  if (tally.state === 'approved') return `You approved ${label(number)}, and it goes ahead now.`;
  return `You approved ${label(number)}. Still needed: ${sayNeeds(tally.missing)}.${sayUnsure(tally.missing, unsure)}`;
}

/** A destructive plan's requester typed its target: from here on approvers are asked. */
export async function typeTarget(
  core: Core,
  { number, user, unixUser, typed, hash }: Clicker & { number: number; typed: string; hash: string },
  { guard, tell }: Answering,
): Promise<{ answer: string; said: boolean }> {
  const result = await decideAndAdvance<string>(core.store, number, (request): Decision<string> => {
    const { state, plan, approval } = request;
    if (userOf(request) !== user) return { leave: `Only the requester of ${label(number)} types its target.` };
    if (state !== 'planned') return { leave: `${label(number)} ${inWords(state)}.` };
    if (hash !== request.hash) return { leave: `That was an older plan of ${label(number)}.` };
    if (approval && core.store.clock.now() >= approval.expiresAt)
      return { leave: `${label(number)} expired. Type its line again.` };
    if (typed.trim() !== plan?.typed)
      return { leave: `That is not the target of ${label(number)}. Type it exactly as the card shows it.` };
    const asksSomebody = (approval?.needs.length ?? 0) > 0;
    const answer = asksSomebody ? `${label(number)} now waits for ${request.missing}.` : `${label(number)} goes ahead now.`;
    return {
      change: (draft) => {
        draft.state = asksSomebody ? 'waiting' : 'queued';
        draft.typedAt = core.store.clock.now();
        if (draft.approval) draft.approval.expiresAt = draft.typedAt + draft.approval.expiresMs;
      },
      give: answer,
      move: {
        event: 'target typed',
        by: user,
        ...(unixUser === undefined ? {} : { detail: { unixUser } }),
        when: [guard],
        also: (draft) => [...tellState(core, draft), ...tell(answer, true)],
      },
    };
  });
  return answered(core, number, result);
}
