import { finishBuild, goOnBuilding, remove } from './builds.ts';
import { stamp } from './heartbeats.ts';
import { goOnMigratingLive } from './live-migrations.ts';
import { confirmed, finishResize, goOnResizing, reverted } from './resizes.ts';
import { ended, statusOf } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Server, ServerTask } from './state-compute.ts';

/** What somebody has seen is further on when it is looked at again. */
export function lookedAt(state: CloudState, server: Server): void {
  const { task } = server;
  if (!task || state.evacuations.held.has(server.id)) return;
  server.updated = stamp();
  const next = task.states.shift();
  if (task.kind === 'live-migration') goOnMigratingLive(state, server);
  else if (next !== undefined) goOn(state, server, next);
  else finish(state, server, task);
  server.status = statusOf(server);
}

function goOn(state: CloudState, server: Server, next: string): void {
  server.taskState = next;
  if (server.task?.kind === 'build') goOnBuilding(state, server, server.task);
  if (server.task?.kind === 'resize') goOnResizing(state, server);
}

function finish(state: CloudState, server: Server, { kind }: ServerTask): void {
  if (kind === 'delete') remove(state, server);
  if (kind === 'build') finishBuild(state, server);
  if (kind === 'resize') finishResize(state, server);
  if (kind === 'confirm') confirmed(state, server);
  if (kind === 'revert') reverted(state, server);
  if (kind === 'stop') server.vmState = 'stopped';
  if (kind === 'start' || kind === 'reboot') server.vmState = 'active';
  ended(server);
}
