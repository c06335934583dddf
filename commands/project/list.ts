import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { domainNames } from '../../src/openstack/domain-names.ts';
import { listDomains, listProjects, type Project } from '../../src/openstack/identity.ts';
import { resolveDomain } from '../../src/openstack/kinds.ts';
import { projectTarget } from '../../src/openstack/targets.ts';
import { code, count } from '../../src/reply.ts';

type Row = Project & { domain: string };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'project', text: ({ name }) => name },
  { name: 'domain', text: ({ domain }) => domain },
  { name: 'enabled', text: ({ enabled }) => (enabled ? 'yes' : 'no'), data: ({ enabled }) => enabled },
  { name: 'ID', text: ({ id }) => id },
  { name: 'description', text: ({ description }) => description ?? '' },
  { name: 'parent', text: ({ parent_id }) => parent_id ?? '', data: ({ parent_id }) => parent_id ?? null, long: true },
];

export default defineCommand({
  summary: 'List the projects with domain and ID.',
  guide: 'Managing Projects and Users › Managing Projects',
  examples: ['project list', 'project list --domain research', 'project list lab'],
  effect: 'read',
  args: z.object({
    name: z.string().optional().describe('only projects with this in their names'),
    domain: z.string().optional().describe('only projects of this domain, by name or ID'),
    ...LIST_ARGUMENTS,
  }),
  positionals: ['name'],
  completes: { domain: 'domain' },

  async run({ name, domain, ...list }, { openstack, who, mayTouch }) {
    const within = domain === undefined ? undefined : await resolveDomain(openstack, domain, { mayTouch });
    const [projects, domains] = await Promise.all([
      listProjects(openstack, {
        ...(name === undefined ? {} : { namePart: name }),
        ...(within ? { domainId: within.id } : {}),
      }),
      within ? [within] : listDomains(openstack),
    ]);
    const domainOf = domainNames(domains, mayTouch);
    const found = projects
      .filter((project) => mayTouch(projectTarget(project)))
      .map((project) => ({ ...project, domain: domainOf(project.domain_id, project) }))
      .sort((a, b) => a.domain.localeCompare(b.domain) || a.name.localeCompare(b.name));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'projects', who });
    const disabled = found.filter(({ enabled }) => !enabled);
    const where = within ? ` in domain ${code(within.name)}` : '';
    const named = name === undefined ? '' : ` with ${code(name)} in the name`;
    return {
      text: `${count(found, 'project')}${where}${named}${disabled.length > 0 ? `, ${disabled.length} of them disabled` : ''}${cut}.`,
      ...shown,
      touches: rows.map(projectTarget),
    };
  },
});
