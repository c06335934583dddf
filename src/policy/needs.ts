import type { Effect } from '../command.ts';
import { OWNER, type Rule, type StackhandYaml } from '../config-schema.ts';
import { code, count } from '../reply.ts';
import type { Approval } from '../request.ts';
import { type Owner, ownerName, type Target } from '../target.ts';
import { projectEntry } from './contacts.ts';

export type Needs = Approval['needs'];

/** Whom a rule asks about one thing, with `owner` replaced by people; `because` where nobody could give the vote. */
export function needsOf(
  rule: Rule,
  effect: Effect,
  target: Target | undefined,
  policy: Pick<StackhandYaml, 'defaults' | 'projects'>,
  requester: string | undefined,
): { needs: Needs } | { because: string } {
  const needs: Needs = [];
  for (const { count, roles: named } of rule.approvals ?? policy.defaults[effect].approvals) {
    const roles = [...new Set(named)].filter((role) => role !== OWNER).sort();
    if (!named.includes(OWNER)) {
      needs.push({ count, roles });
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

/** One rule that asks the same voters twice means that many different people. */
function sumByVoters(needs: Needs): Map<string, Needs[number]> {
  const sums = new Map<string, Needs[number]>();
  for (const need of needs) {
    const voters = JSON.stringify([need.roles, need.users ?? []]);
    sums.set(voters, { ...need, count: need.count + (sums.get(voters)?.count ?? 0) });
  }
  return sums;
}

function ownersOf(target: Target | undefined, projects: StackhandYaml['projects']): string[] {
  const project = projectOf(target);
  return (project && projectEntry(project, projects)?.owners) ?? [];
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
