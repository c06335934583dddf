import { z } from 'zod';
import { type Limits, LimitsBody, type QuotaUses, QuotaUsesBody } from './quota-set.ts';
import type { Session } from './session.ts';

/** 2.36 took away what neutron counts, 2.57 the injected files. nova/api/openstack/compute/quota_sets.py */
export const QUOTA_VERSION = '2.57';
const OLDER_QUOTA = 'quotas that are gone today are shown too.';

/**
 * A project's quotas with their use. GET /os-quota-sets/{project}/detail, 2.57. `key_pairs`, `metadata_items` and
 * `server_group_members` count per user, server and group: their use is always 0 here. `bad_request` for an unknown project.
 */
export async function getComputeQuota(os: Session, projectId: string): Promise<QuotaUses> {
  const { quota_set } = await os.request({
    service: 'compute',
    method: 'GET',
    path: `/os-quota-sets/${encodeURIComponent(projectId)}/detail`,
    microversion: QUOTA_VERSION,
    older: OLDER_QUOTA,
    response: z.object({ quota_set: QuotaUsesBody }),
  });
  return quota_set;
}

/** The quota class that every project without values of its own follows. GET /os-quota-class-sets/default, 2.57. Admins only. */
export async function getComputeQuotaClass(os: Session): Promise<Limits> {
  const { quota_class_set } = await os.request({
    service: 'compute',
    method: 'GET',
    path: '/os-quota-class-sets/default',
    microversion: QUOTA_VERSION,
    older: OLDER_QUOTA,
    response: z.object({ quota_class_set: LimitsBody }),
  });
  return quota_class_set;
}

/**
 * Sets some of a project's quotas, and leaves the others. PUT /os-quota-sets/{project}, 2.57 (before, nova took and stored what
 * neutron counts). `bad_request` below what is in use, for an unknown name and for an unknown project. With nova's unified limits it
 * answers 200 and stores nothing: read back. Source: nova/api/openstack/compute/quota_sets.py
 */
export async function updateComputeQuota(os: Session, projectId: string, limits: Limits): Promise<void> {
  await os.request({
    service: 'compute',
    method: 'PUT',
    path: `/os-quota-sets/${encodeURIComponent(projectId)}`,
    microversion: QUOTA_VERSION,
    body: { quota_set: limits },
    response: z.object({ quota_set: z.unknown() }),
  });
}

/**
 * Sets what projects without values of their own have, and leaves the other defaults. PUT /os-quota-class-sets/default, 2.57. Admins only.
 * A first value overrides nova.conf from then on, and no call takes it back. `bad_request` for an unknown name and for what is no
 * limit. With nova's unified limits it answers 200 and stores nothing. Source: nova/api/openstack/compute/quota_classes.py
 */
export async function updateComputeQuotaClass(os: Session, limits: Limits): Promise<void> {
  await os.request({
    service: 'compute',
    method: 'PUT',
    path: '/os-quota-class-sets/default',
    microversion: QUOTA_VERSION,
    body: { quota_class_set: limits },
    response: z.object({ quota_class_set: z.unknown() }),
  });
}
