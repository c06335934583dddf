import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';
import { code, count } from '../../src/reply.ts';
import type { Standstill } from '../../src/standstill/standstill.ts';
import { standstillInWords } from '../../src/standstill/words.ts';

interface Row {
  cloud: string;
  region: string;
  meant: boolean;
  /** What keeps it from being changed; empty where nothing does. */
  changes: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'cloud', text: ({ cloud }) => cloud },
  { name: 'region', text: ({ region }) => region || 'the only one' },
  { name: 'meant here', text: ({ meant }) => (meant ? 'yes' : ''), data: ({ meant }) => meant },
  { name: 'changes', text: ({ changes }) => changes },
];

export default defineCommand({
  summary: 'List the clouds and regions that lines can be about, and which is meant here.',
  guide: 'Lay of the Land › Using the OpenStack Dashboard for Administration',
  examples: ['cloud list'],
  effect: 'read',
  cloud: false,
  args: z.object({ ...LIST_ARGUMENTS }),

  async run(list, { clouds, who, standstill }) {
    const stand = await Promise.all(clouds.all.map(({ cloud }) => standstill.find(cloud)));
    const found = clouds.all.flatMap(({ cloud, regions }, index) =>
      regions.map(
        (region): Row => ({
          cloud,
          region,
          meant: cloud === clouds.here?.cloud && clouds.here.regions.includes(region),
          changes: stands(stand[index]),
        }),
      ),
    );
    const { rows: _, cut, ...shown } = listRows(found, COLUMNS, list, { file: 'clouds', who });
    const { here } = clouds;
    const meant = here
      ? `a line here means ${code([here.cloud, here.regions.join('+')].filter(Boolean).join('/'))}`
      : 'a line here has to say which it means';
    return {
      text: `${count(clouds.all, 'cloud')}; ${meant}${cut}.`,
      ...shown,
      warnings: stand.flatMap((one) => standstillInWords(one)?.why ?? []),
      note: '--cloud and --region name another one, --region all every region of a cloud.',
      touches: [],
    };
  },
});

function stands({ freeze, brake }: Partial<Standstill> = {}): string {
  return [...(brake ? ['brake is on'] : []), ...(freeze ? ['frozen'] : [])].join(', ');
}
