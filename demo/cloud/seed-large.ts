import { uuid } from './ids.ts';
import { seeded } from './seed.ts';
import { withMany } from './seed-many.ts';
import { floatingIp, floatingIpPort, routerPorts } from './seed-network.ts';
import { volume } from './seed-storage.ts';
import type { CloudState } from './state.ts';
import type { Flavor, Server } from './state-compute.ts';
import type { Router } from './state-network.ts';

/** How many of each `largeCloud` has. Projects are those of customers: admin, service and the like come on top. */
export const LARGE = {
  hosts: 500,
  servers: 20_000,
  projects: 2_000,
  users: 2_000,
  volumes: 10_000,
  floatingIps: 6_000,
  images: 100,
} as const;

const RACK = 20;
/** Of the ten servers of a project, in their order. */
const SIZES = [
  'm1.nano',
  'm1.tiny',
  'm1.tiny',
  'm1.tiny',
  'm1.tiny',
  'm1.small',
  'm1.small',
  'm1.small',
  'm1.medium',
  'm1.large',
];

/** For benchmarks: a cloud whose lists are long. Every project has ten servers of several sizes, on hosts in many racks. */
export function largeCloud(): CloudState {
  const state = emptied(seeded());
  const { hosts, servers, projects, users, images } = LARGE;
  withMany(state, { hosts, servers, projects, users, images });
  const ofFlavor = new Map(state.flavors.map((flavor) => [flavor.name, flavor]));
  const userOf = new Map(state.users.map(({ id, defaultProjectId }) => [defaultProjectId, id]));
  for (const [n, server] of state.servers.entries()) {
    place(state, server, n, ofFlavor);
    server.userId = userOf.get(server.projectId) ?? server.userId;
  }
  state.volumes = state.servers.slice(0, LARGE.volumes).map((server, n) => volumeFor(server, n));
  const [pool] = state.pools;
  const gib = state.volumes.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
  if (pool) Object.assign(pool, { totalGiB: 2 * gib, freeGiB: gib, provisionedGiB: gib, allocatedGiB: gib });
  equip(state);
  connect(state);
  // As nova lists them, so that each page is found at once.
  state.servers.sort((a, b) => (b.created + b.id < a.created + a.id ? -1 : 1));
  return state;
}

/** Only the people, flavors, images and the external network stay. */
function emptied(state: CloudState): CloudState {
  const [outside] = state.networks;
  return {
    ...state,
    ...{
      hosts: [],
      aggregates: [],
      servers: [],
      volumes: [],
      snapshots: [],
      routers: [],
      floatingIps: [],
      ports: [],
      agents: [],
    },
    consoles: new Map(),
    networks: outside ? [outside] : [],
    subnets: state.subnets.filter(({ networkId }) => networkId === outside?.id),
  };
}

function place(state: CloudState, server: Server, n: number, ofFlavor: ReadonlyMap<string, Flavor>): void {
  const round = Math.floor(n / LARGE.projects);
  server.flavor = ofFlavor.get(SIZES[round] ?? '') ?? server.flavor;
  // A project's servers are on several hosts, and each host has as many.
  const host = state.hosts[(n + 37 * round) % state.hosts.length];
  server.host = host?.name ?? null;
  if (n < LARGE.volumes && n % 2 === 0) server.imageId = null;
}

/** Every other one is booted from, half of the others are attached. */
function volumeFor({ id: serverId, name, projectId, userId, host }: Server, n: number): CloudState['volumes'][number] {
  const made = { ...volume(`${name}-disk`, 20, projectId, n % 60, uuid), userId };
  if (n % 4 === 3) return made;
  const isRoot = n % 2 === 0;
  const attachment = { serverId, device: isRoot ? '/dev/vda' : '/dev/vdb', host, deletedWithServer: isRoot };
  return { ...made, status: 'in-use', bootable: isRoot, attachments: [attachment] };
}

/** Racks, each in one zone, and what neutron has on each host. */
function equip(state: CloudState): void {
  for (const zone of ['az1', 'az2']) {
    const names = state.hosts.filter((host) => host.zone === zone).map(({ name }) => name);
    for (let from = 0; from < names.length; from += RACK) {
      const id = state.aggregates.length;
      const name = `rack-${String(id + 1).padStart(2, '0')}`;
      state.aggregates.push({
        id: id + 1,
        uuid: uuid(`aggregate ${name}`),
        name,
        zone,
        hosts: names.slice(from, from + RACK),
        metadata: {},
      });
    }
  }
  state.agents = [...state.hosts.map(({ name }) => name), 'network1'].map((host) => ({
    id: uuid(`agent ${host}`),
    agentType: 'Open vSwitch agent',
    binary: 'neutron-openvswitch-agent',
    host,
    alive: true,
    adminStateUp: true,
  }));
}

/** One network that all projects share, behind one router; two of three floating IPs lead to a server. */
function connect(state: CloudState): void {
  const [, inside] = state.networks;
  const [outside] = state.networks;
  const pool = state.subnets.find(({ networkId }) => networkId === outside?.id);
  const subnet = state.subnets.find(({ networkId }) => networkId === inside?.id);
  if (!inside || !outside || !pool || !subnet) throw new Error('the seed has no network to go by');
  inside.shared = true;
  Object.assign(pool, {
    cidr: '198.18.0.0/16',
    gatewayIp: '198.18.0.1',
    pools: [{ start: '198.18.1.0', end: '198.18.255.255' }],
  });
  const zones = new Map(state.hosts.map(({ name, zone }) => [name, zone]));
  const hostOf = new Map(state.servers.map(({ id, host }) => [id, host]));
  for (const port of state.ports) port.deviceOwner = `compute:${zones.get(hostOf.get(port.deviceId) ?? '') ?? 'nova'}`;
  const router: Router = {
    id: uuid('router many'),
    name: 'many-router',
    projectId: inside.projectId,
    gateway: { networkId: outside.id, subnetId: pool.id, address: '198.18.0.2' },
  };
  state.routers = [router];
  const serverPorts = [...state.ports];
  state.ports.push(...routerPorts(router, subnet, uuid));
  for (let n = 0; n < LARGE.floatingIps; n += 1) {
    const port = serverPorts[n];
    if (!port) break;
    const free = floatingIp(`198.18.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`, port.projectId, outside.id, '', uuid);
    const fixedAddress = port.fixedIps[0]?.address ?? null;
    const ip = n % 3 === 2 ? free : { ...free, portId: port.id, fixedAddress, routerId: router.id, status: 'ACTIVE' as const };
    state.floatingIps.push(ip);
    state.ports.push(floatingIpPort(ip, pool, uuid));
  }
}
