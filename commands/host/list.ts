import { z } from 'zod';
import { formatMiB } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { type ComputeService, type Hypervisor, listComputeServices, listHypervisors } from '../../src/openstack/compute.ts';
import { count } from '../../src/reply.ts';

export default defineCommand({
  summary: 'List the compute hosts: whether they are enabled and up, and what is used of them.',
  guide: 'Lay of the Land › Servers and Services',
  examples: ['host list', 'host list --problems'],
  aliases: ['hypervisor list'],
  effect: 'read',
  args: z.object({ problems: z.boolean().default(false).describe('only hosts that are disabled or down') }),

  async run({ problems }, { openstack }) {
    const [services, hypervisors] = await Promise.all([
      listComputeServices(openstack, { binary: 'nova-compute' }),
      listHypervisors(openstack),
    ]);
    const down = services.filter(({ state }) => state === 'down');
    const disabled = services.filter(({ status }) => status === 'disabled');
    const shown = services
      .filter((service) => !problems || down.includes(service) || disabled.includes(service))
      .sort((a, b) => a.host.localeCompare(b.host, 'en', { numeric: true }));
    return {
      text: `${count(services, 'compute host')}: ${services.length - down.length} up, ${down.length} down; ${disabled.length} disabled.`,
      ...(shown.length === 0 ? {} : { table: { columns: COLUMNS, rows: shown.map((service) => row(service, hypervisors)) } }),
      note: 'Sizes are physical, without the allocation ratios.',
      touches: shown.map(({ host }) => ({ type: 'host', id: host, name: host })),
    };
  },
});

const COLUMNS = ['host', 'zone', 'status', 'state', 'servers', 'vCPUs', 'memory', 'disabled because'];

function row({ host, zone, status, state, forced_down, disabled_reason }: ComputeService, hypervisors: Hypervisor[]): string[] {
  // A host of ironic has a hypervisor for each node.
  const own = hypervisors.filter(({ service }) => service.host === host);
  const sum = (size: (one: Hypervisor) => number): number => own.reduce((total, one) => total + size(one), 0);
  const size =
    own.length === 0
      ? ['', '', '']
      : [
          String(sum(({ running_vms }) => running_vms)),
          `${sum(({ vcpus_used }) => vcpus_used)} of ${sum(({ vcpus }) => vcpus)}`,
          `${formatMiB(sum(({ memory_mb_used }) => memory_mb_used))} of ${formatMiB(sum(({ memory_mb }) => memory_mb))}`,
        ];
  return [host, zone, status, forced_down ? 'down (forced)' : state, ...size, disabled_reason ?? ''];
}
