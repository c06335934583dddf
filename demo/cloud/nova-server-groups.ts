import type { NovaOptions } from './nova.ts';
import { atLeast } from './nova-refusals.ts';
import { isAdmin, type Route } from './router.ts';

/** Source: nova/api/openstack/compute/server_groups.py: pages by offset, without links. */
export function serverGroupRoutes({ state, pageSize }: NovaOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.1/os-server-groups',
      handle(asked) {
        const all = asked.query.has('all_projects') && isAdmin(asked);
        const from = Number(asked.query.get('offset') ?? 0);
        const groups = state.serverGroups.filter(({ projectId }) => all || projectId === asked.caller.projectId);
        const shown = groups.slice(from, pageSize === undefined ? undefined : from + pageSize).map((group) => ({
          id: group.id,
          name: group.name,
          ...(atLeast(asked, '2.64') ? { policy: group.policy, rules: group.rules } : { policies: [group.policy], metadata: {} }),
          members: group.members.filter((id) => state.servers.some((server) => server.id === id)),
          project_id: group.projectId,
          user_id: group.userId,
        }));
        return { status: 200, body: { server_groups: shown } };
      },
    },
  ];
}
