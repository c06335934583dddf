import { z } from 'zod';
import { formatGiB, formatMiB } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { type Flavor, listFlavors } from '../../src/openstack/flavors.ts';
import { flavorTarget } from '../../src/openstack/targets.ts';
import { count } from '../../src/reply.ts';

const COLUMNS: readonly Column<Flavor>[] = [
  { name: 'flavor', text: ({ name }) => name },
  { name: 'vCPUs', text: ({ vcpus }) => String(vcpus), data: ({ vcpus }) => vcpus },
  { name: 'memory', text: ({ ram }) => formatMiB(ram), data: ({ ram }) => ram },
  { name: 'disk', text: ({ disk }) => (disk === 0 ? 'as the image' : formatGiB(disk)), data: ({ disk }) => disk },
  { name: 'public', text: (flavor) => (flavor.is_public ? 'yes' : 'no'), data: (flavor) => flavor.is_public },
  { name: 'disabled', text: ({ disabled }) => (disabled ? 'yes' : ''), data: ({ disabled }) => disabled },
  { name: 'properties', text: propertiesOf, long: true },
  { name: 'ephemeral', text: ({ ephemeral }) => formatGiB(ephemeral), data: ({ ephemeral }) => ephemeral, long: true },
  { name: 'swap', text: ({ swap }) => formatMiB(swap), data: ({ swap }) => swap, long: true },
  { name: 'description', text: ({ description }) => description ?? '', data: ({ description }) => description, long: true },
  { name: 'ID', text: ({ id }) => id, long: true },
];

export default defineCommand({
  summary: 'List the flavors with their sizes, private ones too.',
  guide: 'User-Facing Operations › Flavors',
  examples: ['flavor list', 'flavor list --sort memory:desc --long'],
  effect: 'read',
  args: z.object({ name: z.string().optional().describe('only flavors with this in their names'), ...LIST_ARGUMENTS }),
  positionals: ['name'],

  async run({ name, ...list }, { openstack, who, mayTouch }) {
    // Nova filters flavors by nothing that people ask for; there are few of them.
    const found = (await listFlavors(openstack))
      .filter((flavor) => mayTouch(flavorTarget(flavor)))
      .filter((flavor) => name === undefined || flavor.name.toLowerCase().includes(name.toLowerCase()))
      .sort((a, b) => a.vcpus - b.vcpus || a.ram - b.ram || a.name.localeCompare(b.name));
    const { rows, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'flavors', who });
    return { text: `${count(found, 'flavor')}${cut}.`, ...shown, touches: rows.map(flavorTarget) };
  },
});

function propertiesOf({ extra_specs }: Flavor): string {
  return Object.entries(extra_specs)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
