import { z } from 'zod';
import { formatInstantWithAge, formatMiB } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { ofProject, PROJECT_ARGUMENTS, projectAsked } from '../../src/list/of-project.ts';
import { listServers, type Server } from '../../src/openstack/compute.ts';
import { resolveFlavor } from '../../src/openstack/kinds.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import { serverTarget } from '../../src/openstack/targets.ts';
import { timeOf } from '../../src/openstack/times.ts';
import { code, count } from '../../src/reply.ts';
import { type Owner, ownerName } from '../../src/target.ts';

type Row = Server & { project: Owner };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'server', text: ({ name }) => name },
  { name: 'status', text: ({ status, task_state }) => (task_state === null ? status : `${status} (${task_state})`) },
  { name: 'project', text: ({ project }) => ownerName(project) },
  { name: 'host', text: ({ host }) => host ?? '', data: ({ host }) => host ?? null },
  { name: 'flavor', text: ({ flavor }) => flavor?.name ?? '', data: ({ flavor }) => flavor?.name ?? null },
  { name: 'addresses', text: addressesOf },
  { name: 'created', text: ({ created }) => formatInstantWithAge(timeOf(created), Date.now()), data: ({ created }) => created },
  { name: 'vCPUs', text: ({ flavor }) => String(flavor?.vcpus ?? ''), data: ({ flavor }) => flavor?.vcpus ?? null, long: true },
  {
    name: 'memory',
    text: ({ flavor }) => (flavor ? formatMiB(flavor.ram) : ''),
    data: ({ flavor }) => flavor?.ram ?? null,
    long: true,
  },
  { name: 'zone', text: (server) => server.availability_zone ?? '', data: (server) => server.availability_zone, long: true },
  { name: 'power', text: ({ power_state }) => power_state ?? '', data: ({ power_state }) => power_state, long: true },
  { name: 'image', text: ({ image }) => image ?? 'boots from a volume', data: ({ image }) => image, long: true },
  { name: 'locked', text: ({ locked }) => (locked ? 'yes' : 'no'), data: ({ locked }) => locked, long: true },
  { name: 'ID', text: ({ id }) => id, long: true },
  { name: 'project ID', text: ({ project }) => project.id, long: true },
];

export default defineCommand({
  summary: 'List the servers of all projects, newest first.',
  guide: 'Lay of the Land › Servers and Services',
  examples: [
    'server list --project demo',
    'server list --host compute1 --status ERROR',
    'server list web --sort created --limit 20',
    'server list --flavor m1.small --long',
  ],
  effect: 'read',
  args: z.object({
    name: z.string().optional().describe('only servers with this in their names'),
    ...PROJECT_ARGUMENTS,
    host: z.string().optional().describe('only those on this compute host'),
    status: z.string().optional().describe("only those in this status of Nova's, such as ACTIVE or ERROR"),
    flavor: z.string().optional().describe('only those of this flavor, by name or ID'),
    ip: z.string().optional().describe('only those with this in a fixed address'),
    zone: z.string().optional().describe('only those of this availability zone'),
    ...LIST_ARGUMENTS,
  }),
  positionals: ['name'],
  completes: { project: 'project', domain: 'domain', host: 'host', flavor: 'flavor' },

  async run({ name, host, status, flavor, ip, zone, project, domain, ...list }, context) {
    const { openstack, who, mayTouch } = context;
    const within = await projectAsked({ project, domain }, context);
    const flavorId = flavor === undefined ? undefined : (await resolveFlavor(openstack, flavor, { mayTouch })).id;
    const [servers, ownerOf] = await Promise.all([
      listServers(openstack, {
        projectId: within?.id,
        host,
        status: status?.toUpperCase(),
        flavorId,
        // Nova takes a regular expression; people mean what they type.
        name: name === undefined ? undefined : escaped(name),
        ip: ip === undefined ? undefined : escaped(ip),
        availabilityZone: zone,
      }),
      listOwners(openstack, within),
    ]);
    const found = servers
      .map((server): Row => ({ ...server, project: ownerOf(server.tenant_id) }))
      .filter(
        (server) => (zone === undefined || server.availability_zone === zone) && mayTouch(serverTarget(server, server.project)),
      );
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'servers', who });
    const wrong = found.filter((server) => server.status === 'ERROR').length;
    const where = host === undefined ? '' : ` on ${code(host)}`;
    return {
      text: `${count(found, 'server')}${ofProject(within)}${where}${wrong > 0 && status === undefined ? `, ${wrong} of them in ERROR` : ''}${cut}.`,
      ...shown,
      touches: rows.map((server) => serverTarget(server, server.project)),
    };
  },
});

/** Floating ones last. */
function addressesOf({ addresses }: Row): string {
  const sorted = addresses.toSorted((a, b) => a.type.localeCompare(b.type));
  return sorted.map(({ address }) => address).join(', ');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
