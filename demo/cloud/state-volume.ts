import type { Reporting } from './heartbeats.ts';

export interface VolumeState {
  volumeTypes: VolumeType[];
  volumes: Volume[];
  snapshots: Snapshot[];
  volumeServices: VolumeService[];
  pools: Pool[];
}

export interface VolumeType {
  id: string;
  name: string;
  isPublic: boolean;
  description: string | null;
  extraSpecs: Record<string, string>;
}

export interface Volume {
  id: string;
  name: string;
  status: string;
  sizeGiB: number;
  projectId: string;
  userId: string;
  /** By name. */
  type: string;
  /** `host@backend#pool` */
  host: string | null;
  zone: string;
  bootable: boolean;
  created: string;
  updated: string;
  attachments: { serverId: string; device: string; host: string | null; deletedWithServer: boolean }[];
}

export interface Snapshot {
  id: string;
  name: string;
  volumeId: string;
  sizeGiB: number;
  projectId: string;
  /** Its volume's, by name. */
  type: string;
}

export interface VolumeService extends Reporting {
  binary: string;
  host: string;
  zone: string;
  status: 'enabled' | 'disabled';
  state: 'up' | 'down';
  /** Of a cinder-volume's storage. */
  backendState: 'up' | 'down' | null;
  disabledReason: string | null;
}

export interface Pool {
  /** `host@backend#pool` */
  name: string;
  backend: string;
  /** `location_info`, of drivers that have one. */
  location?: string;
  totalGiB: number | 'infinite' | 'unknown';
  freeGiB: number | 'infinite' | 'unknown';
  provisionedGiB: number;
  allocatedGiB: number;
  reservedPercentage: number;
  thin: boolean;
  overSubscriptionRatio: number;
}
