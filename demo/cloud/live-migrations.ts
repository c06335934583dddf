import { moved } from './builds.ts';
import { lastHeard } from './heartbeats.ts';
import { isDown } from './nova-services.ts';
import { openMove } from './resizes.ts';
import { type Scheduled, schedule } from './scheduler.ts';
import { broken, ended, failedAction } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Migration, Server } from './state-compute.ts';

/* Live migrations, once nova-api has answered. Metadata `fake_delay` and `fake_fail` do what they do in the real test cloud. */

/** Those that nova calls in progress; before, it is `accepted`. */
export const IN_PROGRESS = ['queued', 'preparing', 'running', 'post-migrating'];

export function goOnMigratingLive(state: CloudState, server: Server): void {
  const migration = openMove(state, server.id, ['accepted', ...IN_PROGRESS]);
  if (!migration) {
    ended(server);
    return;
  }
  migration.updated = lastHeard({});
  if (migration.asked === 'abort') {
    migration.status = 'cancelled';
    ended(server);
  } else if (migration.status === 'accepted') prepare(state, server, migration);
  else if (migration.status === 'preparing') run(server, migration);
  else goOnRunning(state, server, migration);
}

/** Where no host is left for it, it stays as it is: only migration and action say so. */
export function prepare(state: CloudState, server: Server, migration: Migration): string | undefined {
  const found = destinationFor(state, server);
  if ('fault' in found) {
    migration.status = 'error';
    failedAction(server);
    ended(server);
    return found.fault;
  }
  migration.dest = found.host;
  migration.status = 'preparing';
  return undefined;
}

function destinationFor(state: CloudState, server: Server): Scheduled {
  const { id, flavor, imageId, host, task } = server;
  const to = task?.to ?? null;
  const isForced = task?.isForced === true;
  if (isForced && to === host) return { fault: `Unable to migrate instance (${id}) to current host (${host}).` };
  const down = state.hosts.find((one) => (one.name === host || (isForced && one.name === to)) && isDown(one));
  if (down) return { fault: `Compute service of ${down.name} is unavailable at this time.` };
  return schedule(state, { flavor, imageId, not: host, ...(isForced ? { forced: to } : { only: to }) });
}

function run({ metadata }: Server, migration: Migration): void {
  migration.status = 'running';
  migration.looks += Number(metadata.fake_delay ?? 0);
  migration.ofLooks = migration.looks;
}

function goOnRunning(state: CloudState, server: Server, migration: Migration): void {
  migration.looks -= 1;
  if (migration.looks > 0 && migration.asked !== 'force complete') return;
  if (server.metadata.fake_fail === 'live_migration') {
    migration.status = 'error';
    broken(server, null);
    return;
  }
  migration.status = 'completed';
  moved(state, server, migration.dest ?? server.host ?? '');
  ended(server);
}

/** What of its memory has been copied, in bytes; nothing before it runs. */
export function progressOf({ flavor }: Server, { status, looks, ofLooks = 0 }: Migration): Record<string, number | null> {
  const total = flavor.ramMiB * 1_048_576;
  const done = ofLooks === 0 ? 0 : Math.floor((total * (ofLooks - looks)) / ofLooks);
  const shown = (bytes: number): number | null => (status === 'running' ? bytes : null);
  return {
    memory_total_bytes: shown(total),
    memory_processed_bytes: shown(done),
    memory_remaining_bytes: shown(total - done),
    disk_total_bytes: shown(0),
    disk_processed_bytes: shown(0),
    disk_remaining_bytes: shown(0),
  };
}
