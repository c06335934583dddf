import type { NovaOptions } from './nova.ts';
import { atLeast, demand, lostMarker, notFound } from './nova-refusals.ts';
import { groupedBy } from './nova-server-parts.ts';
import { isDown } from './nova-services.ts';
import { type Asked, isAdmin, page, type Route } from './router.ts';
import type { Aggregate, Host, Server } from './state-compute.ts';

const UPDATED = '2026-11-23T06:45:45.000000';

/** Hypervisors and aggregates. */
export function hostRoutes({ state, pageSize }: NovaOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.1/os-hypervisors/detail',
      handle(asked) {
        demand(isAdmin(asked), 'os-hypervisors:list-detail');
        const part = atLeast(asked, '2.53') ? asked.query.get('hypervisor_hostname_pattern') : null;
        const hosts = state.hosts.filter(({ name }) => part === null || name.toLowerCase().includes(part.toLowerCase()));
        if (part !== null && hosts.length === 0) throw notFound(`No hypervisor matching '${part}' could be found.`);
        const servers = groupedBy(state.servers, ({ host }) => host ?? '');
        return page(
          asked,
          hosts.map((host) => ({ id: host.hypervisorId, host })),
          {
            key: 'hypervisors',
            linksKey: 'hypervisors_links',
            // Nova knows a pattern or pages, not both.
            pageSize: part === null ? pageSize : undefined,
            show: ({ host }) => shownHypervisor(host, servers.get(host.name) ?? [], asked),
            lost: lostMarker,
          },
        );
      },
    },
    {
      method: 'GET',
      path: '/v2.1/os-aggregates',
      handle(asked) {
        demand(isAdmin(asked), 'os-aggregates:index');
        return { status: 200, body: { aggregates: state.aggregates.map((aggregate) => shownAggregate(aggregate, asked)) } };
      },
    },
  ];
}

function shownHypervisor(host: Host, here: readonly Server[], asked: Asked): object {
  const shown = {
    id: host.hypervisorId,
    hypervisor_hostname: host.name,
    state: isDown(host) ? 'down' : 'up',
    status: host.status,
    hypervisor_type: 'fake',
    hypervisor_version: 1000,
    host_ip: '127.0.0.1',
    service: { id: host.serviceId, host: host.name, disabled_reason: host.disabledReason },
  };
  if (atLeast(asked, '2.88')) return shown;
  const vcpusUsed = here.reduce((sum, { flavor }) => sum + flavor.vcpus, 0);
  const ramUsedMiB = 512 + here.reduce((sum, { flavor }) => sum + flavor.ramMiB, 0);
  const diskUsedGiB = here.reduce((sum, { flavor }) => sum + flavor.diskGiB, 0);
  return {
    ...shown,
    vcpus: host.vcpus,
    memory_mb: host.memoryMiB,
    local_gb: host.diskGiB,
    vcpus_used: vcpusUsed,
    memory_mb_used: ramUsedMiB,
    local_gb_used: diskUsedGiB,
    free_ram_mb: host.memoryMiB - ramUsedMiB,
    free_disk_gb: host.diskGiB - diskUsedGiB,
    current_workload: 0,
    running_vms: here.length,
    disk_available_least: 0,
    cpu_info: { arch: 'x86_64' },
  };
}

function shownAggregate({ id, uuid, name, zone, hosts, metadata }: Aggregate, asked: Asked): object {
  return {
    id,
    ...(atLeast(asked, '2.41') ? { uuid } : {}),
    name,
    hosts,
    metadata: { ...metadata, ...(zone === null ? {} : { availability_zone: zone }) },
    created_at: UPDATED,
    updated_at: null,
    deleted_at: null,
    deleted: false,
    availability_zone: zone,
  };
}
