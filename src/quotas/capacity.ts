import { OpenStackError } from '../errors.ts';
import { type AddressPool, listAddressPools } from '../openstack/address-pools.ts';
import { listHypervisors } from '../openstack/compute.ts';
import { listNetworkRbacPolicies, type NetworkRbacPolicy } from '../openstack/networks.ts';
import { listAllocationCandidates } from '../openstack/placement.ts';
import { formatLimit, type Quota, quotaValue } from '../openstack/quotas.ts';
import type { Session } from '../openstack/session.ts';
import { listVolumePools, listVolumeTypes, type VolumePool } from '../openstack/volume.ts';
import { type Change, valueName } from './change.ts';

export interface Room {
  /** In the quota's unit; `no end` where a back end says so of itself. */
  free: number | 'no end';
  /** It may be less: what is counted may be the same storage twice, or not for this project. */
  atMost?: boolean;
}

/** What the cloud can still place of what is to be raised, by value; those that nothing limits are not in it. */
export interface Capacity {
  rooms: ReadonlyMap<string, Room>;
  /** What could not be looked at, in sentences. */
  unknown: string[];
}

/**
 * One look for each kind of thing that is raised: Placement and the hypervisors for cores and ram (2 calls), Cinder's pools for gigabytes
 * (1 or 2), Neutron's external networks for addresses (5). A look that is not possible never stands in the way of a plan.
 */
export async function lookForRoom(os: Session, changes: readonly Change[], projectId: string): Promise<Capacity> {
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
          for (const [quota, room] of await look(os, wanted, projectId)) rooms.set(quotaValue(quota.service, quota.key), room);
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
    return [quota, { free: free.reduce((sum, one) => sum + one, 0) }];
  });
}

/** `gigabytes` in all pools, `gigabytes_ssd` in those that the volume type fits. */
async function roomInPools(os: Session, wanted: readonly Quota[]): Promise<[Quota, Room][]> {
  const typed = wanted.some(({ key }) => key !== 'gigabytes');
  const [pools, types] = await Promise.all([listVolumePools(os), typed ? listVolumeTypes(os) : []]);
  return wanted.flatMap((quota): [Quota, Room][] => {
    const type = types.find(({ name }) => `gigabytes_${name}` === quota.key);
    const backend = type?.extra_specs.volume_backend_name;
    const room = roomInStorages(pools.filter((pool) => backend === undefined || pool.backend_name === backend));
    return room ? [[quota, room]] : [];
  });
}

/** Each storage once, by the pool that says the least of it; undefined where one of them does not know. */
function roomInStorages(pools: readonly VolumePool[]): Room | undefined {
  const byStorage = new Map<string, (number | 'no end')[]>();
  for (const pool of pools) {
    const room = roomInPool(pool);
    if (room === 'not known') return undefined;
    const storage = storageOf(pool);
    byStorage.set(storage, [...(byStorage.get(storage) ?? []), room]);
  }
  const rooms = [...byStorage.values()].map(leastOf);
  const free = rooms.reduce<Room['free']>((sum, room) => (sum === 'no end' || room === 'no end' ? 'no end' : sum + room), 0);
  // Pools of one Ceph share its disks, and drivers without a word for their storage may mean the same one with other numbers.
  const isSure = byStorage.size <= 1 || pools.every(({ location }) => location !== null && !isCeph(location));
  return { free, ...(isSure ? {} : { atMost: true }) };
}

function leastOf(rooms: readonly (number | 'no end')[]): number | 'no end' {
  const numbers = rooms.filter((room) => room !== 'no end');
  return numbers.length === 0 ? 'no end' : Math.min(...numbers);
}

/**
 * What the pools of several cinder-volume with the same storage have in common. Where the driver has no word for that, its numbers are it,
 * but not within one cinder-volume, whose pools are different ones.
 */
function storageOf({ name, location, backend_name, total, free }: VolumePool): string {
  if (location !== null) return location;
  const [, pool = ''] = name.split('#');
  return typeof total === 'number' ? `${backend_name}#${pool} ${total} ${free}` : name;
}

/** cinder/volume/drivers/rbd.py, _update_volume_stats: cluster, file, fsid, user and pool. */
function isCeph(location: string): boolean {
  return /^[^:]*:[^:]*:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:/.test(location);
}

/** As cinder's scheduler counts it: cinder/utils.py, calculate_virtual_free_capacity. */
function roomInPool({
  total,
  free,
  provisioned,
  reserved_percentage,
  thin,
  over_subscription_ratio,
}: VolumePool): Room['free'] | 'not known' {
  if (total === 'infinite' || free === 'infinite') return 'no end';
  if (typeof total !== 'number' || typeof free !== 'number') return 'not known';
  const reserved = Math.floor((total * reserved_percentage) / 100);
  const isThin = thin && over_subscription_ratio !== null && typeof provisioned === 'number';
  const room = isThin ? total * over_subscription_ratio - provisioned : free;
  return Math.max(0, Math.floor(room - reserved));
}

/** Those of the external networks that the project may use, and of those of which neutron does not say who may. */
async function roomForAddresses(os: Session, wanted: readonly Quota[], projectId: string): Promise<[Quota, Room][]> {
  const [pools, policies] = await Promise.all([listAddressPools(os), listNetworkRbacPolicies(os).catch(noneIfRefused)]);
  const uses = pools.map((pool) => ({ pool, may: mayUse(pool, policies, projectId) })).filter(({ may }) => may !== 'no');
  const free = uses.reduce((sum, { pool }) => sum + pool.free, 0);
  const atMost = uses.some(({ may }) => may === 'not known');
  return wanted.map((quota) => [quota, { free, ...(atMost ? { atMost } : {}) }]);
}

function noneIfRefused(error: unknown): NetworkRbacPolicy[] {
  if (error instanceof OpenStackError) return [];
  throw error;
}

function mayUse(pool: AddressPool, policies: readonly NetworkRbacPolicy[], projectId: string): 'yes' | 'no' | 'not known' {
  if (pool.shared || pool.projectId === projectId) return 'yes';
  const own = policies.filter(({ object_id }) => object_id === pool.id);
  if (own.some(({ target_tenant }) => target_tenant === '*' || target_tenant === projectId)) return 'yes';
  return own.some(({ action }) => action === 'access_as_external') ? 'no' : 'not known';
}

/** Whether less fits than the raise adds. */
export function isTooLittle({ use, to }: Change, room: Room | undefined): boolean {
  if (room === undefined || room.free === 'no end') return false;
  return to === -1 ? room.free === 0 : to - use.limit > room.free;
}

/** For a table's cell: marked in words too, since not everybody sees the colour. */
export function roomInWords(change: Change, { rooms }: Capacity): string {
  const room = rooms.get(valueName(change));
  if (room === undefined) return '';
  if (room.free === 'no end') return 'no end';
  const words = room.atMost ? 'at most ' : isTooLittle(change, room) ? 'only ' : '';
  return `${isTooLittle(change, room) ? '🔴 ' : ''}${words}${formatLimit(change.quota, room.free)}`;
}

/** What does not fit, most serious of a plan's warnings. */
export function tooLittleInWords(changes: readonly Change[], { rooms }: Capacity): string[] {
  return changes.flatMap((change) => {
    const room = rooms.get(valueName(change));
    if (!room || typeof room.free !== 'number' || !isTooLittle(change, room)) return [];
    const { quota, use, to } = change;
    const more = to === -1 ? 'no limit' : `the ${formatLimit(quota, to - use.limit)} that it is raised by`;
    return [
      `🔴 The cloud can still place ${room.atMost ? 'at most ' : ''}${formatLimit(quota, room.free)} of ${quota.name}, less than ${more}.`,
    ];
  });
}
