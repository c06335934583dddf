import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { listDomains, listProjects } from '../../src/openstack/identity.ts';
import { resolveDomain } from '../../src/openstack/resolve.ts';
import { code, count } from '../../src/reply.ts';

export default defineCommand({
  summary: 'List the projects with domain and ID.',
  guide: 'Managing Projects and Users › Managing Projects',
  examples: ['project list', 'project list --domain research', 'project list lab'],
  effect: 'read',
  args: z.object({
    name: z.string().optional().describe('only projects with this in their names'),
    domain: z.string().optional().describe('only projects of this domain, by name or ID'),
  }),
  positionals: ['name'],
  completes: { domain: 'domain' },

  async run({ name, domain }, { openstack }) {
    const within = domain === undefined ? undefined : await resolveDomain(openstack, domain);
    const [projects, domains] = await Promise.all([
      listProjects(openstack, within ? { domainId: within.id } : {}),
      within ? [within] : listDomains(openstack),
    ]);
    const names = new Map(domains.map((one) => [one.id, one.name]));
    const shown = projects
      .filter((project) => name === undefined || project.name.toLowerCase().includes(name.toLowerCase()))
      .map((project) => ({ ...project, domain: names.get(project.domain_id) ?? project.domain_id }))
      .sort((a, b) => a.domain.localeCompare(b.domain) || a.name.localeCompare(b.name));
    const disabled = shown.filter(({ enabled }) => !enabled);
    const named = name === undefined ? '' : ` with ${code(name)} in the name`;
    return {
      text: `${count(shown, 'project')}${within ? ` in domain ${code(within.name)}` : ''}${named}${disabled.length > 0 ? `, ${disabled.length} of them disabled` : ''}.`,
      ...(shown.length === 0
        ? {}
        : {
            table: {
              columns: ['project', 'domain', 'enabled', 'ID', 'description'],
              rows: shown.map((project) => [
                project.name,
                project.domain,
                project.enabled ? 'yes' : 'no',
                project.id,
                project.description ?? '',
              ]),
            },
          }),
      touches: shown.map((project) => ({ type: 'project', id: project.id, name: project.name })),
    };
  },
});
