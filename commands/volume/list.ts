import { z } from 'zod';
import { formatGiB, formatInstantWithAge } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { ofProject, PROJECT_ARGUMENTS, projectAsked } from '../../src/list/of-project.ts';
import { listServerNames } from '../../src/openstack/compute.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import type { Session } from '../../src/openstack/session.ts';
import { volumeTarget } from '../../src/openstack/targets.ts';
import { timeOf } from '../../src/openstack/times.ts';
import { listVolumes, type Volume } from '../../src/openstack/volumes.ts';
import { count } from '../../src/reply.ts';
import { type Owner, ownerName } from '../../src/target.ts';

type Row = Volume & { project: Owner; servers: string[] };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'volume', text: ({ id, name }) => name || id },
  { name: 'status', text: ({ status }) => status },
  { name: 'size', text: ({ size }) => formatGiB(size), data: ({ size }) => size },
  { name: 'project', text: ({ project }) => ownerName(project) },
  { name: 'type', text: (volume) => volume.volume_type ?? '', data: (volume) => volume.volume_type },
  { name: 'attached to', text: ({ servers }) => servers.join(', ') },
  {
    name: 'created',
    text: (volume) => formatInstantWithAge(timeOf(volume.created_at), Date.now()),
    data: (volume) => volume.created_at,
  },
  { name: 'bootable', text: ({ bootable }) => (bootable ? 'yes' : 'no'), data: ({ bootable }) => bootable, long: true },
  { name: 'pool', text: ({ host }) => host ?? '', data: ({ host }) => host, long: true },
  { name: 'zone', text: (volume) => volume.availability_zone ?? '', data: (volume) => volume.availability_zone, long: true },
  { name: 'encrypted', text: ({ encrypted }) => (encrypted ? 'yes' : 'no'), data: ({ encrypted }) => encrypted, long: true },
  { name: 'ID', text: ({ id }) => id, long: true },
];

export default defineCommand({
  summary: 'List the volumes of all projects, newest first.',
  guide: 'User-Facing Operations › Attaching Block Storage',
  examples: ['volume list --project demo', 'volume list --status error', 'volume list --sort size:desc --limit 20'],
  effect: 'read',
  args: z.object({
    name: z.string().optional().describe('only volumes with this in their names'),
    ...PROJECT_ARGUMENTS,
    status: z.string().optional().describe("only those in this status of Cinder's, such as available, in-use or error"),
    pool: z.string().optional().describe('only those of a pool, back end or host: what its name begins with'),
    ...LIST_ARGUMENTS,
  }),
  positionals: ['name'],
  completes: { project: 'project', domain: 'domain' },

  async run({ name, status, pool, project, domain, ...list }, context) {
    const { openstack, who, mayTouch } = context;
    const within = await projectAsked({ project, domain }, context);
    const [volumes, ownerOf] = await Promise.all([
      listVolumes(openstack, { projectId: within?.id, status: status?.toLowerCase(), host: pool }),
      listOwners(openstack, within),
    ]);
    const named = await serverNames(openstack, volumes);
    const found = volumes
      .map(
        (volume): Row => ({
          ...volume,
          project: ownerOf(volume.tenant_id),
          servers: volume.attachments.map((attachment) => named.get(attachment.server_id) ?? attachment.server_id),
        }),
      )
      // Cinder finds whole names only.
      .filter((volume) => name === undefined || volume.name.toLowerCase().includes(name.toLowerCase()))
      .filter((volume) => mayTouch(volumeTarget(volume)));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'volumes', who });
    const size = found.reduce((sum, volume) => sum + volume.size, 0);
    return {
      text: `${count(found, 'volume')}${ofProject(within)}, ${formatGiB(size)} together${cut}.`,
      ...shown,
      touches: rows.map(volumeTarget),
    };
  },
});

/** One list of servers, and only where something is attached. */
async function serverNames(os: Session, volumes: readonly Volume[]): Promise<Map<string, string>> {
  if (volumes.every(({ attachments }) => attachments.length === 0)) return new Map();
  return new Map((await listServerNames(os)).map(({ id, name }) => [id, name]));
}
