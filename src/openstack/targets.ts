import { type Owner, ownerName, type Target } from '../target.ts';
import type { ComputeService, Server } from './compute.ts';
import type { Flavor } from './flavors.ts';
import type { FloatingIp } from './floating-ips.ts';
import type { Domain, Project } from './identity.ts';
import type { Image } from './image.ts';
import type { Network } from './networks.ts';
import type { User } from './users.ts';
import type { Volume } from './volumes.ts';

/* What policy, locks and audit know OpenStack's things as. */

export function projectTarget({ id, name }: Pick<Project, 'id' | 'name'>): Target {
  return { type: 'project', id, name };
}

export function domainTarget({ id, name }: Pick<Domain, 'id' | 'name'>): Target {
  return { type: 'domain', id, name };
}

/** The project that something else's owner is: its name may not be known. */
export function ownerTarget(project: Owner): Target {
  return { type: 'project', id: project.id, name: ownerName(project), project };
}

/** A compute host's name is its ID. */
export function hostTarget(host: string): Target {
  return { type: 'host', id: host, name: host };
}

/** Everybody's: of no project. */
export function flavorTarget({ id, name }: Pick<Flavor, 'id' | 'name'>): Target {
  return { type: 'flavor', id, name };
}

/** One of keystone's. */
export function userTarget({ id, name }: Pick<User, 'id' | 'name'>): Target {
  return { type: 'user', id, name };
}

export function serverTarget({ id, name, host }: Pick<Server, 'id' | 'name' | 'host'>, project: Owner): Target {
  if (host === undefined) return { type: 'server', id, name, project, hostUnknown: true };
  return { type: 'server', id, name, project, ...(host === null ? {} : { host }) };
}

export function networkTarget({ id, name }: Pick<Network, 'id' | 'name'>): Target {
  return { type: 'network', id, name };
}

export function floatingIpTarget({
  id,
  floating_ip_address,
  project,
}: Pick<FloatingIp, 'id' | 'floating_ip_address'> & { project: Owner }): Target {
  return { type: 'floating ip', id, name: floating_ip_address, project };
}

/** Glance's own images have no project. */
export function imageTarget({ id, name, project }: Pick<Image, 'id' | 'name'> & { project: Owner | null }): Target {
  return { type: 'image', id, name, ...(project ? { project } : {}) };
}

/** Many volumes have no name. */
export function volumeTarget({ id, name, project }: Pick<Volume, 'id' | 'name'> & { project: Owner }): Target {
  return { type: 'volume', id, name: name || id, project };
}

export function computeServiceTarget({ id, binary, host }: Pick<ComputeService, 'id' | 'binary' | 'host'>): Target {
  return { type: 'service', id, name: binary, host };
}
