import { z } from 'zod';
import { inBatches } from './batches.ts';
import { unlessGone } from './gone.ts';
import type { Session } from './session.ts';

export const Network = z
  .object({
    id: z.string(),
    name: z.string(),
    project_id: z.string(),
    status: z.string(),
    admin_state_up: z.boolean(),
    shared: z.boolean(),
    'router:external': z.boolean().nullish(),
    description: z.string().nullish(),
    mtu: z.number().nullish(),
    subnets: z.array(z.string()),
    availability_zones: z.array(z.string()).nullish(),
    'provider:network_type': z.string().nullish(),
    'provider:physical_network': z.string().nullish(),
    'provider:segmentation_id': z.number().nullish(),
  })
  .transform(({ description, mtu, availability_zones, ...network }) => ({
    id: network.id,
    name: network.name,
    project_id: network.project_id,
    status: network.status,
    admin_state_up: network.admin_state_up,
    shared: network.shared,
    external: network['router:external'] ?? false,
    description: description ?? '',
    mtu: mtu ?? null,
    /** IDs. */
    subnets: network.subnets,
    availability_zones: availability_zones ?? [],
    /** `vxlan`, `vlan`, `flat`, …; the three are null for who is no admin. */
    network_type: network['provider:network_type'] ?? null,
    physical_network: network['provider:physical_network'] ?? null,
    segmentation_id: network['provider:segmentation_id'] ?? null,
  }));
export type Network = z.infer<typeof Network>;

/**
 * The networks of all projects, or those that the filters leave; for who is no admin the own, shared and external ones. GET /networks;
 * 1 call. Names are compared in any case where neutron's database does (MySQL): compare again.
 */
export async function listNetworks(
  os: Session,
  filter: { external?: boolean; projectId?: string; name?: string } = {},
): Promise<Network[]> {
  return os.list({
    service: 'network',
    path: '/networks',
    query: { 'router:external': filter.external, project_id: filter.projectId, name: filter.name },
    key: 'networks',
    response: Network,
  });
}

export const Subnet = z.object({
  id: z.string(),
  name: z.string(),
  network_id: z.string(),
  project_id: z.string(),
  cidr: z.string(),
  ip_version: z.number(),
  gateway_ip: z.string().nullable(),
  enable_dhcp: z.boolean(),
  /** Which addresses neutron gives out of it, both ends included. */
  allocation_pools: z.array(z.object({ start: z.string(), end: z.string() })),
});
export type Subnet = z.infer<typeof Subnet>;

/** The subnets of these networks, or all that the user may see. GET /subnets; 1 call for each 100 networks. */
export async function listSubnets(os: Session, filter: { networkIds?: readonly string[] } = {}): Promise<Subnet[]> {
  return inBatches(filter.networkIds, (network_id) =>
    os.list({ service: 'network', path: '/subnets', query: { network_id }, key: 'subnets', response: Subnet }),
  );
}

const Usage = { total_ips: z.number(), used_ips: z.number() };

export const IpAvailability = z.object({
  network_id: z.string(),
  network_name: z.string(),
  project_id: z.string(),
  ...Usage,
  subnet_ip_availability: z.array(
    z.object({ subnet_id: z.string(), subnet_name: z.string(), cidr: z.string(), ip_version: z.number(), ...Usage }),
  ),
});
export type IpAvailability = z.infer<typeof IpAvailability>;

/**
 * How many addresses the networks have and how many are taken, by IP version 4 or 6 where one is named. GET /network-ip-availabilities;
 * 1 call. Total is what the allocation pools hold; used counts every port's address, also of those outside the pools, so that it may be
 * more. Sums of IPv6 are larger than a number can say exactly. Undefined where neutron has not the extension `network-ip-availability`:
 * then listSubnets and listPorts tell. An empty list for who is no admin. Source: neutron/db/network_ip_availability_db.py
 */
export async function findIpAvailabilities(
  os: Session,
  filter: { networkId?: string; ipVersion?: 4 | 6 } = {},
): Promise<IpAvailability[] | undefined> {
  return unlessGone(
    os.list({
      service: 'network',
      path: '/network-ip-availabilities',
      query: { network_id: filter.networkId, ip_version: filter.ipVersion },
      key: 'network_ip_availabilities',
      response: IpAvailability,
    }),
  );
}

export const NetworkRbacPolicy = z.object({
  id: z.string(),
  /** The network's. */
  object_id: z.string(),
  action: z.string(),
  /** A project, or `*` for all of them. */
  target_tenant: z.string(),
});
export type NetworkRbacPolicy = z.infer<typeof NetworkRbacPolicy>;

/**
 * Which projects may use which networks besides their own: `access_as_external` for addresses of an external one, `access_as_shared` to
 * plug into it. GET /rbac-policies; 1 call. An external network has at least one of the former, for `*` unless somebody said otherwise.
 * Who is no admin gets the own project's alone, which says nothing of the others' networks. Source: neutron/db/external_net_db.py
 */
export async function listNetworkRbacPolicies(os: Session): Promise<NetworkRbacPolicy[]> {
  return os.list({
    service: 'network',
    path: '/rbac-policies',
    query: { object_type: 'network' },
    key: 'rbac_policies',
    response: NetworkRbacPolicy,
  });
}
