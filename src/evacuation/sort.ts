import type { Server } from '../openstack/compute.ts';
import { code } from '../reply.ts';

/** The servers of a dead host, by what can become of them. */
export interface Sorted {
  moves: Server[];
  /** Those that the requester named: moved, with new disks. */
  lose: Server[];
  /** Left out, since nobody named them. */
  wouldLose: Server[];
  cannot: { server: Server; why: string }[];
}

export interface SortOptions {
  /** The host's disks are on shared storage. */
  shared: boolean;
  /** IDs whose disk may be lost. */
  loseDisk: ReadonlySet<string>;
}

/** Nova evacuates from these: nova/compute/api.py, evacuate. */
const VM_STATES: ReadonlySet<string> = new Set(['active', 'stopped', 'error']);

export function sortServers(servers: readonly Server[], { shared, loseDisk }: SortOptions): Sorted {
  const sorted: Sorted = { moves: [], lose: [], wouldLose: [], cannot: [] };
  for (const server of servers) {
    const why = whyNot(server);
    if (why !== undefined) sorted.cannot.push({ server, why });
    else if (!losesDisk(server, shared)) sorted.moves.push(server);
    else if (loseDisk.has(server.id)) sorted.lose.push(server);
    else sorted.wouldLose.push(server);
  }
  return sorted;
}

/**
 * A disk of it is on the host alone. Nova makes such disks anew elsewhere: the root disk from the image, an ephemeral one blank, which a
 * server that boots from a volume may have too. Swap counts for nothing: no restart keeps what is in it.
 */
export function losesDisk({ image, flavor }: Pick<Server, 'image' | 'flavor'>, shared: boolean): boolean {
  return !shared && (image !== null || (flavor?.ephemeral ?? 0) > 0);
}

/** Why Nova would refuse; a lock is not in its way. */
export function whyNot({ status, vm_state, task_state }: Server): string | undefined {
  if (vm_state !== null && !VM_STATES.has(vm_state))
    return `it is ${code(status)}, and Nova evacuates only what is active, stopped or in error`;
  // nova/compute/task_states.py: what an evacuation goes through.
  if (task_state?.startsWith('rebuild')) return `it is being rebuilt already (${code(task_state)})`;
  if (task_state !== null) return `it is busy with ${code(task_state)}, which nova-compute can no longer end`;
  return undefined;
}
