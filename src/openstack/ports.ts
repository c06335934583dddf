import { z } from 'zod';
import { inBatches } from './batches.ts';
import type { Session } from './session.ts';

export const Port = z.object({
  id: z.string(),
  network_id: z.string(),
  /** Empty for the ports of floating IPs and routers' gateways, which are neutron's own. */
  project_id: z.string(),
  status: z.string(),
  /** Of a server, a router, a floating IP: see device_owner. */
  device_id: z.string(),
  /** `compute:az1`, `network:router_gateway`, `network:floatingip`, `network:dhcp`, …; empty where nothing uses it. */
  device_owner: z.string(),
  mac_address: z.string(),
  fixed_ips: z.array(z.object({ subnet_id: z.string(), ip_address: z.string() })),
  /** The host it is bound to, and how: `ovs`, …, `binding_failed`, `unbound`. For admins. */
  'binding:host_id': z.string().nullish(),
  'binding:vif_type': z.string().nullish(),
});
export type Port = z.infer<typeof Port>;

const FIELDS = Object.keys(Port.shape);

export interface PortFilter {
  /** Any number: they are asked for 100 at a time. */
  networkIds?: readonly string[] | undefined;
  projectId?: string | undefined;
  /** One or more whole words, such as `network:router_gateway`. */
  deviceOwners?: readonly string[] | undefined;
  /** Servers' IDs, routers', …: any number, asked for 100 at a time. */
  deviceIds?: readonly string[] | undefined;
  /** A server's ID, a router's, … */
  deviceId?: string | undefined;
  /** A whole address. */
  address?: string | undefined;
  status?: string | undefined;
}

/**
 * The ports of all projects, or those that the filters leave; for who is no admin the own project's. GET /ports with just the `fields`
 * that are read here, about 400 bytes a port; 1 call, or 1 for each 100 networks or devices.
 */
export async function listPorts(os: Session, filter: PortFilter = {}): Promise<Port[]> {
  return inBatches(filter.networkIds, (network_id) =>
    inBatches(filter.deviceIds, (device_ids) =>
      os.list({
        service: 'network',
        path: '/ports',
        query: {
          fields: FIELDS,
          network_id,
          project_id: filter.projectId,
          device_owner: filter.deviceOwners,
          device_id: device_ids ?? filter.deviceId,
          fixed_ips: filter.address === undefined ? undefined : `ip_address=${filter.address}`,
          status: filter.status,
        },
        key: 'ports',
        response: Port,
      }),
    ),
  );
}
