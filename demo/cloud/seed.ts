import { createHash } from 'node:crypto';
import { bootLogs } from './consoles.ts';
import type { CloudState, Flavor, Host, Limits, Quotas, Server, User } from './state.ts';

export interface SeedOptions {
  /** A second domain with another project `demo`. */
  twoDomains?: boolean;
  /** Another server `web-1`, in alice-lab. */
  sameNames?: boolean;
  unifiedLimits?: boolean;
}

const TINY: Flavor = { id: '1', name: 'm1.tiny', vcpus: 1, ramMiB: 512, diskGiB: 1 };
const SMALL: Flavor = { id: '2', name: 'm1.small', vcpus: 1, ramMiB: 2_048, diskGiB: 20 };
const MEDIUM: Flavor = { id: '3', name: 'm1.medium', vcpus: 2, ramMiB: 4_096, diskGiB: 40 };

export const ADMIN_PROJECT = hexId('project admin');
export const DEMO_PROJECT = hexId('project demo');
export const ALICE_LAB = hexId('project alice-lab');
export const DEMO_OF_RESEARCH = hexId('project demo of research');

/** The same inhabitants as the seeded real cloud of test/openstack/cloud has, and compute10 beside compute1. */
export function seeded({ twoDomains = false, sameNames = false, unifiedLimits = false }: SeedOptions = {}): CloudState {
  const servers = seededServers(sameNames);
  const project = (id: string, name: string, description: string, domain_id = 'default') => ({
    id,
    name,
    domain_id,
    description,
    enabled: true,
  });
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
      user('admin', [ADMIN_PROJECT, DEMO_PROJECT, ALICE_LAB], ['member', 'admin', 'reader']),
      user('demo', [DEMO_PROJECT], ['member', 'reader']),
      user('bob', [DEMO_PROJECT], ['member', 'reader']),
      user('rita', [DEMO_PROJECT], ['reader']),
      user('alice', [ALICE_LAB], ['member', 'manager', 'reader']),
    ],
    hosts: [host('compute1', 'az1', 5), host('compute2', 'az1', 7), host('compute3', 'az2', 6), host('compute10', 'az2', 8)],
    servers,
    consoles: bootLogs(servers),
    volumeTypes: [
      { id: uuid('type default'), name: '__DEFAULT__', isPublic: true, description: 'Default Volume Type' },
      { id: uuid('type ssd'), name: 'ssd', isPublic: true, description: null },
    ],
    agents: ['compute1', 'compute2', 'compute3', 'compute10', 'network1'].map((name) => ({
      id: uuid(`agent ${name}`),
      agentType: 'Open vSwitch agent',
      binary: 'neutron-openvswitch-agent',
      host: name,
      alive: true,
      adminStateUp: true,
    })),
    quotas: seededQuotas(),
    unifiedLimits,
  };
}

/** Defaults and use as the real cloud answers them. */
function seededQuotas(): CloudState['quotas'] {
  const network = { network: 100, subnet: 100, subnetpool: -1, port: 500, router: 10, floatingip: 50 };
  const volume = {
    volumes: 10,
    per_volume_gigabytes: -1,
    snapshots: 10,
    gigabytes: 1_000,
    backups: 10,
    backup_gigabytes: 1_000,
    groups: 10,
  };
  const perType = { volumes___DEFAULT__: 5, gigabytes___DEFAULT__: 44, snapshots___DEFAULT__: 1 };
  return {
    compute: quotas({
      cores: 20,
      instances: 10,
      key_pairs: 100,
      metadata_items: 128,
      ram: 51_200,
      server_group_members: 10,
      server_groups: 10,
    }),
    volume: quotas(volume, { [DEMO_PROJECT]: { volumes: 5, gigabytes: 44, snapshots: 1, ...perType } }),
    network: quotas(
      { ...network, rbac_policy: 10, security_group: 10, security_group_rule: 100, trunk: -1 },
      {
        [DEMO_PROJECT]: { network: 1, subnet: 1, port: 9, router: 1, floatingip: 7, security_group: 3, security_group_rule: 12 },
      },
    ),
  };
}

function quotas(defaults: Limits, used: Record<string, Limits> = {}): Quotas {
  return { defaults, own: new Map(), used: new Map(Object.entries(used)), reserved: new Map() };
}

function seededServers(sameNames: boolean): Server[] {
  const demo: [string, Flavor, string | null][] = [
    ['web-1', SMALL, 'compute3'],
    ['db-1', MEDIUM, 'compute3'],
    ['web-3', SMALL, 'compute3'],
    ['web-2', SMALL, 'compute3'],
    ['db-2', MEDIUM, 'compute1'],
    ['batch-1', TINY, 'compute2'],
    ['batch-2', TINY, 'compute2'],
    ['bfv-1', TINY, 'compute1'],
    ['broken-1', TINY, null],
  ];
  const alice: [string, Flavor, string | null][] = [
    ['alice-vm-1', SMALL, 'compute1'],
    ['alice-vm-2', TINY, 'compute2'],
    ...(sameNames ? [['web-1', TINY, 'compute10'] satisfies [string, Flavor, string]] : []),
  ];
  return [
    ...demo.map(([name, flavor, on], index) => server({ name, flavor, host: on, projectId: DEMO_PROJECT, minute: index })),
    ...alice.map(([name, flavor, on], index) => server({ name, flavor, host: on, projectId: ALICE_LAB, minute: 30 + index })),
  ];
}

export interface NewServer {
  name: string;
  flavor?: Flavor;
  host: string | null;
  projectId: string;
  /** Of the hour in which it was made. */
  minute?: number;
}

/** A server as the seed makes them, for tests that want more. */
export function server({ name, flavor = TINY, host: on, projectId, minute = 59 }: NewServer): Server {
  const stopped = name === 'batch-2';
  return {
    id: uuid(`server ${name} ${projectId}`),
    name,
    status: on === null ? 'ERROR' : stopped ? 'SHUTOFF' : 'ACTIVE',
    vmState: on === null ? 'error' : stopped ? 'stopped' : 'active',
    taskState: null,
    projectId,
    userId: hexId('user demo'),
    host: on,
    flavor,
    imageId: name.startsWith('bfv-') ? null : uuid('image cirros'),
    created: `2026-11-23T06:${String(minute).padStart(2, '0')}:00Z`,
    metadata: {},
  };
}

export function host(name: string, zone: string, serviceNumber: number): Host {
  return {
    name,
    zone,
    serviceId: uuid(`service ${name}`),
    serviceNumber,
    hypervisorId: uuid(`hypervisor ${name}`),
    status: 'enabled',
    state: 'up',
    disabledReason: null,
    forcedDown: false,
    vcpus: 64,
    memoryMiB: 262_144,
    diskGiB: 4_000,
  };
}

function user(name: string, projects: string[], roles: string[]): User {
  return {
    id: hexId(`user ${name}`),
    name,
    domain_id: 'default',
    password: name,
    roles: new Map(projects.map((id) => [id, roles])),
  };
}

/** Keystone's form. */
export function hexId(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The form of everybody else. */
export function uuid(text: string): string {
  return hexId(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}
