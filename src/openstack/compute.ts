import { z } from 'zod';
import { type Limits, LimitsBody, type QuotaUses, QuotaUsesBody } from './quota-set.ts';
import type { Session } from './session.ts';

/** 2.36 took away what neutron counts, 2.57 the injected files. nova/api/openstack/compute/quota_sets.py */
export const QUOTA_VERSION = '2.57';
const OLDER_QUOTA = 'quotas that are gone today are shown too.';

/**
 * A project's quotas with their use. GET /os-quota-sets/{project}/detail, 2.57. `key_pairs`, `metadata_items` and
 * `server_group_members` count per user, server and group: their use is always 0 here. `bad_request` for an unknown project.
 */
export async function getComputeQuota(os: Session, projectId: string): Promise<QuotaUses> {
  const { quota_set } = await os.request({
    service: 'compute',
    method: 'GET',
    path: `/os-quota-sets/${encodeURIComponent(projectId)}/detail`,
    microversion: QUOTA_VERSION,
    older: OLDER_QUOTA,
    response: z.object({ quota_set: QuotaUsesBody }),
  });
  return quota_set;
}

/** What a project has where nobody set it anything else. GET /os-quota-sets/{project}/defaults, 2.57. */
export async function getDefaultComputeQuota(os: Session, projectId: string): Promise<Limits> {
  const { quota_set } = await os.request({
    service: 'compute',
    method: 'GET',
    path: `/os-quota-sets/${encodeURIComponent(projectId)}/defaults`,
    microversion: QUOTA_VERSION,
    older: OLDER_QUOTA,
    response: z.object({ quota_set: LimitsBody }),
  });
  return quota_set;
}

/** The quota class that every project without values of its own follows. GET /os-quota-class-sets/default, 2.57. Admins only. */
export async function getComputeQuotaClass(os: Session): Promise<Limits> {
  const { quota_class_set } = await os.request({
    service: 'compute',
    method: 'GET',
    path: '/os-quota-class-sets/default',
    microversion: QUOTA_VERSION,
    older: OLDER_QUOTA,
    response: z.object({ quota_class_set: LimitsBody }),
  });
  return quota_class_set;
}

/**
 * Sets some of a project's quotas, and leaves the others. PUT /os-quota-sets/{project}, 2.57 (before, nova took and stored what
 * neutron counts). `bad_request` below what is in use, for an unknown name and for an unknown project. With nova's unified limits it
 * answers 200 and stores nothing: read back. Source: nova/api/openstack/compute/quota_sets.py
 */
export async function updateComputeQuota(os: Session, projectId: string, limits: Limits): Promise<void> {
  await os.request({
    service: 'compute',
    method: 'PUT',
    path: `/os-quota-sets/${encodeURIComponent(projectId)}`,
    microversion: QUOTA_VERSION,
    body: { quota_set: limits },
    response: z.object({ quota_set: z.unknown() }),
  });
}

export const ComputeService = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  binary: z.string(),
  host: z.string(),
  zone: z.string(),
  status: z.enum(['enabled', 'disabled']),
  state: z.enum(['up', 'down']),
  disabled_reason: z.string().nullable(),
  forced_down: z.boolean().optional(),
  updated_at: z.string().nullish(),
});
export type ComputeService = z.infer<typeof ComputeService>;

/** Nova's services, or those of one binary or host. GET /os-services, 2.53 (IDs that hold over cells). Admins only. */
export async function listComputeServices(
  os: Session,
  filter: { binary?: string; host?: string } = {},
): Promise<ComputeService[]> {
  return os.list({
    service: 'compute',
    path: '/os-services',
    query: { binary: filter.binary, host: filter.host },
    microversion: '2.53',
    older: 'IDs of services hold only within a cell.',
    key: 'services',
    response: ComputeService,
  });
}

export const Hypervisor = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  hypervisor_hostname: z.string(),
  hypervisor_type: z.string(),
  state: z.enum(['up', 'down']),
  status: z.enum(['enabled', 'disabled']),
  service: z.object({ host: z.string(), disabled_reason: z.string().nullish() }),
  vcpus: z.number(),
  vcpus_used: z.number(),
  memory_mb: z.number(),
  memory_mb_used: z.number(),
  running_vms: z.number(),
});
export type Hypervisor = z.infer<typeof Hypervisor>;

/**
 * The hypervisors with size and use, physical, without the allocation ratios. GET /os-hypervisors/detail, 2.53 (IDs that hold over
 * cells, pages). Not 2.88 or later: from there the sizes are only in placement. One compute host may have several (ironic). Admins only.
 * Source: nova/api/openstack/compute/hypervisors.py
 */
export async function listHypervisors(os: Session): Promise<Hypervisor[]> {
  return os.list({
    service: 'compute',
    path: '/os-hypervisors/detail',
    microversion: '2.53',
    older: 'IDs of hypervisors hold only within a cell.',
    key: 'hypervisors',
    response: Hypervisor,
  });
}

export const Server = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    tenant_id: z.string(),
    user_id: z.string(),
    created: z.string(),
    'OS-EXT-STS:task_state': z.string().nullish(),
    'OS-EXT-STS:vm_state': z.string().nullish(),
    'OS-EXT-SRV-ATTR:host': z.string().nullish(),
  })
  .transform(
    ({ 'OS-EXT-STS:task_state': task_state, 'OS-EXT-STS:vm_state': vm_state, 'OS-EXT-SRV-ATTR:host': host, ...server }) => ({
      ...server,
      task_state: task_state ?? null,
      vm_state: vm_state ?? null,
      /** The compute host; null where it is on none, or for who is no admin. */
      host: host ?? null,
    }),
  );
export type Server = z.infer<typeof Server>;

/** One server. GET /servers/{id}, 2.1. `not_found` where there is none, or where it is of another project and the user no admin. */
export async function getServer(os: Session, id: string): Promise<Server> {
  const { server } = await os.request({
    service: 'compute',
    method: 'GET',
    path: `/servers/${encodeURIComponent(id)}`,
    response: z.object({ server: Server }),
  });
  return server;
}

/**
 * All servers of exactly this name, in all projects. GET /servers/detail?all_tenants, 2.1. Nova's `name` is a regular expression of its
 * database, which ignores case in MySQL: it is escaped, and the answer compared. `forbidden` for who is no admin.
 */
export async function listServersNamed(os: Session, name: string): Promise<Server[]> {
  const pattern = `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
  const servers = await listServers(os, { name: pattern });
  return servers.filter((server) => server.name === name);
}

/** All servers that are on a compute host, in all projects. GET /servers/detail?all_tenants&host, 2.1. Only admins' `host` counts. */
export async function listServersOnHost(os: Session, host: string): Promise<Server[]> {
  return listServers(os, { host });
}

/**
 * All servers in all projects, newest first, or those that a filter of nova's leaves. GET /servers/detail?all_tenants, 2.1.
 * Servers of a cell that is down are left out by nova (`list_records_by_skipping_down_cells`). `forbidden` for who is no admin.
 */
export async function listServers(os: Session, filter: Record<string, string> = {}): Promise<Server[]> {
  return os.list({
    service: 'compute',
    path: '/servers/detail',
    query: { all_tenants: '1', ...filter },
    key: 'servers',
    response: Server,
  });
}

/**
 * The last `lines` lines of a server's serial console. POST /servers/{id}/action `os-getConsoleOutput`, 2.1; changes nothing.
 * There always is a length: without one nova-compute may read all of it (the guide's tale of 5.5 GB and a host that stood still).
 * Escape sequences come without their ESC, carriage returns not at all, and each byte that is not ASCII as U+FFFD. `conflict` while it
 * has no host, `not_found` also where its console has no log. Source: nova/api/openstack/compute/console_output.py, nova/compute/manager.py
 */
export async function getConsoleOutput(os: Session, id: string, lines: number): Promise<string> {
  const { output } = await os.request({
    service: 'compute',
    method: 'POST',
    reads: true,
    path: `/servers/${encodeURIComponent(id)}/action`,
    body: { 'os-getConsoleOutput': { length: lines } },
    response: z.object({ output: z.string().nullable() }),
  });
  return output ?? '';
}
