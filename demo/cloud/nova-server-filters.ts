import { atLeast, badRequest } from './nova-refusals.ts';
import type { ServerParts } from './nova-server-parts.ts';
import { type Asked, isAdmin, type Refusal } from './router.ts';
import type { CloudState } from './state.ts';
import type { Server } from './state-compute.ts';

/** nova/api/openstack/common.py, _STATE_MAP */
const STATUSES = [
  'ACTIVE',
  'BUILD',
  'DELETED',
  'ERROR',
  'HARD_REBOOT',
  'MIGRATING',
  'PASSWORD',
  'PAUSED',
  'REBOOT',
  'REBUILD',
  'RESCUE',
  'RESIZE',
  'REVERT_RESIZE',
  'SHELVED',
  'SHELVED_OFFLOADED',
  'SHUTOFF',
  'SOFT_DELETED',
  'SUSPENDED',
  'UNKNOWN',
  'VERIFY_RESIZE',
];

/** What only admins may filter by before 2.83; nova passes over it without a word. */
const FOR_ADMINS = ['host', 'project_id', 'user_id', 'availability_zone'];

type Check = (server: Server, wanted: string) => boolean;

/** What the query leaves of the servers, newest first. Source: nova/api/openstack/compute/servers.py, _get_servers */
export function wantedServers(state: CloudState, asked: Asked, parts: ServerParts): Server[] {
  const all = asked.query.get('all_tenants') === '1';
  const checks = Object.entries(checksOf(state, asked, parts)).flatMap(([name, check]) => {
    const wanted = asked.query.get(name);
    if (wanted === null || (FOR_ADMINS.includes(name) && !isAdmin(asked))) return [];
    VALID[name]?.(wanted, asked);
    return [(server: Server): boolean => check(server, wanted)];
  });
  const known = asked.query.has('changes-since') ? [...state.servers, ...state.deletedServers] : state.servers;
  return known
    .filter(({ projectId }) => all || projectId === asked.caller.projectId)
    .filter((server) => checks.every((fits) => fits(server)))
    .sort((a, b) => order(b.created, a.created) || order(b.id, a.id));
}

/** Both are ASCII, where this is the database's order too, and many times faster than a locale's. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By the query's names. One that is not here, or that the microversion does not have, is passed over as nova does. */
function checksOf({ flavors }: CloudState, asked: Asked, { hosts, ports }: ServerParts): Record<string, Check> {
  const flavorName = flavors.find(({ id }) => id === asked.query.get('flavor'))?.name;
  return {
    name: ({ name }, wanted) => matches(name, wanted),
    ip: ({ id }, wanted) =>
      (ports.get(id) ?? []).some(({ fixedIps }) => fixedIps.some(({ address }) => matches(address, wanted))),
    availability_zone: ({ host }, wanted) => matches(hosts.get(host ?? '')?.zone ?? '', wanted),
    flavor: ({ flavor }) => flavor.name === flavorName,
    host: ({ host }, wanted) => same(host, wanted),
    project_id: ({ projectId }, wanted) => same(projectId, wanted),
    user_id: ({ userId }, wanted) => same(userId, wanted),
    image: ({ imageId }, wanted) => same(imageId, wanted),
    status: ({ status }, wanted) => same(status, wanted),
    'changes-since': ({ updated }, wanted) => Date.parse(updated) >= Date.parse(wanted),
    ...(atLeast(asked, '2.26') ? { tags: ({ tags }, wanted) => wanted.split(',').every((tag) => tags.includes(tag)) } : {}),
    ...(atLeast(asked, '2.73') ? { locked: ({ locked }, wanted) => String(locked) === wanted.toLowerCase() } : {}),
  };
}

/** What is refused before anything is looked for. */
const VALID: Record<string, (wanted: string, asked: Asked) => void> = {
  name: (wanted) => demandPattern('name', wanted),
  ip: (wanted) => demandPattern('ip', wanted),
  availability_zone: (wanted) => demandPattern('availability_zone', wanted),
  flavor: (wanted) => demandPattern('flavor', wanted),
  status(wanted, asked) {
    if (!STATUSES.includes(wanted.toUpperCase()) && atLeast(asked, '2.38')) throw badRequest('Invalid status value');
  },
  'changes-since'(wanted) {
    if (Number.isNaN(Date.parse(wanted))) throw invalid('changes-since', wanted, 'date-time');
  },
};

/** MySQL's comparison, to which null is nothing. */
function same(a: string | null, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

/** MySQL's REGEXP: it ignores case and is not anchored. */
function matches(value: string, pattern: string): boolean {
  return new RegExp(pattern, 'i').test(value);
}

function demandPattern(name: string, wanted: string): void {
  try {
    new RegExp(wanted);
  } catch {
    throw invalid(name, wanted, 'regex');
  }
}

function invalid(name: string, wanted: string, what: string): Refusal {
  return badRequest(`Invalid input for query parameters ${name}. Value: ${wanted}. '${wanted}' is not a '${what}'`);
}
