import { ADMIN_PROJECT, ALICE_LAB, DEMO_OF_RESEARCH, DEMO_PROJECT, hexId } from './ids.ts';
import type { SeedOptions } from './seed.ts';
import type { IdentityState, Project, User } from './state-identity.ts';

export function seededIdentity({ twoDomains = false }: SeedOptions): IdentityState {
  return {
    domains: [
      { id: 'default', name: 'Default', enabled: true },
      ...(twoDomains ? [{ id: hexId('domain research'), name: 'research', enabled: true }] : []),
    ],
    projects: [
      project(ADMIN_PROJECT, 'admin', 'Bootstrap project for initializing the cloud.'),
      project(DEMO_PROJECT, 'demo', 'Demo project'),
      project(ALICE_LAB, 'alice-lab', "Alice's lab"),
      project(hexId('project service'), 'service', ''),
      ...(twoDomains ? [project(DEMO_OF_RESEARCH, 'demo', 'Demo of the research group', hexId('domain research'))] : []),
    ],
    users: [
      {
        ...user('admin', [ADMIN_PROJECT, DEMO_PROJECT, ALICE_LAB], ['admin']),
        email: null,
        defaultProjectId: null,
        systemRoles: ['admin'],
      },
      user('demo', [DEMO_PROJECT], ['member']),
      user('bob', [DEMO_PROJECT], ['member']),
      user('rita', [DEMO_PROJECT], ['reader']),
      user('alice', [ALICE_LAB], ['member', 'manager']),
    ],
    groups: [
      {
        id: hexId('group demo-readers'),
        name: 'demo-readers',
        domain_id: 'default',
        description: 'May look at demo',
        members: [hexId('user bob')],
        roles: new Map([[DEMO_PROJECT, ['reader']]]),
      },
    ],
  };
}

export function project(id: string, name: string, description: string, domain_id = 'default'): Project {
  return { id, name, domain_id, description, enabled: true };
}

export function user(name: string, projects: string[], roles: string[]): User {
  return {
    id: hexId(`user ${name}`),
    name,
    domain_id: 'default',
    password: name,
    enabled: true,
    email: `${name}@example.org`,
    defaultProjectId: projects[0] ?? null,
    roles: new Map(projects.map((id) => [id, roles])),
    systemRoles: [],
  };
}
