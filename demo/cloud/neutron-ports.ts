import { randomUUID } from 'node:crypto';
import { deletePort, freeAddress } from './floating-ip-changes.ts';
import type { NeutronOptions } from './neutron.ts';
import { byId, listOf, own, owner, type Shown } from './neutron-lists.ts';
import { fault } from './neutron-refusals.ts';
import { isAdmin, isRecord, type Route } from './router.ts';
import type { Port } from './state-network.ts';

const CREATED = '2026-11-23T06:00:00Z';

export function portRoutes({ state, pageSize }: NeutronOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.0/ports',
      handle(asked) {
        const hosts = new Map(state.servers.map(({ id, host }) => [id, host]));
        const shown = byId(own(asked, state.ports)).map((port) => ({
          ...shownPort(port),
          ...(isAdmin(asked) ? bindingOf(port, hosts.get(port.deviceId) ?? '') : {}),
        }));
        return listOf(asked, shown, { key: 'ports', pageSize });
      },
    },
    {
      method: 'POST',
      path: '/v2.0/ports',
      handle(asked) {
        const { network_id: networkId, project_id: projectId } =
          isRecord(asked.body) && isRecord(asked.body.port) ? asked.body.port : {};
        const network = state.networks.find(({ id }) => id === networkId);
        if (!network) throw fault(404, 'NetworkNotFound', `Network ${networkId} could not be found.`);
        const { subnet, address } = freeAddress(state, network);
        const port: Port = {
          id: randomUUID(),
          networkId: network.id,
          projectId: typeof projectId === 'string' ? projectId : (asked.caller.projectId ?? ''),
          deviceId: '',
          deviceOwner: '',
          mac: 'fa:16:3e:00:00:01',
          status: 'DOWN',
          fixedIps: [{ subnetId: subnet.id, address }],
        };
        state.ports.push(port);
        return { status: 201, body: { port: shownPort(port) } };
      },
    },
    {
      method: 'DELETE',
      path: '/v2.0/ports/:id',
      handle(asked) {
        const port = own(asked, state.ports).find(({ id }) => id === asked.params.id);
        if (!port) throw fault(404, 'PortNotFound', `Port ${asked.params.id} could not be found.`);
        deletePort(state, port.id);
        return { status: 204 };
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

/** A server's port is on its host; of others only that they are bound. */
function bindingOf({ vifType }: Port, host: string): Record<string, string> {
  return { 'binding:host_id': host, 'binding:vif_type': vifType ?? (host === '' ? 'unbound' : 'ovs') };
}
