import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { OpenStackError } from '../../src/errors.ts';
import { formatLimit, QUOTAS, type QuotaService, quotaOfKey, SERVICE_NAMES } from '../../src/openstack/quotas.ts';
import { readDefaults } from '../../src/quotas/defaults.ts';

const SERVICES: readonly QuotaService[] = ['compute', 'volume', 'network'];

export default defineCommand({
  summary: 'Show the quotas of projects that have no limits of their own.',
  guide: 'Managing Projects and Users › Quotas',
  examples: ['quota defaults show'],
  aliases: ['quota default show'],
  effect: 'read',
  args: z.object({}),

  async run(_args, { openstack }) {
    const rows: { place: number; cells: string[] }[] = [];
    const warnings: string[] = [];
    for (const service of SERVICES) {
      try {
        for (const [key, { limit }] of Object.entries(await readDefaults(openstack, service))) {
          const quota = quotaOfKey(service, key);
          const place = QUOTAS.indexOf(quota);
          rows.push({
            place: place === -1 ? QUOTAS.length : place,
            cells: [quota.name, SERVICE_NAMES[service], formatLimit(quota, limit), quota.what],
          });
        }
      } catch (error) {
        if (!(error instanceof OpenStackError)) throw error;
        warnings.push(`${SERVICE_NAMES[service]}'s defaults are missing here: ${error.message}`);
      }
    }
    rows.sort((a, b) => a.place - b.place || (a.cells[0] ?? '').localeCompare(b.cells[0] ?? ''));
    return {
      text: 'The quotas of every project that has no limit of its own.',
      ...(warnings.length > 0 ? { warnings } : {}),
      table: { columns: ['quota', 'service', 'default', 'what it limits'], rows: rows.map(({ cells }) => cells) },
      note: "Neutron's are in its configuration; no call changes them.",
      touches: [DEFAULTS],
    };
  },
});

const DEFAULTS = { type: 'quota', id: 'default', name: 'default' };
