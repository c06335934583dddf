import { z } from 'zod';
import { formatBytes, formatInstantWithAge } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { ofProject, PROJECT_ARGUMENTS, projectAsked } from '../../src/list/of-project.ts';
import { type Image, listImages } from '../../src/openstack/image.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import { imageTarget } from '../../src/openstack/targets.ts';
import { timeOf } from '../../src/openstack/times.ts';
import { count } from '../../src/reply.ts';
import { type Owner, ownerName } from '../../src/target.ts';

type Row = Image & { project: Owner | null };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'image', text: ({ name }) => name },
  { name: 'status', text: ({ status }) => status },
  { name: 'visibility', text: ({ visibility }) => visibility },
  {
    name: 'project',
    text: ({ project }) => (project ? ownerName(project) : ''),
    data: ({ project }) => project && ownerName(project),
  },
  { name: 'size', text: ({ size }) => (size === null ? '' : formatBytes(size)), data: ({ size }) => size },
  {
    name: 'created',
    text: (image) => formatInstantWithAge(timeOf(image.created_at), Date.now()),
    data: (image) => image.created_at,
  },
  { name: 'format', text: (image) => image.disk_format ?? '', data: (image) => image.disk_format, long: true },
  { name: 'kind', text: (image) => image.image_type ?? 'image', long: true },
  { name: 'distribution', text: (image) => image.os_distro ?? '', data: (image) => image.os_distro, long: true },
  { name: 'protected', text: (image) => (image.protected ? 'yes' : 'no'), data: (image) => image.protected, long: true },
  { name: 'hidden', text: ({ hidden }) => (hidden ? 'yes' : 'no'), data: ({ hidden }) => hidden, long: true },
  { name: 'tags', text: ({ tags }) => tags.join(', '), long: true },
  { name: 'ID', text: ({ id }) => id, long: true },
];

export default defineCommand({
  summary: 'List the images and snapshots of all projects, newest first.',
  guide: 'User-Facing Operations › Images',
  examples: ['image list', 'image list --project demo', 'image list --visibility public --sort size:desc'],
  effect: 'read',
  args: z.object({
    name: z.string().optional().describe('only images with this in their names'),
    ...PROJECT_ARGUMENTS,
    visibility: z
      .enum(['public', 'private', 'shared', 'community', 'all'])
      .optional()
      .describe('only these; all: community ones too'),
    status: z.string().optional().describe("only those in this status of Glance's, such as active or queued"),
    hidden: z.boolean().default(false).describe('only hidden ones'),
    ...LIST_ARGUMENTS,
  }),
  positionals: ['name'],
  completes: { project: 'project', domain: 'domain' },

  async run({ name, visibility, status, hidden, project, domain, ...list }, context) {
    const { openstack, who, mayTouch } = context;
    const within = await projectAsked({ project, domain }, context);
    const [images, ownerOf] = await Promise.all([
      listImages(openstack, { owner: within?.id, visibility, status: status?.toLowerCase(), ...(hidden ? { hidden } : {}) }),
      listOwners(openstack, within),
    ]);
    const found = images
      .map((image): Row => ({ ...image, project: image.owner === null ? null : ownerOf(image.owner) }))
      // Glance finds whole names only.
      .filter((image) => name === undefined || image.name.toLowerCase().includes(name.toLowerCase()))
      .filter((image) => mayTouch(imageTarget(image)));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'images', who });
    return { text: `${count(found, 'image')}${ofProject(within)}${cut}.`, ...shown, touches: rows.map(imageTarget) };
  },
});
