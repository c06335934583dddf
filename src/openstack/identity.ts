import { z } from 'zod';
import type { Session } from './session.ts';

export const Project = z.object({
  id: z.string(),
  name: z.string(),
  domain_id: z.string(),
  description: z.string().nullish(),
  enabled: z.boolean(),
  parent_id: z.string().nullish(),
});
export type Project = z.infer<typeof Project>;

export const Domain = z.object({ id: z.string(), name: z.string(), enabled: z.boolean() });
export type Domain = z.infer<typeof Domain>;

/**
 * All projects the user may see, or those of a name or domain. GET /projects. The name filter ignores case where keystone's
 * database does (MySQL): compare again. `forbidden` without the reader role on the domain or the system.
 * Source: keystone/api/projects.py
 */
export async function listProjects(
  os: Session,
  filter: { name?: string; namePart?: string; domainId?: string } = {},
): Promise<Project[]> {
  return os.list({
    service: 'identity',
    path: '/projects',
    query: { name: filter.name, name__icontains: filter.namePart, domain_id: filter.domainId },
    key: 'projects',
    response: Project,
  });
}

/** One project by its ID. GET /projects/{id}. `not_found` where there is none of that ID. Source: keystone/api/projects.py */
export async function getProject(os: Session, id: string): Promise<Project> {
  const { project } = await os.request({
    service: 'identity',
    method: 'GET',
    path: `/projects/${encodeURIComponent(id)}`,
    response: z.object({ project: Project }),
  });
  return project;
}

/** All domains, or the one of a name. GET /domains. Source: keystone/api/domains.py */
export async function listDomains(os: Session, filter: { name?: string } = {}): Promise<Domain[]> {
  return os.list({ service: 'identity', path: '/domains', query: { name: filter.name }, key: 'domains', response: Domain });
}
