import { code } from '../reply.ts';
import type { Requester, Vote } from '../request.ts';
import type { Needs } from './needs.ts';

/** What is voted on: the needs of an approval, on one exact plan. */
export interface Ballot {
  needs: Needs;
  /** The plan's; a vote on another one does not count. */
  hash: string;
  requester: Requester;
}

export interface Count {
  state: 'approved' | 'denied' | 'open';
  /** What is still asked for. */
  missing: Needs;
  deniedBy?: Vote;
}

/**
 * Why a vote cannot count, said to the voter; undefined where it counts. A denial takes the same right as an approval. `unsure`: roles
 * that the voter may hold besides, of which Slack did not tell.
 */
export function whyNotCounted(
  { needs, hash, requester }: Ballot,
  vote: Vote,
  unsure: readonly string[] = [],
): string | undefined {
  if (isOwn(requester, vote)) {
    return 'You asked for this yourself, so somebody else must decide. To take it back, cancel it.';
  }
  if (vote.hash !== hash) return 'The plan is no longer the one that you saw; look at it again before you vote.';
  if (needs.some((need) => canMeet(need, vote))) return undefined;
  const asked = [...new Set(needs.flatMap(({ roles }) => roles))].map(code);
  if (needs.some(({ users }) => users)) asked.push("the project's owners");
  const held = vote.roles.length > 0 ? `you hold ${vote.roles.map(code).join(', ')}` : 'you hold no role';
  return `Your vote does not count here: this takes ${asked.join(' or ')}, and ${held}.${sayUnsure(needs, unsure)}`;
}

/** Also by their Unix user, should stackhand.yaml map that to somebody else by now. */
function isOwn(requester: Requester, { user, unixUser }: Vote): boolean {
  if (requester.kind === 'terminal' && requester.unixUser === unixUser) return true;
  return 'user' in requester && requester.user === user;
}

/** What to add where a needed role did not count because Slack did not say who has it. */
export function sayUnsure(needs: Needs, unsure: readonly string[]): string {
  const roles = unsure.filter((role) => needs.some((need) => need.roles.includes(role))).map(code);
  if (roles.length === 0) return '';
  return ` Slack did not say who is in the user group of ${roles.join(', ')}, so for now only a role by user ID in stackhand.yaml counts.`;
}

/**
 * Every need met by different people, each of whom counts for one need only, whichever helps most. One denial by somebody
 * entitled ends it, whatever else was voted.
 */
export function countVotes(ballot: Ballot, votes: readonly Vote[]): Count {
  const counting = votes.filter((vote) => whyNotCounted(ballot, vote) === undefined);
  const deniedBy = counting.find(({ verdict }) => verdict === 'deny');
  // The last vote of a person stands for all of theirs.
  const approvals = [
    ...new Map(counting.filter(({ verdict }) => verdict === 'approve').map((vote) => [vote.user, vote])).values(),
  ];
  const missing = unmet(ballot.needs, approvals);
  if (deniedBy) return { state: 'denied', missing, deniedBy };
  return { state: missing.length === 0 ? 'approved' : 'open', missing };
}

/** Whether a vote is still asked of whoever would give this one: it would count, they gave none yet, and it leaves less to be asked for. */
export function isWanted(ballot: Ballot, votes: readonly Vote[], vote: Vote): boolean {
  if (whyNotCounted(ballot, vote) !== undefined) return false;
  if (votes.some(({ user, hash }) => user === vote.user && hash === vote.hash)) return false;
  return wantedIn(countVotes(ballot, [...votes, vote])) < wantedIn(countVotes(ballot, votes));
}

function wantedIn({ missing }: Count): number {
  return missing.reduce((sum, { count }) => sum + count, 0);
}

function canMeet(need: Needs[number], { user, roles }: Vote): boolean {
  return need.users?.includes(user) === true || need.roles.some((role) => roles.includes(role));
}

/** A largest matching of people to wanted votes (Kuhn): a person steps aside where another of their needs is still open. */
function unmet(needs: Needs, votes: readonly Vote[]): Needs {
  const wanted = needs.flatMap((need) => Array.from({ length: need.count }, () => need));
  const givenBy = new Map<number, Vote>();

  function place(vote: Vote, tried: Set<number>): boolean {
    for (const [i, need] of wanted.entries()) {
      if (tried.has(i) || !canMeet(need, vote)) continue;
      tried.add(i);
      const before = givenBy.get(i);
      if (before && !place(before, tried)) continue;
      givenBy.set(i, vote);
      return true;
    }
    return false;
  }
  for (const vote of votes) place(vote, new Set());

  return needs.flatMap((need) => {
    const open = wanted.filter((one, i) => one === need && !givenBy.has(i)).length;
    return open > 0 ? [{ ...need, count: open }] : [];
  });
}
