import { z } from 'zod';
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
    port_details: z.object({ device_id: z.string(), device_owner: z.string(), network_id: z.string() }).nullish(),
    port_forwardings: z.array(PortForwarding).nullish(),
  })
  .transform(({ description, tags, created_at, updated_at, port_details, port_forwardings, ...ip }) => ({
    ...ip,
    description: description ?? '',
    tags: tags ?? [],
    created_at: created_at ?? null,
    updated_at: updated_at ?? null,
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
 * call, or as many as the cloud's `pagination_max_limit` makes of it. Port forwardings come along where neutron has the extension
 * `expose-port-forwarding-in-fip` (Stein), else `in_use` still knows of them. Neutron cannot filter for addresses without port: an
 * empty or null `port_id` finds nothing. `bad_request` for an unknown filter.
 */
export async function listFloatingIps(os: Session, filter: FloatingIpFilter = {}): Promise<FloatingIp[]> {
  return os.list({
    service: 'network',
    path: '/floatingips',
    query: {
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
