import { IN_PROGRESS, prepare, progressOf } from './live-migrations.ts';
import type { NovaOptions } from './nova.ts';
import { additionalProperty, newMigration } from './nova-moves.ts';
import { atLeast, badRequest, demand, notFound } from './nova-refusals.ts';
import { visibleServer } from './nova-server-parts.ts';
import { lookedAt } from './nova-tasks.ts';
import { type Answer, type Asked, isAdmin, isRecord, type Route } from './router.ts';
import { begin, mustBeFit, recordAction } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Migration, Server } from './state-compute.ts';

/** Source: nova/api/openstack/compute/migrate_server.py, _migrate_live; nova/conductor/tasks/live_migrate.py */
export function migrateLive(state: CloudState, server: Server, asked: Asked): Answer {
  const given = isRecord(asked.body) && isRecord(asked.body['os-migrateLive']) ? asked.body['os-migrateLive'] : {};
  checkedBody(given, asked);
  demand(isAdmin(asked), 'os-migrate-server:migrate_live');
  const host = typeof given.host === 'string' ? given.host : null;
  mustBeFit(server, 'os-migrateLive', asked, { vmStates: ['active', 'paused'] });
  if (host !== null && !state.hosts.some(({ name }) => name === host)) {
    throw badRequest(`Compute host ${host} could not be found.`);
  }
  // Before 2.30 a host that is named is not asked about; 2.68 has no way to do so any more.
  const isForced = host !== null && (!atLeast(asked, '2.30') || given.force === true);
  begin(server, { kind: 'live-migration', states: [], ...(host === null ? {} : { to: host, isForced }) }, 'migrating');
  recordAction(server, 'live-migration', asked);
  const migration = newMigration(state, server, { type: 'live-migration', status: 'accepted', dest: null });
  // Until 2.34 the answer waits for the scheduler.
  const why = atLeast(asked, '2.34') ? undefined : prepare(state, server, migration);
  if (why !== undefined) throw badRequest(why);
  return { status: 202 };
}

function checkedBody(given: Record<string, unknown>, asked: Asked): void {
  const known = ['block_migration', 'host'];
  if (!atLeast(asked, '2.25')) known.push('disk_over_commit');
  if (atLeast(asked, '2.30') && !atLeast(asked, '2.68')) known.push('force');
  const required = atLeast(asked, '2.25') ? ['block_migration', 'host'] : ['block_migration', 'disk_over_commit', 'host'];
  additionalProperty('os-migrateLive', given, { known, required });
}

/** Only live migrations, and only while they are in progress. Source: nova/api/openstack/compute/server_migrations.py */
export function serverMigrationRoutes({ state }: NovaOptions): Route[] {
  function migrationOf(server: Server, asked: Asked): Migration {
    const found = state.migrations.find(({ id, serverId }) => String(id) === asked.params.migration && serverId === server.id);
    if (found) return found;
    throw notFound(`Migration ${asked.params.migration} not found for instance ${server.id}`);
  }

  function serverOf(asked: Asked, since: string, rule: string): Server {
    if (!atLeast(asked, since)) throw notFound('The resource could not be found.');
    const server = visibleServer(state, asked);
    demand(isAdmin(asked), `servers:migrations:${rule}`);
    return server;
  }

  /** Answered with what was there, which goes on once it was seen. */
  function seen(server: Server, answer: Answer): Answer {
    if (server.task?.kind === 'live-migration') lookedAt(state, server);
    return answer;
  }

  function list(asked: Asked): Answer {
    const server = serverOf(asked, '2.23', 'index');
    const open = state.migrations.filter(
      ({ serverId, type, status }) => serverId === server.id && type === 'live-migration' && IN_PROGRESS.includes(status),
    );
    return seen(server, { status: 200, body: { migrations: open.map((one) => shown(server, one, asked)) } });
  }

  function show(asked: Asked): Answer {
    const server = serverOf(asked, '2.23', 'show');
    const { migration: id } = asked.params;
    const migration = state.migrations.find((one) => String(one.id) === id && one.serverId === server.id);
    if (!migration) throw notFound(`In-progress live migration ${id} is not found for server ${server.id}.`);
    if (migration.type !== 'live-migration') throw notFound(`Migration ${id} for server ${server.id} is not live-migration.`);
    if (!IN_PROGRESS.includes(migration.status)) {
      throw notFound(`Live migration ${id} for server ${server.id} is not in progress.`);
    }
    return seen(server, { status: 200, body: { migration: shown(server, migration, asked) } });
  }

  function act(asked: Asked): Answer {
    const server = serverOf(asked, '2.22', 'force_complete');
    mustBeFit(server, 'force_complete', asked, { vmStates: ['active'], taskStates: ['migrating'] });
    const migration = forAct(server, asked);
    mustBeIn(migration, ['running'], 'force complete');
    migration.asked = 'force complete';
    recordAction(server, 'live_migration_force_complete', asked);
    return { status: 202 };
  }

  function abort(asked: Asked): Answer {
    const server = serverOf(asked, '2.24', 'delete');
    mustBeFit(server, 'abort live migration', asked, { taskStates: ['migrating'] });
    const migration = migrationOf(server, asked);
    mustBeIn(migration, atLeast(asked, '2.65') ? ['running', 'queued', 'preparing'] : ['running'], 'abort live migration');
    migration.asked = 'abort';
    recordAction(server, 'live_migration_cancel', asked);
    return { status: 202 };
  }

  /** Of an unknown one force_complete says 400, and the abort 404. */
  function forAct(server: Server, asked: Asked): Migration {
    try {
      return migrationOf(server, asked);
    } catch {
      throw badRequest(`Migration ${asked.params.migration} not found for instance ${server.id}`);
    }
  }

  const base = '/v2.1/servers/:id/migrations';
  return [
    { method: 'GET', path: base, handle: list },
    { method: 'GET', path: `${base}/:migration`, handle: show },
    { method: 'POST', path: `${base}/:migration/action`, handle: act },
    { method: 'DELETE', path: `${base}/:migration`, handle: abort },
  ];
}

function mustBeIn({ id, serverId, status }: Migration, statuses: readonly string[], method: string): void {
  if (statuses.includes(status)) return;
  const words = `Migration ${id} state of instance ${serverId} is ${status}. Cannot ${method} while the migration is in this state.`;
  throw badRequest(words);
}

function shown(server: Server, migration: Migration, asked: Asked): object {
  const { id, uuid, serverId, status, source, dest, created, updated } = migration;
  return {
    id,
    ...(atLeast(asked, '2.59') ? { uuid } : {}),
    server_uuid: serverId,
    status,
    source_compute: source,
    source_node: source,
    dest_compute: dest,
    dest_node: dest,
    dest_host: null,
    created_at: created,
    updated_at: updated,
    ...progressOf(server, migration),
    ...(atLeast(asked, '2.80') ? { user_id: asked.caller.userId, project_id: asked.caller.projectId } : {}),
  };
}
