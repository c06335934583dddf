import { compareVersions } from '../../src/openstack/microversions.ts';
import { consoleOutput } from './consoles.ts';
import { controllers, shownHypervisor, shownServer, shownService, versions } from './nova-shapes.ts';
import {
  type Answer,
  type Asked,
  fault,
  isAdmin,
  isRecord,
  NO_ROUTE,
  page,
  type Refusal,
  type ServiceApi,
  unauthorized,
} from './router.ts';
import { type CloudState, computeUse, type Limits, limitsOf, type Server, setLimits } from './state.ts';

export interface NovaOptions {
  state: CloudState;
  min: string;
  max: string;
  pageSize: number | undefined;
  keystoneUrl(): string;
}

/** Until 2.35 and 2.56; nova knows them still, and counts nothing of the former. */
const GONE_QUOTAS: Limits = {
  fixed_ips: -1,
  floating_ips: -1,
  injected_file_content_bytes: 10240,
  injected_file_path_bytes: 255,
  injected_files: 5,
  security_group_rules: -1,
  security_groups: -1,
};

export function nova({ state, min, max, pageSize, keystoneUrl }: NovaOptions): ServiceApi {
  const quotas = state.quotas.compute;

  function knownProject(id: string): void {
    if (!state.projects.some((project) => project.id === id))
      throw fault(400, 'badRequest', `Project ID ${id} is not a valid project.`);
  }

  function quotaNames(asked: Asked): Limits {
    return compareVersions(asked.microversion, '2.36') < 0 ? GONE_QUOTAS : {};
  }

  function serverOf(asked: Asked): Server {
    const id = asked.params.id ?? '';
    const server = state.servers.find((one) => one.id === id);
    const visible = server && (isAdmin(asked) || server.projectId === asked.caller.projectId);
    if (!visible) throw fault(404, 'itemNotFound', `Instance ${id} could not be found.`);
    return server;
  }

  function putQuota(asked: Asked): Answer {
    demand(isAdmin(asked), 'os-quota-sets:update');
    const projectId = asked.params.project ?? '';
    const wanted = checkedLimits(asked.body, quotas.defaults);
    knownProject(projectId);
    const used = computeUse(state, projectId);
    for (const [name, limit] of Object.entries(wanted)) {
      const taken = (used[name] ?? 0) + (quotas.reserved.get(projectId)?.[name] ?? 0);
      if (limit >= 0 && limit < taken && !state.unifiedLimits) {
        const words = `Quota limit ${limit} for ${name} must be greater than or equal to already used and reserved ${taken}.`;
        throw fault(400, 'badRequest', words);
      }
    }
    if (!state.unifiedLimits) setLimits(quotas, projectId, wanted);
    return { status: 200, body: { quota_set: limitsOf(quotas, projectId) } };
  }

  function act(asked: Asked): Answer {
    const server = serverOf(asked);
    const [action = '', given] = Object.entries(isRecord(asked.body) ? asked.body : {})[0] ?? [];
    if (action !== 'os-getConsoleOutput') throw fault(400, 'badRequest', `There is no such action: ${action}`);
    const length = isRecord(given) ? given.length : undefined;
    if (length !== undefined && length !== null && !/^-?[0-9]+$/.test(String(length))) {
      const words = `Invalid input for field/attribute length. Value: ${length}. '${length}' does not match '^-?[0-9]+$'`;
      throw fault(400, 'badRequest', words);
    }
    if (server.host === null) throw fault(409, 'conflictingRequest', `Instance ${server.id} is not ready`);
    const log = state.consoles.get(server.id) ?? '';
    const output = consoleOutput(log, length === undefined || length === null ? undefined : Number(length));
    return { status: 200, body: { output } };
  }

  function listServers(asked: Asked): Answer {
    const all = asked.query.get('all_tenants') === '1';
    demand(!all || isAdmin(asked), 'servers:detail:get_all_tenants');
    const name = asked.query.get('name');
    const pattern = name === null ? undefined : namePattern(name);
    const host = isAdmin(asked) ? asked.query.get('host') : null;
    const found = state.servers
      .filter((server) => all || server.projectId === asked.caller.projectId)
      .filter((server) => !pattern || pattern.test(server.name))
      .filter((server) => host === null || server.host === host)
      .sort((a, b) => b.created.localeCompare(a.created) || b.id.localeCompare(a.id));
    const shown = found.map((server) => shownServer(server, asked));
    return page(asked, found, shown, { key: 'servers', linksKey: 'servers_links', pageSize });
  }

  return {
    service: 'compute',
    microversions: { word: 'compute', min, max },
    unauthorized: () => unauthorized(keystoneUrl()),
    noRoute: () => NO_ROUTE,
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: ({ base }) => ({ status: 200, body: { versions: versions(base, min, max) } }),
      },
      {
        method: 'GET',
        path: '/v2.1/os-quota-sets/:project/detail',
        handle(asked) {
          const projectId = asked.params.project ?? '';
          demand(isAdmin(asked) || projectId === asked.caller.projectId, 'os-quota-sets:detail');
          knownProject(projectId);
          const used = computeUse(state, projectId);
          const set: Record<string, unknown> = { id: projectId };
          for (const [name, limit] of Object.entries({ ...quotaNames(asked), ...limitsOf(quotas, projectId) })) {
            set[name] = { limit, in_use: used[name] ?? 0, reserved: quotas.reserved.get(projectId)?.[name] ?? 0 };
          }
          return { status: 200, body: { quota_set: set } };
        },
      },
      {
        method: 'GET',
        path: '/v2.1/os-quota-sets/:project/defaults',
        handle(asked) {
          const projectId = asked.params.project ?? '';
          knownProject(projectId);
          return { status: 200, body: { quota_set: { id: projectId, ...quotaNames(asked), ...quotas.defaults } } };
        },
      },
      {
        method: 'GET',
        path: '/v2.1/os-quota-class-sets/default',
        handle(asked) {
          demand(isAdmin(asked), 'os-quota-class-sets:show');
          return { status: 200, body: { quota_class_set: { id: 'default', ...quotas.defaults } } };
        },
      },
      { method: 'PUT', path: '/v2.1/os-quota-sets/:project', handle: putQuota },
      {
        method: 'GET',
        path: '/v2.1/os-services',
        handle(asked) {
          demand(isAdmin(asked), 'os-services:list');
          const wanted = (key: string, value: string): boolean => (asked.query.get(key) ?? value) === value;
          const services = [...controllers(), ...state.hosts.map((host) => shownService(host, asked.microversion))];
          return {
            status: 200,
            body: { services: services.filter(({ host, binary }) => wanted('host', host) && wanted('binary', binary)) },
          };
        },
      },
      {
        method: 'GET',
        path: '/v2.1/os-hypervisors/detail',
        handle(asked) {
          demand(isAdmin(asked), 'os-hypervisors:list-detail');
          const items = state.hosts.map(({ hypervisorId }) => ({ id: hypervisorId }));
          const shown = state.hosts.map((host) => shownHypervisor(state, host, asked.microversion));
          return page(asked, items, shown, { key: 'hypervisors', linksKey: 'hypervisors_links', pageSize });
        },
      },
      { method: 'GET', path: '/v2.1/servers/detail', handle: listServers },
      {
        method: 'GET',
        path: '/v2.1/servers/:id',
        handle: (asked) => ({ status: 200, body: { server: shownServer(serverOf(asked), asked) } }),
      },
      { method: 'POST', path: '/v2.1/servers/:id/action', handle: act },
    ],
  };
}

function demand(allowed: boolean, rule: string): void {
  if (!allowed) throw fault(403, 'forbidden', `Policy doesn't allow os_compute_api:${rule} to be performed.`);
}

/** nova/api/openstack/compute/schemas/quota_sets.py */
function checkedLimits(body: unknown, known: Limits): Limits {
  const set = isRecord(body) ? body.quota_set : undefined;
  if (!isRecord(set)) throw fault(400, 'badRequest', "'quota_set' is a required property");
  const limits: Limits = {};
  for (const [name, value] of Object.entries(set)) {
    const invalid = (why: string): Refusal =>
      fault(400, 'badRequest', `Invalid input for field/attribute ${name}. Value: ${value}. ${why}`);
    if (!(name in known)) {
      const words = `Invalid input for field/attribute quota_set. Value: {'${name}': ${value}}. Additional properties are not allowed ('${name}' was unexpected)`;
      throw fault(400, 'badRequest', words);
    }
    if (!/^-?[0-9]+$/.test(String(value))) throw invalid(`'${value}' does not match '^-?[0-9]+$'`);
    const limit = Number(value);
    if (limit < -1) throw invalid(`${value} is less than the minimum of -1`);
    if (limit > 0x7fffffff) throw invalid(`${value} is greater than the maximum of 2147483647`);
    limits[name] = limit;
  }
  return limits;
}

/** MySQL's REGEXP: it ignores case and is not anchored. */
function namePattern(name: string): RegExp {
  try {
    return new RegExp(name, 'i');
  } catch {
    throw fault(400, 'badRequest', `Invalid input for query parameters name. Value: ${name}. '${name}' is not a 'regex'`);
  }
}
