import { z } from 'zod';
import { WholeNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { OpenStackError, UserError } from '../../src/errors.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { mapAtOnce } from '../../src/openstack/at-once.ts';
import { listProjects, type Project } from '../../src/openstack/identity.ts';
import { resolveDomain } from '../../src/openstack/kinds.ts';
import { type QuotaUse, taken } from '../../src/openstack/quota-set.ts';
import {
  formatLimit,
  getQuotas,
  QUOTA_SERVICES,
  type Quota,
  type QuotaService,
  quotaCalled,
  quotaOfKey,
  SERVICE_NAMES,
} from '../../src/openstack/quotas.ts';
import type { Session } from '../../src/openstack/session.ts';
import { projectTarget } from '../../src/openstack/targets.ts';
import { code, count } from '../../src/reply.ts';

interface Row {
  project: Project;
  quota: Quota;
  use: QuotaUse;
  percent: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'project', text: ({ project }) => project.name },
  { name: 'quota', text: ({ quota }) => quota.name },
  { name: 'used', text: ({ quota, use }) => formatLimit(quota, taken(use)), data: ({ use }) => taken(use) },
  { name: 'limit', text: ({ quota, use }) => formatLimit(quota, use.limit), data: ({ use }) => use.limit },
  { name: 'used %', text: ({ percent }) => `${percent} %`, data: ({ percent }) => percent },
  { name: 'service', text: ({ quota }) => SERVICE_NAMES[quota.service], long: true },
  { name: 'project ID', text: ({ project }) => project.id, long: true },
];

/** Calls at a time: no service has a list of all projects' use. */
const AT_ONCE = 12;

export default defineCommand({
  summary: 'List the quotas that projects have nearly or wholly used, over all projects.',
  guide: 'Managing Projects and Users › Quotas',
  examples: ['quota list --over 80', 'quota list cores ram --over 50', 'quota list --domain research --sort project'],
  effect: 'read',
  args: z.object({
    quota: z.array(z.string()).default([]).describe('only these quotas'),
    over: WholeNumber.pipe(z.number().max(100)).default(80).describe('only those used by at least so many per cent'),
    domain: z.string().optional().describe('only projects of this domain, by name or ID'),
    ...LIST_ARGUMENTS,
  }),
  positionals: ['quota'],
  completes: { domain: 'domain' },

  async run({ quota: names, over, domain, ...list }, { openstack, who, mayTouch }) {
    const wanted = names.map(wantedQuota);
    const within = domain === undefined ? undefined : await resolveDomain(openstack, domain, { mayTouch });
    const projects = (await listProjects(openstack, within ? { domainId: within.id } : {})).filter((project) =>
      mayTouch(projectTarget(project)),
    );
    const services =
      wanted.length === 0
        ? QUOTA_SERVICES
        : QUOTA_SERVICES.filter((service) => wanted.some((quota) => quota.service === service));
    const looks = await mapAtOnce(
      projects.flatMap((project) => services.map((service) => ({ project, service }))),
      AT_ONCE,
      ({ project, service }) => look(openstack, project, service),
    );
    const found = looks
      .flatMap(({ rows }) => rows)
      .filter(
        ({ quota }) => wanted.length === 0 || wanted.some(({ service, key }) => quota.service === service && quota.key === key),
      )
      .filter(({ percent }) => percent >= over)
      .sort((a, b) => b.percent - a.percent || a.project.name.localeCompare(b.project.name));
    const failed = looks.flatMap(({ error }) => error ?? []);
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'quotas', who });
    const full = found.filter(({ percent }) => percent >= 100).length;
    return {
      text: `${count(found, 'quota')} of ${count(projects, 'project')}${within ? ` in domain ${code(within.name)}` : ''} used by ${over} % or more, ${full} of them wholly${cut}.`,
      ...(failed.length > 0 ? { warnings: [`${count(failed, 'look')} of ${looks.length} failed, the first: ${failed[0]}`] } : {}),
      ...shown,
      touches: [...new Map(rows.map(({ project }) => [project.id, projectTarget(project)])).values()],
    };
  },
});

function wantedQuota(name: string): Quota {
  const quota = quotaCalled(name);
  if (!quota) throw new UserError(`There is no quota ${code(name)}. Type ${code('quota defaults show')} for those there are.`);
  if ('gone' in quota) throw new UserError(`${code(name)}: ${quota.gone}.`);
  return quota;
}

async function look(os: Session, project: Project, service: QuotaService): Promise<{ rows: Row[]; error?: string }> {
  try {
    const uses = await getQuotas(os, service, project.id);
    const rows = Object.entries(uses).flatMap(([key, use]): Row[] => {
      const quota = quotaOfKey(service, key);
      if (use.limit < 0 || quota.within) return [];
      // Nothing allowed and nothing used is no shortage.
      if (use.limit === 0) return taken(use) > 0 ? [{ project, quota, use, percent: 100 }] : [];
      return [{ project, quota, use, percent: Math.round((taken(use) / use.limit) * 100) }];
    });
    return { rows };
  } catch (error) {
    if (error instanceof OpenStackError) return { rows: [], error: error.message };
    throw error;
  }
}
