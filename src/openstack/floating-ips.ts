import { z } from 'zod';
import { inBatches } from './batches.ts';
import type { Session } from './session.ts';

const PortForwarding = z
  .object({
    id: z.string(),
    protocol: z.string(),
    // Ranges where neutron has `floating-ip-port-forwarding-port-ranges`, and then no single port if it is more than one.
    external_port: z.number().nullish(),
    external_port_range: z.string().nullish(),
    internal_ip_address: z.string(),
    internal_port: z.number().nullish(),
    internal_port_range: z.string().nullish(),
    internal_port_id: z.string().nullish(),
  })
  .transform(({ id, protocol, internal_ip_address, internal_port_id, ...ports }) => ({
    id,
    protocol,
    /** `2222` or `2000:2100` */
    external_ports: String(ports.external_port ?? ports.external_port_range ?? ''),
    internal_ip_address,
    internal_ports: String(ports.internal_port ?? ports.internal_port_range ?? ''),
    internal_port_id: internal_port_id ?? null,
  }));

export const FloatingIp = z
  .object({
    id: z.string(),
    floating_ip_address: z.string(),
    floating_network_id: z.string(),
    project_id: z.string(),
    /** `ACTIVE`, `DOWN`, `ERROR`: what the L3 agent says. `DOWN` does not mean unused. */
    status: z.string(),
    port_id: z.string().nullable(),
    fixed_ip_address: z.string().nullable(),
    router_id: z.string().nullable(),
    description: z.string().nullish(),
    tags: z.array(z.string()).nullish(),
    created_at: z.string().nullish(),
    updated_at: z.string().nullish(),
    revision_number: z.number().nullish(),
    dns_name: z.string().nullish(),
    dns_domain: z.string().nullish(),
    qos_policy_id: z.string().nullish(),
    port_details: z.object({ device_id: z.string(), device_owner: z.string(), network_id: z.string() }).nullish(),
    port_forwardings: z.array(PortForwarding).nullish(),
  })
  .transform(({ description, tags, created_at, updated_at, revision_number, port_details, port_forwardings, ...ip }) => ({
    ...ip,
    description: description ?? '',
    tags: tags ?? [],
    created_at: created_at ?? null,
    /**
     * In whole seconds. Neutron moves it whenever an address gets or loses its port, also when that is deleted (with its server, say), and
     * with each change of its description and tags. Null where neutron has no service plugin `timestamp`.
     */
    updated_at: updated_at ?? null,
    /** Grows with each of these. Null where neutron has no service plugin `revisions`. */
    revision_number: revision_number ?? null,
    /** Empty without one, and where neutron has no extension `dns-integration`. */
    dns_name: ip.dns_name ?? '',
    dns_domain: ip.dns_domain ?? '',
    /** Null without one, and where neutron has no extension `qos-fip`. */
    qos_policy_id: ip.qos_policy_id ?? null,
    /** What the port belongs to: a server's ID and `compute:az1`, a load balancer, … Null without port, and on old clouds. */
    device: port_details ? { id: port_details.device_id, owner: port_details.device_owner } : null,
    port_forwardings: port_forwardings ?? [],
    /**
     * Whether traffic to it goes anywhere. An address with port forwardings has no port of its own, and yet a router, which every use
     * of it needs: so this holds also where neutron is too old to show the forwardings.
     * Source: neutron/services/portforwarding/pf_plugin.py, create_floatingip_port_forwarding
     */
    in_use: ip.port_id !== null || ip.router_id !== null || (port_forwardings ?? []).length > 0,
  }));
export type FloatingIp = z.infer<typeof FloatingIp>;

export interface FloatingIpFilter {
  /** Those of these IDs that there are. */
  ids?: readonly string[] | undefined;
  projectId?: string | undefined;
  /** The external network. */
  networkId?: string | undefined;
  /** The whole address. */
  address?: string | undefined;
  /** `ACTIVE`, `DOWN`, `ERROR`. */
  status?: string | undefined;
  portId?: string | undefined;
  routerId?: string | undefined;
  /** The whole text. */
  description?: string | undefined;
  /** Those with all of these tags. */
  tags?: readonly string[] | undefined;
}

/**
 * The floating IPs of all projects, or those that the filters leave; for who is no admin those of the own project. GET /floatingips; 1
 * call, or as many as the cloud's `pagination_max_limit` makes of it, or one for each 100 IDs. Port forwardings come along where neutron has the extension
 * `expose-port-forwarding-in-fip` (Stein), else `in_use` still knows of them. Neutron cannot filter for addresses without port: an
 * empty or null `port_id` finds nothing. `bad_request` for an unknown filter.
 */
export async function listFloatingIps(os: Session, filter: FloatingIpFilter = {}): Promise<FloatingIp[]> {
  const { ids, ...others } = filter;
  return inBatches(ids, (id) => listBy(os, others, id));
}

function listBy(os: Session, filter: Omit<FloatingIpFilter, 'ids'>, id: readonly string[] | undefined): Promise<FloatingIp[]> {
  return os.list({
    service: 'network',
    path: '/floatingips',
    query: {
      id,
      project_id: filter.projectId,
      floating_network_id: filter.networkId,
      floating_ip_address: filter.address,
      status: filter.status,
      port_id: filter.portId,
      router_id: filter.routerId,
      description: filter.description,
      tags: filter.tags?.join(','),
    },
    key: 'floatingips',
    response: FloatingIp,
  });
}

const One = z.object({ floatingip: FloatingIp });

/** One floating IP. GET /floatingips/{id}. `not_found` also for somebody else's. */
export async function getFloatingIp(os: Session, id: string): Promise<FloatingIp> {
  const { floatingip } = await os.request({ service: 'network', method: 'GET', path: pathOf(id), response: One });
  return floatingip;
}

export interface NewFloatingIp {
  /** The external network. */
  networkId: string;
  projectId: string;
  /** Just this one, for which neutron's policy asks for an admin; left out: any. */
  address?: string;
  description?: string;
  /** Where neutron has the extension `qos-fip`. */
  qosPolicyId?: string;
}

/**
 * Takes an address out of an external network for a project, which pays for it with its quota. POST /floatingips; tags cannot be given along.
 * `conflict` where the address is taken, `over_quota`, `bad_request` where it is in none of the network's subnets or the network is no
 * external one, `not_found` for the network, `forbidden` for who may not choose the address. Addresses beside the allocation pools are
 * given, too. Source: neutron/db/l3_db.py, _create_floatingip
 */
export async function createFloatingIp(
  os: Session,
  { networkId, projectId, address, description, qosPolicyId }: NewFloatingIp,
): Promise<FloatingIp> {
  const { floatingip } = await os.request({
    service: 'network',
    method: 'POST',
    path: '/floatingips',
    body: {
      floatingip: {
        floating_network_id: networkId,
        project_id: projectId,
        ...(address === undefined ? {} : { floating_ip_address: address }),
        ...(description === undefined ? {} : { description }),
        ...(qosPolicyId === undefined ? {} : { qos_policy_id: qosPolicyId }),
      },
    },
    response: One,
  });
  return floatingip;
}

/**
 * Gives an address back to its network, where anybody may get it next; done when it is answered. DELETE /floatingips/{id}. Neutron also
 * deletes one that has a port: only `revision`, the `revision_number` as it was seen, keeps it from one that has changed meanwhile, which
 * is a `conflict` (412), as is one with port forwardings (409). `not_found` where it has gone.
 * Source: neutron/services/revisions/revision_plugin.py, neutron/api/api_common.py
 */
export async function deleteFloatingIp(os: Session, id: string, { revision }: { revision?: number } = {}): Promise<void> {
  await os.request({
    service: 'network',
    method: 'DELETE',
    path: pathOf(id),
    ...(revision === undefined ? {} : { headers: { 'if-match': `revision_number=${revision}` } }),
    response: z.unknown(),
  });
}

/** Nothing happens where it has the tag. PUT /floatingips/{id}/tags/{tag}; moves `updated_at`. `not_found` also for somebody else's address. */
export async function addFloatingIpTag(os: Session, id: string, tag: string): Promise<void> {
  await os.request({ service: 'network', method: 'PUT', path: tagPathOf(id, tag), response: z.unknown() });
}

/** DELETE /floatingips/{id}/tags/{tag}; moves `updated_at`. `not_found` where it has no such tag. */
export async function removeFloatingIpTag(os: Session, id: string, tag: string): Promise<void> {
  await os.request({ service: 'network', method: 'DELETE', path: tagPathOf(id, tag), response: z.unknown() });
}

function pathOf(id: string): string {
  return `/floatingips/${encodeURIComponent(id)}`;
}

function tagPathOf(id: string, tag: string): string {
  return `${pathOf(id)}/tags/${encodeURIComponent(tag)}`;
}
