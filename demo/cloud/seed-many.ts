import { ADMIN_PROJECT, DEMO_PROJECT, hexId, uuid } from './ids.ts';
import { host, server } from './seed-compute.ts';
import { project, user } from './seed-identity.ts';
import { floatingIp, floatingIpPort, network, serverPort } from './seed-network.ts';
import { image, volume } from './seed-storage.ts';
import type { CloudState } from './state.ts';
import type { Subnet } from './state-network.ts';

/** How many more of each: `node-001`, `vm-0001`, `project-001`, `user-001`, … Servers are spread over the new hosts and projects. */
export interface Many {
  hosts?: number;
  projects?: number;
  users?: number;
  servers?: number;
  /** Every other one is a server's; up to 60,000. */
  floatingIps?: number;
  volumes?: number;
  images?: number;
}

export function withMany(state: CloudState, many: Many): void {
  const projects = numbered('project', many.projects, 3).map((name) => project(hexId(`project ${name}`), name, ''));
  const hosts = numbered('node', many.hosts, 3).map((name, n) => host(name, n % 2 === 0 ? 'az1' : 'az2', 100 + n));
  state.projects.push(...projects);
  state.hosts.push(...hosts);
  const owner = (n: number): string => projects[n % projects.length]?.id ?? DEMO_PROJECT;
  state.users.push(...numbered('user', many.users, 3).map((name, n) => user(name, [owner(n)], ['member'])));
  const servers = numbered('vm', many.servers, 4).map((name, n) =>
    server({ name, host: hosts[n % hosts.length]?.name ?? 'compute1', projectId: owner(n), minute: n % 60 }),
  );
  state.servers.push(...servers);
  state.volumes.push(...numbered('disk', many.volumes, 4).map((name, n) => volume(name, 1, owner(n), n % 60, uuid)));
  state.images.push(...numbered('image', many.images, 4).map((name, n) => image(name, owner(n), uuid)));

  const inside = network('many-net', ADMIN_PROJECT, uuid);
  const outside = { ...network('public-many', ADMIN_PROJECT, uuid), external: true };
  const ports = servers.map((one, n) => serverPort(one, inside, inSixteen('10.128', n), uuid));
  const pool = wideSubnet(outside.id, 'public-many-v4', '198.18');
  const floatingIps = Array.from({ length: many.floatingIps ?? 0 }, (_, n) => {
    const free = floatingIp(inSixteen('198.18', n), owner(n), outside.id, '', uuid);
    const port = n % 2 === 0 ? ports[n / 2] : undefined;
    if (!port) return free;
    const fixedAddress = port.fixedIps[0]?.address ?? null;
    return { ...free, portId: port.id, fixedAddress, routerId: uuid('router many'), status: 'ACTIVE' as const };
  });
  if (ports.length > 0) {
    state.networks.push(inside);
    state.subnets.push(wideSubnet(inside.id, 'many-net-v4', '10.128'));
    state.ports.push(...ports);
  }
  if (floatingIps.length > 0) {
    state.networks.push(outside);
    state.subnets.push(pool);
    state.ports.push(...floatingIps.map((ip) => floatingIpPort(ip, pool, uuid)));
    state.floatingIps.push(...floatingIps);
  }
}

function numbered(name: string, count = 0, digits: number): string[] {
  return Array.from({ length: count }, (_, n) => `${name}-${String(n + 1).padStart(digits, '0')}`);
}

/** The n-th address of a /16, from .1.0 on. */
function inSixteen(prefix: string, n: number): string {
  return `${prefix}.${1 + Math.floor(n / 256)}.${n % 256}`;
}

function wideSubnet(networkId: string, name: string, prefix: string): Subnet {
  return {
    id: uuid(`subnet ${name}`),
    name,
    networkId,
    projectId: ADMIN_PROJECT,
    cidr: `${prefix}.0.0/16`,
    ipVersion: 4,
    gatewayIp: `${prefix}.0.1`,
    dhcp: true,
    pools: [{ start: `${prefix}.1.0`, end: `${prefix}.255.255` }],
  };
}
