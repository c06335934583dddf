import { lastHeard, stamp } from './heartbeats.ts';
import type { NovaOptions } from './nova.ts';
import { newMigration } from './nova-moves.ts';
import { atLeast, badRequest, demand, lostMarker, notFound } from './nova-refusals.ts';
import { isDown } from './nova-services.ts';
import { lookedAt } from './nova-tasks.ts';
import { type Answer, type Asked, fault, isAdmin, isRecord, page, type Route } from './router.ts';
import { recordAction } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Migration, Server, ServerTask } from './state-compute.ts';

export function migrationRoutes({ state, pageSize }: NovaOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.1/os-migrations',
      handle(asked) {
        demand(isAdmin(asked), 'os-migrations:index');
        const shown = wanted(state, asked).map((migration) => ({ id: migration.uuid, migration }));
        const answer = page(asked, shown, {
          key: 'migrations',
          linksKey: 'migrations_links',
          pageSize,
          show: ({ migration }) => shownMigration(migration, asked),
          lost: lostMarker,
        });
        // What is seen once is further on when it is looked at again: tests need no clock.
        for (const migration of state.migrations) goOn(state, migration);
        for (const server of state.servers) if (MOVES.has(server.task?.kind)) lookedAt(state, server);
        return answer;
      },
    },
  ];
}

/** What of servers' tasks has a migration. */
const MOVES = new Set<ServerTask['kind'] | undefined>(['resize', 'confirm', 'revert', 'live-migration']);

/** Newest first. */
function wanted({ migrations }: CloudState, { query }: Asked): Migration[] {
  const fits = (name: string, value: string | null): boolean => {
    const given = query.get(name);
    return given === null || given === value;
  };
  return migrations
    .filter(({ type, source, status, serverId }) => {
      return (
        fits('migration_type', type) &&
        fits('source_compute', source) &&
        fits('status', status) &&
        fits('instance_uuid', serverId)
      );
    })
    .sort((a, b) => b.id - a.id);
}

function shownMigration({ id, uuid, serverId, type, status, source, dest, created, updated }: Migration, asked: Asked): object {
  return {
    id,
    ...(atLeast(asked, '2.59') ? { uuid } : {}),
    instance_uuid: serverId,
    ...(atLeast(asked, '2.23') ? { migration_type: type } : {}),
    status,
    source_compute: source,
    source_node: source,
    dest_compute: dest,
    dest_node: dest,
    dest_host: null,
    old_instance_type_id: null,
    new_instance_type_id: null,
    created_at: created,
    updated_at: updated,
  };
}

/** Nova's vm_states that can be evacuated: nova/compute/api.py, evacuate */
const VM_STATES = ['active', 'stopped', 'error'];

/** Source: nova/api/openstack/compute/evacuate.py, of 2.68 and later. */
export function evacuate(state: CloudState, server: Server, asked: Asked): Answer {
  const given = isRecord(asked.body) && isRecord(asked.body.evacuate) ? asked.body.evacuate : {};
  const unknown = Object.keys(given).find((key) => key !== 'host' && key !== 'adminPass');
  if (unknown) {
    throw badRequest(
      `Invalid input for field/attribute evacuate. Value: ${JSON.stringify(given)}. Additional properties are not allowed ('${unknown}' was unexpected)`,
    );
  }
  demand(isAdmin(asked), 'os-evacuate');
  const to = typeof given.host === 'string' ? given.host : undefined;
  if (to !== undefined && !state.hosts.some(({ name }) => name === to)) throw notFound(`Compute host ${to} not found.`);
  if (to !== undefined && to === server.host) throw badRequest("The target host can't be the same one.");
  mustBeStill(server);
  const source = state.hosts.find(({ name }) => name === server.host);
  if (source && !isDown(source)) throw badRequest(`Compute service of ${source.name} is still in use.`);
  begin(state, server, to ?? null, asked);
  return { status: 200 };
}

function mustBeStill({ id, vmState, taskState }: Server): void {
  const why = !VM_STATES.includes(vmState) ? `vm_state ${vmState}` : taskState !== null ? `task_state ${taskState}` : undefined;
  if (why) throw fault(409, 'conflictingRequest', `Cannot 'evacuate' instance ${id} while it is in ${why}`);
}

function begin(state: CloudState, server: Server, dest: string | null, asked: Asked): void {
  server.taskState = 'rebuilding';
  server.updated = stamp();
  recordAction(server, 'evacuate', asked);
  const migration = newMigration(state, server, { type: 'evacuation', status: 'accepted', dest });
  migration.leftStopped = atLeast(asked, '2.95');
}

/** Claims on the new host when it is looked at first, and ends when it was looked at as often as it takes. */
function goOn(state: CloudState, migration: Migration): void {
  if (migration.type !== 'evacuation' || (migration.status !== 'accepted' && migration.status !== 'pre-migrating')) return;
  const server = state.servers.find(({ id }) => id === migration.serverId);
  if (!server || state.evacuations.held.has(server.id)) return;
  migration.updated = lastHeard({});
  server.updated = stamp();
  const failure = state.evacuations.fails.get(server.id);
  const dest = migration.dest ?? scheduled(state, server);
  if (dest === undefined) {
    fail(server, migration, 'error', NO_VALID_HOST);
    return;
  }
  migration.dest = dest;
  migration.status = 'pre-migrating';
  migration.looks -= 1;
  if (migration.looks > 0) return;
  if (failure !== undefined) fail(server, migration, 'failed', failure);
  else succeed(server, migration, dest);
}

function succeed(server: Server, migration: Migration, dest: string): void {
  const runs = server.vmState !== 'stopped' && !migration.leftStopped;
  migration.status = 'done';
  server.host = dest;
  server.taskState = null;
  server.vmState = runs ? 'active' : 'stopped';
  server.status = runs ? 'ACTIVE' : 'SHUTOFF';
  server.fault = null;
}

const NO_VALID_HOST = 'No valid host was found. There are not enough hosts available.';

function fail(server: Server, migration: Migration, status: string, message: string): void {
  migration.status = status;
  server.vmState = 'error';
  server.status = 'ERROR';
  server.taskState = null;
  server.fault = { message, created: stamp() };
}

/** Onto the host with most memory left, as nova's weighers do where hosts are alike. */
function scheduled({ hosts, servers, migrations }: CloudState, { host: source, flavor }: Server): string | undefined {
  // Where the scheduler has sent a server, it has claimed room already.
  const claims = new Map(migrations.filter(({ status }) => status === 'pre-migrating').map((one) => [one.serverId, one.dest]));
  const takes = (server: Server, name: string): boolean => server.host === name || claims.get(server.id) === name;
  const left = (name: string, memoryMiB: number): number =>
    memoryMiB - servers.reduce((sum, server) => sum + (takes(server, name) ? server.flavor.ramMiB : 0), 0);
  const [best] = hosts
    .filter((host) => host.name !== source && host.status === 'enabled' && !isDown(host))
    .map(({ name, memoryMiB }) => ({ name, left: left(name, memoryMiB) }))
    .filter((one) => one.left >= flavor.ramMiB)
    .sort((a, b) => b.left - a.left);
  return best?.name;
}
