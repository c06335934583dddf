import type { Step } from '../job.ts';
import type { Server } from '../openstack/compute.ts';
import type { Migration } from '../openstack/migrations.ts';
import type { Port } from '../openstack/ports.ts';
import type { Volume } from '../openstack/volumes.ts';
import { code } from '../reply.ts';
import type { EvacuatedServer } from './payload.ts';
import { whyNot } from './sort.ts';
import type { Verdict } from './watch.ts';

/** What one server is seen as. */
export interface State {
  host: string;
  verdict: Verdict;
  /** Undefined where it is gone. */
  server: Server | undefined;
  /** Its newest evacuation since the plan. */
  evacuation: Migration | undefined;
  ports: readonly Port[];
  volumes: ReadonlyMap<string, Volume>;
  /** A call of ours for it was sent before. */
  begun: boolean;
}

/** What to do about it: nothing more, wait, or one call. */
export type Next = Step | 'evacuate' | 'start';

/** Nova's words for an evacuation that came to nothing. */
export const FAILED: ReadonlySet<string> = new Set(['error', 'failed', 'cancelled']);
const ENDED: ReadonlySet<string> = new Set(['done', 'completed']);

/** The whole of what is decided for one server, from what is seen of it alone. */
export function nextFor(approved: EvacuatedServer, state: State): Next {
  const { host, server, evacuation } = state;
  if (!server || server.status === 'DELETED') return { state: 'drifted', detail: 'It was deleted since this was approved.' };
  if (server.host !== host) return evacuation ? arrived(approved, server, evacuation, state) : elsewhere(server);
  if (!evacuation) return unmoved(approved, server, state);
  if (!FAILED.has(evacuation.status)) return { state: 'wait' };
  if (server.task_state !== null) return { state: 'wait' };
  const fault = server.fault ? ` ${server.fault.message}` : ' Nova names no fault.';
  return {
    state: 'failed',
    detail: `Its evacuation ended as ${code(evacuation.status)}, and it is still on ${code(host)}.${fault}`,
  };
}

function elsewhere({ host }: Server): Step {
  return { state: 'already', detail: host ? `It was on ${code(host)} already.` : 'It was on no host any more.' };
}

/** Nobody has begun to move it. */
function unmoved(approved: EvacuatedServer, server: Server, { verdict, begun }: State): Next {
  // Ours was sent, and nova has taken it as far as this: its record comes next.
  if (begun && server.task_state !== null) return { state: 'wait' };
  if (verdict.is === 'alive') return { state: 'drifted', detail: `It was not begun: ${verdict.because}` };
  if (server.status !== approved.status && !begun)
    return { state: 'drifted', detail: `It is ${code(server.status)}, and was ${code(approved.status)} when this was approved.` };
  const why = whyNot(server);
  if (why !== undefined) return { state: 'drifted', detail: `It cannot move any more: ${why}.` };
  if (approved.volumes.some((id) => !server.volumes.includes(id)))
    return { state: 'drifted', detail: 'Its volumes are no longer those that were there when this was approved.' };
  return verdict.is === 'wait' ? { state: 'wait' } : 'evacuate';
}

/** It is on another host: *moved* once its migration has ended, nothing works on it, it is connected, and it runs if it ran. */
function arrived(approved: EvacuatedServer, server: Server, evacuation: Migration, { ports, volumes, begun }: State): Next {
  if (FAILED.has(evacuation.status) && server.task_state === null)
    return {
      state: 'failed',
      detail: `It is on ${code(server.host ?? '')}, and its evacuation ended as ${code(evacuation.status)}.`,
    };
  if (!ENDED.has(evacuation.status) || server.task_state !== null) return { state: 'wait' };
  const wasOff = approved.status === 'SHUTOFF';
  if (server.status === 'SHUTOFF' && !wasOff) return 'start';
  const missing = missingOf(approved, server, ports, volumes, wasOff);
  const on = code(server.host ?? '');
  if (missing.length > 0) return { state: 'failed', detail: `It is on ${on}, but ${missing.join(', and ')}.` };
  return { state: begun ? 'done' : 'already', detail: `On ${on}, ${wasOff ? 'off as before' : 'running'}.` };
}

function missingOf(
  approved: EvacuatedServer,
  server: Server,
  ports: readonly Port[],
  volumes: ReadonlyMap<string, Volume>,
  wasOff: boolean,
): string[] {
  const wanted = wasOff ? 'SHUTOFF' : 'ACTIVE';
  const unbound = ports.filter((port) => isUnbound(port, server.host));
  const detached = approved.volumes.filter((id) => !isAttached(volumes.get(id), server.id));
  return [
    ...(server.status === wanted
      ? []
      : [`it is ${code(server.status)} and not ${code(wanted)}${server.fault ? `: ${server.fault.message}` : ''}`]),
    ...(unbound.length > 0 ? [`its port ${unbound.map(({ id }) => code(id)).join(', ')} is not bound there`] : []),
    ...(detached.length > 0 ? [`its volume ${detached.map((id) => code(id)).join(', ')} is not attached`] : []),
  ];
}

/** To who is no admin neutron does not tell. */
function isUnbound(port: Port, host: string | null | undefined): boolean {
  const type = port['binding:vif_type'];
  const on = port['binding:host_id'];
  return type === 'binding_failed' || type === 'unbound' || (typeof on === 'string' && on !== host);
}

function isAttached(volume: Volume | undefined, server: string): boolean {
  return volume?.status === 'in-use' && volume.attachments.some(({ server_id }) => server_id === server);
}
