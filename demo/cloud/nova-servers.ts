import { createHash } from 'node:crypto';
import { consoleOutput } from './consoles.ts';
import type { NovaOptions } from './nova.ts';
import { evacuate, stamp } from './nova-migrations.ts';
import { atLeast, badRequest, demand, lostMarker, notFound } from './nova-refusals.ts';
import { wantedServers } from './nova-server-filters.ts';
import { partsOf, type ServerParts } from './nova-server-parts.ts';
import { isDown } from './nova-services.ts';
import { type Answer, type Asked, fault, isAdmin, isRecord, page, type Route } from './router.ts';
import type { CloudState } from './state.ts';
import type { Server } from './state-compute.ts';

export function serverRoutes(options: NovaOptions): Route[] {
  const { state, pageSize } = options;

  function serverOf(asked: Asked): Server {
    const id = asked.params.id ?? '';
    const server = state.servers.find((one) => one.id === id);
    const visible = server && (isAdmin(asked) || server.projectId === asked.caller.projectId);
    if (!visible) throw notFound(`Instance ${id} could not be found.`);
    return server;
  }

  function list(asked: Asked, kind: 'detail' | 'index', show: (server: Server, parts: ServerParts) => unknown): Answer {
    demand(asked.query.get('all_tenants') !== '1' || isAdmin(asked), `servers:${kind}:get_all_tenants`);
    const parts = partsOf(state);
    return page(asked, wantedServers(state, asked, parts), {
      key: 'servers',
      linksKey: 'servers_links',
      pageSize,
      show: (server) => show(server, parts),
      lost: lostMarker,
    });
  }

  return [
    {
      method: 'GET',
      path: '/v2.1/servers',
      handle: (asked) => list(asked, 'index', ({ id, name }) => ({ id, name, links: linksOf(id, asked) })),
    },
    {
      method: 'GET',
      path: '/v2.1/servers/detail',
      handle: (asked) => list(asked, 'detail', (server, parts) => shownServer(server, asked, parts)),
    },
    {
      method: 'GET',
      path: '/v2.1/servers/:id',
      handle(asked) {
        const server = shownServer(serverOf(asked), asked, partsOf(state));
        return {
          status: 200,
          body: { server: { ...server, ...(atLeast(asked, '2.71') ? { server_groups: groupsOf(state, asked) } : {}) } },
        };
      },
    },
    {
      method: 'GET',
      path: '/v2.1/servers/:id/os-instance-actions',
      handle: (asked) => ({ status: 200, body: { instanceActions: shownActions(serverOf(asked), asked) } }),
    },
    { method: 'POST', path: '/v2.1/servers/:id/action', handle: (asked) => act(state, serverOf(asked), asked) },
  ];
}

function act(state: CloudState, server: Server, asked: Asked): Answer {
  const [action = '', given] = Object.entries(isRecord(asked.body) ? asked.body : {})[0] ?? [];
  if (action === 'os-getConsoleOutput') return consoleLog(state, server, given);
  if (action === 'evacuate') return evacuate(state, server, asked);
  if (action === 'os-start') return start(server);
  throw badRequest(`There is no such action: ${action}`);
}

function start(server: Server): Answer {
  const why = server.taskState !== null ? `task_state ${server.taskState}` : `vm_state ${server.vmState}`;
  if (server.taskState !== null || server.vmState !== 'stopped')
    throw fault(409, 'conflictingRequest', `Cannot 'start' instance ${server.id} while it is in ${why}`);
  Object.assign(server, { status: 'ACTIVE', vmState: 'active', updated: stamp() });
  return { status: 202 };
}

function groupsOf({ serverGroups }: CloudState, { params }: Asked): string[] {
  return serverGroups.filter(({ members }) => members.includes(params.id ?? '')).map(({ id }) => id);
}

function consoleLog({ consoles }: CloudState, server: Server, given: unknown): Answer {
  const length = isRecord(given) ? given.length : undefined;
  if (length !== undefined && length !== null && !/^-?[0-9]+$/.test(String(length))) {
    throw badRequest(`Invalid input for field/attribute length. Value: ${length}. '${length}' does not match '^-?[0-9]+$'`);
  }
  if (server.host === null) throw fault(409, 'conflictingRequest', `Instance ${server.id} is not ready`);
  const log = consoles.get(server.id) ?? '';
  const output = consoleOutput(log, length === undefined || length === null ? undefined : Number(length));
  return { status: 200, body: { output } };
}

function shownActions({ id, projectId, actions }: Server, asked: Asked): object[] {
  const limit = asked.query.get('limit');
  const hasPages = atLeast(asked, '2.58');
  if (hasPages && limit !== null && !/^[0-9]*$/.test(limit)) {
    throw badRequest(`Invalid input for query parameters limit. Value: ${limit}. '${limit}' does not match '^[0-9]*$'`);
  }
  return actions
    .toReversed()
    .slice(0, hasPages && limit !== null ? Number(limit) : undefined)
    .map(({ action, requestId, userId, started, updated, message }) => ({
      action,
      instance_uuid: id,
      request_id: requestId,
      user_id: userId,
      project_id: projectId,
      start_time: started,
      message,
      ...(hasPages ? { updated_at: updated } : {}),
    }));
}

function shownServer(server: Server, asked: Asked, { hosts, ports, volumes, addresses }: ServerParts): Record<string, unknown> {
  const host = hosts.get(server.host ?? '');
  const attached = (volumes.get(server.id) ?? []).map(({ id, deletedWithServer }) => ({
    id,
    ...(atLeast(asked, '2.3') ? { delete_on_termination: deletedWithServer } : {}),
  }));
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    tenant_id: server.projectId,
    user_id: server.userId,
    metadata: server.metadata,
    hostId: server.host === null ? '' : hashOf(server.projectId + server.host),
    image: server.imageId === null ? '' : { id: server.imageId, links: [] },
    flavor: atLeast(asked, '2.47') ? embeddedFlavor(server) : { id: server.flavor.id, links: [] },
    created: server.created,
    updated: server.updated,
    addresses: addresses(ports.get(server.id) ?? []),
    accessIPv4: '',
    accessIPv6: '',
    links: linksOf(server.id, asked),
    'OS-EXT-AZ:availability_zone': host?.zone ?? '',
    config_drive: '',
    key_name: server.keyName,
    'OS-SRV-USG:launched_at': server.host === null ? null : server.created.replace('Z', '.000000'),
    ...(server.securityGroups.length === 0 ? {} : { security_groups: server.securityGroups.map((name) => ({ name })) }),
    'OS-EXT-STS:task_state': server.taskState,
    'OS-EXT-STS:vm_state': server.vmState,
    'OS-EXT-STS:power_state': server.host === null ? 0 : server.vmState === 'active' ? 1 : 4,
    'os-extended-volumes:volumes_attached': attached,
    ...(server.status === 'ERROR' && server.fault ? { fault: { code: 500, ...server.fault } } : {}),
    ...(atLeast(asked, '2.9') ? { locked: server.locked } : {}),
    ...(atLeast(asked, '2.19') ? { description: server.description } : {}),
    ...(atLeast(asked, '2.26') ? { tags: server.tags } : {}),
    ...(atLeast(asked, '2.73') ? { locked_reason: server.lockedReason } : {}),
    ...(isAdmin(asked) ? forAdmins(server, asked, !host ? '' : isDown(host) ? 'DOWN' : 'UP') : {}),
  };
}

function forAdmins({ id, host }: Server, asked: Asked, hostStatus: string): object {
  return {
    'OS-EXT-SRV-ATTR:host': host,
    'OS-EXT-SRV-ATTR:instance_name': `instance-${id.slice(0, 8)}`,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': host,
    ...(atLeast(asked, '2.16') ? { host_status: hostStatus } : {}),
  };
}

function embeddedFlavor({ flavor }: Server): object {
  const { name, vcpus, ramMiB, diskGiB, ephemeralGiB = 0, swapMiB = 0, extraSpecs } = flavor;
  return {
    vcpus,
    ram: ramMiB,
    disk: diskGiB,
    ephemeral: ephemeralGiB,
    swap: swapMiB,
    original_name: name,
    extra_specs: extraSpecs,
  };
}

function linksOf(id: string, { base }: Asked): object[] {
  return [{ rel: 'self', href: `${base}/v2.1/servers/${id}` }];
}

function hashOf(text: string): string {
  return createHash('sha224').update(text).digest('hex');
}
