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
  standstill: Standstill;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'cloud', text: ({ cloud }) => cloud },
  { name: 'region', text: ({ region }) => region || 'the only one' },
  { name: 'meant here', text: ({ meant }) => (meant ? 'yes' : ''), data: ({ meant }) => meant },
  { name: 'changes', text: ({ standstill }) => stands(standstill) },
];

export default defineCommand({
  summary: 'List the clouds and regions that lines can be about, and which is meant here.',
  guide: 'Lay of the Land › Using the OpenStack Dashboard for Administration',
  examples: ['cloud list'],
  effect: 'read',
  cloud: false,
  args: z.object({ ...LIST_ARGUMENTS }),

  async run(list, { clouds, who, standstill }) {
    const stand = new Map(await Promise.all(clouds.all.map(async ({ cloud }) => [cloud, await standstill.find(cloud)] as const)));
    const found = clouds.all.flatMap(({ cloud, regions }) =>
      regions.map(
        (region): Row => ({
          cloud,
          region,
          standstill: stand.get(cloud) ?? { cloud, json: { freeze: null, brake: null } },
          meant: cloud === clouds.here?.cloud && clouds.here.regions.includes(region),
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
      warnings: [...stand.values()].flatMap((one) => standstillInWords(one)?.why ?? []),
      note: '--cloud and --region name another one, --region all every region of a cloud.',
      touches: [],
    };
  },
});

/** Empty where they are taken. */
function stands({ freeze, brake }: Standstill): string {
  return [...(brake ? ['brake is on'] : []), ...(freeze ? ['frozen'] : [])].join(', ');
}
