import { z } from 'zod';
import type { Session } from './session.ts';

export const ServerGroup = z.object({
  id: z.string(),
  name: z.string(),
  /** `affinity`, `anti-affinity`, and their `soft-` forms, which keep nothing from moving. */
  policy: z.string(),
  rules: z.record(z.string(), z.unknown()),
  /** IDs of servers, deleted ones left out. */
  members: z.array(z.string()),
});
export type ServerGroup = z.infer<typeof ServerGroup>;

/**
 * The server groups of all projects. GET /os-server-groups?all_projects, 2.64 (a policy with its rules); 1 call per 1,000, by
 * offset, and one to learn that there are no more: nova gives no links to its pages here. For who is no admin the own project's. Source: nova/api/openstack/compute/server_groups.py
 */
export async function listServerGroups(os: Session): Promise<ServerGroup[]> {
  const groups: ServerGroup[] = [];
  for (;;) {
    const page = await os.list({
      service: 'compute',
      path: '/os-server-groups',
      query: { all_projects: true, offset: groups.length },
      microversion: '2.64',
      key: 'server_groups',
      response: ServerGroup,
    });
    groups.push(...page);
    if (page.length === 0) return groups;
  }
}
