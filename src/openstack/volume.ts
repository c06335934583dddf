import { z } from 'zod';
import { type Limits, LimitsBody, type QuotaUses, QuotaUsesBody } from './quota-set.ts';
import type { Session } from './session.ts';

/**
 * A project's quotas with their use, also per volume type (`gigabytes_<type>`). GET /os-quota-sets/{project}?usage=True, 3.0.
 * Cinder knows no projects: it answers any text with its defaults, so the ID must be keystone's.
 * Source: cinder/api/contrib/quotas.py
 */
export async function getVolumeQuota(os: Session, projectId: string): Promise<QuotaUses> {
  const { quota_set } = await os.request({
    service: 'volume',
    method: 'GET',
    path: `/os-quota-sets/${encodeURIComponent(projectId)}`,
    query: { usage: 'True' },
    response: z.object({ quota_set: QuotaUsesBody }),
  });
  return quota_set;
}

/**
 * Sets some of a project's quotas, and leaves the others. PUT /os-quota-sets/{project}, 3.0. Accepts projects that do not
 * exist, and, for a name that nobody has set for the project before, limits below what is in use: look before. `bad_request` for an unknown
 * name, and below what is in use otherwise. Source: cinder/api/contrib/quotas.py
 */
export async function updateVolumeQuota(os: Session, projectId: string, limits: Limits): Promise<void> {
  await os.request({
    service: 'volume',
    method: 'PUT',
    path: `/os-quota-sets/${encodeURIComponent(projectId)}`,
    body: { quota_set: limits },
    response: z.object({ quota_set: z.unknown() }),
  });
}

/**
 * The quota class that every project without values of its own follows, with the names per volume type. GET /os-quota-class-sets/default,
 * 3.0. Admins only. Source: cinder/api/contrib/quota_classes.py
 */
export async function getVolumeQuotaClass(os: Session): Promise<Limits> {
  const { quota_class_set } = await os.request({
    service: 'volume',
    method: 'GET',
    path: '/os-quota-class-sets/default',
    response: z.object({ quota_class_set: LimitsBody }),
  });
  return quota_class_set;
}

/**
 * Sets what projects without values of their own have, and leaves the other defaults. PUT /os-quota-class-sets/default, 3.0. Admins
 * only. `bad_request` for an unknown name and for what is no limit. A first value overrides cinder.conf, and no call takes it back.
 */
export async function updateVolumeQuotaClass(os: Session, limits: Limits): Promise<void> {
  await os.request({
    service: 'volume',
    method: 'PUT',
    path: '/os-quota-class-sets/default',
    body: { quota_class_set: limits },
    response: z.object({ quota_class_set: z.unknown() }),
  });
}

export const VolumeType = z
  .object({
    id: z.string(),
    name: z.string(),
    is_public: z.boolean(),
    description: z.string().nullish(),
    extra_specs: z.record(z.string(), z.string()).nullish(),
  })
  .transform(({ description, extra_specs, ...type }) => ({
    ...type,
    description: description ?? null,
    /** `volume_backend_name` says which pools it fits; for who is no admin only what is of use to them. */
    extra_specs: extra_specs ?? {},
  }));
export type VolumeType = z.infer<typeof VolumeType>;

/** All volume types, the private ones too for admins. GET /types?is_public=None, 3.0. */
export async function listVolumeTypes(os: Session): Promise<VolumeType[]> {
  return os.list({ service: 'volume', path: '/types', query: { is_public: 'None' }, key: 'volume_types', response: VolumeType });
}

export const VolumeService = z.object({
  /** `cinder-volume`, `cinder-scheduler`, `cinder-backup`. */
  binary: z.string(),
  /** For cinder-volume with its back end: `block1@lvm`. */
  host: z.string(),
  zone: z.string(),
  status: z.enum(['enabled', 'disabled']),
  state: z.enum(['up', 'down']),
  /** Of a cinder-volume's storage, as its driver says; null where nothing of it is known. */
  backend_state: z.string().nullish(),
  disabled_reason: z.string().nullish(),
  /** A frozen one takes no writes after a failover. */
  frozen: z.boolean().nullish(),
  updated_at: z.string().nullish(),
});
export type VolumeService = z.infer<typeof VolumeService>;

/** Cinder's services. GET /os-services, 3.49 (the state of the storage behind them); 1 call. Admins only. */
export async function listVolumeServices(os: Session): Promise<VolumeService[]> {
  return os.list({
    service: 'volume',
    path: '/os-services',
    microversion: '3.49',
    older: 'the state of the storage behind the services is not shown.',
    key: 'services',
    response: VolumeService,
  });
}

/** GiB, or what a driver says that does not know it. Some drivers write numbers as text. */
const Capacity = z.union([
  z.number(),
  z.enum(['infinite', 'unknown']),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number),
]);

export const VolumePool = z
  .object({
    name: z.string(),
    capabilities: z.object({
      volume_backend_name: z.string().nullish(),
      location_info: z.string().nullish(),
      total_capacity_gb: Capacity.nullish(),
      free_capacity_gb: Capacity.nullish(),
      provisioned_capacity_gb: Capacity.nullish(),
      allocated_capacity_gb: Capacity.nullish(),
      reserved_percentage: z.number().nullish(),
      thin_provisioning_support: z.boolean().nullish(),
      max_over_subscription_ratio: Capacity.nullish(),
      timestamp: z.string().nullish(),
    }),
  })
  .transform(({ name, capabilities: said }) => ({
    /** `host@backend#pool` */
    name,
    backend_name: said.volume_backend_name ?? null,
    /** The storage itself, as the drivers of Ceph, LVM, 3PAR and LINSTOR say: `ceph:/etc/ceph/ceph.conf:<fsid>:cinder:volumes`. */
    location: said.location_info ?? null,
    /** GiB of storage that there are, and that are free, as the driver says: `infinite` and `unknown` are words of cinder's. */
    total: said.total_capacity_gb ?? 'unknown',
    free: said.free_capacity_gb ?? 'unknown',
    /** GiB promised to volumes by all that use the storage, and by this cinder alone. */
    provisioned: said.provisioned_capacity_gb ?? null,
    allocated: said.allocated_capacity_gb ?? null,
    reserved_percentage: said.reserved_percentage ?? 0,
    /** Thin: up to `total` times this may be provisioned. */
    thin: said.thin_provisioning_support ?? false,
    over_subscription_ratio: typeof said.max_over_subscription_ratio === 'number' ? said.max_over_subscription_ratio : null,
    /** When the driver said so; cinder asks it about once a minute. */
    timestamp: said.timestamp ?? null,
  }));
export type VolumePool = z.infer<typeof VolumePool>;

/**
 * The pools that cinder's scheduler places volumes in, with their capacities. GET /scheduler-stats/get_pools?detail, 3.0; 1 call. Pools
 * whose service is down or has just started are missing. Several cinder-volume that use the same storage, and are no cluster of cinder's
 * nor share a `backend_host`, are a pool each, and each says all of it. Which of them a type fits follows from the type's extra specs: cinder's own
 * filter by type (3.35) answers 400 for good types in Zed. Admins only. Source: cinder/scheduler/host_manager.py
 */
export async function listVolumePools(os: Session): Promise<VolumePool[]> {
  return os.list({
    service: 'volume',
    path: '/scheduler-stats/get_pools',
    query: { detail: true },
    key: 'pools',
    response: VolumePool,
  });
}
