import { z } from 'zod';
import type { Session } from './session.ts';

export const User = z
  .object({
    id: z.string(),
    name: z.string(),
    domain_id: z.string(),
    enabled: z.boolean(),
    email: z.string().nullish(),
    description: z.string().nullish(),
    default_project_id: z.string().nullish(),
    password_expires_at: z.string().nullish(),
  })
  .transform(({ email, description, default_project_id, password_expires_at, ...user }) => ({
    ...user,
    email: email ?? null,
    description: description ?? null,
    default_project_id: default_project_id ?? null,
    password_expires_at: password_expires_at ?? null,
  }));
export type User = z.infer<typeof User>;

/**
 * All users, or those of a name or domain. GET /users; 1 call. The name filter ignores case where keystone's database does (MySQL):
 * compare again. Of a domain that LDAP keeps keystone may answer only a part, which goes to the session's notes. Admins only.
 * Source: keystone/api/users.py
 */
export async function listUsers(
  os: Session,
  filter: { name?: string; namePart?: string; domainId?: string } = {},
): Promise<User[]> {
  return os.list({
    service: 'identity',
    path: '/users',
    query: { name: filter.name, name__icontains: filter.namePart, domain_id: filter.domainId },
    key: 'users',
    response: User,
  });
}

/** One user by its ID. GET /users/{id}. `not_found` where there is none; `forbidden` for anybody but admins and the user. */
export async function getUser(os: Session, id: string): Promise<User> {
  const { user } = await os.request({
    service: 'identity',
    method: 'GET',
    path: `/users/${encodeURIComponent(id)}`,
    response: z.object({ user: User }),
  });
  return user;
}

export const Group = z.object({ id: z.string(), name: z.string(), domain_id: z.string(), description: z.string().nullish() });
export type Group = z.infer<typeof Group>;

/** The groups a user is in. GET /users/{id}/groups. `not_found` where there is no such user; `forbidden` as for getUser. */
export async function listGroupsOfUser(os: Session, userId: string): Promise<Group[]> {
  return os.list({
    service: 'identity',
    path: `/users/${encodeURIComponent(userId)}/groups`,
    key: 'groups',
    response: Group,
  });
}

const Domain = z.object({ id: z.string(), name: z.string() });
const Owned = z.object({ id: z.string(), name: z.string(), domain: Domain });

export const RoleAssignment = z
  .object({
    role: z.object({ id: z.string(), name: z.string() }),
    user: Owned.nullish(),
    group: Owned.nullish(),
    scope: z.object({
      project: Owned.nullish(),
      domain: Domain.nullish(),
      system: z.object({ all: z.boolean() }).nullish(),
      'OS-INHERIT:inherited_to': z.string().nullish(),
    }),
    links: z.object({ assignment: z.string(), membership: z.string().nullish(), prior_role: z.string().nullish() }),
  })
  .transform(({ role, user, group, scope, links }) => ({
    role,
    /** Who has the role: a user or a group. Names are empty where the directory no longer knows them. */
    user: user ?? null,
    group: group ?? null,
    /** On what: a project, a domain, or, where both are null, the whole system. */
    project: scope.project ?? null,
    domain: scope.domain ?? null,
    system: scope.system?.all === true,
    /** Given on a domain or a project for all projects below it. */
    inherited: Boolean(scope['OS-INHERIT:inherited_to']) || links.assignment.includes('/OS-INHERIT/'),
    /** Only with `effective`: the ID of the group through which the user has it. */
    through_group: /\/groups\/([^/]+)\/users\//.exec(links.membership ?? '')?.[1] ?? null,
    /** Only with `effective`: comes with another role of theirs, as reader does with member. */
    implied: Boolean(links.prior_role),
  }));
export type RoleAssignment = z.infer<typeof RoleAssignment>;

export interface RoleAssignmentFilter {
  userId?: string | undefined;
  groupId?: string | undefined;
  projectId?: string | undefined;
  domainId?: string | undefined;
  /**
   * What somebody really has: groups opened to their members, inherited roles where they hold, implied roles added. Leaves out the
   * roles on the system. Without it: what somebody once gave, groups as groups.
   */
  effective?: boolean | undefined;
}

/**
 * Who has which role on what, with names. GET /role_assignments?include_names; 1 call, and keystone looks up each name: filter.
 * Of an unknown user or project there are none, and with `effective` that is `not_found`. A role of a user's group is in the list by
 * user only with `effective`, which goes with no group (`bad_request`). Admins only. Source: keystone/api/role_assignments.py
 */
export async function listRoleAssignments(os: Session, filter: RoleAssignmentFilter = {}): Promise<RoleAssignment[]> {
  return os.list({
    service: 'identity',
    path: '/role_assignments',
    query: {
      include_names: true,
      'user.id': filter.userId,
      'group.id': filter.groupId,
      'scope.project.id': filter.projectId,
      'scope.domain.id': filter.domainId,
      // Keystone only looks whether it is there.
      effective: filter.effective ? true : undefined,
    },
    key: 'role_assignments',
    response: RoleAssignment,
  });
}
