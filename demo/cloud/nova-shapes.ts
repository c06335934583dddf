import { createHash } from 'node:crypto';
import { compareVersions } from '../../src/openstack/microversions.ts';
import { type Asked, isAdmin } from './router.ts';
import type { CloudState, Host, Server } from './state.ts';

/** How nova shows what the cloud holds, by microversion and by who asks. */

const UPDATED = '2026-11-23T06:45:45Z';

export function controllers(): { binary: string; host: string }[] {
  return ['nova-conductor', 'nova-scheduler'].map((binary, index) => ({
    binary,
    host: 'controller1',
    id: `00000000-0000-4000-8000-00000000000${index + 1}`,
    zone: 'internal',
    status: 'enabled',
    state: 'up',
    updated_at: UPDATED,
    disabled_reason: null,
    forced_down: false,
  }));
}

export function shownService(host: Host, microversion: string): { binary: string; host: string } {
  const forcedDown = compareVersions(microversion, '2.11') < 0 ? {} : { forced_down: host.forcedDown };
  const shown = {
    binary: 'nova-compute',
    host: host.name,
    id: compareVersions(microversion, '2.53') < 0 ? host.serviceNumber : host.serviceId,
    zone: host.zone,
    status: host.status,
    state: host.forcedDown ? 'down' : host.state,
    updated_at: UPDATED,
    disabled_reason: host.disabledReason,
  };
  return { ...shown, ...forcedDown };
}

export function shownHypervisor(state: CloudState, host: Host, microversion: string): Record<string, unknown> {
  const here = state.servers.filter((server) => server.host === host.name);
  const vcpusUsed = here.reduce((sum, { flavor }) => sum + flavor.vcpus, 0);
  const ramUsedMiB = 512 + here.reduce((sum, { flavor }) => sum + flavor.ramMiB, 0);
  const diskUsedGiB = here.reduce((sum, { flavor }) => sum + flavor.diskGiB, 0);
  const shown = {
    id: host.hypervisorId,
    hypervisor_hostname: host.name,
    state: host.forcedDown ? 'down' : host.state,
    status: host.status,
    hypervisor_type: 'fake',
    hypervisor_version: 1000,
    host_ip: '127.0.0.1',
    service: { id: host.serviceId, host: host.name, disabled_reason: host.disabledReason },
  };
  if (compareVersions(microversion, '2.88') >= 0) return shown;
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

export function shownServer(server: Server, asked: Asked): Record<string, unknown> {
  const { flavor } = server;
  const embedded = {
    vcpus: flavor.vcpus,
    ram: flavor.ramMiB,
    disk: flavor.diskGiB,
    ephemeral: 0,
    swap: 0,
    original_name: flavor.name,
    extra_specs: {},
  };
  const forAdmins = {
    'OS-EXT-SRV-ATTR:host': server.host,
    'OS-EXT-SRV-ATTR:instance_name': `instance-${server.id.slice(0, 8)}`,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': server.host,
  };
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    tenant_id: server.projectId,
    user_id: server.userId,
    metadata: server.metadata,
    hostId:
      server.host === null
        ? ''
        : createHash('sha224')
            .update(server.projectId + server.host)
            .digest('hex'),
    image:
      server.imageId === null
        ? ''
        : { id: server.imageId, links: [{ rel: 'bookmark', href: `${asked.base}/images/${server.imageId}` }] },
    flavor: compareVersions(asked.microversion, '2.47') < 0 ? { id: flavor.id, links: [] } : embedded,
    created: server.created,
    updated: UPDATED,
    addresses: {},
    accessIPv4: '',
    accessIPv6: '',
    links: [{ rel: 'self', href: `${asked.base}/v2.1/servers/${server.id}` }],
    'OS-EXT-AZ:availability_zone': server.host === null ? '' : 'az1',
    key_name: null,
    'OS-SRV-USG:launched_at': server.host === null ? null : server.created,
    'OS-EXT-STS:task_state': server.taskState,
    'OS-EXT-STS:vm_state': server.vmState,
    'OS-EXT-STS:power_state': server.vmState === 'active' ? 1 : 4,
    ...(isAdmin(asked) ? forAdmins : {}),
  };
}

export function versions(base: string, min: string, max: string): unknown[] {
  const older = { id: 'v2.0', status: 'SUPPORTED', version: '', min_version: '', updated: '2011-01-21T11:33:21Z' };
  const current = { id: 'v2.1', status: 'CURRENT', version: max, min_version: min, updated: '2013-07-23T11:33:21Z' };
  return [
    { ...older, links: [{ rel: 'self', href: `${base}/v2/` }] },
    { ...current, links: [{ rel: 'self', href: `${base}/v2.1/` }] },
  ];
}
