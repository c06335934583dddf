import { isDay } from '../audit/day-files.ts';
import type { Exported, ExportHead, Wanted } from '../audit/export.ts';
import { RequestNumber } from '../chat/values.ts';
import { csvLine } from '../csv.ts';
import type { Options } from './command-line.ts';
import { DONE, NOT_DONE, say } from './door.ts';
import type { System } from './system.ts';
import { dataText } from './terminal.ts';

type Format = 'jsonl' | 'csv';
export interface WantedExport extends Wanted {
  format: Format;
}

/** @returns what was asked for, or what is wrong with it. */
export function readExport({ from, to, request, format = 'jsonl' }: Options): WantedExport | string {
  for (const [name, day] of Object.entries({ from, to })) {
    if (day !== undefined && !isDay(day)) return `--${name} takes a day such as 2026-11-23, and not ${JSON.stringify(day)}`;
  }
  if (from !== undefined && to !== undefined && from > to) return `--from ${from} is after --to ${to}`;
  if (format !== 'jsonl' && format !== 'csv') return `--format takes jsonl or csv, and not ${JSON.stringify(format)}`;
  if (request === undefined) return { from, to, format };
  if (from !== undefined || to !== undefined) return '--request gives the whole audit of a request, so leave --from and --to out';
  const number = RequestNumber.safeParse(request);
  if (!number.success) return `--request takes the number of a request, such as R-1042, and not ${JSON.stringify(request)}`;
  return { request: number.data, format };
}

/** Writes it as it comes. @returns 1 where something in the range could not be given, which stderr names. */
export async function writeExport(exported: AsyncIterable<Exported>, format: Format, system: System): Promise<number> {
  const line = format === 'csv' ? rowLine : jsonLine;
  let status = DONE;
  for await (const one of exported) {
    if (one.kind === 'said') {
      say(system, one.text);
      if (one.missing) status = NOT_DONE;
      continue;
    }
    if (one.kind === 'head' && format === 'csv') system.out.write(`${csvLine(COLUMNS)}\n`);
    system.out.write(dataText(`${line(one)}\n`, system.out));
    // Whoever has seen enough (`head`) misses nothing.
    if (!(await system.out.ready())) break;
  }
  return status;
}

type Line = Exclude<Exported, { kind: 'said' }>;

/** `hash` is the SHA-256 of the line's other fields but an entry's `request`, as JSON with its keys in order and no spaces. */
function jsonLine(line: Line): string {
  if (line.kind === 'head') {
    const { at, request, from = null, to = null, head } = line.head;
    return JSON.stringify({ export: 'stackhand audit', at, ...(request === undefined ? { from, to } : { request }), head });
  }
  if (line.kind === 'seal') return JSON.stringify(line.seal);
  return JSON.stringify({ request: line.request, ...line.entry });
}

const COLUMNS = ['request', 'time', 'event', 'from', 'to', 'by', 'detail', 'head', 'prev', 'hash'] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string | number | undefined>>;

function rowLine(line: Line): string {
  const row = line.kind === 'head' ? headRow(line.head) : line.kind === 'seal' ? sealRow(line) : entryRow(line);
  return csvLine(COLUMNS.map((column) => String(row[column] ?? '')));
}

function headRow({ at, ...head }: ExportHead): Row {
  return { ...head, time: time(at), event: 'export' };
}

function sealRow({ seal: { at, ...seal } }: Extract<Line, { kind: 'seal' }>): Row {
  return { ...seal, time: time(at), event: 'sealed' };
}

function entryRow({ request, entry: { at, detail, ...entry } }: Extract<Line, { kind: 'entry' }>): Row {
  return { ...entry, request, time: time(at), detail: detail && JSON.stringify(detail) };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
