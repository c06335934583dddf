import type { TableBlock } from '@slack/types';
import type { Table } from '../reply.ts';
import { literal } from './literal.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/table-block */
const ROWS = 100;
const COLUMNS = 20;
const CHARACTERS = 10_000;

/** As many rows and columns as Slack takes and `room` characters allow. `whole` tells whether that is all of it. */
export function tableBlock(table: Table, room: number): { blocks: TableBlock[]; characters: number; whole: boolean } {
  const width = Math.min(COLUMNS, widthOf(table));
  if (width === 0) return { blocks: [], characters: 0, whole: true };
  const rows: TableBlock['rows'] = [];
  let characters = 0;
  const all = [table.columns, ...table.rows];
  for (const row of all) {
    const cells = Array.from({ length: width }, (_, i) => cell(row[i] ?? ''));
    const size = cells.reduce((sum, { text }) => sum + text.length, 0);
    if (rows.length === ROWS || characters + size > Math.min(CHARACTERS, room)) break;
    characters += size;
    rows.push(cells);
  }
  const whole = rows.length === all.length && width === widthOf(table);
  // A head without a row says nothing, unless there are no rows.
  if (rows.length === 0 || (rows.length === 1 && table.rows.length > 0)) return { blocks: [], characters: 0, whole: false };
  return { blocks: [{ type: 'table', rows, column_settings: settings(table, width) }], characters, whole };
}

/** Slack refuses an empty cell. */
function cell(value: string): { type: 'raw_text'; text: string } {
  const text = literal(value);
  return { type: 'raw_text', text: text.trim() === '' ? ' ' : text };
}

/** Columns of numbers are read from the right. */
function settings(table: Table, width: number): NonNullable<TableBlock['column_settings']> {
  return Array.from({ length: width }, (_, i) => {
    const numbers = table.rows.length > 0 && table.rows.every((row) => /^-?[\d.,]+( ?[%A-Za-z]{1,3})?$/.test(row[i] ?? ''));
    return { align: numbers ? 'right' : 'left', is_wrapped: true };
  });
}

/** Columns under each other, as in a terminal. */
export function alignedText(table: Table): string {
  const all = [table.columns, ...table.rows];
  const widths = Array.from({ length: widthOf(table) }, (_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  return all
    .map((row) => {
      // Nothing is padded at a line's end, and nothing cut off there: a value may end in blanks of its own.
      const last = row.findLastIndex((value) => value !== '');
      return row
        .slice(0, last + 1)
        .map((value, i) => (i === last ? value : value.padEnd(widths[i] ?? 0)))
        .join('  ');
    })
    .join('\n');
}

function widthOf(table: Table): number {
  return Math.max(table.columns.length, ...table.rows.map((row) => row.length));
}
