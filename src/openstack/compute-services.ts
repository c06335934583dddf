import { z } from 'zod';
import { ComputeService } from './compute.ts';
import type { Session } from './session.ts';

export const SERVICE_UPDATE_VERSION = '2.53';

/** What is left out stays; enabling drops the reason. */
export interface ServiceChange {
  status?: 'enabled' | 'disabled';
  /** At most 255 characters; only with `disabled`. */
  disabled_reason?: string;
  /** Nova takes the host for down whatever its heartbeat says: evacuations are allowed, and the scheduler leaves it out. */
  forced_down?: boolean;
}

/**
 * Changes a nova-compute service, all that is asked in one step. PUT /os-services/{id}, 2.53 (before, each was a call of its own, by host).
 * The answer's `updated_at` is the moment of the change: nova moves it with every write of the record, not only with heartbeats.
 * `bad_request` for a service that is no nova-compute, and for `forced_down: false` while evacuations away from the host are `done` and
 * not yet `completed`, as nova-compute makes them when it starts. `not_found` for an unknown ID. Admins only.
 * Source: nova/api/openstack/compute/services.py, nova/db/main/api.py, service_update
 */
export async function updateComputeService(os: Session, id: string, change: ServiceChange): Promise<ComputeService> {
  const { service } = await os.request({
    service: 'compute',
    method: 'PUT',
    path: `/os-services/${encodeURIComponent(id)}`,
    microversion: SERVICE_UPDATE_VERSION,
    body: change,
    response: z.object({ service: ComputeService }),
  });
  return service;
}
