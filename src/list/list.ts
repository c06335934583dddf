import { z } from 'zod';
import { WholeNumber } from '../chat/values.ts';
import type { Who } from '../command-context.ts';
import { UserError } from '../errors.ts';
import { naturally } from '../natural-order.ts';
import { code, type Records, type Table } from '../reply.ts';

/** One column of a list. */
export interface Column<T> {
  /** At its head, and what `--sort` calls it. */
  name: string;
  /** As people read it. */
  text(row: T): string;
  /** As programs get it, and what it is sorted by: in the unit of the API, null for nothing. Left out: the text. */
  data?(row: T): Datum;
  /** Only with `--long`; in JSON and CSV always. */
  long?: true;
}

export type Datum = string | number | boolean | null;

const MOST = 100_000;
/** More rows than anybody turns pages for; who wants them all has `--csv`. */
const USUAL = 1_000;

/** The arguments that every list has. */
export const LIST_ARGUMENTS = {
  sort: z.string().optional().describe('column to sort by; with :desc behind it the largest first'),
  limit: WholeNumber.pipe(z.number().min(1).max(MOST))
    .optional()
    .describe('how many at most; left out: all in a file or at a terminal, else 1,000'),
  long: z.boolean().default(false).describe('more columns'),
  json: z.boolean().default(false).describe('all columns as a JSON file'),
  csv: z.boolean().default(false).describe('all columns as a CSV file'),
};

export interface ListArgs {
  sort?: string | undefined;
  limit?: number | undefined;
  long: boolean;
  json: boolean;
  csv: boolean;
}

export interface Listed<T> {
  /** Those that are shown, sorted. */
  rows: T[];
  /** What follows the headline's number: "; the first 20 of them, `--limit` gives more", or nothing. */
  cut: string;
  /** None where a file was asked for, or there is nothing. */
  table?: Table;
  records?: Records;
}

/**
 * Sorts, cuts and shows rows in the order in which they are given unless the asker says otherwise. What is no pages, a file or a
 * terminal's table, has all of them. `file` names a file of them without its ending.
 * @throws UserError for a column that is not there
 */
export function listRows<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  args: ListArgs,
  { file, who }: { file: string; who: Pick<Who, 'requester'> },
): Listed<T> {
  const { long, json, csv } = args;
  const limit = mostOf(args, who);
  if (json && csv) throw new UserError('Type either `--json` or `--csv`, not both.');
  const sorted = args.sort === undefined ? [...rows] : sortedBy(rows, columns, args.sort);
  const shown = sorted.slice(0, limit);
  const cut = rows.length > limit ? `; the first ${limit} of them, \`--limit\` gives more` : '';
  if (json || csv) {
    const objects = shown.map((row) => Object.fromEntries(columns.map((column) => [column.name, datumOf(column, row)])));
    return {
      rows: shown,
      cut,
      records: { as: json ? 'json' : 'csv', file, columns: columns.map(({ name }) => name), rows: objects },
    };
  }
  if (shown.length === 0) return { rows: shown, cut };
  const visible = columns.filter((column) => long || !column.long);
  const table = { columns: visible.map(({ name }) => name), rows: shown.map((row) => visible.map(({ text }) => text(row))) };
  return { rows: shown, cut, table };
}

/** How many rows are shown where the asker may not have said. */
export function mostOf({ limit, json, csv }: ListArgs, { requester }: Pick<Who, 'requester'>, usual = USUAL): number {
  return limit ?? (json || csv || requester.kind === 'terminal' ? Number.POSITIVE_INFINITY : usual);
}

function sortedBy<T>(rows: readonly T[], columns: readonly Column<T>[], sort: string): T[] {
  const [name = '', direction = 'asc'] = sort.split(':');
  const column = columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!column || !['asc', 'desc'].includes(direction)) {
    const names = columns.map((one) => code(one.name)).join(', ');
    throw new UserError(
      `${code(sort)} is nothing to sort by. Type one of ${names}, and ${code(':desc')} behind it for the largest first.`,
    );
  }
  const sign = direction === 'desc' ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [one, other] = [datumOf(column, a), datumOf(column, b)];
    // Nothing comes last, whichever way.
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return sign * compare(one, other);
  });
}

/** Names with numbers in them in the order of those. */
function compare(a: NonNullable<Datum>, b: NonNullable<Datum>): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return naturally(String(a), String(b));
}

function datumOf<T>(column: Column<T>, row: T): Datum {
  return column.data ? column.data(row) : column.text(row);
}
