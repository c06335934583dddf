import { z } from 'zod';
import type { Session } from './session.ts';

/* Placement answers in 1.0 where no version is asked for: each call says which one it needs, and why. Admins only, all of it. */

export const Inventory = z.object({
  total: z.number(),
  reserved: z.number(),
  allocation_ratio: z.number(),
  /** How much of it one server can have at most. */
  max_unit: z.number(),
  min_unit: z.number(),
  step_size: z.number(),
});
export type Inventory = z.infer<typeof Inventory>;

/**
 * What a provider has, by resource class (`VCPU`, `MEMORY_MB`, `DISK_GB`, …); (total - reserved) × allocation_ratio of it can be given
 * out. GET /resource_providers/{uuid}/inventories, 1.0. `not_found` where there is no such provider.
 */
export async function getProviderInventories(os: Session, uuid: string): Promise<Record<string, Inventory>> {
  const { inventories } = await os.request({
    service: 'placement',
    method: 'GET',
    path: `/resource_providers/${encodeURIComponent(uuid)}/inventories`,
    microversion: '1.0',
    response: z.object({ inventories: z.record(z.string(), Inventory) }),
  });
  return inventories;
}

/** What is given out of a provider, by resource class. GET /resource_providers/{uuid}/usages, 1.0. `not_found` as above. */
export async function getProviderUsages(os: Session, uuid: string): Promise<Record<string, number>> {
  const { usages } = await os.request({
    service: 'placement',
    method: 'GET',
    path: `/resource_providers/${encodeURIComponent(uuid)}/usages`,
    microversion: '1.0',
    response: z.object({ usages: z.record(z.string(), z.number()) }),
  });
  return usages;
}

/**
 * What is given out of a provider, by consumer: servers, and migrations for what a server that moves leaves behind until then. GET
 * /resource_providers/{uuid}/allocations, 1.0; 1 call, without pages. `not_found` as above.
 */
export async function getProviderAllocations(os: Session, uuid: string): Promise<Record<string, Record<string, number>>> {
  const { allocations } = await os.request({
    service: 'placement',
    method: 'GET',
    path: `/resource_providers/${encodeURIComponent(uuid)}/allocations`,
    microversion: '1.0',
    response: z.object({
      allocations: z.record(
        z.string(),
        z.object({ resources: z.record(z.string(), z.number()) }).transform(({ resources }) => resources),
      ),
    }),
  });
  return allocations;
}

const Summary = z.object({
  resources: z.record(z.string(), z.object({ capacity: z.number(), used: z.number() })),
  traits: z.array(z.string()),
});

export interface ProviderSummary {
  /** The provider's, and the hypervisor's. */
  uuid: string;
  /** By resource class; reserved is off the capacity already, and the allocation ratio in it. */
  resources: Record<string, { capacity: number; used: number }>;
  traits: string[];
}

/**
 * The compute hosts that could take a server of these resources now (`{ VCPU: 1, MEMORY_MB: 512 }`), each with the capacity and use of
 * all it has: what the cloud can still place is the sum of capacity - used. GET /allocation_candidates, 1.27 (before, only of what was
 * asked for; 1.22 brings the forbidden trait); 1 call for any number of hosts, about 2 kB each.
 *
 * Of `MEMORY_MB: 1` there is a candidate for every enabled host with memory left, whatever its CPUs and disks are. Ask for disk only
 * where servers boot from the hosts' own. Left out are hosts that are disabled (nova marks them `COMPUTE_STATUS_DISABLED` since
 * Train; `bad_request` on older clouds). Hosts that are down or forced down are not: placement knows nothing of that, look at
 * listComputeServices. Devices that are providers of their own (GPUs) are left out, and how much one server may have of a host at most
 * is in its inventories. Capacity is `int((total - reserved) * allocation_ratio)`: placement/objects/allocation_candidate.py
 */
export async function listAllocationCandidates(os: Session, resources: Record<string, number>): Promise<ProviderSummary[]> {
  const { provider_summaries } = await os.request({
    service: 'placement',
    method: 'GET',
    path: '/allocation_candidates',
    query: {
      resources: Object.entries(resources)
        .map(([name, amount]) => `${name}:${amount}`)
        .join(','),
      required: '!COMPUTE_STATUS_DISABLED',
    },
    microversion: '1.27',
    response: z.object({ provider_summaries: z.record(z.string(), Summary) }),
  });
  return Object.entries(provider_summaries).map(([uuid, summary]) => ({ uuid, ...summary }));
}
