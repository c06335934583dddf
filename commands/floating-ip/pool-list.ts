import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import type { CommandContext } from '../../src/command-context.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { naturally } from '../../src/natural-order.ts';
import { type AddressPool, listAddressPools } from '../../src/openstack/address-pools.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import { networkTarget, ownerTarget } from '../../src/openstack/targets.ts';
import { count } from '../../src/reply.ts';
import { type Owner, ownerName } from '../../src/target.ts';

type Row = AddressPool & { top: string; shown: Owner[] };

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
      .filter((pool) => mayTouch(networkTarget(pool)))
      .map((pool): Row => ({ ...pool, ...mostOf(pool, ownerOf, mayTouch) }))
      .sort((a, b) => naturally(a.name, b.name));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'floating-ip-pools', who });
    const full = found.filter((pool) => shareOf(pool) >= NEARLY_FULL).map(({ name }) => name);
    return {
      text: `${count(found, 'external network')}${full.length > 0 ? `; nearly or wholly used: ${full.join(', ')}` : ''}${cut}.`,
      ...shown,
      note: 'IPv4 alone. Total is what the allocation pools hold; ports may have addresses beside them.',
      touches: rows.flatMap((row) => [networkTarget(row), ...row.shown.map(ownerTarget)]),
    };
  },
});

function shareOf({ total, free }: AddressPool): number {
  return total === 0 ? 100 : Math.round(((total - free) / total) * 100);
}

/** Who has most of it, of those whom the asker may see; the others are counted. */
function mostOf(
  { byProject }: AddressPool,
  ownerOf: (projectId: string) => Owner,
  mayTouch: CommandContext['mayTouch'],
): Pick<Row, 'top' | 'shown'> {
  const all = byProject.map(({ projectId, count: held }) => ({ owner: ownerOf(projectId), held }));
  const seen = all.filter(({ owner }) => mayTouch(ownerTarget(owner)));
  const hidden = all.length - seen.length;
  const top = seen.slice(0, TOP);
  const names = top.map(({ owner, held }) => `${ownerName(owner)} ${held}`);
  return {
    top: [...names, ...(hidden > 0 ? [`${count(hidden, 'project')} not shown`] : [])].join(', '),
    shown: top.map(({ owner }) => owner),
  };
}
