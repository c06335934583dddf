import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { getProject, listDomains } from '../../src/openstack/identity.ts';
import { resolveProject } from '../../src/openstack/kinds.ts';
import { projectTarget } from '../../src/openstack/targets.ts';
import { listRoleAssignments, type RoleAssignment } from '../../src/openstack/users.ts';
import { code, count } from '../../src/reply.ts';

export default defineCommand({
  summary: 'Show one project: its domain, whether it is enabled, and who has which role in it.',
  guide: 'Managing Projects and Users › Managing Projects',
  examples: ['project show demo', 'project show demo --domain research'],
  effect: 'read',
  args: z.object({
    project: z.string().describe('project, by name, ID or the beginning of its ID'),
    domain: z.string().optional().describe('its domain, where several projects have the name'),
  }),
  positionals: ['project'],
  completes: { project: 'project', domain: 'domain' },

  async run({ project: text, domain }, { openstack, about, mayTouch }) {
    const found = await resolveProject(openstack, text, { domain, mayTouch });
    const target = projectTarget(found);
    about(target);
    const [project, domains, assignments] = await Promise.all([
      getProject(openstack, found.id),
      listDomains(openstack),
      listRoleAssignments(openstack, { projectId: found.id, effective: true }),
    ]);
    const nameOf = (id: string): string => domains.find((one) => one.id === id)?.name ?? id;
    const people = peopleOf(assignments);
    const fields = [
      { name: 'ID', value: project.id },
      { name: 'Domain', value: nameOf(project.domain_id) },
      { name: 'Enabled', value: project.enabled ? 'yes' : 'no' },
      ...(project.description ? [{ name: 'Description', value: project.description }] : []),
      ...(project.parent_id && project.parent_id !== project.domain_id
        ? [{ name: 'Below project', value: project.parent_id }]
        : []),
    ];
    return {
      text: `Project ${code(project.name)} in domain ${code(nameOf(project.domain_id))}, with ${count(people.length, 'person', 'people')} in it.`,
      ...(project.enabled ? {} : { warnings: ['It is disabled: nobody can log in to it. Its servers go on running.'] }),
      fields,
      ...(people.length > 0 ? { table: { columns: ['user', 'domain', 'roles', 'through'], rows: people } } : {}),
      note: `quota show ${project.name} shows what it uses, server list --project ${project.name} its servers.`,
      touches: [target],
    };
  },
});

/** One row for each user; roles that come with another of theirs are no news. */
function peopleOf(assignments: readonly RoleAssignment[]): string[][] {
  const people = new Map<string, { user: NonNullable<RoleAssignment['user']>; roles: string[]; through: Set<string> }>();
  for (const { user, role, implied, through_group, inherited } of assignments) {
    if (!user || implied) continue;
    const person = people.get(user.id) ?? { user, roles: [], through: new Set<string>() };
    person.roles.push(role.name);
    if (through_group !== null) person.through.add('a group');
    if (inherited) person.through.add('a project or domain above');
    people.set(user.id, person);
  }
  return [...people.values()]
    .map(({ user, roles, through }) => [user.name || user.id, user.domain.name, roles.sort().join(', '), [...through].join(', ')])
    .sort((a, b) => (a[0] ?? '').localeCompare(b[0] ?? ''));
}
