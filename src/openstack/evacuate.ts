import { z } from 'zod';
import type { Session } from './session.ts';

export const EVACUATE_VERSION = '2.68';

/**
 * Asks Nova to rebuild a server of a host that is *down* elsewhere; answers before it is done. POST /servers/{id}/action `evacuate`, 2.68:
 * from there on nobody can force it onto a host past the scheduler. Never 2.95 or later: there a server that ran is left stopped. With `to`
 * the scheduler still decides whether it may be there.
 *
 * `bad_request` while nova takes the source for up ("is still in use"), and where `to` is the source. `conflict` unless vm_state is
 * active, stopped or error and no task runs; a lock is not in the way. `not_found` for an unknown server or `to`. Admins only.
 * What comes of it is in listMigrations. Source: nova/api/openstack/compute/evacuate.py, nova/compute/api.py
 */
export async function evacuateServer(os: Session, id: string, to?: string): Promise<void> {
  await os.request({
    service: 'compute',
    method: 'POST',
    path: `/servers/${encodeURIComponent(id)}/action`,
    microversion: EVACUATE_VERSION,
    body: { evacuate: to === undefined ? {} : { host: to } },
    // An empty body: the password that a rebuilt server gets is told only below 2.14.
    response: z.unknown(),
  });
}

/**
 * Starts a server that is off; answers before it runs. POST /servers/{id}/action `os-start`, 2.1. `conflict` unless its vm_state is stopped.
 * Source: nova/compute/api.py, start
 */
export async function startServer(os: Session, id: string): Promise<void> {
  await os.request({
    service: 'compute',
    method: 'POST',
    path: `/servers/${encodeURIComponent(id)}/action`,
    body: { 'os-start': null },
    response: z.unknown(),
  });
}
