import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { OpenStackError } from '../../src/errors.ts';
import { formatLimit, inQuotaOrder, QUOTA_SERVICES, type Quota, quotaOfKey, SERVICE_NAMES } from '../../src/openstack/quotas.ts';
import { DEFAULTS, readDefaults } from '../../src/quotas/defaults.ts';

export default defineCommand({
  summary: 'Show the quotas of projects that have no limits of their own.',
  guide: 'Managing Projects and Users › Quotas',
  examples: ['quota defaults show'],
  aliases: ['quota default show'],
  effect: 'read',
  args: z.object({}),

  async run(_args, { openstack }) {
    const found: { quota: Quota; limit: number }[] = [];
    const warnings: string[] = [];
    for (const service of QUOTA_SERVICES) {
      try {
        const defaults = Object.entries(await readDefaults(openstack, service));
        found.push(...defaults.map(([key, { limit }]) => ({ quota: quotaOfKey(service, key), limit })));
      } catch (error) {
        if (!(error instanceof OpenStackError)) throw error;
        warnings.push(`${SERVICE_NAMES[service]}'s defaults are missing here: ${error.message}`);
      }
    }
    found.sort((a, b) => inQuotaOrder(a.quota, b.quota));
    const rows = found.map(({ quota, limit }) => [
      quota.name,
      SERVICE_NAMES[quota.service],
      formatLimit(quota, limit),
      quota.what,
    ]);
    return {
      text: 'The quotas of every project that has no limit of its own.',
      ...(warnings.length > 0 ? { warnings } : {}),
      table: { columns: ['quota', 'service', 'default', 'what it limits'], rows },
      note: "Neutron's are in its configuration; no call changes them.",
      touches: [DEFAULTS],
    };
  },
});
