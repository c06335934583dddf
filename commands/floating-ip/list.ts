import { z } from 'zod';
import { formatInstantWithAge } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { ofProject, PROJECT_ARGUMENTS, projectAsked } from '../../src/list/of-project.ts';
import { type FloatingIp, listFloatingIps } from '../../src/openstack/floating-ips.ts';
import { listNetworks } from '../../src/openstack/networks.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import { floatingIpTarget } from '../../src/openstack/targets.ts';
import { timeOf } from '../../src/openstack/times.ts';
import { count } from '../../src/reply.ts';
import { type Owner, ownerName } from '../../src/target.ts';

type Row = FloatingIp & { project: Owner; network: string };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'address', text: (ip) => ip.floating_ip_address },
  { name: 'status', text: ({ status }) => status },
  { name: 'project', text: ({ project }) => ownerName(project) },
  { name: 'leads to', text: leadsTo },
  { name: 'network', text: ({ network }) => network },
  { name: 'changed', text: (ip) => sinceOf(ip.updated_at), data: (ip) => ip.updated_at },
  {
    name: 'description',
    text: ({ description, tags }) => [description, ...tags.map((tag) => `#${tag}`)].filter(Boolean).join(' '),
  },
  { name: 'in use', text: (ip) => (ip.in_use ? 'yes' : 'no'), data: (ip) => ip.in_use, long: true },
  { name: 'used by', text: ({ device }) => device?.owner ?? '', data: ({ device }) => device?.owner ?? null, long: true },
  { name: 'router', text: (ip) => ip.router_id ?? '', data: (ip) => ip.router_id, long: true },
  { name: 'created', text: (ip) => sinceOf(ip.created_at), data: (ip) => ip.created_at, long: true },
  { name: 'ID', text: ({ id }) => id, long: true },
];

export default defineCommand({
  summary: 'List the floating IPs: whose they are, what each leads to, and which lead nowhere.',
  guide: 'User-Facing Operations › Floating IPs',
  examples: ['floating ip list', 'floating ip list --project demo', 'floating ip list --unused --sort changed'],
  effect: 'read',
  args: z.object({
    ...PROJECT_ARGUMENTS,
    unused: z.boolean().default(false).describe('only those that lead nowhere: no port, and no port forwarding'),
    address: z.string().optional().describe('only this one'),
    status: z.enum(['ACTIVE', 'DOWN', 'ERROR']).optional().describe("only those in this status of Neutron's"),
    ...LIST_ARGUMENTS,
  }),
  completes: { project: 'project', domain: 'domain' },

  async run({ unused, address, status, project, domain, ...list }, context) {
    const { openstack, who, mayTouch } = context;
    const within = await projectAsked({ project, domain }, context);
    const [ips, networks, ownerOf] = await Promise.all([
      listFloatingIps(openstack, { projectId: within?.id, address, status }),
      listNetworks(openstack, { external: true }),
      listOwners(openstack, within),
    ]);
    const names = new Map(networks.map(({ id, name }) => [id, name]));
    const seen = ips
      .map(
        (ip): Row => ({
          ...ip,
          project: ownerOf(ip.project_id),
          network: names.get(ip.floating_network_id) ?? ip.floating_network_id,
        }),
      )
      .filter((ip) => mayTouch(floatingIpTarget(ip)));
    const idle = seen.filter((ip) => !ip.in_use);
    const found = unused ? idle : seen;
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'floating-ips', who });
    const all = `${count(seen, 'floating IP')}${ofProject(within)}`;
    return {
      text: `${unused ? `${idle.length} of ${all} lead nowhere` : `${all}, ${idle.length} of them lead nowhere`}${cut}.`,
      ...shown,
      touches: rows.map(floatingIpTarget),
    };
  },
});

/** The inner address, or the port forwardings, without which an address of no port would look unused. */
function leadsTo({ fixed_ip_address, port_id, port_forwardings, in_use }: Row): string {
  if (port_id !== null) return fixed_ip_address ?? 'a port';
  if (port_forwardings.length === 0) return in_use ? 'port forwardings' : '';
  return port_forwardings
    .map(
      ({ protocol, external_ports, internal_ip_address, internal_ports }) =>
        `${protocol} ${external_ports} → ${internal_ip_address}:${internal_ports}`,
    )
    .join(', ');
}

function sinceOf(time: string | null): string {
  return time === null ? '' : formatInstantWithAge(timeOf(time), Date.now());
}
