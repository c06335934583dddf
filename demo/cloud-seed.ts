import { bootLogs } from './cloud/consoles.ts';
import { hexId, uuid } from './cloud/ids.ts';
import { host, seeded, server } from './cloud/seed.ts';
import { project, user } from './cloud/seed-identity.ts';
import { floatingIp, floatingIpPort, network, serverPort } from './cloud/seed-network.ts';
import { account, container, objectStore } from './cloud/seed-object-store.ts';
import { volume } from './cloud/seed-storage.ts';
import { type CloudState, computeUse, type Limits, setLimits } from './cloud/state.ts';
import type { Flavor, Server } from './cloud/state-compute.ts';
import type { FloatingIp, Network, Port, Router, Subnet } from './cloud/state-network.ts';
import type { Volume } from './cloud/state-volume.ts';

const HOSTS = ['c01', 'c02', 'c03', 'c04', 'c05', 'c06', 'c07', 'c08'];
const DAY_MS = 86_400_000;
const GIB = 1_073_741_824;

/** Their servers by kind: how many, how large, and whether they boot from a volume. */
const PROJECTS: Record<
  string,
  { description: string; servers: [name: string, many: number, flavor: string, onVolume?: true][] }
> = {
  webshop: {
    description: 'The shop, and what it stands on',
    servers: [
      ['web', 6, 'm1.small', true],
      ['db', 2, 'm1.large', true],
      ['cache', 2, 'm1.medium'],
    ],
  },
  payments: {
    description: 'Card payments',
    servers: [
      ['pay-api', 4, 'm1.medium', true],
      ['ledger', 2, 'm1.large', true],
    ],
  },
  physics: {
    description: 'Simulations of the physics group',
    servers: [
      ['sim', 10, 'm1.large'],
      ['login', 2, 'm1.small', true],
    ],
  },
  genomics: {
    description: 'Sequencing pipelines',
    servers: [
      ['seq', 8, 'm1.medium'],
      ['store', 2, 'm1.medium', true],
    ],
  },
  teaching: { description: 'Courses: one small server for each student', servers: [['student', 16, 'm1.tiny']] },
  sandbox: { description: 'For trying things out', servers: [['try', 5, 'm1.tiny']] },
};

/** What their consoles say, by what the seed's servers of these names say: see `bootLogs`. */
const CONSOLES: Record<string, string> = { 'db-2': 'db-1', 'seq-3': 'db-2', 'student-07': 'batch-1' };

/**
 * The pretend cloud of the demo: 8 hosts, 60 servers, 6 projects; addresses that lead nowhere, a server whose console shows a kernel
 * panic (`db-2`), one in ERROR that no host had room for (`sim-11`). `now` is when it is looked at, in milliseconds since 1970.
 */
export function demoCloud(now: number): CloudState {
  const state = seeded();
  const names = Object.keys(PROJECTS);
  const projects = names.map((name) => project(hexId(`project ${name}`), name, PROJECTS[name]?.description ?? ''));
  state.projects = [...state.projects.filter(({ name }) => name === 'admin' || name === 'service'), ...projects];
  const admins = state.users.filter(({ name }) => name === 'admin');
  state.users = [...admins, ...projects.map(({ id, name }) => user(`${name}-lead`, [id], ['member', 'manager']))];
  state.groups = [];

  state.hosts = HOSTS.map((name, n) => ({
    ...host(name, n < 4 ? 'az1' : 'az2', 11 + n),
    ...{ vcpus: 32, memoryMiB: 65_536, diskGiB: 2_000 },
  }));
  state.allocationRatios = { VCPU: 4, MEMORY_MB: 1, DISK_GB: 1 };
  const [rack] = state.aggregates;
  state.aggregates = ['az1', 'az2'].flatMap((zone, n) => {
    const hosts = state.hosts.filter((one) => one.zone === zone).map(({ name }) => name);
    return rack ? [{ ...rack, id: n + 1, uuid: uuid(`aggregate ${zone}`), name: `rack-${n + 1}`, zone, hosts }] : [];
  });
  const agent = state.agents[0];
  state.agents = agent ? [...HOSTS, 'network1'].map((name) => ({ ...agent, id: uuid(`agent ${name}`), host: name })) : [];

  state.servers = demoServers(state, now);
  state.consoles = bootLogs(
    state.servers.map((one) => ({ ...one, name: CONSOLES[one.name] ?? one.name.replace(/^(db|batch)-/, 'well-') })),
  );
  state.volumes = state.servers.filter(({ imageId }) => imageId === null).map((one) => bootVolume(one));
  state.snapshots = [];
  for (const { id } of projects) setLimits(state.quotas.compute, id, roomFor(computeUse(state, id)));
  connect(state, now);
  state.objectStore = objectStore({
    [hexId('project webshop')]: account([container('pictures', 4_120, 31 * GIB), container('backups', 14, 220 * GIB)]),
    [hexId('project genomics')]: account([container('reads', 260, 1_900 * GIB)], 2_000 * GIB),
  });
  return state;
}

/** So many days ago, as OpenStack writes it. */
function wireDay(now: number, days: number): string {
  return `${new Date(now - days * DAY_MS).toISOString().slice(0, 19)}Z`;
}

/** Limits a little above what is in use, as they are after some years. */
function roomFor({ instances = 0, cores = 0, ram = 0 }: Limits): Limits {
  return { instances: instances + 2, cores: 8 * Math.ceil((cores + 1) / 8), ram: 8_192 * Math.ceil((ram + 1) / 8_192) };
}

/** Spread over the hosts as a scheduler would, some days old. */
function demoServers({ flavors, projects }: CloudState, now: number): Server[] {
  const flavorOf = (name: string): Flavor | undefined => flavors.find((one) => one.name === name);
  const made: Server[] = [];
  const add = (name: string, projectName: string, size: string, on: string | null, onVolume = false): void => {
    const owner = projects.find((one) => one.name === projectName);
    const flavor = flavorOf(size);
    if (!owner || !flavor) throw new Error(`the seed has no ${projectName} or ${size}`);
    const base = server({ name, flavor, host: on, projectId: owner.id });
    const created = wireDay(now - made.length * 421_000, 60 - made.length);
    const actions = base.actions.map((action) => ({
      ...action,
      started: created.replace('Z', '.000000'),
      updated: created.replace('Z', '.000000'),
    }));
    const userId = hexId(`user ${projectName}-lead`);
    made.push({
      ...base,
      ...{ created, updated: created, actions, userId, keyName: null, metadata: {} },
      imageId: onVolume ? null : base.imageId,
    });
  };
  for (const [projectName, { servers }] of Object.entries(PROJECTS)) {
    for (const [kind, many, size, onVolume] of servers) {
      for (let n = 1; n <= many; n += 1) {
        const name = many > 9 ? `${kind}-${String(n).padStart(2, '0')}` : `${kind}-${n}`;
        add(name, projectName, size, HOSTS[(made.length * 3) % HOSTS.length] ?? 'c01', onVolume);
      }
    }
  }
  add('sim-11', 'physics', 'm1.large', null);
  return made.map((one) => {
    if (one.host === null) {
      const message = 'No valid host was found. There are not enough hosts available.';
      return {
        ...one,
        fault: { message, created: one.created },
        actions: one.actions.map((action) => ({ ...action, message: 'Error' })),
      };
    }
    if (/^(try-[35]|student-1[56])$/.test(one.name)) return { ...one, status: 'SHUTOFF', vmState: 'stopped' };
    return one;
  });
}

function bootVolume({ name, id, host: on, projectId, flavor }: Server): Volume {
  return {
    ...volume(`${name}-root`, Math.max(flavor.diskGiB, 10), projectId, 0, uuid),
    ...{
      status: 'in-use',
      bootable: true,
      attachments: [{ serverId: id, device: '/dev/vda', host: on, deletedWithServer: true }],
    },
  };
}

/** A network for each project behind a router of its own, and floating IPs of every kind. */
function connect(state: CloudState, now: number): void {
  const [outside] = state.networks;
  const [publicSubnet, someSubnet] = state.subnets;
  const [someRouter] = state.routers;
  if (!outside || !publicSubnet || !someSubnet || !someRouter) throw new Error('the seed has no network to go by');
  const projects = state.projects.filter(({ name }) => PROJECTS[name] !== undefined);
  const inner = projects.map(({ id, name }, n): { on: Network; subnet: Subnet; router: Router } => {
    const on = { ...network(`${name}-net`, id, uuid), segmentationId: 100 + n };
    const prefix = `10.${20 + n}.0`;
    const subnet = {
      ...someSubnet,
      ...{ id: uuid(`subnet ${on.name}-v4`), name: `${name}-net-v4`, networkId: on.id, projectId: id, cidr: `${prefix}.0/24` },
      ...{ gatewayIp: `${prefix}.1`, pools: [{ start: `${prefix}.2`, end: `${prefix}.254` }] },
    };
    const gateway = { networkId: outside.id, subnetId: publicSubnet.id, address: `203.0.113.${11 + n}` };
    return { on, subnet, router: { ...someRouter, id: uuid(`router ${name}`), name: `${name}-router`, projectId: id, gateway } };
  });
  const ports = state.servers
    .filter(({ host: on }) => on !== null)
    .flatMap((one, n) => {
      const at = inner.findIndex(({ on }) => on.projectId === one.projectId);
      const net = inner[at];
      return net ? [serverPort(one, net.on, `10.${20 + at}.0.${10 + n}`, uuid)] : [];
    });
  state.networks = [outside, ...inner.map(({ on }) => on)];
  state.subnets = [publicSubnet, ...inner.map(({ subnet }) => subnet)];
  state.routers = inner.map(({ router }) => router);
  state.floatingIps = demoAddresses({ state, ports, outside, routers: state.routers, now });
  state.ports = [...ports, ...state.floatingIps.map((ip) => floatingIpPort(ip, publicSubnet, uuid))];
}

const PUBLIC_SERVERS = [
  'web-1',
  'web-2',
  'web-3',
  'web-4',
  'pay-api-1',
  'pay-api-2',
  'login-1',
  'login-2',
  'store-1',
  'seq-1',
  'student-01',
  'try-1',
];
const LEFT_OVER = ['webshop', 'physics', 'physics', 'genomics', 'teaching', 'teaching', 'teaching', 'sandbox', 'sandbox'];

interface Around {
  state: CloudState;
  ports: readonly Port[];
  outside: Network;
  routers: readonly Router[];
  now: number;
}

/** In use, left over, and one that is kept on purpose. */
function demoAddresses({ state, ports, outside, routers, now }: Around): FloatingIp[] {
  let last = 40;
  const make = (projectId: string, description = ''): FloatingIp => {
    last += 1;
    const ip = floatingIp(`203.0.113.${last}`, projectId, outside.id, description, uuid);
    // The later ones have led nowhere for longer.
    return { ...ip, created: wireDay(now, 90 + last), updated: wireDay(now, 2 * (last - 40)) };
  };
  const inUse = PUBLIC_SERVERS.flatMap((name) => {
    const one = state.servers.find((candidate) => candidate.name === name);
    const port = ports.find(({ deviceId }) => deviceId === one?.id);
    const routerId = routers.find(({ projectId }) => projectId === one?.projectId)?.id ?? null;
    if (!one || !port) return [];
    return [
      {
        ...make(one.projectId),
        portId: port.id,
        fixedAddress: port.fixedIps[0]?.address ?? null,
        routerId,
        status: 'ACTIVE' as const,
      },
    ];
  });
  const idOf = (name: string): string => state.projects.find((one) => one.name === name)?.id ?? '';
  const kept = { ...make(idOf('payments'), "keep: the customer's firewall names it"), tags: ['keep'] };
  return [...inUse, ...LEFT_OVER.map((name) => make(idOf(name))), kept];
}
