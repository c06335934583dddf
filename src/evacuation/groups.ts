import { getServer } from '../openstack/compute.ts';
import { unlessGone } from '../openstack/gone.ts';
import { listServerGroups, type ServerGroup } from '../openstack/server-groups.ts';
import type { Session } from '../openstack/session.ts';
import { code } from '../reply.ts';
import type { Allows } from './fits.ts';

/** A server group that binds servers of the dead host, and where its other members are. */
export interface Binding {
  group: ServerGroup;
  /** Hosts of its members elsewhere, one entry for each. */
  elsewhere: string[];
}

/** The groups that bind any of these servers, with the hosts of their other members: 2 calls and one for each such member. */
export async function lookForGroups(os: Session, servers: readonly { id: string }[]): Promise<Binding[]> {
  const ids = new Set(servers.map(({ id }) => id));
  const groups = (await listServerGroups(os)).filter(
    ({ policy, members }) => !policy.startsWith('soft-') && members.some((id) => ids.has(id)),
  );
  const bindings: Binding[] = [];
  for (const group of groups) {
    const others = await Promise.all(group.members.filter((id) => !ids.has(id)).map((id) => unlessGone(getServer(os, id))));
    bindings.push({ group, elsewhere: others.flatMap((server) => server?.host ?? []) });
  }
  return bindings;
}

/**
 * As Nova's filters decide. The scheduler counts the dead host to a group with affinity as long as a member is on it, so where all of them
 * are there it finds none. Source: nova/scheduler/filters/affinity_filter.py, nova/scheduler/utils.py
 */
export function allowedBy(bindings: readonly Binding[]): Allows {
  return (server, host, there) =>
    bindings
      .filter(({ group }) => group.members.includes(server))
      .every(({ group, elsewhere }) => {
        if (group.policy === 'affinity') return elsewhere.includes(host);
        if (group.policy !== 'anti-affinity') return true;
        const members = elsewhere.filter((one) => one === host).length + there.filter((id) => group.members.includes(id)).length;
        return members < mostOnOne(group);
      });
}

function mostOnOne({ rules }: ServerGroup): number {
  return Number(rules.max_server_per_host ?? 1);
}

/** Why a server of such a group finds no host; undefined where no group binds it. */
export function groupInWords(bindings: readonly Binding[], server: string): string | undefined {
  const binding = bindings.find(({ group }) => group.members.includes(server));
  if (!binding) return undefined;
  const { name, policy } = binding.group;
  return policy === 'affinity'
    ? `its server group ${code(name)} (affinity) keeps it with members on this host`
    : `its server group ${code(name)} (${policy}) leaves no host for it`;
}
