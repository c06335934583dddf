import { atLeast, badRequest } from './nova-refusals.ts';
import type { ServerParts } from './nova-server-parts.ts';
import { type Asked, isAdmin } from './router.ts';
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

type Check = (server: Server) => boolean;

/** What the query leaves of the servers, newest first. Source: nova/api/openstack/compute/servers.py, _get_servers */
export function wantedServers({ servers, flavors }: CloudState, asked: Asked, { hosts, ports }: ServerParts): Server[] {
  const all = asked.query.get('all_tenants') === '1';
  const zoneOf = ({ host }: Server): string => hosts.get(host ?? '')?.zone ?? '';
  const fixedOf = ({ id }: Server): string[] =>
    (ports.get(id) ?? []).flatMap(({ fixedIps }) => fixedIps.map(({ address }) => address));
  const checks: Check[] = [];
  const filter = (name: string, check: (wanted: string) => Check): void => {
    const wanted = asked.query.get(name);
    if (wanted !== null && (isAdmin(asked) || !FOR_ADMINS.includes(name))) checks.push(check(wanted));
  };

  filter('name', (wanted) => matches('name', wanted, ({ name }) => [name]));
  filter('ip', (wanted) => matches('ip', wanted, fixedOf));
  filter('availability_zone', (wanted) => matches('availability_zone', wanted, (server) => [zoneOf(server)]));
  filter('flavor', (wanted) => {
    pattern('flavor', wanted);
    const name = flavors.find(({ id }) => id === wanted)?.name;
    return ({ flavor }) => flavor.name === name;
  });
  filter(
    'host',
    (wanted) =>
      ({ host }) =>
        host !== null && same(host, wanted),
  );
  filter(
    'project_id',
    (wanted) =>
      ({ projectId }) =>
        same(projectId, wanted),
  );
  filter(
    'user_id',
    (wanted) =>
      ({ userId }) =>
        same(userId, wanted),
  );
  filter(
    'image',
    (wanted) =>
      ({ imageId }) =>
        imageId !== null && same(imageId, wanted),
  );
  filter('status', (wanted) => ofStatus(asked, wanted));
  filter('changes-since', (wanted) => {
    const since = Date.parse(wanted);
    if (Number.isNaN(since)) {
      throw badRequest(`Invalid input for query parameters changes-since. Value: ${wanted}. '${wanted}' is not a 'date-time'`);
    }
    return ({ updated }) => Date.parse(updated) >= since;
  });
  if (atLeast(asked, '2.73'))
    filter(
      'locked',
      (wanted) =>
        ({ locked }) =>
          String(locked) === wanted.toLowerCase(),
    );

  return servers
    .filter(({ projectId }) => all || projectId === asked.caller.projectId)
    .filter((server) => checks.every((check) => check(server)))
    .sort((a, b) => b.created.localeCompare(a.created) || b.id.localeCompare(a.id));
}

function ofStatus(asked: Asked, wanted: string): Check {
  const status = wanted.toUpperCase();
  if (!STATUSES.includes(status) && atLeast(asked, '2.38')) throw badRequest('Invalid status value');
  return (server) => server.status === status;
}

/** MySQL's comparison. */
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function matches(name: string, wanted: string, valuesOf: (server: Server) => string[]): Check {
  const expression = pattern(name, wanted);
  return (server) => valuesOf(server).some((value) => expression.test(value));
}

/** MySQL's REGEXP: it ignores case and is not anchored. */
function pattern(name: string, value: string): RegExp {
  try {
    return new RegExp(value, 'i');
  } catch {
    throw badRequest(`Invalid input for query parameters ${name}. Value: ${value}. '${value}' is not a 'regex'`);
  }
}
