import { listComputeServices, listServerPlaces } from '../openstack/compute.ts';
import { listFlavors } from '../openstack/flavors.ts';
import { listDomains, listProjects } from '../openstack/identity.ts';
import { listOwners } from '../openstack/owners.ts';
import type { Session } from '../openstack/session.ts';
import { domainTarget, flavorTarget, hostTarget, projectTarget, serverTarget, userTarget } from '../openstack/targets.ts';
import { listUsers } from '../openstack/users.ts';
import type { Target } from '../target.ts';

/** How the names of each type are listed: a type that a command's `completes` names and that is not here is typed by hand. */
export const NAME_SOURCES: Readonly<Record<string, (os: Session) => Promise<Target[]>>> = {
  flavor: async (os) => (await listFlavors(os)).map(flavorTarget),
  domain: async (os) => (await listDomains(os)).map(domainTarget),
  host: async (os) => (await listComputeServices(os, { binary: 'nova-compute' })).map(({ host }) => hostTarget(host)),
  project: async (os) => (await listProjects(os)).map(projectTarget),
  server: listServerTargets,
  user: async (os) => (await listUsers(os)).map(userTarget),
};

async function listServerTargets(os: Session): Promise<Target[]> {
  const [servers, ownerOf] = await Promise.all([listServerPlaces(os), listOwners(os)]);
  return servers.map((server) => serverTarget(server, ownerOf(server.tenant_id)));
}
