import { OpenStackError } from '../../src/errors.ts';
import { getServer, listComputeServices } from '../../src/openstack/compute.ts';
import { type ServiceChange, updateComputeService } from '../../src/openstack/compute-services.ts';
import { evacuateServer, startServer } from '../../src/openstack/evacuate.ts';
import { findHost } from '../../src/openstack/hosts.ts';
import { listMigrations } from '../../src/openstack/migrations.ts';
import { listServerGroups } from '../../src/openstack/server-groups.ts';
import type { Session } from '../../src/openstack/session.ts';
import { type Case, forAdmin, forAll, inPagesOf, NO_UUID, once } from './case.ts';

/** Changes a host's service, and lifts all of it again. */
async function changed(os: Session, change: ServiceChange): Promise<unknown> {
  const [service] = await listComputeServices(os, { binary: 'nova-compute', host: 'compute2' });
  const id = service?.id ?? '';
  try {
    const after = await updateComputeService(os, id, change);
    const { status, state, forced_down, disabled_reason } = after;
    return { [`${status}, ${state}, forced down ${forced_down}, because of ${disabled_reason}`]: after };
  } finally {
    await updateComputeService(os, id, { status: 'enabled', forced_down: false });
  }
}

async function conductor(os: Session): Promise<string> {
  const [service] = await listComputeServices(os, { binary: 'nova-conductor' });
  return service?.id ?? '';
}

const services: Case[] = [
  ...forAdmin('force a host down and disable it in one call', [updateComputeService], (os) =>
    changed(os, { status: 'disabled', disabled_reason: 'stackhand R-1: a case', forced_down: true }),
  ),
  ...forAdmin('only force a host down', [updateComputeService], (os) => changed(os, { forced_down: true })),
  ...forAdmin('disable a host without a reason', [updateComputeService], (os) => changed(os, { status: 'disabled' })),
  ...forAdmin('enable a host with a reason', [updateComputeService], (os) =>
    changed(os, { status: 'enabled', disabled_reason: 'none' }),
  ),
  ...forAdmin('change nothing of a host', [updateComputeService], (os) => changed(os, {})),
  ...forAdmin('disable a conductor', [updateComputeService], async (os) =>
    updateComputeService(os, await conductor(os), { status: 'disabled' }),
  ),
  ...forAll('disable a service that is not there', [updateComputeService], (os) =>
    updateComputeService(os, NO_UUID, { status: 'disabled' }),
  ),
  ...forAdmin('disable what has no ID', [updateComputeService], (os) => updateComputeService(os, '7', { status: 'disabled' })),
  ...forAdmin('find a compute host', [findHost], (os) => findHost(os, 'compute1', () => true)),
  ...forAdmin('find a compute host of half its name', [findHost], (os) => findHost(os, 'compute', () => true)),
];

const evacuations: Case[] = [
  ...forAll('evacuate a server of a host that is up', [evacuateServer], async (os, { web1 }) => {
    try {
      await evacuateServer(os, web1);
    } catch (error) {
      // On which host it is differs.
      if (!(error instanceof OpenStackError)) throw error;
      return { [`${error.code}: ${error.fault?.replace(/compute\d+/, '<host>')}`]: null };
    }
    return 'taken';
  }),
  ...forAdmin('evacuate a server to a host that is not there', [evacuateServer], (os, { web1 }) =>
    evacuateServer(os, web1, 'nosuch'),
  ),
  ...forAdmin('evacuate a server to its own host', [evacuateServer], async (os, { web1 }) =>
    evacuateServer(os, web1, (await getServer(os, web1)).host ?? ''),
  ),
  ...forAdmin('evacuate a server that is not there', [evacuateServer], (os) => evacuateServer(os, NO_UUID)),
  ...forAdmin('start a server that runs', [startServer], (os, { web1 }) => startServer(os, web1)),
  ...forAll('list migrations', [listMigrations], (os) => listMigrations(os)),
  ...forAdmin('list migrations in pages of two', [listMigrations], async (os) =>
    once((await listMigrations(inPagesOf(os, 2))).map(({ uuid, ...migration }) => ({ ...migration, id: uuid }))),
  ),
  ...forAdmin('list the evacuations from a host that ended', [listMigrations], (os) =>
    listMigrations(os, { type: 'evacuation', source: 'compute1', status: 'done' }),
  ),
  ...forAdmin('list the migrations of no server', [listMigrations], (os) => listMigrations(os, { serverId: NO_UUID })),
  ...forAll('list server groups', [listServerGroups], (os) => listServerGroups(os)),
];

export const evacuation: readonly Case[] = [...services, ...evacuations];
