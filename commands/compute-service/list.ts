import { z } from 'zod';
import { formatInstantWithAge } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { naturally } from '../../src/natural-order.ts';
import { type ComputeService, listComputeServices } from '../../src/openstack/compute.ts';
import { computeServiceTarget } from '../../src/openstack/targets.ts';
import { timeOf } from '../../src/openstack/times.ts';
import { count } from '../../src/reply.ts';

const COLUMNS: readonly Column<ComputeService>[] = [
  { name: 'service', text: ({ binary }) => binary },
  { name: 'host', text: ({ host }) => host },
  { name: 'zone', text: ({ zone }) => zone },
  { name: 'status', text: ({ status }) => status },
  { name: 'state', text: ({ state, forced_down }) => (forced_down ? 'down (forced)' : state) },
  {
    name: 'last heard',
    text: ({ updated_at }) => (updated_at ? formatInstantWithAge(timeOf(updated_at), Date.now()) : 'never'),
    data: ({ updated_at }) => updated_at ?? null,
  },
  { name: 'disabled because', text: ({ disabled_reason }) => disabled_reason ?? '', data: (service) => service.disabled_reason },
  {
    name: 'forced down',
    text: ({ forced_down }) => (forced_down ? 'yes' : 'no'),
    data: (service) => service.forced_down ?? false,
    long: true,
  },
  { name: 'ID', text: ({ id }) => id, long: true },
];

export default defineCommand({
  summary: "List Nova's services: where each runs, whether it is enabled and up, and when it was last heard.",
  guide: 'Lay of the Land › Servers and Services',
  examples: [
    'compute service list',
    'compute service list --host compute1',
    'compute service list --service nova-compute --problems',
  ],
  effect: 'read',
  args: z.object({
    host: z.string().optional().describe('only those on this host'),
    service: z.string().optional().describe('only those of this program, such as nova-compute'),
    problems: z.boolean().default(false).describe('only those that are disabled or down'),
    ...LIST_ARGUMENTS,
  }),
  completes: { host: 'host' },

  async run({ host, service: binary, problems, ...list }, { openstack, who, mayTouch }) {
    const filter = { ...(host === undefined ? {} : { host }), ...(binary === undefined ? {} : { binary }) };
    const seen = (await listComputeServices(openstack, filter)).filter((one) => mayTouch(computeServiceTarget(one)));
    const down = seen.filter(({ state }) => state === 'down');
    const disabled = seen.filter(({ status }) => status === 'disabled');
    const found = seen
      .filter((one) => !problems || down.includes(one) || disabled.includes(one))
      .sort((a, b) => a.binary.localeCompare(b.binary) || naturally(a.host, b.host));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'compute-services', who });
    return {
      text: `${count(seen, 'compute service')}: ${seen.length - down.length} up, ${down.length} down; ${disabled.length} disabled${cut}.`,
      ...shown,
      touches: rows.map(computeServiceTarget),
    };
  },
});
