import { timeLeft } from '../outbox/times.ts';
import type { Needs } from '../policy/needs.ts';
import { countVotes } from '../policy/votes.ts';
import { code } from '../reply.ts';
import type { Request, Unanswered } from '../request.ts';

/** Of each need the first role that was not asked yet, in the rule's order. */
export function nextRoles(needs: Needs, asked: ReadonlySet<string>): string[] {
  return [...new Set(needs.flatMap(({ roles }) => roles.find((role) => !asked.has(role)) ?? []))];
}

/** On a record of before there were turns all were asked at once. */
export function rolesAsked({ approval, unanswered = [] }: Request): Set<string> {
  const first = approval?.firstAsked ?? approval?.needs.flatMap(({ roles }) => roles) ?? [];
  return new Set([...first, ...unanswered.flatMap(({ roles }) => roles)]);
}

export function stillMissing({ approval, votes, hash = '', requester }: Request): Needs {
  return countVotes({ needs: approval?.needs ?? [], hash, requester }, votes).missing;
}

/**
 * When it will have been unanswered for so long that somebody else is asked, or its requester may go on alone. Each vote that counts is an
 * answer, from which the time begins anew while more are missing. Undefined where nothing comes of it any more.
 */
export function unansweredAt(request: Request): number | undefined {
  const { state, approval, votes, since, unanswered = [] } = request;
  if (state !== 'waiting' || approval?.escalateAfterMs === undefined) return undefined;
  const opensGlass = approval.breakGlass !== undefined && !isUnansweredSinceVotes(request);
  if (!opensGlass && nextRoles(stillMissing(request), rolesAsked(request)).length === 0) return undefined;
  const last = Math.max(since, ...votes.map(({ at }) => at), ...unanswered.map(({ at }) => at));
  const at = last + approval.escalateAfterMs;
  return at < approval.expiresAt ? at : undefined;
}

/** It was found unanswered after the last vote that counts: a vote is an answer, after which others get their time again. */
export function isUnansweredSinceVotes({ votes, unanswered = [] }: Pick<Request, 'votes' | 'unanswered'>): boolean {
  const last = unanswered.at(-1);
  return last !== undefined && votes.every(({ at }) => at < last.at);
}

/** "Nobody answered for 5 minutes, so `lead` was asked too." */
export function unansweredLine({ approval }: Request, { roles }: Unanswered): string {
  const silence = `Nobody answered for ${timeLeft(approval?.escalateAfterMs ?? 0)}`;
  return roles.length === 0 ? `${silence}.` : `${silence}, so ${roles.map(code).join(' and ')} was asked too.`;
}
