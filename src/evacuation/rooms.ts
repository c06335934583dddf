import { OpenStackError } from '../errors.ts';
import { type ComputeService, listComputeServices, listHypervisors, type Server } from '../openstack/compute.ts';
import { listAllocationCandidates } from '../openstack/placement.ts';
import type { Session } from '../openstack/session.ts';

/** What a host could still take, by Placement. */
export interface Room {
  host: string;
  zone: string;
  vcpus: number;
  ramMiB: number;
  diskGiB: number;
}

/** What a server takes of a host. */
export interface Size {
  vcpus: number;
  ramMiB: number;
  /** Without the root disk where that is a volume. */
  diskGiB: number;
}

export function sizeOf({ flavor, image }: Pick<Server, 'flavor' | 'image'>): Size {
  if (!flavor) return { vcpus: 0, ramMiB: 0, diskGiB: 0 };
  const { vcpus, ram, disk, ephemeral, swap } = flavor;
  // As nova claims it: nova/scheduler/utils.py
  return { vcpus, ramMiB: ram, diskGiB: (image === null ? 0 : disk) + ephemeral + Math.ceil(swap / 1_024) };
}

/**
 * The hosts that are up and enabled, but for the dead one, with what Placement could still give out of each; 3 calls. Of a host that has
 * providers beside its own (GPUs, shared disks) only its own is seen. `unknown` where Placement would not tell.
 */
export async function lookForRooms(os: Session, dead: string): Promise<{ rooms: Room[] } | { unknown: string }> {
  try {
    const [candidates, hypervisors, services] = await Promise.all([
      listAllocationCandidates(os, { MEMORY_MB: 1 }),
      listHypervisors(os),
      listComputeServices(os, { binary: 'nova-compute' }),
    ]);
    const hosts = new Map(hypervisors.map(({ id, service }) => [id, service.host]));
    const good = new Map(services.filter(isGood).map((service) => [service.host, service]));
    const rooms = candidates.flatMap(({ uuid, resources }): Room[] => {
      const service = good.get(hosts.get(uuid) ?? '');
      if (!service || service.host === dead) return [];
      const left = (name: string): number => {
        const { capacity, used } = resources[name] ?? { capacity: 0, used: 0 };
        return Math.max(0, capacity - used);
      };
      // A host without disk of its own to give out (shared storage as a provider) is not short of it.
      const diskGiB = resources.DISK_GB ? left('DISK_GB') : Number.POSITIVE_INFINITY;
      return [{ host: service.host, zone: service.zone, vcpus: left('VCPU'), ramMiB: left('MEMORY_MB'), diskGiB }];
    });
    return { rooms };
  } catch (error) {
    if (error instanceof OpenStackError) return { unknown: error.message };
    throw error;
  }
}

function isGood({ state, status }: ComputeService): boolean {
  return state === 'up' && status === 'enabled';
}
