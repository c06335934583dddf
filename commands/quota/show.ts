import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { OpenStackError } from '../../src/errors.ts';
import { resolveProject } from '../../src/openstack/kinds.ts';
import { type QuotaUse, type QuotaUses, taken } from '../../src/openstack/quota-set.ts';
import {
  formatLimit,
  getQuotas,
  inQuotaOrder,
  isListed,
  QUOTA_SERVICES,
  type Quota,
  type QuotaService,
  quotaOfKey,
  SERVICE_NAMES,
} from '../../src/openstack/quotas.ts';
import type { Session } from '../../src/openstack/session.ts';
import { projectTarget } from '../../src/openstack/targets.ts';
import { code } from '../../src/reply.ts';

/** From here on a project is about to meet its limit. */
const NEARLY_FULL = 0.9;

export default defineCommand({
  summary: "Show a project's quotas and what it uses of them.",
  guide: 'Managing Projects and Users › Quotas',
  examples: ['quota show demo', 'quota show demo --domain research'],
  effect: 'read',
  args: z.object({
    project: z.string().describe('project, by name or ID'),
    domain: z.string().optional().describe('its domain, where several projects have the name'),
  }),
  positionals: ['project'],
  completes: { project: 'project', domain: 'domain' },

  async run({ project: text, domain }, { openstack, about, mayTouch }) {
    const project = await resolveProject(openstack, text, { domain, mayTouch });
    const touches = [projectTarget(project)];
    about(...touches);
    const looks = await Promise.all(QUOTA_SERVICES.map((service) => look(openstack, service, project.id)));
    const first = looks[0];
    if (first && 'error' in first && looks.every((one) => 'error' in one)) throw first.error;

    const quotas = looks.flatMap((one) => ('uses' in one ? quotasOf(one.service, one.uses) : []));
    const full = quotas.filter(({ use }) => (shareOf(use) ?? 0) >= NEARLY_FULL);
    return {
      text:
        full.length === 0
          ? `Quotas of project ${code(project.name)}.`
          : `Quotas of project ${code(project.name)}; nearly or wholly used: ${full.map(({ quota }) => quota.name).join(', ')}.`,
      warnings: [
        ...looks.flatMap((one) =>
          'error' in one ? [`${SERVICE_NAMES[one.service]}'s quotas are missing here: ${one.error.message}`] : [],
        ),
        ...(project.enabled ? [] : ['The project is disabled.']),
      ],
      table: { columns: ['quota', 'used', 'reserved', 'limit', 'used %'], rows: quotas.map(row) },
      note: `Project ID ${project.id}`,
      touches,
    };
  },
});

type Look = { service: QuotaService; uses: QuotaUses } | { service: QuotaService; error: OpenStackError };

async function look(os: Session, service: QuotaService, projectId: string): Promise<Look> {
  try {
    return { service, uses: await getQuotas(os, service, projectId) };
  } catch (error) {
    if (error instanceof OpenStackError) return { service, error };
    throw error;
  }
}

interface Shown {
  quota: Quota;
  use: QuotaUse;
}

/** In QUOTAS' order; those of volume types only where they limit or count something. */
function quotasOf(service: QuotaService, uses: QuotaUses): Shown[] {
  const shown = Object.entries(uses).map(([key, use]) => ({ quota: quotaOfKey(service, key), use }));
  return shown
    .filter(({ quota, use }) => isListed(quota) || use.limit !== -1 || use.in_use > 0)
    .sort((a, b) => inQuotaOrder(a.quota, b.quota));
}

function row({ quota, use }: Shown): string[] {
  const share = shareOf(use);
  return [
    quota.name,
    quota.within ? `per ${quota.within}` : formatLimit(quota, use.in_use),
    use.reserved === 0 ? '' : formatLimit(quota, use.reserved),
    formatLimit(quota, use.limit),
    share === undefined || quota.within ? '' : `${Math.round(share * 100)} %`,
  ];
}

function shareOf(use: QuotaUse): number | undefined {
  return use.limit > 0 ? taken(use) / use.limit : undefined;
}
