import type { CloudState } from './state.ts';
import type { Flavor, Host, Migration, Server } from './state-compute.ts';

/* What placement has and what is taken of it. It has no state of its own here: that follows from hosts, servers and migrations. */

/** What nova keeps of each host for itself: `reserved_host_memory_mb`. */
const RESERVED_MEMORY_MIB = 512;

export type ResourceClass = 'VCPU' | 'MEMORY_MB' | 'DISK_GB';
export type Resources = Record<ResourceClass, number>;

export interface Inventory {
  total: number;
  reserved: number;
  allocation_ratio: number;
}

export function inventoriesOf({ allocationRatios }: CloudState, host: Host): Record<ResourceClass, Inventory> {
  const all = (kind: ResourceClass, total: number, reserved = 0): Inventory & Record<string, number> => ({
    total,
    reserved,
    min_unit: 1,
    max_unit: total,
    step_size: 1,
    allocation_ratio: allocationRatios[kind],
  });
  return {
    VCPU: all('VCPU', host.vcpus),
    MEMORY_MB: all('MEMORY_MB', host.memoryMiB, RESERVED_MEMORY_MIB),
    DISK_GB: all('DISK_GB', host.diskGiB),
  };
}

/** What may be given out of a host. */
export function capacityOf({ total, reserved, allocation_ratio }: Inventory): number {
  return Math.floor((total - reserved) * allocation_ratio);
}

/** A server that boots from a volume takes no root disk of its host's. */
export function takenBy(flavor: Flavor, imageId: string | null): Resources {
  const { vcpus, ramMiB, diskGiB, ephemeralGiB = 0, swapMiB = 0 } = flavor;
  const rootGiB = imageId === null ? 0 : diskGiB;
  return { VCPU: vcpus, MEMORY_MB: ramMiB, DISK_GB: rootGiB + ephemeralGiB + Math.ceil(swapMiB / 1_024) };
}

/** One allocation: of a server, or of a migration for what its server left behind. */
export interface Consumer {
  /** A server's ID, or a migration's UUID. */
  id: string;
  host: string;
  takes: Resources;
}

/** While a resize or a migration with one of these runs, its server is held on both hosts. */
const BETWEEN_TWO = new Set([
  'pre-migrating',
  'migrating',
  'post-migrating',
  'finished',
  'confirming',
  'reverting',
  'queued',
  'preparing',
  'running',
]);

/**
 * Each server on its host. While it moves, the migration holds the old one and the server the new one; an evacuated server holds both
 * until nova-compute there has cleaned up. Source: nova/conductor/tasks/migrate.py, replace_allocation_with_migration
 */
export function consumersOf({ servers, migrations }: CloudState): Consumer[] {
  const moves = new Map<string, Migration & { dest: string }>();
  const evacuated = new Map<string, string[]>();
  for (const migration of migrations) {
    const { type, status, dest, serverId, source } = migration;
    if (type !== 'evacuation' && dest !== null && BETWEEN_TWO.has(status)) moves.set(serverId, { ...migration, dest });
    if (type === 'evacuation' && status === 'done') evacuated.set(serverId, [...(evacuated.get(serverId) ?? []), source]);
  }
  return servers.flatMap((server) => [
    ...(evacuated.get(server.id) ?? []).map((host) => ({ id: server.id, host, takes: takenBy(server.flavor, server.imageId) })),
    ...heldBy(server, moves.get(server.id)),
  ]);
}

function heldBy({ id, host, flavor, imageId }: Server, move: (Migration & { dest: string }) | undefined): Consumer[] {
  if (!move) return host === null ? [] : [{ id, host, takes: takenBy(flavor, imageId) }];
  const { oldFlavor = flavor, newFlavor = flavor } = move;
  return [
    { id: move.uuid, host: move.source, takes: takenBy(oldFlavor, imageId) },
    { id, host: move.dest, takes: takenBy(newFlavor, imageId) },
  ];
}

/** By host, what is taken of each. */
export function usesOf(state: CloudState): { of(host: Host): Resources } {
  const uses = new Map<string, Resources>();
  for (const { host, takes } of consumersOf(state)) {
    const use = uses.get(host) ?? { VCPU: 0, MEMORY_MB: 0, DISK_GB: 0 };
    use.VCPU += takes.VCPU;
    use.MEMORY_MB += takes.MEMORY_MB;
    use.DISK_GB += takes.DISK_GB;
    uses.set(host, use);
  }
  return { of: ({ name }) => uses.get(name) ?? { VCPU: 0, MEMORY_MB: 0, DISK_GB: 0 } };
}

/** Whether so much more can be given out of a host. */
export function fits(state: CloudState, host: Host, used: Resources, wanted: Resources): boolean {
  const inventories = inventoriesOf(state, host);
  const left = (kind: ResourceClass): number => capacityOf(inventories[kind]) - used[kind];
  return left('VCPU') >= wanted.VCPU && left('MEMORY_MB') >= wanted.MEMORY_MB && left('DISK_GB') >= wanted.DISK_GB;
}
