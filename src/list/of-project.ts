import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import type { Project } from '../openstack/identity.ts';
import { resolveProject } from '../openstack/kinds.ts';
import { projectTarget } from '../openstack/targets.ts';
import { code } from '../reply.ts';

/** The arguments of lists that may be of one project alone. */
export const PROJECT_ARGUMENTS = {
  project: z.string().optional().describe('only those of this project, by name or ID'),
  domain: z.string().optional().describe("the project's domain, where several projects have the name"),
};

/** The project that a list is limited to, where its asker may see it; undefined where they named none. */
export async function projectAsked(
  { project, domain }: { project?: string | undefined; domain?: string | undefined },
  { openstack, about, mayTouch }: Pick<CommandContext, 'openstack' | 'about' | 'mayTouch'>,
): Promise<Project | undefined> {
  if (project === undefined) return undefined;
  const found = await resolveProject(openstack, project, { domain, mayTouch });
  about(projectTarget(found));
  return found;
}

/** " of project `demo`", or nothing. */
export function ofProject(project: Project | undefined): string {
  return project ? ` of project ${code(project.name)}` : '';
}
