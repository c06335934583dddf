import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { naturally } from '../../src/natural-order.ts';
import { type AddressPool, listAddressPools } from '../../src/openstack/address-pools.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import { count } from '../../src/reply.ts';
import type { Target } from '../../src/target.ts';

type Row = AddressPool & { top: string };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'network', text: ({ name }) => name },
  { name: 'total', text: ({ total }) => String(total), data: ({ total }) => total },
  { name: 'floating IPs', text: (pool) => String(pool.floatingIps), data: (pool) => pool.floatingIps },
  { name: 'routers', text: ({ routers }) => String(routers), data: ({ routers }) => routers },
  { name: 'other ports', text: ({ others }) => String(others), data: ({ others }) => others },
  { name: 'free', text: ({ free }) => String(free), data: ({ free }) => free },
  { name: 'used %', text: (pool) => `${shareOf(pool)} %`, data: shareOf },
  { name: 'most floating IPs', text: ({ top }) => top },
  { name: 'ID', text: ({ id }) => id, long: true },
];
/** From here on a pool is about to be empty. */
const NEARLY_FULL = 90;
const TOP = 3;

export default defineCommand({
  summary: 'List the external networks: how many addresses each has, what takes them, how many are free, and who has most.',
  guide: 'User-Facing Operations › Floating IPs',
  examples: ['floating ip pool list', 'floating ip pool list --sort free'],
  effect: 'read',
  args: z.object({ ...LIST_ARGUMENTS }),

  async run(list, { openstack, who, mayTouch }) {
    const [pools, ownerOf] = await Promise.all([listAddressPools(openstack), listOwners(openstack)]);
    const found = pools
      .filter((pool) => mayTouch(target(pool)))
      .map(
        (pool): Row => ({
          ...pool,
          top: pool.byProject
            .slice(0, TOP)
            .map(({ projectId, count: held }) => `${ownerOf(projectId).name} ${held}`)
            .join(', '),
        }),
      )
      .sort((a, b) => naturally(a.name, b.name));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'floating-ip-pools', who });
    const full = found.filter((pool) => shareOf(pool) >= NEARLY_FULL).map(({ name }) => name);
    return {
      text: `${count(found, 'external network')}${full.length > 0 ? `; nearly or wholly used: ${full.join(', ')}` : ''}${cut}.`,
      ...shown,
      note: 'IPv4 alone. Total is what the allocation pools hold; ports may have addresses beside them.',
      touches: rows.map(target),
    };
  },
});

function shareOf({ total, free }: AddressPool): number {
  return total === 0 ? 100 : Math.round(((total - free) / total) * 100);
}

function target({ id, name }: AddressPool): Target {
  return { type: 'network', id, name };
}
