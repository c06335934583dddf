import { z } from 'zod';
import { unlessGone } from './gone.ts';
import { ServerBody, ServerDetailBody, serverDetailOf, serverOf } from './server-body.ts';
import type { Query, Session } from './session.ts';

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
  hypervisor_version: z.number(),
  host_ip: z.string().nullish(),
  vcpus: z.number(),
  vcpus_used: z.number(),
  memory_mb: z.number(),
  memory_mb_used: z.number(),
  /** GiB. */
  local_gb: z.number(),
  local_gb_used: z.number(),
  running_vms: z.number(),
});
export type Hypervisor = z.infer<typeof Hypervisor>;

/**
 * The hypervisors with size and use, physical, without the allocation ratios, or those with this part in their name (`not_found` where
 * there are none). GET /os-hypervisors/detail, 2.53 (IDs that hold over cells, pages, the filter). Not 2.88 or later: from there the
 * sizes are only in placement. One compute host may have several (ironic). Admins only. Source: nova/api/openstack/compute/hypervisors.py
 */
export async function listHypervisors(os: Session, filter: { namePart?: string } = {}): Promise<Hypervisor[]> {
  return os.list({
    service: 'compute',
    path: '/os-hypervisors/detail',
    query: { hypervisor_hostname_pattern: filter.namePart },
    microversion: '2.53',
    older: 'IDs of hypervisors hold only within a cell.',
    key: 'hypervisors',
    response: Hypervisor,
  });
}

/**
 * The hypervisors of one compute host: one, or none, or, with ironic and vCenter, one for each node. By the part of their names that
 * nova can filter by; 1 call, and a second one for all of them where the host's name is in none of theirs. Admins only.
 */
export async function listHypervisorsOfHost(os: Session, host: string): Promise<Hypervisor[]> {
  const ofHost = (hypervisors: Hypervisor[]): Hypervisor[] => hypervisors.filter(({ service }) => service.host === host);
  const named = ofHost((await unlessGone(listHypervisors(os, { namePart: host }))) ?? []);
  return named.length > 0 ? named : ofHost(await listHypervisors(os));
}

export const Server = ServerBody.transform(serverOf);
export type Server = z.infer<typeof Server>;

/** 2.47 puts the flavor in, 2.26 the tags, 2.19 the description. From 2.69 nova mixes in fragments of servers whose cell is down. */
const SERVER_VERSION = '2.47';
const OLDER_SERVER = 'flavors of servers are not shown, and their tags and descriptions only where it has them.';

/** One server. GET /servers/{id}, 2.47. `not_found` where there is none, or where it is of another project and the user no admin. */
export async function getServer(os: Session, id: string): Promise<Server> {
  const { server } = await os.request({
    service: 'compute',
    method: 'GET',
    path: `/servers/${encodeURIComponent(id)}`,
    microversion: SERVER_VERSION,
    older: OLDER_SERVER,
    response: z.object({ server: Server }),
  });
  return server;
}

export const ServerDetail = ServerDetailBody.transform(serverDetailOf);
export type ServerDetail = z.infer<typeof ServerDetail>;

/**
 * One server with all that nova says about it. GET /servers/{id}, 2.73 (2.73 says why it is locked, 2.71 its groups). Of a server whose
 * cell is down only ID, project, status `UNKNOWN` and some more. `not_found` as for getServer.
 */
export async function getServerDetail(os: Session, id: string): Promise<ServerDetail> {
  const { server } = await os.request({
    service: 'compute',
    method: 'GET',
    path: `/servers/${encodeURIComponent(id)}`,
    microversion: '2.73',
    older: 'why a server is locked and which group it is in is shown only where it says so.',
    response: z.object({ server: ServerDetail }),
  });
  return server;
}

export interface ServerFilter {
  projectId?: string | undefined;
  userId?: string | undefined;
  /** The compute host, by its whole name. */
  host?: string | undefined;
  /** `ACTIVE`, `ERROR`, …: `bad_request` for a word that nova does not know. */
  status?: string | undefined;
  /** A regular expression of nova's database, not anchored. */
  name?: string | undefined;
  /** Its ID, which may be any text; of an unknown one there are no servers. */
  flavorId?: string | undefined;
  imageId?: string | undefined;
  /** A part of a fixed address, or a regular expression; never finds floating ones. */
  ip?: string | undefined;
  /** A part of the zone's name, or a regular expression: compare again. */
  availabilityZone?: string | undefined;
  /** ISO 8601. Also deleted servers (status `DELETED`), as long as nova's database has them. */
  changesSince?: string | undefined;
  /** Those with all of these. */
  tags?: readonly string[] | undefined;
  /** Needs 2.73. */
  locked?: boolean | undefined;
}

/**
 * All servers in all projects, newest first, or those that the filters leave. GET /servers/detail?all_tenants, 2.47; 1 call per 1,000
 * servers (`max_limit`). All texts are compared without regard to case where nova's database is MySQL. Servers of a cell that is down are
 * left out by nova (`list_records_by_skipping_down_cells`). `forbidden` for who is no admin.
 * Source: nova/api/openstack/compute/servers.py, nova/api/openstack/compute/schemas/servers.py
 */
export async function listServers(os: Session, filter: ServerFilter = {}): Promise<Server[]> {
  return os.list({
    service: 'compute',
    path: '/servers/detail',
    query: serverQuery(filter),
    microversion: filter.locked === undefined ? SERVER_VERSION : '2.73',
    // An older nova passes over these two, and answers with all servers.
    ...(filter.locked === undefined && filter.tags === undefined ? { older: OLDER_SERVER } : {}),
    key: 'servers',
    response: Server,
  });
}

function serverQuery({
  projectId,
  userId,
  availabilityZone,
  flavorId,
  imageId,
  changesSince,
  tags,
  ...same
}: ServerFilter): Query {
  return {
    all_tenants: '1',
    project_id: projectId,
    user_id: userId,
    availability_zone: availabilityZone,
    flavor: flavorId,
    image: imageId,
    'changes-since': changesSince,
    tags: tags?.join(','),
    ...same,
  };
}

/**
 * All servers of exactly this name, in all projects. GET /servers/detail?all_tenants&name, 2.47. Nova's `name` is a regular expression of
 * its database, which ignores case in MySQL: it is escaped, and the answer compared. `forbidden` for who is no admin.
 */
export async function listServersNamed(os: Session, name: string): Promise<Server[]> {
  const pattern = `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
  const servers = await listServers(os, { name: pattern });
  return servers.filter((server) => server.name === name);
}

/** All servers that are on a compute host, in all projects. GET /servers/detail?all_tenants&host, 2.47. Only admins' `host` counts. */
export async function listServersOnHost(os: Session, host: string): Promise<Server[]> {
  return listServers(os, { host });
}

export const ServerName = z.object({ id: z.string(), name: z.string() });
export type ServerName = z.infer<typeof ServerName>;

/**
 * IDs and names of all servers in all projects, newest first: enough to find the one whose ID begins in a certain way. GET
 * /servers?all_tenants, 2.1; 1 call per 1,000 servers, and about a third of the work of /servers/detail. `forbidden` for who is no admin.
 */
export async function listServerNames(os: Session): Promise<ServerName[]> {
  return os.list({ service: 'compute', path: '/servers', query: { all_tenants: '1' }, key: 'servers', response: ServerName });
}

export const ServerPlace = z
  .object({ id: z.string(), name: z.string(), tenant_id: z.string(), 'OS-EXT-SRV-ATTR:host': z.string().nullish() })
  .transform(({ 'OS-EXT-SRV-ATTR:host': host, ...server }) => ({ ...server, host }));
export type ServerPlace = z.infer<typeof ServerPlace>;

/**
 * All servers with just what rules and completion look at: ID, name, project and host. GET /servers/detail?all_tenants, 2.1; 1 call and
 * about 1.8 MB per 1,000 servers. Nova has nothing lighter that names projects and hosts. `forbidden` for who is no admin.
 */
export async function listServerPlaces(os: Session): Promise<ServerPlace[]> {
  return os.list({
    service: 'compute',
    path: '/servers/detail',
    query: { all_tenants: '1' },
    key: 'servers',
    response: ServerPlace,
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
