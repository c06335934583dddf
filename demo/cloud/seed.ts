import { DEMO_PROJECT, idsIn, type MakeId } from './ids.ts';
import { seededCompute } from './seed-compute.ts';
import { seededIdentity } from './seed-identity.ts';
import { type Many, withMany } from './seed-many.ts';
import { seededNetwork } from './seed-network.ts';
import { seededObjectStore } from './seed-object-store.ts';
import { seededImages, seededVolumes } from './seed-storage.ts';
import type { CloudState, Limits, Quotas } from './state.ts';
import type { IdentityState } from './state-identity.ts';

export { ADMIN_PROJECT, ALICE_LAB, DEMO_OF_RESEARCH, DEMO_PROJECT, hexId, uuid } from './ids.ts';
export { host, server } from './seed-compute.ts';

export interface SeedOptions {
  /** A second domain with another project `demo`. */
  twoDomains?: boolean;
  /** Another server `web-1`, in alice-lab. */
  sameNames?: boolean;
  unifiedLimits?: boolean;
  /** With accounts of demo and alice-lab. */
  objectStore?: boolean;
  /** So many more of each, for lists of many pages: `{ hosts: 300, servers: 2_000, projects: 500 }` */
  many?: Many;
}

/** The same inhabitants as the seeded real cloud of test/openstack/cloud has, and compute10 beside compute1. */
export function seeded(options: SeedOptions = {}): CloudState {
  const identity = seededIdentity(options);
  const state = seededRegion(options, identity, idsIn(undefined));
  if (options.many) withMany(state, options.many);
  return state;
}

/** The same once more in another region: other IDs, and the same people. */
export function seededBeside(first: CloudState, region: string, options: SeedOptions = {}): CloudState {
  const { domains, projects, users, groups } = first;
  return seededRegion(options, { domains, projects, users, groups }, idsIn(region));
}

function seededRegion(options: SeedOptions, identity: IdentityState, id: MakeId): CloudState {
  const compute = seededCompute(options, id);
  const network = seededNetwork(compute.servers, id);
  return {
    ...identity,
    ...compute,
    ...network,
    ...seededVolumes(compute.servers, id),
    ...seededImages(id),
    quotas: seededQuotas(),
    unifiedLimits: options.unifiedLimits ?? false,
    ...(options.objectStore ? { objectStore: seededObjectStore() } : {}),
  };
}

/** Defaults as the real cloud answers them. */
function seededQuotas(): CloudState['quotas'] {
  const network = { network: 100, subnet: 100, subnetpool: -1, port: 500, router: 10, floatingip: 50 };
  const volume = {
    volumes: 10,
    per_volume_gigabytes: -1,
    snapshots: 10,
    gigabytes: 1_000,
    backups: 10,
    backup_gigabytes: 1_000,
    groups: 10,
  };
  return {
    compute: quotas({
      cores: 20,
      instances: 10,
      key_pairs: 100,
      metadata_items: 128,
      ram: 51_200,
      server_group_members: 10,
      server_groups: 10,
    }),
    volume: quotas(volume),
    // Security groups are not in the state: what there are is only counted.
    network: quotas(
      { ...network, rbac_policy: 10, security_group: 10, security_group_rule: 100, trunk: -1 },
      { [DEMO_PROJECT]: { security_group: 3, security_group_rule: 12 } },
    ),
  };
}

function quotas(defaults: Limits, used: Record<string, Limits> = {}): Quotas {
  return { defaults, own: new Map(), used: new Map(Object.entries(used)), reserved: new Map() };
}
