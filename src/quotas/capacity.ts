import { OpenStackError } from '../errors.ts';
import { listAddressPools } from '../openstack/address-pools.ts';
import { listHypervisors } from '../openstack/compute.ts';
import { listAllocationCandidates } from '../openstack/placement.ts';
import { formatLimit, type Quota } from '../openstack/quotas.ts';
import type { Session } from '../openstack/session.ts';
import { listVolumePools, listVolumeTypes, type VolumePool } from '../openstack/volume.ts';
import { type Change, valueName } from './change.ts';

/** In the quota's unit; `no end` where a back end says so of itself. */
export type Room = number | 'no end';

/** What the cloud can still place of what is to be raised, by value; those that nothing limits are not in it. */
export interface Capacity {
  rooms: ReadonlyMap<string, Room>;
  /** What could not be looked at, in sentences. */
  unknown: string[];
}

/**
 * One look for each kind of thing that is raised: Placement and the hypervisors for cores and ram (2 calls), Cinder's pools for gigabytes
 * (1 or 2), Neutron's external networks for addresses (4). A look that is not possible never stands in the way of a plan.
 */
export async function lookForRoom(os: Session, changes: readonly Change[]): Promise<Capacity> {
  const raised = changes.filter(isRaised).map(({ quota }) => quota);
  const looks = [
    {
      what: 'Placement',
      wanted: raised.filter(({ key, service }) => service === 'compute' && HOST_CLASSES.has(key)),
      look: roomOnHosts,
    },
    { what: "Cinder's pools", wanted: raised.filter(({ key }) => key.startsWith('gigabytes')), look: roomInPools },
    { what: 'the external networks', wanted: raised.filter(({ key }) => key === 'floatingip'), look: roomForAddresses },
  ];
  const rooms = new Map<string, Room>();
  const unknown: string[] = [];
  await Promise.all(
    looks
      .filter(({ wanted }) => wanted.length > 0)
      .map(async ({ what, wanted, look }) => {
        try {
          for (const [quota, room] of await look(os, wanted)) rooms.set(valueName({ quota, to: 0 }), room);
        } catch (error) {
          if (!(error instanceof OpenStackError)) throw error;
          unknown.push(`What ${what} can still place is not known: ${error.message}.`);
        }
      }),
  );
  return { rooms, unknown };
}

export function isRaised({ use, to }: Change): boolean {
  return use.limit >= 0 && (to > use.limit || to === -1);
}

/** Placement's resource class of a quota of nova's. */
const HOST_CLASSES: ReadonlyMap<string, string> = new Map([
  ['cores', 'VCPU'],
  ['ram', 'MEMORY_MB'],
]);

async function roomOnHosts(os: Session, wanted: readonly Quota[]): Promise<[Quota, Room][]> {
  // With memory asked for, every enabled host that has any left is a candidate; placement does not know which of them are down.
  const [candidates, hypervisors] = await Promise.all([listAllocationCandidates(os, { MEMORY_MB: 1 }), listHypervisors(os)]);
  const down = new Set(hypervisors.filter(({ state }) => state === 'down').map(({ id }) => id));
  return wanted.map((quota): [Quota, Room] => {
    const name = HOST_CLASSES.get(quota.key) ?? '';
    const free = candidates
      .filter(({ uuid }) => !down.has(uuid))
      .map(({ resources }) => Math.max(0, (resources[name]?.capacity ?? 0) - (resources[name]?.used ?? 0)));
    return [quota, free.reduce((sum, one) => sum + one, 0)];
  });
}

/** `gigabytes` in all pools, `gigabytes_ssd` in those that the volume type fits. */
async function roomInPools(os: Session, wanted: readonly Quota[]): Promise<[Quota, Room][]> {
  const typed = wanted.some(({ key }) => key !== 'gigabytes');
  const [pools, types] = await Promise.all([listVolumePools(os), typed ? listVolumeTypes(os) : []]);
  return wanted.flatMap((quota): [Quota, Room][] => {
    const type = types.find(({ name }) => `gigabytes_${name}` === quota.key);
    const backend = type?.extra_specs.volume_backend_name;
    const rooms = pools.filter((pool) => backend === undefined || pool.backend_name === backend).map(roomInPool);
    if (rooms.includes('not known')) return [];
    const free = rooms.reduce<Room>((sum, room) => (sum === 'no end' || typeof room !== 'number' ? 'no end' : sum + room), 0);
    return [[quota, free]];
  });
}

/** As cinder's scheduler counts it: cinder/utils.py, calculate_virtual_free_capacity. */
function roomInPool({
  total,
  free,
  provisioned,
  reserved_percentage,
  thin,
  over_subscription_ratio,
}: VolumePool): Room | 'not known' {
  if (total === 'infinite' || free === 'infinite') return 'no end';
  if (typeof total !== 'number' || typeof free !== 'number') return 'not known';
  const reserved = Math.floor((total * reserved_percentage) / 100);
  const isThin = thin && over_subscription_ratio !== null && typeof provisioned === 'number';
  const room = isThin ? total * over_subscription_ratio - provisioned : free;
  return Math.max(0, Math.floor(room - reserved));
}

async function roomForAddresses(os: Session, wanted: readonly Quota[]): Promise<[Quota, Room][]> {
  const free = (await listAddressPools(os)).reduce((sum, pool) => sum + pool.free, 0);
  return wanted.map((quota) => [quota, free]);
}

/** Whether less fits than the raise adds. */
export function isTooLittle({ use, to }: Change, room: Room | undefined): boolean {
  if (room === undefined || room === 'no end') return false;
  return to === -1 ? room === 0 : to - use.limit > room;
}

/** For a table's cell: marked in words too, since not everybody sees the colour. */
export function roomInWords(change: Change, { rooms }: Capacity): string {
  const room = rooms.get(valueName(change));
  if (room === undefined) return '';
  if (room === 'no end') return 'no end';
  return `${isTooLittle(change, room) ? '🔴 only ' : ''}${formatLimit(change.quota, room)}`;
}

/** What does not fit, most serious of a plan's warnings. */
export function tooLittleInWords(changes: readonly Change[], { rooms }: Capacity): string[] {
  return changes.flatMap((change) => {
    const room = rooms.get(valueName(change));
    if (!isTooLittle(change, room) || typeof room !== 'number') return [];
    const { quota, use, to } = change;
    const more = to === -1 ? 'no limit' : `the ${formatLimit(quota, to - use.limit)} that it is raised by`;
    return [`🔴 The cloud can still place ${formatLimit(quota, room)} of ${quota.name}, less than ${more}.`];
  });
}
