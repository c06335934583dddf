import { z } from 'zod';
import { formatMiB } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { naturally } from '../../src/natural-order.ts';
import { type ComputeService, type Hypervisor, listComputeServices, listHypervisors } from '../../src/openstack/compute.ts';
import { hostTarget } from '../../src/openstack/targets.ts';
import { count } from '../../src/reply.ts';

/** A compute host; the sizes are null where nova knows no hypervisor of it. */
interface Row extends ComputeService {
  servers: number | null;
  vcpus: Used | null;
  memoryMiB: Used | null;
}

interface Used {
  used: number;
  of: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'host', text: ({ host }) => host },
  { name: 'zone', text: ({ zone }) => zone },
  { name: 'status', text: ({ status }) => status },
  { name: 'state', text: ({ state, forced_down }) => (forced_down ? 'down (forced)' : state) },
  { name: 'servers', text: ({ servers }) => String(servers ?? ''), data: ({ servers }) => servers },
  { name: 'vCPUs', text: ({ vcpus }) => usedOf(vcpus, String), data: ({ vcpus }) => vcpus?.used ?? null },
  { name: 'memory', text: ({ memoryMiB }) => usedOf(memoryMiB, formatMiB), data: ({ memoryMiB }) => memoryMiB?.used ?? null },
  {
    name: 'disabled because',
    text: ({ disabled_reason }) => disabled_reason ?? '',
    data: ({ disabled_reason }) => disabled_reason,
  },
  { name: 'vCPUs in all', text: ({ vcpus }) => String(vcpus?.of ?? ''), data: ({ vcpus }) => vcpus?.of ?? null, long: true },
  {
    name: 'memory in all',
    text: ({ memoryMiB }) => (memoryMiB ? formatMiB(memoryMiB.of) : ''),
    data: ({ memoryMiB }) => memoryMiB?.of ?? null,
    long: true,
  },
  {
    name: 'last heard',
    text: ({ updated_at }) => updated_at ?? 'never',
    data: ({ updated_at }) => updated_at ?? null,
    long: true,
  },
  { name: 'service ID', text: ({ id }) => id, long: true },
];

export default defineCommand({
  summary: 'List the compute hosts: whether they are enabled and up, and what is used of them.',
  guide: 'Lay of the Land › Servers and Services',
  examples: ['host list', 'host list --problems', 'host list --sort memory:desc'],
  aliases: ['hypervisor list'],
  effect: 'read',
  args: z.object({ problems: z.boolean().default(false).describe('only hosts that are disabled or down'), ...LIST_ARGUMENTS }),

  async run({ problems, ...list }, { openstack, who, mayTouch }) {
    const [all, hypervisors] = await Promise.all([
      listComputeServices(openstack, { binary: 'nova-compute' }),
      listHypervisors(openstack),
    ]);
    const services = all.filter(({ host }) => mayTouch(hostTarget(host)));
    const down = services.filter(({ state }) => state === 'down');
    const disabled = services.filter(({ status }) => status === 'disabled');
    const found = services
      .filter((service) => !problems || down.includes(service) || disabled.includes(service))
      .sort((a, b) => naturally(a.host, b.host))
      .map((service) => withSizes(service, hypervisors));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'hosts', who });
    return {
      text: `${count(services, 'compute host')}: ${services.length - down.length} up, ${down.length} down; ${disabled.length} disabled${cut}.`,
      ...shown,
      note: 'Sizes are physical, without the allocation ratios.',
      touches: rows.map(({ host }) => hostTarget(host)),
    };
  },
});

/** A host of ironic has a hypervisor for each node. */
function withSizes(service: ComputeService, hypervisors: Hypervisor[]): Row {
  const own = hypervisors.filter((hypervisor) => hypervisor.service.host === service.host);
  if (own.length === 0) return { ...service, servers: null, vcpus: null, memoryMiB: null };
  const sum = (size: (one: Hypervisor) => number): number => own.reduce((total, one) => total + size(one), 0);
  return {
    ...service,
    servers: sum(({ running_vms }) => running_vms),
    vcpus: { used: sum(({ vcpus_used }) => vcpus_used), of: sum(({ vcpus }) => vcpus) },
    memoryMiB: { used: sum(({ memory_mb_used }) => memory_mb_used), of: sum(({ memory_mb }) => memory_mb) },
  };
}

function usedOf(size: Used | null, format: (value: number) => string): string {
  return size ? `${format(size.used)} of ${format(size.of)}` : '';
}
