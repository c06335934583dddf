import { isSilent, lastHeard } from './heartbeats.ts';
import { uuid } from './ids.ts';
import type { NeutronOptions } from './neutron.ts';
import { byId, listOf, own, owner, type Shown } from './neutron-lists.ts';
import { fault } from './neutron-refusals.ts';
import { type Asked, isAdmin, page, type Route } from './router.ts';
import type { CloudState } from './state.ts';
import type { Network, Subnet } from './state-network.ts';

const CREATED = '2026-11-23T06:00:00Z';

/** Networks, subnets and how full they are. */
export function networkRoutes({ state, pageSize }: NeutronOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.0/networks',
      handle(asked) {
        const seen = state.networks.filter(
          (network) =>
            isAdmin(asked) || network.shared || isExternalFor(network, asked) || network.projectId === asked.caller.projectId,
        );
        const shown = byId(seen).map((network) => shownNetwork(state, network, asked));
        return listOf(asked, shown, { key: 'networks', pageSize });
      },
    },
    {
      method: 'GET',
      path: '/v2.0/subnets',
      handle(asked) {
        const shared = new Set(state.networks.filter((network) => network.shared).map(({ id }) => id));
        const seen = state.subnets.filter(
          ({ projectId, networkId }) => isAdmin(asked) || shared.has(networkId) || projectId === asked.caller.projectId,
        );
        return listOf(asked, byId(seen).map(shownSubnet), { key: 'subnets', pageSize });
      },
    },
    {
      method: 'GET',
      path: '/v2.0/network-ip-availabilities',
      handle(asked) {
        if (!state.networkExtensions.has('network-ip-availability')) {
          throw fault(404, 'HTTPNotFound', 'The resource could not be found.');
        }
        const version = asked.query.get('ip_version');
        const wanted = asked.query.getAll('network_id');
        const used = usedOf(state);
        const shown = (isAdmin(asked) ? byId(state.networks) : [])
          .filter(({ id }) => wanted.length === 0 || wanted.includes(id))
          .map((network) => shownAvailability(state, network, { version, used }))
          .filter(({ subnet_ip_availability }) => version === null || subnet_ip_availability.length > 0);
        return page(
          asked,
          shown.map((availability) => ({ id: availability.network_id, availability })),
          {
            key: 'network_ip_availabilities',
            linksKey: 'network_ip_availabilities_links',
            pageSize,
            show: ({ availability }) => availability,
          },
        );
      },
    },
    {
      method: 'GET',
      path: '/v2.0/rbac-policies',
      handle(asked) {
        return listOf(asked, own(asked, state.networks.flatMap(rbacPolicies)).map(shownPolicy), {
          key: 'rbac_policies',
          pageSize,
        });
      },
    },
    {
      method: 'GET',
      path: '/v2.0/agents',
      handle(asked) {
        const agents = isAdmin(asked) ? state.agents : [];
        const shown = agents.map((agent) => ({
          id: agent.id,
          agent_type: agent.agentType,
          binary: agent.binary,
          topic: 'N/A',
          host: agent.host,
          admin_state_up: agent.adminStateUp,
          alive: agent.alive && !isSilent(agent),
          heartbeat_timestamp: lastHeard(agent).replace('T', ' ').slice(0, 19),
          description: null,
          configurations: {},
        }));
        return listOf(asked, shown, { key: 'agents', pageSize });
      },
    },
  ];
}

function isExternalFor({ external, externalFor }: Network, { caller }: Asked): boolean {
  return external && (externalFor?.includes(caller.projectId ?? '') ?? true);
}

interface Policy {
  id: string;
  networkId: string;
  projectId: string;
  action: 'access_as_external' | 'access_as_shared';
  target: string;
}

/** Neutron makes them for who says `external` or `shared`. */
function rbacPolicies({ id: networkId, projectId, external, externalFor = ['*'], shared }: Network): Policy[] {
  const policy = (action: Policy['action'], target: string): Policy => {
    return { id: uuid(`${networkId} ${action} ${target}`), networkId, projectId, action, target };
  };
  return [
    ...(external ? externalFor.map((target) => policy('access_as_external', target)) : []),
    ...(shared ? [policy('access_as_shared', '*')] : []),
  ];
}

function shownPolicy({ id, networkId, projectId, action, target }: Policy): Shown {
  return { id, ...owner(projectId), object_type: 'network', object_id: networkId, action, target_tenant: target };
}

function shownNetwork({ subnets }: CloudState, network: Network, asked: Asked): Shown {
  const forAdmins = {
    'provider:network_type': network.type,
    'provider:physical_network': network.physicalNetwork,
    'provider:segmentation_id': network.segmentationId,
  };
  return {
    id: network.id,
    name: network.name,
    ...owner(network.projectId),
    admin_state_up: true,
    mtu: network.mtu,
    status: 'ACTIVE',
    subnets: subnets.filter(({ networkId }) => networkId === network.id).map(({ id }) => id),
    shared: network.shared,
    availability_zone_hints: [],
    availability_zones: ['nova'],
    'router:external': network.external,
    description: network.description,
    port_security_enabled: true,
    tags: [],
    created_at: CREATED,
    updated_at: CREATED,
    revision_number: 2,
    ...(isAdmin(asked) ? forAdmins : {}),
  };
}

function shownSubnet(subnet: Subnet): Shown {
  return {
    id: subnet.id,
    name: subnet.name,
    ...owner(subnet.projectId),
    network_id: subnet.networkId,
    ip_version: subnet.ipVersion,
    enable_dhcp: subnet.dhcp,
    gateway_ip: subnet.gatewayIp,
    cidr: subnet.cidr,
    allocation_pools: subnet.pools,
    dns_nameservers: [],
    host_routes: [],
    description: '',
    tags: [],
    created_at: CREATED,
    updated_at: CREATED,
    revision_number: 0,
  };
}

interface Availability {
  network_id: string;
  subnet_ip_availability: object[];
}

/** Subnet ID → how many of its addresses ports have. */
function usedOf({ ports }: CloudState): Map<string, number> {
  const used = new Map<string, number>();
  for (const { fixedIps } of ports) for (const { subnetId } of fixedIps) used.set(subnetId, (used.get(subnetId) ?? 0) + 1);
  return used;
}

interface Counted {
  version: string | null;
  used: ReadonlyMap<string, number>;
}

/** neutron/db/network_ip_availability_db.py */
function shownAvailability({ subnets }: CloudState, network: Network, { version, used }: Counted): Availability {
  const mine = subnets.filter(
    ({ networkId, ipVersion }) => networkId === network.id && (version === null || String(ipVersion) === version),
  );
  const counted = mine.map((subnet) => ({
    subnet_id: subnet.id,
    ip_version: subnet.ipVersion,
    cidr: subnet.cidr,
    subnet_name: subnet.name,
    used_ips: used.get(subnet.id) ?? 0,
    total_ips: subnet.pools.reduce((sum, pool) => sum + numberOf(pool.end) - numberOf(pool.start) + 1, 0),
  }));
  const sum = (key: 'used_ips' | 'total_ips'): number => counted.reduce((all, subnet) => all + subnet[key], 0);
  return {
    ...{ network_id: network.id, network_name: network.name, ...owner(network.projectId) },
    subnet_ip_availability: counted,
    ...{ used_ips: sum('used_ips'), total_ips: sum('total_ips') },
  };
}

/** Of an IPv4 address. */
function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
