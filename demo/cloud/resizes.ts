import { moved } from './builds.ts';
import { lastHeard } from './heartbeats.ts';
import { schedule } from './scheduler.ts';
import { ended, failedAction } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Migration, Server } from './state-compute.ts';

/* Resizes and cold migrations, once nova-api has answered. */

/** What one goes through after `resize_prep`. */
export const STATES_OF_RESIZE = ['resize_migrating', 'resize_migrated', 'resize_finish'];

/** What its migration says meanwhile. */
const STATUSES: Record<string, string> = {
  resize_migrating: 'migrating',
  resize_migrated: 'post-migrating',
  resize_finish: 'post-migrating',
};

/** The server's newest one that has not ended. */
export function openMove({ migrations }: CloudState, serverId: string, statuses: readonly string[]): Migration | undefined {
  return migrations.findLast((one) => one.serverId === serverId && one.type !== 'evacuation' && statuses.includes(one.status));
}

const UNDER_WAY = ['pre-migrating', 'migrating', 'post-migrating'];

export function goOnResizing(state: CloudState, server: Server): void {
  const migration = openMove(state, server.id, UNDER_WAY);
  if (!migration) return;
  migration.updated = lastHeard({});
  const { newFlavor = server.flavor } = migration;
  if (server.taskState === 'resize_migrating') {
    const { imageId, host } = server;
    const found = schedule(state, { flavor: newFlavor, imageId, not: host, only: server.task?.to ?? null });
    if ('fault' in found) {
      migration.status = 'error';
      failedAction(server);
      ended(server);
      return;
    }
    migration.dest = found.host;
  }
  migration.status = STATUSES[server.taskState ?? ''] ?? migration.status;
}

/** It runs on its new host, and waits for somebody to say whether it is well there. */
export function finishResize(state: CloudState, server: Server): void {
  const migration = openMove(state, server.id, UNDER_WAY);
  if (!migration?.dest) return;
  Object.assign(migration, { status: 'finished', updated: lastHeard({}), oldVmState: server.vmState });
  moved(state, server, migration.dest);
  server.flavor = migration.newFlavor ?? server.flavor;
  server.vmState = 'resized';
}

export function confirmed(state: CloudState, server: Server): void {
  const migration = openMove(state, server.id, ['confirming']);
  server.vmState = migration?.oldVmState ?? 'active';
  if (migration) Object.assign(migration, { status: 'confirmed', updated: lastHeard({}) });
}

export function reverted(state: CloudState, server: Server): void {
  const migration = openMove(state, server.id, ['reverting']);
  if (!migration) return;
  Object.assign(migration, { status: 'reverted', updated: lastHeard({}) });
  moved(state, server, migration.source);
  server.flavor = migration.oldFlavor ?? server.flavor;
  server.vmState = migration.oldVmState ?? 'active';
}
