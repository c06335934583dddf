import type { Target } from '../target.ts';
import type { Server } from './compute.ts';
import type { Flavor } from './flavors.ts';
import type { Project } from './identity.ts';
import type { User } from './users.ts';

/* What policy, locks and audit know OpenStack's things as. */

export function projectTarget({ id, name }: Pick<Project, 'id' | 'name'>): Target {
  return { type: 'project', id, name };
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

export function serverTarget(
  { id, name, host }: Pick<Server, 'id' | 'name' | 'host'>,
  project: { id: string; name: string },
): Target {
  return { type: 'server', id, name, project, ...(host === null ? {} : { host }) };
}
