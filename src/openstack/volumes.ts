import { z } from 'zod';
import type { Session } from './session.ts';

export const Volume = z
  .object({
    id: z.string(),
    name: z.string().nullish(),
    description: z.string().nullish(),
    /** `available`, `in-use`, `error`, `error_deleting`, … */
    status: z.string(),
    /** GiB. */
    size: z.number(),
    volume_type: z.string().nullish(),
    user_id: z.string(),
    availability_zone: z.string().nullish(),
    created_at: z.string(),
    updated_at: z.string().nullish(),
    snapshot_id: z.string().nullish(),
    bootable: z.enum(['true', 'false']),
    encrypted: z.boolean(),
    multiattach: z.boolean(),
    metadata: z.record(z.string(), z.string()),
    attachments: z.array(
      z.object({
        server_id: z.string(),
        device: z.string().nullish(),
        attached_at: z.string().nullish(),
        host_name: z.string().nullish(),
      }),
    ),
    'os-vol-tenant-attr:tenant_id': z.string(),
    'os-vol-host-attr:host': z.string().nullish(),
  })
  .transform(({ name, description, volume_type, bootable, attachments, ...volume }) => ({
    id: volume.id,
    /** Empty where nobody gave one: nova's root volumes are so. */
    name: name ?? '',
    description: description ?? null,
    status: volume.status,
    size: volume.size,
    volume_type: volume_type ?? null,
    tenant_id: volume['os-vol-tenant-attr:tenant_id'],
    user_id: volume.user_id,
    availability_zone: volume.availability_zone ?? null,
    created_at: volume.created_at,
    updated_at: volume.updated_at ?? null,
    snapshot_id: volume.snapshot_id ?? null,
    bootable: bootable === 'true',
    encrypted: volume.encrypted,
    multiattach: volume.multiattach,
    metadata: volume.metadata,
    /** Several only where it is multiattach; null where it was never told on which host or when. */
    attachments: attachments.map(({ server_id, device, attached_at, host_name }) => ({
      server_id,
      device: device ?? null,
      attached_at: attached_at ?? null,
      host: host_name ?? null,
    })),
    /** `host@backend#pool`; null for who is no admin, and before it has one. */
    host: volume['os-vol-host-attr:host'] ?? null,
  }));
export type Volume = z.infer<typeof Volume>;

export interface VolumeFilter {
  projectId?: string | undefined;
  userId?: string | undefined;
  status?: string | undefined;
  /** The whole name; case is ignored where cinder's database does (MySQL): compare again. */
  name?: string | undefined;
  /** `host`, `host@backend` or `host@backend#pool`: what begins so. */
  host?: string | undefined;
  availabilityZone?: string | undefined;
  bootable?: boolean | undefined;
}

/**
 * All volumes in all projects, newest first, or those that the filters leave. GET /volumes/detail?all_tenants, 3.0; 1 call per 1,000
 * volumes (`osapi_max_limit`). Not `forbidden` for who is no admin: cinder then answers with the own project's, and filters by less. A
 * filter that cinder does not know leaves nothing. Source: cinder/api/v3/volumes.py, cinder/db/sqlalchemy/api.py
 */
export async function listVolumes(os: Session, filter: VolumeFilter = {}): Promise<Volume[]> {
  const { projectId, userId, availabilityZone, ...same } = filter;
  return os.list({
    service: 'volume',
    path: '/volumes/detail',
    query: { all_tenants: 1, project_id: projectId, user_id: userId, availability_zone: availabilityZone, ...same },
    key: 'volumes',
    response: Volume,
  });
}

/** One volume. GET /volumes/{id}, 3.0. `not_found` where there is none, or where it is of another project and the user no admin. */
export async function getVolume(os: Session, id: string): Promise<Volume> {
  const { volume } = await os.request({
    service: 'volume',
    method: 'GET',
    path: `/volumes/${encodeURIComponent(id)}`,
    response: z.object({ volume: Volume }),
  });
  return volume;
}
