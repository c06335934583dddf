import type { NeutronOptions } from './neutron.ts';
import { byId, listOf, own, owner, type Shown } from './neutron-lists.ts';
import { isAdmin, type Route } from './router.ts';
import type { CloudState } from './state.ts';
import type { Port } from './state-network.ts';

const CREATED = '2026-11-23T06:00:00Z';

export function portRoutes({ state, pageSize }: NeutronOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.0/ports',
      handle: (asked) =>
        listOf(
          asked,
          byId(own(asked, state.ports)).map((port) => ({
            ...shownPort(port),
            ...(isAdmin(asked) ? bindingOf(port, state) : {}),
          })),
          { key: 'ports', pageSize },
        ),
    },
  ];
}

function shownPort({ id, networkId, projectId, deviceId, deviceOwner, mac, status, fixedIps }: Port): Shown {
  return {
    id,
    name: '',
    network_id: networkId,
    ...owner(projectId),
    mac_address: mac,
    admin_state_up: true,
    status,
    device_id: deviceId,
    device_owner: deviceOwner,
    fixed_ips: fixedIps.map(({ subnetId, address }) => ({ subnet_id: subnetId, ip_address: address })),
    security_groups: [],
    description: '',
    tags: [],
    created_at: CREATED,
    updated_at: CREATED,
    revision_number: 2,
  };
}

/** A server's port is on its host; of others only that they are bound. */
function bindingOf({ deviceId, vifType }: Port, { servers }: CloudState): Record<string, string> {
  const host = servers.find(({ id }) => id === deviceId)?.host ?? '';
  return { 'binding:host_id': host, 'binding:vif_type': vifType ?? (host === '' ? 'unbound' : 'ovs') };
}
