import { demand, error, notFound } from './keystone-refusals.ts';
import { domainOf, idOf, impliedBy } from './keystone-tokens.ts';
import { type Asked, isAdmin } from './router.ts';
import type { IdentityState } from './state-identity.ts';

/** Who has a role on what; a project's ID, or nothing for the system as a whole. */
interface Given {
  userId?: string;
  groupId?: string;
  projectId?: string;
  role: string;
  /** Only in effective lists. */
  through?: string;
  impliedBy?: string;
}

/** GET /role_assignments. Source: keystone/api/role_assignments.py */
export function roleAssignments(state: IdentityState, asked: Asked): object[] {
  demand(isAdmin(asked), 'list_role_assignments');
  const { query } = asked;
  const wanted = {
    user: query.get('user.id'),
    group: query.get('group.id'),
    project: query.get('scope.project.id'),
    domain: query.get('scope.domain.id'),
  };
  const isEffective = query.has('effective') && query.get('effective') !== '0';
  if (isEffective && wanted.group !== null) {
    throw error(400, 'Combining effective and group filter will always result in an empty list.', 'Bad Request');
  }
  if (isEffective && wanted.user !== null && !state.users.some(({ id }) => id === wanted.user)) {
    throw notFound('user', wanted.user);
  }
  if (isEffective && wanted.project !== null && !state.projects.some(({ id }) => id === wanted.project)) {
    throw notFound('project', wanted.project);
  }
  return (isEffective ? effective(state) : given(state))
    .filter(({ userId }) => wanted.user === null || userId === wanted.user)
    .filter(({ groupId }) => wanted.group === null || groupId === wanted.group)
    .filter(({ projectId }) => wanted.project === null || projectId === wanted.project)
    .filter(() => wanted.domain === null)
    .map((one) => shown(state, asked.base, one));
}

function given({ users, groups }: IdentityState): Given[] {
  return [
    ...users.flatMap(({ id: userId, roles, systemRoles }) => [
      ...[...roles].flatMap(([projectId, names]) => names.map((role) => ({ userId, projectId, role }))),
      ...systemRoles.map((role) => ({ userId, role })),
    ]),
    ...groups.flatMap(({ id: groupId, roles }) =>
      [...roles].flatMap(([projectId, names]) => names.map((role) => ({ groupId, projectId, role }))),
    ),
  ];
}

/** Without those on the system: keystone leaves them out here. */
function effective(state: IdentityState): Given[] {
  const opened = given(state)
    .filter(({ projectId }) => projectId !== undefined)
    .flatMap((one) => {
      const group = state.groups.find(({ id }) => id === one.groupId);
      if (!group) return [one];
      const { groupId: _, ...rest } = one;
      return group.members.map((userId) => ({ ...rest, userId, through: group.id }));
    });
  return opened.flatMap((one) => [one, ...impliedBy(one.role).map((role) => ({ ...one, role, impliedBy: one.role }))]);
}

function shown(state: IdentityState, base: string, one: Given): object {
  const owned = <T extends { id: string; name: string; domain_id: string }>(list: T[], id: string | undefined): unknown => {
    const found = list.find((candidate) => candidate.id === id);
    return found && { id: found.id, name: found.name, domain: domainOf(state, found.domain_id) };
  };
  const role = { id: idOf(`role ${one.role}`), name: one.role };
  const scope = one.projectId === undefined ? { system: { all: true } } : { project: owned(state.projects, one.projectId) };
  const on = one.projectId === undefined ? 'system' : `projects/${one.projectId}`;
  const who = (one.through ?? one.groupId) ? `groups/${one.through ?? one.groupId}` : `users/${one.userId}`;
  const first = idOf(`role ${one.impliedBy ?? one.role}`);
  return {
    scope,
    ...(one.userId === undefined ? { group: owned(state.groups, one.groupId) } : { user: owned(state.users, one.userId) }),
    role,
    links: {
      assignment: `${base}/v3/${on}/${who}/roles/${first}`,
      ...(one.through === undefined ? {} : { membership: `${base}/v3/groups/${one.through}/users/${one.userId}` }),
      ...(one.impliedBy === undefined ? {} : { prior_role: `${base}/v3/prior_role/${role.id}/implies/${first}` }),
    },
  };
}
