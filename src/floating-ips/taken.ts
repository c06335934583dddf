import { type FloatingIp, listFloatingIps } from '../openstack/floating-ips.ts';
import { listNetworks } from '../openstack/networks.ts';
import { listPorts, type Port } from '../openstack/ports.ts';
import type { Session } from '../openstack/session.ts';
import { code } from '../reply.ts';
import type { ApprovedAddress } from './approved.ts';

export interface Sorted {
  free: ApprovedAddress[];
  /** Why one cannot be asked for, in words. */
  not: { address: ApprovedAddress; because: string }[];
}

/** Which deleted addresses can be asked for again, as far as a look tells; 2 calls, and 1 for each network. Their subnets may refuse others. */
export async function sortByTaken(os: Session, addresses: readonly ApprovedAddress[]): Promise<Sorted> {
  const networkIds = [...new Set(addresses.map(({ network }) => network.id))];
  const [networks, ports, lists] = await Promise.all([
    listNetworks(os, { external: true }),
    listPorts(os, { networkIds }),
    Promise.all(networkIds.map((networkId) => listFloatingIps(os, { networkId }))),
  ]);
  const external = new Set(networks.map(({ id }) => id));
  const ips = lists.flat();
  const sorted = addresses.map((address) => ({ address, because: whyTaken(address, { external, ips, ports }) }));
  return {
    free: sorted.flatMap(({ address, because }) => (because === undefined ? [address] : [])),
    not: sorted.flatMap(({ address, because }) => (because === undefined ? [] : [{ address, because }])),
  };
}

function whyTaken(
  { id, address, network, project }: ApprovedAddress,
  { external, ips, ports }: { external: ReadonlySet<string>; ips: readonly FloatingIp[]; ports: readonly Port[] },
): string | undefined {
  if (!external.has(network.id)) return `network ${code(network.name)} is gone, or no longer an external one`;
  const holder = ips.find((ip) => ip.floating_network_id === network.id && ip.floating_ip_address === address);
  if (holder) {
    if (holder.id === id) return 'it was not deleted';
    return holder.project_id === project.id ? 'its project has it again' : 'another project has it by now';
  }
  const port = ports.find((one) => one.network_id === network.id && one.fixed_ips.some((ip) => ip.ip_address === address));
  return port ? `a port has it by now (${code(port.device_owner || 'unused')})` : undefined;
}
