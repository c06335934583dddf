import { createHash } from 'node:crypto';
import { consoleOutput } from './consoles.ts';
import type { NovaOptions } from './nova.ts';
import { createServers } from './nova-create.ts';
import { migrateLive } from './nova-live-migrations.ts';
import { evacuate } from './nova-migrations.ts';
import { confirmResize, migrate, resize, revertResize } from './nova-moves.ts';
import { deleteServer, reboot, start, stop } from './nova-power.ts';
import { atLeast, badRequest, demand, lostMarker } from './nova-refusals.ts';
import { wantedServers } from './nova-server-filters.ts';
import { partsOf, type ServerParts, visibleServer } from './nova-server-parts.ts';
import { isDown } from './nova-services.ts';
import { lookedAt } from './nova-tasks.ts';
import { type Answer, type Asked, fault, isAdmin, isRecord, page, type Route } from './router.ts';
import type { CloudState } from './state.ts';
import type { Server } from './state-compute.ts';

export function serverRoutes(options: NovaOptions): Route[] {
  const { state, pageSize } = options;

  const serverOf = (asked: Asked): Server => visibleServer(state, asked);

  function list(asked: Asked, kind: 'detail' | 'index', show: (server: Server, parts: ServerParts) => unknown): Answer {
    demand(asked.query.get('all_tenants') !== '1' || isAdmin(asked), `servers:${kind}:get_all_tenants`);
    const parts = partsOf(state);
    const seen: Server[] = [];
    const answer = page(asked, wantedServers(state, asked, parts), {
      key: 'servers',
      linksKey: 'servers_links',
      pageSize,
      show(server) {
        if (kind === 'detail' && server.task) seen.push(server);
        return show(server, parts);
      },
      lost: lostMarker,
    });
    for (const server of seen) lookedAt(state, server);
    return answer;
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
        const server = serverOf(asked);
        const shown = shownServer(server, asked, partsOf(state));
        lookedAt(state, server);
        return {
          status: 200,
          body: { server: { ...shown, ...(atLeast(asked, '2.71') ? { server_groups: groupsOf(state, asked) } : {}) } },
        };
      },
    },
    {
      method: 'GET',
      path: '/v2.1/servers/:id/os-instance-actions',
      handle: (asked) => ({ status: 200, body: { instanceActions: shownActions(serverOf(asked), asked) } }),
    },
    { method: 'POST', path: '/v2.1/servers', handle: (asked) => createServers(state, asked) },
    { method: 'DELETE', path: '/v2.1/servers/:id', handle: (asked) => deleteServer(state, serverOf(asked), asked) },
    { method: 'POST', path: '/v2.1/servers/:id/action', handle: (asked) => act(state, serverOf(asked), asked) },
  ];
}

type Action = (state: CloudState, server: Server, asked: Asked) => Answer;

const ACTIONS: Record<string, Action> = {
  'os-getConsoleOutput': consoleLog,
  evacuate,
  'os-start': (_, server, asked) => start(server, asked),
  'os-stop': (_, server, asked) => stop(server, asked),
  reboot: (_, server, asked) => reboot(server, asked),
  resize,
  migrate,
  confirmResize,
  revertResize,
  'os-migrateLive': migrateLive,
};

function act(state: CloudState, server: Server, asked: Asked): Answer {
  const [name = ''] = Object.keys(isRecord(asked.body) ? asked.body : {});
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action) throw badRequest(`There is no such action: ${name}`);
  return action(state, server, asked);
}

function groupsOf({ serverGroups }: CloudState, { params }: Asked): string[] {
  return serverGroups.filter(({ members }) => members.includes(params.id ?? '')).map(({ id }) => id);
}

function consoleLog({ consoles }: CloudState, server: Server, { body }: Asked): Answer {
  const given = isRecord(body) ? body['os-getConsoleOutput'] : undefined;
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
    'OS-SRV-USG:launched_at':
      server.host === null || server.vmState === 'building' ? null : server.created.replace('Z', '.000000'),
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
