import type { NeutronOptions } from './neutron.ts';
import { byId, listOf, own, owner, type Shown } from './neutron-lists.ts';
import { type Asked, isAdmin, type Route } from './router.ts';
import type { Port, Router } from './state-network.ts';

const CREATED = '2026-11-23T06:00:00Z';

export function portRoutes({ state, pageSize }: NeutronOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.0/ports',
      handle: (asked) => listOf(asked, byId(own(asked, state.ports)).map(shownPort), { key: 'ports', pageSize }),
    },
    {
      method: 'GET',
      path: '/v2.0/routers',
      handle(asked) {
        const shown = byId(own(asked, state.routers)).map((router) => shownRouter(router, asked));
        return listOf(asked, shown, { key: 'routers', pageSize });
      },
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

function shownRouter({ id, name, projectId, gateway }: Router, asked: Asked): Shown {
  return {
    id,
    name,
    ...owner(projectId),
    admin_state_up: true,
    status: 'ACTIVE',
    external_gateway_info: gateway && {
      network_id: gateway.networkId,
      external_fixed_ips: [{ subnet_id: gateway.subnetId, ip_address: gateway.address }],
      enable_snat: true,
    },
    description: '',
    availability_zones: ['nova'],
    availability_zone_hints: [],
    routes: [],
    flavor_id: null,
    tags: [],
    created_at: CREATED,
    updated_at: CREATED,
    revision_number: 4,
    ...(isAdmin(asked) ? { distributed: false, ha: false } : {}),
  };
}
