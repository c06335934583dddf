import { getProject, listDomains, listProjects } from '../../src/openstack/identity.ts';
import { resolveDomain, resolveProject, resolveUser } from '../../src/openstack/kinds.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import { resolve } from '../../src/openstack/resolve.ts';
import type { Session } from '../../src/openstack/session.ts';
import {
  getUser,
  listGroupsOfUser,
  listRoleAssignments,
  listUsers,
  type RoleAssignmentFilter,
} from '../../src/openstack/users.ts';
import { type Case, called, forAdmin, forAll, NOSUCH } from './case.ts';

const projects: Case[] = [
  ...forAll('list projects', [listProjects], (os) => listProjects(os)),
  ...forAdmin('list projects of a name in other letters', [listProjects], (os) => listProjects(os, { name: 'DEMO' })),
  ...forAdmin('list projects with a part of the name', [listProjects], async (os) => ({
    [(await listProjects(os, { namePart: 'LAB' })).map(({ name }) => name).join()]: 'are these',
  })),
  ...forAdmin('list users with a part of the name', [listUsers], async (os) => ({
    [(await listUsers(os, { namePart: 'ALI' })).map(({ name }) => name).join()]: 'are these',
  })),
  ...forAll('list owners', [listOwners], async (os, { demo }) => (await listOwners(os))(demo).name === 'demo'),
  ...forAdmin('list projects of a domain', [listProjects], (os) => listProjects(os, { domainId: 'default' })),
  ...forAdmin('list projects of an unknown domain', [listProjects], (os) => listProjects(os, { domainId: NOSUCH })),
  ...forAll('get the own project', [getProject], (os, { demo }) => getProject(os, demo)),
  ...forAll("get somebody else's project", [getProject], (os, { aliceLab }) => getProject(os, aliceLab)),
  ...forAll('get a project that is not there', [getProject], (os) => getProject(os, NOSUCH)),
  ...forAdmin('get a project by a name with a slash', [getProject], (os) => getProject(os, 'a b')),
  ...forAll('list domains', [listDomains], (os) => listDomains(os)),
  ...forAdmin('list domains of a name', [listDomains], (os) => listDomains(os, { name: 'default' })),
  ...forAdmin('resolve a project by name', [resolveProject], (os) => resolveProject(os, 'demo')),
  ...forAdmin('resolve a project by ID in its domain', [resolveProject], (os, { demo }) =>
    resolveProject(os, demo, { domain: 'Default' }),
  ),
  ...forAdmin('resolve a project that is nearly there', [resolveProject], (os) => resolveProject(os, 'alice-labs')),
  ...forAdmin('resolve a project in other letters', [resolveProject], (os) => resolveProject(os, 'Demo')),
  ...forAdmin('resolve a project by the beginning of its ID', [resolve, resolveProject], (os, { demo }) =>
    resolveProject(os, demo.slice(0, 8)),
  ),
  ...forAdmin('resolve a user by name', [resolveUser], (os) => resolveUser(os, 'bob')),
  ...forAdmin('resolve a user that is nearly there', [resolveUser], (os) => resolveUser(os, 'bobb')),
  ...forAdmin('resolve a domain', [resolveDomain], (os) => resolveDomain(os, 'Default')),
  { name: 'log in with a wrong password', as: 'stranger', calls: [], run: (os) => os.login() },
  ...forAdmin('who am I', [], async (os) => ({ ...(await os.login()), regions: [] })),
];

const users: Case[] = [
  ...forAll('list users', [listUsers], (os) => listUsers(os)),
  ...forAdmin('list users of a name in other letters', [listUsers], async (os) => called(await listUsers(os, { name: 'BOB' }))),
  ...forAdmin('list users of no name', [listUsers], async (os) => called(await listUsers(os, { name: 'a b' }))),
  ...forAdmin('list users of a domain', [listUsers], (os) => listUsers(os, { domainId: 'default' })),
  ...forAdmin('list users of no domain', [listUsers], (os) => listUsers(os, { domainId: NOSUCH })),
  ...forAll('get a user', [getUser], (os, { bob }) => getUser(os, bob)),
  ...forAll('get oneself', [getUser], async (os) => getUser(os, (await os.login()).user.id)),
  ...forAll('get a user that is not there', [getUser], (os) => getUser(os, NOSUCH)),
  ...forAdmin('get a user by a name with a slash', [getUser], (os) => getUser(os, 'a b')),
  ...forAll('list the groups of a user', [listGroupsOfUser], async (os, { bob }) => called(await listGroupsOfUser(os, bob))),
  ...forAll('list the own groups', [listGroupsOfUser], async (os) =>
    called(await listGroupsOfUser(os, (await os.login()).user.id)),
  ),
  ...forAdmin('list the groups of no user', [listGroupsOfUser], (os) => listGroupsOfUser(os, NOSUCH)),
];

const roles: Case[] = [
  ...forAll('list roles on a project', [listRoleAssignments], async (os, { demo }) => whoIsWhat(os, { projectId: demo })),
  ...forAdmin('list roles on no project', [listRoleAssignments], (os) => listRoleAssignments(os, { projectId: NOSUCH })),
  ...forAdmin('list roles on a domain', [listRoleAssignments], (os) => listRoleAssignments(os, { domainId: 'default' })),
  ...forAdmin('list effective roles on a project', [listRoleAssignments], async (os, { demo }) =>
    whoIsWhat(os, { projectId: demo, effective: true }),
  ),
  ...forAdmin('list effective roles on no project', [listRoleAssignments], (os) =>
    listRoleAssignments(os, { projectId: NOSUCH, effective: true }),
  ),
  ...forAll('list the roles of a user', [listRoleAssignments], async (os, { bob }) => whoIsWhat(os, { userId: bob })),
  ...forAdmin('list the roles of one who has some on the system', [listRoleAssignments], async (os) =>
    whoIsWhat(os, { userId: (await os.login()).user.id }),
  ),
  ...forAdmin('list the effective roles of a user with a group', [listRoleAssignments], async (os, { bob }) =>
    whoIsWhat(os, { userId: bob, effective: true }),
  ),
  ...forAdmin('list the effective roles of one who has some on the system', [listRoleAssignments], async (os) =>
    whoIsWhat(os, { userId: (await os.login()).user.id, effective: true }),
  ),
  ...forAdmin('list the roles of no user', [listRoleAssignments], (os) => listRoleAssignments(os, { userId: NOSUCH })),
  ...forAdmin('list the effective roles of no user', [listRoleAssignments], (os) =>
    listRoleAssignments(os, { userId: NOSUCH, effective: true }),
  ),
  ...forAdmin('list the roles of a group', [listRoleAssignments, listGroupsOfUser], async (os, { bob }) =>
    whoIsWhat(os, { groupId: (await listGroupsOfUser(os, bob))[0]?.id }),
  ),
  ...forAdmin('list the effective roles of a group', [listRoleAssignments], (os) =>
    listRoleAssignments(os, { groupId: NOSUCH, effective: true }),
  ),
];

/** As keys, since only those are compared word for word. */
async function whoIsWhat(os: Session, filter: RoleAssignmentFilter): Promise<unknown> {
  const list = await listRoleAssignments(os, filter);
  const words = list.map(({ role, user, group, project, system, through_group, implied, inherited }) =>
    [
      user?.name ?? `group ${group?.name}`,
      role.name,
      system ? 'on the system' : `on ${project?.name}`,
      ...(through_group === null ? [] : ['through a group']),
      ...(implied ? ['implied'] : []),
      ...(inherited ? ['inherited'] : []),
    ].join(' '),
  );
  return { [words.sort().join(', ')]: list };
}

export const identity: readonly Case[] = [...projects, ...users, ...roles];
