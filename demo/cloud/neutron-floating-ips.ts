import type { NeutronOptions } from './neutron.ts';
import { byId, listOf, own, owner, type Shown } from './neutron-lists.ts';
import type { Route } from './router.ts';
import type { CloudState } from './state.ts';
import type { FloatingIp, Port } from './state-network.ts';

export function floatingIpRoutes({ state, pageSize }: NeutronOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.0/floatingips',
      handle(asked) {
        const ports = new Map(state.ports.map((port) => [port.id, port]));
        const shown = byId(own(asked, state.floatingIps)).map((ip) => shownFloatingIp(state, ip, ports));
        return listOf(asked, shown, { key: 'floatingips', pageSize });
      },
    },
  ];
}

function shownFloatingIp({ networkExtensions }: CloudState, ip: FloatingIp, ports: ReadonlyMap<string, Port>): Shown {
  const port = ports.get(ip.portId ?? '');
  const forwardings = ip.portForwardings.map((one) => ({
    id: one.id,
    protocol: one.protocol,
    internal_ip_address: one.internalAddress,
    internal_port_id: one.internalPortId,
    internal_port: one.internalPort,
    external_port: one.externalPort,
  }));
  return {
    id: ip.id,
    ...owner(ip.projectId),
    floating_ip_address: ip.address,
    floating_network_id: ip.networkId,
    router_id: ip.routerId,
    port_id: ip.portId,
    fixed_ip_address: ip.fixedAddress,
    status: ip.status,
    description: ip.description,
    qos_policy_id: null,
    port_details: port
      ? {
          name: '',
          network_id: port.networkId,
          mac_address: port.mac,
          admin_state_up: true,
          status: port.status,
          device_id: port.deviceId,
          device_owner: port.deviceOwner,
        }
      : null,
    ...(networkExtensions.has('expose-port-forwarding-in-fip') ? { port_forwardings: forwardings } : {}),
    tags: ip.tags,
    created_at: ip.created,
    updated_at: ip.created,
    revision_number: 2,
  };
}
