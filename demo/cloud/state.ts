import { ofProject } from './by-project.ts';
import type { ComputeState } from './state-compute.ts';
import type { IdentityState } from './state-identity.ts';
import type { ImageState } from './state-image.ts';
import type { NetworkState } from './state-network.ts';
import type { ObjectStoreState } from './state-object-store.ts';
import type { VolumeState } from './state-volume.ts';

/** What a region of the pretend cloud holds. Tests read it and change it freely. Identity is the same in all regions. */
export interface CloudState extends IdentityState, ComputeState, VolumeState, NetworkState, ImageState {
  quotas: { compute: Quotas; volume: Quotas; network: Quotas };
  /** Nova answers 200 to quota changes and stores nothing, as with its UnifiedLimitsDriver. */
  unifiedLimits: boolean;
  /** Left out: the cloud has no object store, as the real test cloud has none. */
  objectStore?: ObjectStoreState;
}

export type Limits = Record<string, number>;

export interface Quotas {
  /** What the configuration says, or the quota class. */
  defaults: Limits;
  /** Project ID → what somebody set. */
  own: Map<string, Limits>;
  /** Project ID → what is in use, where it is not to be what is counted. */
  used: Map<string, Limits>;
  reserved: Map<string, Limits>;
}

export function limitsOf({ defaults, own }: Quotas, projectId: string): Limits {
  return { ...defaults, ...own.get(projectId) };
}

/** Stores only what differs from before; the rest goes on following the defaults. */
export function setLimits({ own }: Quotas, projectId: string, limits: Limits): void {
  own.set(projectId, { ...own.get(projectId), ...limits });
}

export function computeUse({ servers, quotas }: CloudState, projectId: string): Limits {
  const theirs = ofProject(servers, projectId);
  return {
    instances: theirs.length,
    cores: theirs.reduce((sum, { flavor }) => sum + flavor.vcpus, 0),
    ram: theirs.reduce((sum, { flavor }) => sum + flavor.ramMiB, 0),
    ...quotas.compute.used.get(projectId),
  };
}

export function volumeUse({ volumes, snapshots, quotas }: CloudState, projectId: string): Limits {
  const use: Limits = {};
  const add = (name: string, amount: number, type: string): void => {
    for (const key of [name, `${name}_${type}`]) use[key] = (use[key] ?? 0) + amount;
  };
  for (const { type, sizeGiB } of ofProject(volumes, projectId)) {
    add('volumes', 1, type);
    add('gigabytes', sizeGiB, type);
  }
  for (const { type, sizeGiB } of ofProject(snapshots, projectId)) {
    add('snapshots', 1, type);
    add('gigabytes', sizeGiB, type);
  }
  return { ...use, ...quotas.volume.used.get(projectId) };
}

export function networkUse(state: CloudState, projectId: string): Limits {
  return {
    network: ofProject(state.networks, projectId).length,
    subnet: ofProject(state.subnets, projectId).length,
    port: ofProject(state.ports, projectId).length,
    router: ofProject(state.routers, projectId).length,
    floatingip: ofProject(state.floatingIps, projectId).length,
    ...state.quotas.network.used.get(projectId),
  };
}
