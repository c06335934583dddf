import { bootLogs } from './consoles.ts';
import { ALICE_LAB, DEMO_PROJECT, hexId, type MakeId, uuid } from './ids.ts';
import type { SeedOptions } from './seed.ts';
import type { ComputeState, Flavor, Host, Server } from './state-compute.ts';

const NANO = flavor('m1.nano', 1, 64, 1);
const TINY = flavor('m1.tiny', 1, 512, 1);
const SMALL = flavor('m1.small', 1, 2_048, 20);
const MEDIUM = flavor('m1.medium', 2, 4_096, 40);
const LARGE = flavor('m1.large', 4, 8_192, 80);
const GPU: Flavor = {
  ...flavor('gpu.private', 8, 16_384, 80),
  isPublic: false,
  projects: [ALICE_LAB],
  extraSpecs: { 'pci_passthrough:alias': 'gpu:1' },
};

export function seededCompute({ sameNames = false }: SeedOptions, id: MakeId): ComputeState {
  const servers = seededServers(sameNames, id);
  return {
    hosts: [
      host('compute1', 'az1', 5, id),
      host('compute2', 'az1', 7, id),
      host('compute3', 'az2', 6, id),
      host('compute10', 'az2', 8, id),
    ],
    controllers: ['nova-conductor', 'nova-scheduler'].map((binary, n) => ({
      binary,
      host: 'controller1',
      id: `00000000-0000-4000-8000-00000000000${n + 1}`,
    })),
    aggregates: [
      { id: 1, uuid: id('aggregate rack-1'), name: 'rack-1', zone: 'az1', hosts: ['compute1', 'compute2'], metadata: {} },
      { id: 2, uuid: id('aggregate rack-2'), name: 'rack-2', zone: 'az2', hosts: ['compute3', 'compute10'], metadata: {} },
      { id: 3, uuid: id('aggregate ssd'), name: 'ssd', zone: null, hosts: ['compute3'], metadata: { ssd: 'true' } },
    ],
    // Copies: what a test changes about one is not to be so in the next cloud.
    flavors: [NANO, TINY, SMALL, MEDIUM, LARGE, GPU].map((one) => ({ ...one })),
    servers,
    deletedServers: [],
    serverGroups: [],
    migrations: [],
    evacuations: { looks: 1, held: new Set(), fails: new Map() },
    consoles: bootLogs(servers),
    allocationRatios: { VCPU: 16, MEMORY_MB: 1.5, DISK_GB: 1 },
  };
}

function seededServers(sameNames: boolean, id: MakeId): Server[] {
  // In the order in which the real ones are made.
  const demo = { projectId: DEMO_PROJECT };
  const alice = { projectId: ALICE_LAB };
  const servers: NewServer[] = [
    { name: 'web-1', flavor: SMALL, host: 'compute3', ...demo },
    { name: 'web-2', flavor: SMALL, host: 'compute3', ...demo },
    { name: 'web-3', flavor: SMALL, host: 'compute3', ...demo },
    { name: 'db-1', flavor: MEDIUM, host: 'compute3', ...demo },
    { name: 'db-2', flavor: MEDIUM, host: 'compute1', ...demo },
    { name: 'batch-1', flavor: TINY, host: 'compute2', ...demo },
    { name: 'batch-2', flavor: TINY, host: 'compute2', ...demo },
    { name: 'alice-vm-1', flavor: SMALL, host: 'compute1', ...alice },
    { name: 'alice-vm-2', flavor: TINY, host: 'compute2', ...alice },
    { name: 'bfv-1', flavor: TINY, host: 'compute1', ...demo },
    { name: 'broken-1', flavor: TINY, host: null, ...demo },
    ...(sameNames ? [{ name: 'web-1', flavor: TINY, host: 'compute10', ...alice }] : []),
  ];
  return servers.map((one, minute) => server({ ...one, minute }, id));
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
export function server({ name, flavor: size = TINY, host: on, projectId, minute = 59 }: NewServer, id: MakeId = uuid): Server {
  const stopped = name === 'batch-2';
  const created = `2026-11-23T06:${String(minute).padStart(2, '0')}:00Z`;
  const userId = hexId(projectId === ALICE_LAB ? 'user alice' : name.startsWith('batch-') ? 'user bob' : 'user demo');
  const role = /^(web|db)-/.exec(name)?.[1];
  const failed = on === null ? 'Exceeded maximum number of retries. Exceeded max scheduling attempts 3' : null;
  return {
    id: id(`server ${name} ${projectId}`),
    name,
    status: on === null ? 'ERROR' : stopped ? 'SHUTOFF' : 'ACTIVE',
    vmState: on === null ? 'error' : stopped ? 'stopped' : 'active',
    taskState: null,
    projectId,
    userId,
    host: on,
    flavor: size,
    imageId: name.startsWith('bfv-') ? null : id('image cirros-0.6'),
    created,
    updated: created,
    description: null,
    metadata: role === undefined ? {} : { role },
    tags: [],
    keyName: projectId === ALICE_LAB ? 'alice-key' : name.startsWith('batch-') ? null : 'demo-key',
    locked: false,
    lockedReason: null,
    securityGroups: on === null ? [] : [role ?? 'default'],
    fault: failed === null ? null : { message: `${failed} for instance ${id(`server ${name} ${projectId}`)}.`, created },
    actions: [
      {
        action: 'create',
        requestId: `req-${id(`create ${name} ${projectId}`)}`,
        userId,
        started: created.replace('Z', '.000000'),
        updated: created.replace('Z', '.000000'),
        message: failed === null ? null : 'Error',
      },
    ],
  };
}

export function host(name: string, zone: string, serviceNumber: number, id: MakeId = uuid): Host {
  return {
    name,
    zone,
    serviceId: id(`service ${name}`),
    serviceNumber,
    hypervisorId: id(`hypervisor ${name}`),
    status: 'enabled',
    state: 'up',
    disabledReason: null,
    forcedDown: false,
    vcpus: 64,
    memoryMiB: 262_144,
    diskGiB: 4_000,
  };
}

function flavor(name: string, vcpus: number, ramMiB: number, diskGiB: number): Flavor {
  return { id: uuid(`flavor ${name}`), name, vcpus, ramMiB, diskGiB, isPublic: true, projects: [], extraSpecs: {} };
}
