import { z } from 'zod';
import type { Session } from './session.ts';

export const Migration = z.object({
  /** Grows with each one, within a cell; so do all those away from one host. */
  id: z.number(),
  uuid: z.string(),
  instance_uuid: z.string(),
  /** `evacuation`, `live-migration`, `migration`, `resize` */
  migration_type: z.string(),
  /**
   * Of an evacuation: `accepted`, `pre-migrating`, then `done`, and `completed` once the source's nova-compute has started again and
   * cleaned up; `error` where no host was found, `failed` where the rebuild went wrong there.
   */
  status: z.string(),
  source_compute: z.string().nullable(),
  /** Null while the scheduler has not decided. */
  dest_compute: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string().nullish(),
});
export type Migration = z.infer<typeof Migration>;

export interface MigrationFilter {
  type?: 'evacuation' | 'live-migration' | 'migration' | 'resize' | undefined;
  /** The host they go away from, by its whole name. */
  source?: string | undefined;
  status?: string | undefined;
  serverId?: string | undefined;
}

/**
 * Migrations in all projects, newest first, or those that the filters leave; those of deleted servers too. GET /os-migrations, 2.59 (pages,
 * UUIDs); 1 call per 1,000. MySQL compares without regard to case, so the host is compared again here. Admins only.
 * Source: nova/api/openstack/compute/migrations.py
 */
export async function listMigrations(os: Session, filter: MigrationFilter = {}): Promise<Migration[]> {
  const migrations = await os.list({
    service: 'compute',
    path: '/os-migrations',
    query: {
      migration_type: filter.type,
      source_compute: filter.source,
      status: filter.status,
      instance_uuid: filter.serverId,
    },
    microversion: '2.59',
    key: 'migrations',
    response: Migration,
  });
  return filter.source === undefined ? migrations : migrations.filter(({ source_compute }) => source_compute === filter.source);
}
