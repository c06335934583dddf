import type { StackhandYaml } from '../config-schema.ts';
import { DeliveryError } from '../errors.ts';
import type { Directory } from '../outbox/delivery.ts';

/** The Slack user of a Unix user, as `terminal` of this stackhand.yaml has it. */
export function slackUserOf(unixUser: string, terminal: StackhandYaml['terminal']): string | undefined {
  return Object.hasOwn(terminal, unixUser) ? terminal[unixUser] : undefined;
}

export interface Roles {
  roles: string[];
  /** Roles that the user may hold besides: Slack did not answer about their groups. */
  unsure: string[];
  /** Groups of stackhand.yaml that Slack does not know, or nobody is in. They grant nothing; log, /readyz and doctor name them. */
  unknownGroups: string[];
}

/** Slack did not say who is in a group, so a vote cannot be counted: not "you may not", but "I cannot know". */
export class RolesUnknown extends Error {
  override readonly name = 'RolesUnknown';
  readonly groups: readonly string[];
  /** What is certain all the same: roles by ID, and by the groups of which Slack did tell. */
  readonly known: Roles;

  constructor(groups: readonly string[], known: Roles, cause: unknown) {
    super(`Slack did not say who is in ${groups.join(', ')}`, { cause });
    this.groups = groups;
    this.known = known;
  }
}

/** Slack's words for "there is no such group here"; https://docs.slack.dev/reference/methods/usergroups.users.list */
const NO_SUCH_GROUP = new Set(['no_such_subteam', 'subteam_not_found', 'plan_upgrade_required']);

/**
 * The roles of a user, by ID and by user group. `fresh` (votes) asks Slack about every group anew and throws RolesUnknown where it
 * does not answer; else (lines) roles by ID still count, and the others are `unsure`.
 */
export async function rolesOf(
  user: string,
  roles: StackhandYaml['roles'],
  directory: Pick<Directory, 'groupMembers'>,
  { fresh }: { fresh: boolean },
): Promise<Roles> {
  const byId = Object.keys(roles).filter((name) => roles[name]?.users.includes(user));
  const others = Object.keys(roles).filter((name) => !byId.includes(name));
  const groups = [...new Set(others.flatMap((name) => roles[name]?.groups ?? []))];
  const answers = new Map(await Promise.all(groups.map(async (group) => [group, await ask(group)] as const)));

  async function ask(group: string): Promise<'in' | 'out' | 'unknown' | DeliveryError> {
    try {
      const members = await directory.groupMembers(group, { fresh });
      return members.length === 0 ? 'unknown' : members.includes(user) ? 'in' : 'out';
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      return NO_SUCH_GROUP.has(error.code) ? 'unknown' : error;
    }
  }

  const silent = groups.filter((group) => typeof answers.get(group) === 'object');
  const holds = (name: string, what: (group: string) => boolean): boolean => (roles[name]?.groups ?? []).some(what);
  const byGroup = others.filter((name) => holds(name, (group) => answers.get(group) === 'in'));
  const known: Roles = {
    roles: Object.keys(roles).filter((name) => byId.includes(name) || byGroup.includes(name)),
    unsure: others.filter((name) => !byGroup.includes(name) && holds(name, (group) => silent.includes(group))),
    unknownGroups: groups.filter((group) => answers.get(group) === 'unknown'),
  };
  if (!fresh || silent.length === 0) return known;
  const cause = [...answers.values()].find((answer) => typeof answer === 'object');
  throw new RolesUnknown(silent, known, cause);
}
