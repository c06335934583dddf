import { OpenStackError } from '../errors.ts';
import { listProjects } from './identity.ts';
import type { Session } from './session.ts';

/** The project of an ID, with its name where the user may list projects and keystone still has it; one call for any number of things. */
export async function listOwners(os: Session): Promise<(projectId: string) => { id: string; name: string }> {
  const names = new Map<string, string>();
  try {
    for (const { id, name } of await listProjects(os)) names.set(id, name);
  } catch (error) {
    if (!(error instanceof OpenStackError) || error.code !== 'forbidden') throw error;
  }
  return (id) => ({ id, name: names.get(id) ?? id });
}
