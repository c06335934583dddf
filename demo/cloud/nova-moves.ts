import { randomUUID } from 'node:crypto';
import { lastHeard } from './heartbeats.ts';
import { mustBeWithinUpsize } from './nova-build-quotas.ts';
import { badRequest, demand, python } from './nova-refusals.ts';
import { isDown } from './nova-services.ts';
import { openMove, STATES_OF_RESIZE } from './resizes.ts';
import { type Answer, type Asked, fault, isAdmin, isRecord } from './router.ts';
import { begin, mustBeFit, recordAction } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Flavor, Migration, Server } from './state-compute.ts';

/* Resize and cold migration: what nova-api checks and answers. */

/** Source: nova/api/openstack/compute/servers.py, _resize; nova/compute/api.py, resize */
export function resize(state: CloudState, server: Server, asked: Asked): Answer {
  const given = isRecord(asked.body) && isRecord(asked.body.resize) ? asked.body.resize : {};
  additionalProperty('resize', given, { known: ['flavorRef', 'OS-DCF:diskConfig'], required: ['flavorRef'] });
  mustBeMovable(state, server, 'resize', asked);
  const flavorRef = String(given.flavorRef);
  const flavor = state.flavors.find(({ id }) => id === flavorRef);
  if (!flavor) throw badRequest(`Flavor ${flavorRef} could not be found.`);
  if (flavor.id === server.flavor.id) throw badRequest('When resizing, instances must change flavor!');
  if (flavor.diskGiB === 0 && server.flavor.diskGiB !== 0 && server.imageId !== null) {
    throw badRequest('Server disk was unable to be resized because: Resize to zero disk flavor is not allowed.');
  }
  mustBeWithinUpsize(state, server, flavor);
  move(state, server, { type: 'resize', action: 'resize', flavor, dest: null }, asked);
  return { status: 202 };
}

/** Cold migration. A host can be named from 2.56 on. Source: nova/api/openstack/compute/migrate_server.py, _migrate */
export function migrate(state: CloudState, server: Server, asked: Asked): Answer {
  const given = isRecord(asked.body) && isRecord(asked.body.migrate) ? asked.body.migrate : {};
  additionalProperty('migrate', given, { known: ['host'], required: [] });
  demand(isAdmin(asked), 'os-migrate-server:migrate');
  mustBeMovable(state, server, 'migrate', asked);
  const dest = typeof given.host === 'string' ? given.host : null;
  if (dest !== null && dest === server.host) throw badRequest('Cannot migrate to the host where the server exists.');
  if (dest !== null && !state.hosts.some(({ name }) => name === dest)) {
    throw badRequest(`Compute host ${dest} could not be found.`);
  }
  move(state, server, { type: 'migration', action: 'migrate', flavor: server.flavor, dest }, asked);
  return { status: 202 };
}

function mustBeMovable({ hosts }: CloudState, server: Server, action: string, asked: Asked): void {
  mustBeFit(server, action, asked, { vmStates: ['active', 'stopped'], host: 'last' });
  mustHaveHostUp(hosts, server.host);
}

function mustHaveHostUp(hosts: CloudState['hosts'], name: string | null): void {
  const host = hosts.find((one) => one.name === name);
  if (host && isDown(host)) throw fault(409, 'conflictingRequest', 'Service is unavailable at this time.');
}

interface Move {
  type: 'resize' | 'migration';
  action: 'resize' | 'migrate';
  flavor: Flavor;
  dest: string | null;
}

function move(state: CloudState, server: Server, { type, action, flavor, dest }: Move, asked: Asked): void {
  begin(server, { kind: 'resize', states: [...STATES_OF_RESIZE], ...(dest === null ? {} : { to: dest }) }, 'resize_prep');
  recordAction(server, action, asked);
  const migration = newMigration(state, server, { type, status: 'pre-migrating', dest: null });
  migration.oldFlavor = server.flavor;
  migration.newFlavor = flavor;
}

export function newMigration(
  state: CloudState,
  server: Server,
  { type, status, dest }: Pick<Migration, 'type' | 'status' | 'dest'>,
): Migration {
  const migration: Migration = {
    id: state.migrations.reduce((highest, { id }) => Math.max(highest, id), 0) + 1,
    uuid: randomUUID(),
    serverId: server.id,
    type,
    status,
    source: server.host ?? '',
    dest,
    created: lastHeard({}),
    updated: null,
    looks: state.evacuations.looks,
    leftStopped: false,
  };
  state.migrations.push(migration);
  return migration;
}

export function confirmResize(state: CloudState, server: Server, asked: Asked): Answer {
  const migration = finishedMove(state, server, 'confirmResize', asked);
  mustHaveHostUp(state.hosts, migration.source);
  migration.status = 'confirming';
  begin(server, { kind: 'confirm', states: [] }, null);
  recordAction(server, 'confirmResize', asked);
  return { status: 204 };
}

export function revertResize(state: CloudState, server: Server, asked: Asked): Answer {
  const migration = finishedMove(state, server, 'revertResize', asked);
  migration.status = 'reverting';
  begin(server, { kind: 'revert', states: [] }, 'resize_reverting');
  recordAction(server, 'revertResize', asked);
  return { status: 202 };
}

function finishedMove(state: CloudState, server: Server, action: string, asked: Asked): Migration {
  mustBeFit(server, action, asked, { vmStates: ['resized'] });
  const migration = openMove(state, server.id, ['finished']);
  if (!migration) throw badRequest('Instance has not been resized.');
  return migration;
}

/** What nova's schema says first of a body. Source: nova/api/validation/validators.py */
export function additionalProperty(
  name: string,
  given: Record<string, unknown>,
  { known, required }: { known: readonly string[]; required: readonly string[] },
): void {
  const invalid = (why: string): Error =>
    badRequest(`Invalid input for field/attribute ${name}. Value: ${python(given)}. ${why}`);
  const lacking = required.find((key) => !(key in given));
  if (lacking !== undefined) throw invalid(`'${lacking}' is a required property`);
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  const was = unknown.length === 1 ? 'was' : 'were';
  if (unknown.length > 0) {
    throw invalid(`Additional properties are not allowed (${unknown.map((key) => `'${key}'`).join(', ')} ${was} unexpected)`);
  }
}
