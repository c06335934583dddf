import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { domainNames } from '../../src/openstack/domain-names.ts';
import { listDomains } from '../../src/openstack/identity.ts';
import { resolveUser } from '../../src/openstack/kinds.ts';
import { domainTarget, ownerTarget, userTarget } from '../../src/openstack/targets.ts';
import { listGroupsOfUser, listRoleAssignments, type RoleAssignment } from '../../src/openstack/users.ts';
import { code, count } from '../../src/reply.ts';
import type { Target } from '../../src/target.ts';

export default defineCommand({
  summary: "Show one of Keystone's users: domain, groups, and which role they have where.",
  guide: 'Managing Projects and Users › User Management',
  examples: ['user show alice', 'user show alice --domain research'],
  effect: 'read',
  args: z.object({
    user: z.string().describe('user, by name, ID or the beginning of the ID'),
    domain: z.string().optional().describe('the domain, where several users have the name'),
  }),
  positionals: ['user'],
  completes: { user: 'user', domain: 'domain' },

  async run({ user: text, domain }, { openstack, about, mayTouch }) {
    const user = await resolveUser(openstack, text, { domain, mayTouch });
    const target = userTarget(user);
    about(target);
    const [domains, groups, given, effective] = await Promise.all([
      listDomains(openstack),
      listGroupsOfUser(openstack, user.id),
      // Keystone leaves roles on the system out of those that somebody has in effect.
      listRoleAssignments(openstack, { userId: user.id }),
      listRoleAssignments(openstack, { userId: user.id, effective: true }),
    ]);
    const names = new Map(groups.map(({ id, name }) => [id, name]));
    const domainOf = domainNames(domains, mayTouch);
    const all = [...effective.filter(({ implied }) => !implied), ...given.filter(({ system }) => system)];
    const roles = all.filter((role) => placesOf(role).every((place) => mayTouch(place)));
    const hidden = all.length - roles.length;
    const fields: [name: string, value: string][] = [
      ['ID', user.id],
      ['Enabled', user.enabled ? 'yes' : 'no'],
      ['Email', user.email ?? ''],
      ['Description', user.description ?? ''],
      ['Groups', groups.map(({ name }) => name).join(', ')],
      ['Password expires', user.password_expires_at ?? ''],
    ];
    return {
      text: `User ${code(user.name)} of domain ${code(domainOf(user.domain_id))}, with ${count(all, 'role')}.`,
      ...(user.enabled ? {} : { warnings: ['The user is disabled, and cannot log in.'] }),
      fields: fields.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value })),
      ...(hidden > 0 ? { lines: [`${hidden} of them ${hidden === 1 ? 'is' : 'are'} on what you may not see.`] } : {}),
      ...(roles.length > 0
        ? {
            table: {
              columns: ['role', 'on', 'domain', 'through'],
              rows: roles.map((role) => row(role, names, role.project ? domainOf(role.project.domain.id, role.project) : '')),
            },
          }
        : {}),
      touches: [target, ...roles.flatMap(placesOf)],
    };
  },
});

/** What a role is on. The whole system is nothing that a rule could name. */
function placesOf({ project, domain }: RoleAssignment): Target[] {
  if (project) return [ownerTarget({ id: project.id, ...(project.name ? { name: project.name } : {}) })];
  return domain ? [domainTarget(domain)] : [];
}

function row(
  { role, project, domain, system, inherited, through_group }: RoleAssignment,
  groups: Map<string, string>,
  projectDomain: string,
): string[] {
  const on = project ? `project ${project.name}` : domain ? `domain ${domain.name}` : system ? 'the whole system' : '';
  const through = [
    ...(through_group === null ? [] : [`group ${groups.get(through_group) ?? through_group}`]),
    ...(inherited ? ['a project or domain above'] : []),
  ];
  return [role.name, on, projectDomain, through.join(', ')];
}
