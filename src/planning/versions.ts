import { UserError } from '../errors.ts';
import type { JobCall } from '../job.ts';
import { compareVersions } from '../openstack/microversions.ts';
import type { Service, Session } from '../openstack/session.ts';

/** Asked before anybody approves: what the job will write has to be within reach of this cloud's microversions. */
export async function mustReach(openstack: Session, { job, payload }: JobCall): Promise<void> {
  const needed = Object.entries(job.microversions?.(payload) ?? {}) as [Service, string][]; // keys of a Partial<Record<Service, …>>
  const missing = await Promise.all(
    needed.map(async ([service, wanted]) => {
      const { min, max } = await openstack.versions(service);
      if (max !== undefined && compareVersions(max, wanted) >= 0) return [];
      return [`it needs ${service} API version ${wanted}, and this cloud has ${min && max ? `${min} to ${max}` : 'none'}`];
    }),
  );
  const all = missing.flat();
  if (all.length > 0) throw new UserError(`This cloud is too old for that: ${all.join('; ')}. Nothing was changed.`);
}
