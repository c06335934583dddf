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

/** What a project has where nobody set it anything else. GET /os-quota-sets/{project}/defaults, 3.0. */
export async function getDefaultVolumeQuota(os: Session, projectId: string): Promise<Limits> {
  const { quota_set } = await os.request({
    service: 'volume',
    method: 'GET',
    path: `/os-quota-sets/${encodeURIComponent(projectId)}/defaults`,
    response: z.object({ quota_set: LimitsBody }),
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

export const VolumeType = z.object({ id: z.string(), name: z.string(), is_public: z.boolean() });
export type VolumeType = z.infer<typeof VolumeType>;

/** All volume types, the private ones too for admins. GET /types?is_public=None, 3.0. */
export async function listVolumeTypes(os: Session): Promise<VolumeType[]> {
  return os.list({ service: 'volume', path: '/types', query: { is_public: 'None' }, key: 'volume_types', response: VolumeType });
}
