import { type AskedAddress, allocate, attach, change, deleted, detach } from './floating-ip-changes.ts';
import type { NeutronOptions } from './neutron.ts';
import { byId, listOf, own, owner, type Shown } from './neutron-lists.ts';
import { demand, fault } from './neutron-refusals.ts';
import { type Answer, type Asked, isAdmin, isRecord, type Route } from './router.ts';
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
    {
      method: 'POST',
      path: '/v2.0/floatingips',
      handle: (asked) => one(state, allocate(state, wanted(asked)), 201),
    },
    {
      method: 'GET',
      path: '/v2.0/floatingips/:id',
      handle: (asked) => one(state, find(state, asked)),
    },
    {
      method: 'PUT',
      path: '/v2.0/floatingips/:id',
      handle(asked) {
        const ip = find(state, asked);
        const { port_id: portId, description } = bodyOf(asked);
        if (portId === null) detach(ip);
        if (typeof portId === 'string') attach(state, ip, portId);
        if (typeof description === 'string') change(ip, { description });
        return one(state, ip);
      },
    },
    {
      method: 'DELETE',
      path: '/v2.0/floatingips/:id',
      handle(asked) {
        const ip = find(state, asked);
        mustMatch(ip, asked);
        deleted(state, ip);
        return { status: 204 };
      },
    },
    ...tagRoutes(state),
  ];
}

function tagRoutes(state: CloudState): Route[] {
  const path = '/v2.0/floatingips/:id/tags/:tag';
  const tagged = (asked: Asked): { ip: FloatingIp; tag: string } => {
    const { id = '', tag = '' } = asked.params;
    const ip = own(asked, state.floatingIps).find((each) => each.id === id);
    if (!ip) throw fault(404, 'TagResourceNotFound', `Resource floatingips ${id} could not be found.`);
    return { ip, tag };
  };
  return [
    {
      method: 'PUT',
      path,
      handle(asked) {
        const { ip, tag } = tagged(asked);
        if (!ip.tags.includes(tag)) change(ip, { tags: [...ip.tags, tag] });
        return { status: 201, body: null };
      },
    },
    {
      method: 'DELETE',
      path,
      handle(asked) {
        const { ip, tag } = tagged(asked);
        if (!ip.tags.includes(tag)) throw fault(404, 'TagNotFound', `Tag ${tag} could not be found.`);
        change(ip, { tags: ip.tags.filter((each) => each !== tag) });
        return { status: 204 };
      },
    },
  ];
}

function find({ floatingIps }: CloudState, asked: Asked): FloatingIp {
  const id = asked.params.id ?? '';
  const ip = own(asked, floatingIps).find((each) => each.id === id);
  if (!ip) throw fault(404, 'FloatingIPNotFound', `Floating IP ${id} could not be found`);
  return ip;
}

function one(state: CloudState, ip: FloatingIp, status = 200): Answer {
  const ports = new Map(state.ports.map((port) => [port.id, port]));
  return { status, body: { floatingip: shownFloatingIp(state, ip, ports) } };
}

/** neutron/api/api_common.py, check_request_for_revision_constraint */
function mustMatch({ revision }: FloatingIp, { headers }: Asked): void {
  const wanted = /revision_number=(\d+)/.exec(headers['if-match'] ?? '')?.[1];
  if (wanted === undefined || Number(wanted) === revision) return;
  throw fault(412, 'RevisionNumberConstraintFailed', `Constrained to ${wanted}, but current revision is ${revision}`);
}

function bodyOf({ body }: Asked): Record<string, unknown> {
  return isRecord(body) && isRecord(body.floatingip) ? body.floatingip : {};
}

function wanted(asked: Asked): AskedAddress {
  const { floating_network_id: networkId, project_id: projectId, floating_ip_address: address, ...more } = bodyOf(asked);
  const { description, qos_policy_id: qosPolicyId } = more;
  if (typeof address === 'string') {
    if (!/^\d+(\.\d+){3}$/.test(address)) {
      const reason = `'${address}' is not a valid IP address.`;
      throw fault(400, 'HTTPBadRequest', `Invalid input for floating_ip_address. Reason: ${reason}`);
    }
    const rule = '(rule:create_floatingip and rule:create_floatingip:floating_ip_address)';
    if (!isAdmin(asked)) throw fault(403, 'PolicyNotAuthorized', `${rule} is disallowed by policy`);
  }
  const theirs = asked.caller.projectId ?? '';
  demand(isAdmin(asked) || projectId === undefined || projectId === theirs, 'create_floatingip');
  return {
    networkId: String(networkId),
    projectId: typeof projectId === 'string' ? projectId : theirs,
    ...(typeof address === 'string' ? { address } : {}),
    description: typeof description === 'string' ? description : '',
    qosPolicyId: typeof qosPolicyId === 'string' ? qosPolicyId : null,
  };
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
    qos_policy_id: ip.qosPolicyId,
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
    updated_at: ip.updated,
    revision_number: ip.revision,
    ...(networkExtensions.has('dns-integration') ? { dns_name: ip.dnsName, dns_domain: '' } : {}),
  };
}
