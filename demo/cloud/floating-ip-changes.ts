import { randomUUID } from 'node:crypto';
import { fault } from './neutron-refusals.ts';
import { floatingIp, floatingIpPort } from './seed-network.ts';
import { type CloudState, limitsOf, networkUse } from './state.ts';
import type { FloatingIp, Network, Subnet } from './state-network.ts';

/* What becomes of floating IPs, as neutron/db/l3_db.py has it. Tests do the same by hand. */

/** Whatever changes moves time and revision. */
export function change(ip: FloatingIp, values: Partial<FloatingIp>): void {
  Object.assign(ip, values, { updated: wholeSeconds(Date.now()), revision: ip.revision + 1 });
}

/** `2026-11-23T06:40:00Z` */
export function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Leads it to a port's first address. */
export function attach(state: CloudState, ip: FloatingIp, portId: string): void {
  const port = state.ports.find(({ id }) => id === portId);
  if (!port) throw fault(404, 'PortNotFound', `Port ${portId} could not be found.`);
  if (ip.portForwardings.length > 0) throw inUse(ip);
  const fixed = port.fixedIps[0];
  const leg = state.ports.find((one) => one.networkId === port.networkId && one.deviceOwner === 'network:router_interface');
  const router = state.routers.find(({ id, gateway }) => id === leg?.deviceId && gateway?.networkId === ip.networkId);
  if (!router) {
    const words = `External network ${ip.networkId} is not reachable from subnet ${fixed?.subnetId}.  Therefore, cannot associate Port ${portId} with a Floating IP.`;
    throw fault(404, 'ExternalGatewayForFloatingIPNotFound', words);
  }
  if (state.floatingIps.some((other) => other !== ip && other.portId === portId && other.networkId === ip.networkId)) {
    const words = `Cannot associate floating IP ${ip.address} (${ip.id}) with port ${portId} using fixed IP ${fixed?.address}, as that fixed IP already has a floating IP on external network ${ip.networkId}.`;
    throw fault(409, 'FloatingIPPortAlreadyAssociated', words);
  }
  change(ip, { portId, fixedAddress: fixed?.address ?? null, routerId: router.id, status: 'ACTIVE' });
}

export function detach(ip: FloatingIp): void {
  change(ip, { portId: null, fixedAddress: null, routerId: null, status: 'DOWN' });
}

/** As when its server is deleted: what led to it leads nowhere. */
export function deletePort(state: CloudState, portId: string): void {
  for (const ip of state.floatingIps) if (ip.portId === portId) detach(ip);
  state.ports = state.ports.filter(({ id }) => id !== portId);
}

/** One that has a port, too. */
export function deleted(state: CloudState, ip: FloatingIp): void {
  if (ip.portForwardings.length > 0) throw inUse(ip);
  state.floatingIps = state.floatingIps.filter((other) => other !== ip);
  state.ports = state.ports.filter(({ deviceId }) => deviceId !== ip.id);
}

function inUse({ id }: FloatingIp): Error {
  return fault(409, 'FipInUseByPortForwarding', `Floating IP ${id} in use by Port Forwarding resources.`);
}

export interface AskedAddress {
  networkId: string;
  projectId: string;
  address?: string;
  description: string;
  qosPolicyId: string | null;
}

export function allocate(
  state: CloudState,
  { networkId, projectId, address, description, qosPolicyId }: AskedAddress,
): FloatingIp {
  const limit = limitsOf(state.quotas.network, projectId).floatingip ?? -1;
  if (limit >= 0 && (networkUse(state, projectId).floatingip ?? 0) >= limit) {
    throw fault(409, 'OverQuota', "Quota exceeded for resources: ['floatingip'].");
  }
  const network = state.networks.find(({ id }) => id === networkId);
  if (!network) throw fault(404, 'NetworkNotFound', `Network ${networkId} could not be found.`);
  if (!network.external) {
    throw fault(400, 'BadRequest', `Bad floatingip request: Network ${networkId} is not a valid external network.`);
  }
  const { subnet, address: found } = address === undefined ? freeAddress(state, network) : thatOf(state, network, address);
  const ip = {
    ...floatingIp(found, projectId, networkId, description, () => randomUUID()),
    created: wholeSeconds(Date.now()),
    updated: wholeSeconds(Date.now()),
    qosPolicyId,
  };
  state.floatingIps.push(ip);
  state.ports.push(floatingIpPort(ip, subnet, () => randomUUID()));
  return ip;
}

/** Also one beside the allocation pools. */
function thatOf(state: CloudState, { id }: Network, address: string): { subnet: Subnet; address: string } {
  const subnet = state.subnets.find(({ networkId, cidr }) => networkId === id && isIn(cidr, address));
  if (!subnet) {
    const words = `IP address ${address} is not a valid IP for any of the subnets on the specified network.`;
    throw fault(400, 'InvalidIpForNetwork', words);
  }
  if (taken(state, subnet).has(address)) {
    throw fault(409, 'IpAddressAlreadyAllocated', `IP address ${address} already allocated in subnet ${subnet.id}`);
  }
  return { subnet, address };
}

/** The first one of its pools that no port has. */
export function freeAddress(state: CloudState, { id }: Network): { subnet: Subnet; address: string } {
  for (const subnet of state.subnets.filter(({ networkId, ipVersion }) => networkId === id && ipVersion === 4)) {
    const held = taken(state, subnet);
    for (const { start, end } of subnet.pools) {
      for (let number = numberOf(start); number <= numberOf(end); number += 1) {
        const address = addressOf(number);
        if (!held.has(address)) return { subnet, address };
      }
    }
  }
  throw fault(409, 'IpAddressGenerationFailure', `No more IP addresses available on network ${id}.`);
}

function taken({ ports }: CloudState, { id }: Subnet): ReadonlySet<string> {
  return new Set(ports.flatMap(({ fixedIps }) => fixedIps.filter(({ subnetId }) => subnetId === id).map((one) => one.address)));
}

function isIn(cidr: string, address: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(base) / size) === Math.floor(numberOf(address) / size);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
