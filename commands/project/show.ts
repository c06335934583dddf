import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { domainNames } from '../../src/openstack/domain-names.ts';
import { getProject, listDomains } from '../../src/openstack/identity.ts';
import { resolveProject } from '../../src/openstack/kinds.ts';
import { projectTarget, userTarget } from '../../src/openstack/targets.ts';
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
    const domainOf = domainNames(domains, mayTouch);
    const domainName = domainOf(project.domain_id, project);
    const people = peopleOf(assignments);
    // As they are in this project: a rule that shows it shows them too.
    const seen = people.filter(({ user }) => mayTouch({ ...userTarget(user), project }));
    const hidden = people.length - seen.length;
    const fields = [
      { name: 'ID', value: project.id },
      { name: 'Domain', value: domainName },
      { name: 'Enabled', value: project.enabled ? 'yes' : 'no' },
      ...(project.description ? [{ name: 'Description', value: project.description }] : []),
      ...(project.parent_id && project.parent_id !== project.domain_id
        ? [{ name: 'Below project', value: project.parent_id }]
        : []),
    ];
    return {
      text: `Project ${code(project.name)} in domain ${code(domainName)}, with ${count(people.length, 'person', 'people')} in it.`,
      ...(project.enabled ? {} : { warnings: ['It is disabled: nobody can log in to it. Its servers go on running.'] }),
      fields,
      ...(hidden > 0 ? { lines: [`${hidden} of them you may not see.`] } : {}),
      ...(seen.length > 0
        ? {
            table: {
              columns: ['user', 'domain', 'roles', 'through'],
              rows: seen.map((person) => rowOf(person, domainOf(person.user.domain.id, project))),
            },
          }
        : {}),
      note: `quota show ${project.name} shows what it uses, server list --project ${project.name} its servers.`,
      touches: [target],
    };
  },
});

interface Person {
  user: NonNullable<RoleAssignment['user']>;
  roles: string[];
  through: Set<string>;
}

/** Each once; roles that come with another of theirs are no news. */
function peopleOf(assignments: readonly RoleAssignment[]): Person[] {
  const people = new Map<string, Person>();
  for (const { user, role, implied, through_group, inherited } of assignments) {
    if (!user || implied) continue;
    const person = people.get(user.id) ?? { user, roles: [], through: new Set<string>() };
    person.roles.push(role.name);
    if (through_group !== null) person.through.add('a group');
    if (inherited) person.through.add('a project or domain above');
    people.set(user.id, person);
  }
  return [...people.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

function nameOf({ user }: Person): string {
  return user.name || user.id;
}

function rowOf(person: Person, domain: string): string[] {
  return [nameOf(person), domain, person.roles.sort().join(', '), [...person.through].join(', ')];
}
