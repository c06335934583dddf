import { OpenStackError } from '../errors.ts';
import type { Owner } from '../target.ts';
import { listProjects, type Project } from './identity.ts';
import type { Session } from './session.ts';

/**
 * Whose things of a project ID are: the one way in which anything learns that. One call for any number of things, and none where all of
 * them are of one project that is known. Without the name where the user may not list projects, or where keystone lists none of that ID
 * (it was deleted, or is of a domain that this user does not see): what is not known is never taken for a name.
 */
export async function listOwners(os: Session, only?: Pick<Project, 'id' | 'name'>): Promise<(projectId: string) => Owner> {
  const names = new Map((only ? [only] : await listUnlessForbidden(os)).map(({ id, name }) => [id, name]));
  return (id) => {
    const name = names.get(id);
    return name ? { id, name } : { id };
  };
}

async function listUnlessForbidden(os: Session): Promise<Project[]> {
  try {
    return await listProjects(os);
  } catch (error) {
    if (error instanceof OpenStackError && error.code === 'forbidden') return [];
    throw error;
  }
}
