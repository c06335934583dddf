import { randomUUID } from 'node:crypto';
import { lastHeard, stamp } from './heartbeats.ts';
import { type Asked, fault, isAdmin } from './router.ts';
import type { Server, ServerTask } from './state-compute.ts';

/** Begins what takes its time: each look at the server brings it one task state further, and at last to its end. */
export function begin(server: Server, task: ServerTask, first: string | null): void {
  server.task = task;
  if (first !== null) server.taskState = first;
  server.status = statusOf(server);
  server.updated = stamp();
}

/** Nothing goes on with it any more. */
export function ended(server: Server): void {
  delete server.task;
  server.taskState = null;
  server.status = statusOf(server);
}

/** It ends in ERROR, and says why unless nova has written down nothing. */
export function broken(server: Server, message: string | null): void {
  server.vmState = 'error';
  server.fault = message === null ? null : { message, created: stamp() };
  failedAction(server);
  ended(server);
}

export function failedAction({ actions }: Server): void {
  const last = actions.at(-1);
  if (last) Object.assign(last, { message: 'Error', updated: lastHeard({}) });
}

export function recordAction({ actions }: Server, action: string, { caller }: Asked): void {
  const now = lastHeard({});
  const requestId = `req-${randomUUID()}`;
  actions.push({ action, requestId, userId: caller.userId, started: now, updated: now, message: null });
}

/** What nova says of an active server with which something goes on. Source: nova/api/openstack/common.py, _STATE_MAP */
const WHILE: Record<string, string> = {
  rebooting: 'REBOOT',
  reboot_pending: 'REBOOT',
  reboot_started: 'REBOOT',
  rebooting_hard: 'HARD_REBOOT',
  reboot_pending_hard: 'HARD_REBOOT',
  reboot_started_hard: 'HARD_REBOOT',
  migrating: 'MIGRATING',
  resize_prep: 'RESIZE',
  resize_migrating: 'RESIZE',
  resize_migrated: 'RESIZE',
  resize_finish: 'RESIZE',
};
const OTHERWISE: Record<string, string> = {
  active: 'ACTIVE',
  building: 'BUILD',
  stopped: 'SHUTOFF',
  resized: 'VERIFY_RESIZE',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
  rescued: 'RESCUE',
  error: 'ERROR',
  shelved: 'SHELVED',
  shelved_offloaded: 'SHELVED_OFFLOADED',
};

export function statusOf({ vmState, taskState, status }: Server): string {
  const busy = WHILE[taskState ?? ''];
  if (busy !== undefined && (vmState === 'active' || (vmState === 'stopped' && busy === 'RESIZE'))) return busy;
  if (vmState === 'resized' && taskState === 'resize_reverting') return 'REVERT_RESIZE';
  return OTHERWISE[vmState] ?? status;
}

interface Demands {
  vmStates?: readonly string[];
  /** Default: none may run. */
  taskStates?: readonly (string | null)[];
  /** It has to be on a host: asked before its state, or after. */
  host?: 'first' | 'last';
}

/** Nova's checks before an action, in its order. Source: nova/compute/api.py, the decorators */
export function mustBeFit(server: Server, action: string, asked: Asked, { vmStates, taskStates = [null], host }: Demands): void {
  const { id, vmState, taskState } = server;
  const conflict = (why: string): Error => fault(409, 'conflictingRequest', why);
  if (server.locked && !isAdmin(asked)) throw conflict(`Instance ${id} is locked`);
  const notReady = conflict(`Instance ${id} is not ready`);
  if (host === 'first' && server.host === null) throw notReady;
  const inState = (what: string): Error => conflict(`Cannot '${action}' instance ${id} while it is in ${what}`);
  if (vmStates && !vmStates.includes(vmState)) throw inState(`vm_state ${vmState}`);
  // Of a task that is not there nova has nothing to name.
  if (taskState === null && !taskStates.includes(null)) throw conflict(`Instance ${id} is in an invalid state for '${action}'`);
  if (!taskStates.includes(taskState)) throw inState(`task_state ${taskState}`);
  if (host === 'last' && server.host === null) throw notReady;
}
