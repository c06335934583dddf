import { describe, expect, it } from 'vitest';
import { type Column, LIST_ARGUMENTS, listRows } from '../../src/list/list.ts';

interface Row {
  name: string;
  sizeMiB: number | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'name', text: ({ name }) => name },
  { name: 'size', text: ({ sizeMiB }) => (sizeMiB === null ? '' : `${sizeMiB} MiB`), data: ({ sizeMiB }) => sizeMiB },
  { name: 'letters', text: ({ name }) => String(name.length), data: ({ name }) => name.length, long: true },
];
const ROWS: Row[] = [
  { name: 'c10', sizeMiB: 9 },
  { name: 'c9', sizeMiB: 100 },
  { name: 'other', sizeMiB: null },
];
const THINGS = { file: 'things', who: { requester: { kind: 'slack', user: 'U0BOB0000', team: 'T0' } } } as const;
const ARGS = { limit: 1_000, long: false, json: false, csv: false };

function names(args: Partial<Parameters<typeof listRows>[2]>): string[] {
  return listRows(ROWS, COLUMNS, { ...ARGS, ...args }, THINGS).rows.map(({ name }) => name);
}

describe('a list', () => {
  it('stays in its own order, and is sorted by any column as that is meant', () => {
    expect(names({})).toEqual(['c10', 'c9', 'other']);
    expect(names({ sort: 'name' })).toEqual(['c9', 'c10', 'other']);
    expect(names({ sort: 'SIZE' })).toEqual(['c10', 'c9', 'other']);
    expect(names({ sort: 'size:desc' })).toEqual(['c9', 'c10', 'other']);
    expect(names({ sort: 'letters:desc' })).toEqual(['other', 'c10', 'c9']);
  });

  it('says what there is to sort by', () => {
    expect(() => names({ sort: 'colour' })).toThrow(
      '`colour` is nothing to sort by. Type one of `name`, `size`, `letters`, and `:desc` behind it for the largest first.',
    );
    expect(() => names({ sort: 'size:down' })).toThrow('`size:down` is nothing to sort by.');
  });

  it('is cut to its limit after sorting, and says so', () => {
    const { rows, cut } = listRows(ROWS, COLUMNS, { ...ARGS, sort: 'size:desc', limit: 2 }, THINGS);

    expect(rows.map(({ name }) => name)).toEqual(['c9', 'c10']);
    expect(cut).toBe('; the first 2 of them, `--limit` gives more');
  });

  it('shows its further columns when asked, and all of them to programs, in the units of the API', () => {
    expect(listRows(ROWS, COLUMNS, ARGS, THINGS).table?.columns).toEqual(['name', 'size']);
    expect(listRows(ROWS, COLUMNS, { ...ARGS, long: true }, THINGS).table?.rows[0]).toEqual(['c10', '9 MiB', '3']);
    expect(listRows(ROWS, COLUMNS, { ...ARGS, json: true, limit: 1 }, THINGS).records).toEqual({
      as: 'json',
      file: 'things',
      columns: ['name', 'size', 'letters'],
      rows: [{ name: 'c10', size: 9, letters: 3 }],
    });
    expect(() => listRows(ROWS, COLUMNS, { ...ARGS, json: true, csv: true }, THINGS)).toThrow('Type either');
  });

  it('takes at least one row', () => {
    expect(LIST_ARGUMENTS.limit.safeParse('0').success).toBe(false);
    expect(LIST_ARGUMENTS.limit.parse('20')).toBe(20);
  });
});
