import { z } from 'zod';
import { formatInstantWithAge, formatMiB } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { getServerDetail, type ServerDetail } from '../../src/openstack/compute.ts';
import { resolveServer } from '../../src/openstack/kinds.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import { listServerActions, type ServerAction } from '../../src/openstack/server-actions.ts';
import { serverTarget } from '../../src/openstack/targets.ts';
import { timeOf } from '../../src/openstack/times.ts';
import { code, type Field } from '../../src/reply.ts';
import { ownerName } from '../../src/target.ts';

const ACTIONS = 8;

export default defineCommand({
  summary: 'Show one server: where it runs, its addresses and volumes, what is wrong with it, and what was last done to it.',
  guide: 'User-Facing Operations › Instances',
  examples: ['server show web-1', 'server show 3f1c9a2e'],
  effect: 'read',
  args: z.object({ server: z.string().describe('server, by exact name in any project, by ID, or by the beginning of its ID') }),
  positionals: ['server'],
  completes: { server: 'server' },

  async run({ server: text }, { openstack, about, mayTouch }) {
    const { id } = await resolveServer(openstack, text, { mayTouch });
    const [server, ownerOf] = await Promise.all([getServerDetail(openstack, id), listOwners(openstack)]);
    const project = ownerOf(server.tenant_id);
    const target = serverTarget(server, project);
    about(target);
    const actions = await listServerActions(openstack, id, ACTIONS);
    const { fault, status, task_state, host_status } = server;
    const where = placeOf(server);
    const warnings = [
      ...(fault ? [`Nova says: ${fault.message} (${fault.code}, ${fault.created})`] : []),
      ...(host_status !== null && host_status !== 'UP' ? [`Its host's nova-compute is ${host_status}.`] : []),
      ...(server.locked ? [`It is locked${server.locked_reason ? `: ${server.locked_reason}` : ''}.`] : []),
    ];
    return {
      text: `Server ${code(server.name)} of project ${code(ownerName(project))} is ${status}${task_state === null ? '' : ` (${task_state})`} ${where}.`,
      ...(warnings.length > 0 ? { warnings } : {}),
      fields: fieldsOf(server),
      ...(actions.length > 0
        ? {
            table: {
              columns: ['last done', 'when', 'by', 'came to', 'request'],
              rows: actions.map((action) => actionRow(action)),
            },
          }
        : {}),
      touches: [target],
    };
  },
});

function placeOf({ host }: ServerDetail): string {
  if (host === undefined) return 'on a host that Nova does not tell me';
  return host === null ? 'on no host' : `on ${code(host)}`;
}

function fieldsOf(server: ServerDetail): Field[] {
  const { flavor, image, volumes, addresses, metadata, tags, security_groups, created, launched_at } = server;
  const all: [name: string, value: string][] = [
    ['ID', server.id],
    ['Description', server.description ?? ''],
    ['Power', server.power_state ?? 'not known'],
    ['Flavor', flavor ? `${flavor.name}: ${flavor.vcpus} vCPUs, ${formatMiB(flavor.ram)}, ${flavor.disk} GiB disk` : ''],
    ['Boots from', image === null ? 'a volume' : `image ${image}`],
    [
      'Addresses',
      addresses
        .map(({ network, address, type }) => `${address} (${network}${type === 'floating' ? ', floating' : ''})`)
        .join(', '),
    ],
    ['Volumes', volumes.map((id) => (server.volumes_deleted_with_it.includes(id) ? `${id} (goes with it)` : id)).join(', ')],
    ['Zone', server.availability_zone ?? ''],
    ['Hypervisor', [server.hypervisor_hostname, server.instance_name].filter((part) => part !== null).join(' as ')],
    ['Security groups', security_groups.join(', ')],
    ['Server group', server.server_groups.join(', ')],
    ['Key pair', server.key_name ?? ''],
    ['Created', formatInstantWithAge(timeOf(created), Date.now())],
    ['Launched', launched_at === null ? '' : formatInstantWithAge(timeOf(launched_at), Date.now())],
    [
      'Metadata',
      Object.entries(metadata)
        .map(([key, value]) => `${key}=${value}`)
        .join(', '),
    ],
    ['Tags', tags.join(', ')],
    ['User', server.user_id],
  ];
  return all.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value }));
}

function actionRow({ action, start_time, user_id, message, request_id }: ServerAction): string[] {
  return [action, formatInstantWithAge(timeOf(start_time), Date.now()), user_id ?? '', message ?? '', request_id];
}
