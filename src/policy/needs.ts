import type { Effect } from '../command.ts';
import { DEFAULT_APPROVER, type Need, OWNER, type Rule, type StackhandYaml } from '../config-schema.ts';
import { code, count } from '../reply.ts';
import type { Approval } from '../request.ts';
import { type Owner, ownerName, type Target } from '../target.ts';
import { projectEntry } from './contacts.ts';

export type Needs = Approval['needs'];

/**
 * Whom a rule asks about one thing, with `owner` replaced by people; `because` where nobody could give the vote. Roles stay in the rule's
 * order: the first one is asked first.
 */
export function needsOf(
  rule: Rule,
  effect: Effect,
  target: Target | undefined,
  policy: Pick<StackhandYaml, 'defaults' | 'projects'>,
  requester: string | undefined,
): { needs: Needs } | { because: string } {
  const needs: Needs = [];
  for (const { count, roles: named } of rule.approvals ?? policy.defaults[effect].approvals) {
    const roles = [...new Set(named)].filter((role) => role !== OWNER);
    if (!named.includes(OWNER) || target?.type === 'cloud') {
      // A cloud is nobody's: the others are asked, or `atLeast` finds some.
      if (roles.length > 0) needs.push({ count, roles });
      continue;
    }
    const owners = ownersOf(target, policy.projects);
    const users = [...new Set(owners)].filter((user) => user !== requester).sort();
    if (roles.length === 0 && users.length < count) return { because: noOwner(target, owners) };
    needs.push(users.length > 0 ? { count, roles, users } : { count, roles });
  }
  return { needs };
}

/** The most demanding of several: of each group of voters, the largest number that any one rule asks. */
export function mergeNeeds(all: readonly Needs[]): Needs {
  const merged = new Map<string, Needs[number]>();
  for (const needs of all) {
    for (const [voters, need] of sumByVoters(needs)) {
      const before = merged.get(voters);
      if (!before || before.count < need.count) merged.set(voters, need);
    }
  }
  return [...merged.values()];
}

/** The same voters in greater number where they are too few; where there are none the effect's default ones, else those whom the shipped defaults ask. */
export function atLeast(least: number, needs: Needs, defaults: readonly Need[]): Needs {
  const lacking = least - needs.reduce((sum, { count }) => sum + count, 0);
  if (lacking <= 0) return needs;
  const [first, ...others] = needs;
  if (first) return [{ ...first, count: first.count + lacking }, ...others];
  const known = defaults.flatMap(({ count, roles }) => {
    const voters = roles.filter((role) => role !== OWNER);
    return voters.length > 0 ? [{ count, roles: voters }] : [];
  });
  return known.length > 0 ? atLeast(least, known, []) : [{ count: least, roles: [DEFAULT_APPROVER] }];
}

/** One rule that asks the same voters twice means that many different people. */
function sumByVoters(needs: Needs): Map<string, Needs[number]> {
  const sums = new Map<string, Needs[number]>();
  for (const need of needs) {
    const voters = JSON.stringify([need.roles.toSorted(), need.users ?? []]);
    const before = sums.get(voters);
    sums.set(voters, before ? { ...before, count: before.count + need.count } : need);
  }
  return sums;
}

function ownersOf(target: Target | undefined, projects: StackhandYaml['projects']): string[] {
  const project = projectOf(target);
  return project ? projectOwners(project, projects) : [];
}

/** Slack user IDs. */
export function projectOwners(project: Owner, projects: StackhandYaml['projects']): string[] {
  return projectEntry(project, projects)?.owners ?? [];
}

function projectOf(target: Target | undefined): Owner | undefined {
  return target?.project ?? (target?.type === 'project' ? target : undefined);
}

function noOwner(target: Target | undefined, owners: readonly string[]): string {
  const ask = 'This takes the vote of the owner of the project';
  const project = projectOf(target);
  if (!target) return `${ask}, and it names no project.`;
  if (!project) return `${ask}, and ${target.type} ${code(target.name)} belongs to none.`;
  if (owners.length === 0) {
    return `${ask}, and stackhand.yaml names no owner of ${code(ownerName(project))}; it should, under \`projects\`.`;
  }
  return `${ask}, and ${code(ownerName(project))} has too few owners besides you, who cannot vote for what you ask.`;
}

/** "2 votes of `approver` and 1 vote of `lead` or the project's owners" */
export function sayNeeds(needs: Needs): string {
  const parts = needs.map(({ count: votes, roles, users }) => {
    const voters = [...roles.map(code), ...(users ? ["the project's owners"] : [])];
    return `${count(votes, 'vote')} of ${voters.join(' or ')}`;
  });
  return parts.join(' and ');
}
