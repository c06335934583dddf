import { isIPv4 } from 'node:net';
import { listFloatingIps } from './floating-ips.ts';
import { findIpAvailabilities, listNetworks, listSubnets, type Network, type Subnet } from './networks.ts';
import { listPorts, type Port } from './ports.ts';
import type { Session } from './session.ts';

/** An external network's IPv4 addresses. */
export interface AddressPool {
  id: string;
  name: string;
  /** Whose it is, and whether all projects may plug into it. */
  projectId: string;
  shared: boolean;
  /** What its allocation pools hold. */
  total: number;
  /** Ports with an address, by what they are for. */
  floatingIps: number;
  routers: number;
  others: number;
  /** Never below 0: ports may have addresses beside the pools. */
  free: number;
  /** Floating IPs by project, most first. */
  byProject: { projectId: string; count: number }[];
}

/**
 * The external networks with what takes their addresses; 4 calls, and 1 more for each further 100 networks. Without neutron's extension
 * `network-ip-availability` the total is counted from the allocation pools of the subnets.
 */
export async function listAddressPools(os: Session): Promise<AddressPool[]> {
  const networks = await listNetworks(os, { external: true });
  if (networks.length === 0) return [];
  const networkIds = networks.map(({ id }) => id);
  const [availabilities, ports, ips] = await Promise.all([
    findIpAvailabilities(os, { ipVersion: 4 }),
    listPorts(os, { networkIds }),
    listFloatingIps(os),
  ]);
  const subnets = availabilities ? [] : await listSubnets(os, { networkIds });
  return networks.map((network): AddressPool => {
    const availability = availabilities?.find((one) => one.network_id === network.id);
    const total = availability?.total_ips ?? sizeOf(subnets.filter((subnet) => subnet.network_id === network.id));
    const taken = ports.filter((port) => port.network_id === network.id && port.fixed_ips.some((ip) => isIPv4(ip.ip_address)));
    const used = availability?.used_ips ?? taken.length;
    const held = ips.filter((ip) => ip.floating_network_id === network.id);
    return { ...poolOf(network, taken), total, free: Math.max(0, total - used), byProject: byProject(held) };
  });
}

const ROUTERS: ReadonlySet<string> = new Set([
  'network:router_gateway',
  'network:ha_router_replicated_interface',
  'network:router_centralized_snat',
]);

function poolOf(
  { id, name, project_id: projectId, shared }: Network,
  ports: readonly Port[],
): Omit<AddressPool, 'total' | 'free' | 'byProject'> {
  const floatingIps = ports.filter((port) => port.device_owner === 'network:floatingip').length;
  const routers = ports.filter((port) => ROUTERS.has(port.device_owner)).length;
  return { id, name, projectId, shared, floatingIps, routers, others: ports.length - floatingIps - routers };
}

function byProject(ips: readonly { project_id: string }[]): AddressPool['byProject'] {
  const counts = new Map<string, number>();
  for (const { project_id } of ips) counts.set(project_id, (counts.get(project_id) ?? 0) + 1);
  return [...counts].map(([projectId, count]) => ({ projectId, count })).sort((a, b) => b.count - a.count);
}

function sizeOf(subnets: readonly Subnet[]): number {
  return subnets
    .filter((subnet) => subnet.ip_version === 4)
    .flatMap((subnet) => subnet.allocation_pools)
    .reduce((sum, { start, end }) => sum + numberOf(end) - numberOf(start) + 1, 0);
}

/** `10.0.0.1` → 167772161 */
function numberOf(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}
