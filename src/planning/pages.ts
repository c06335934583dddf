import { csv } from '../csv.ts';
import { type Button, count, type Records, type Reply, type Table, type TextFile } from '../reply.ts';
import type { Request } from '../request.ts';
import type { Target } from '../target.ts';

/** As many rows as people look through at once, and as many characters as fit beside what else a message says. */
const ROWS = 30;
const CHARACTERS = 6_000;
/** With what it touches. Pages of what is larger cannot be turned: all of it goes as a file. */
const TURNED_AT_MOST = 1_048_576;
/** So long pages can be turned. */
const TURNED_SECONDS = 86_400;
/** A terminal waits for it, and nobody reads it afterwards. */
const TERMINAL_SECONDS = 600;

/** A whole answer, for turning pages or for a terminal: what was shown first can be followed although the cloud has moved on. */
export interface KeptAnswer {
  reply: Reply;
  /** What it shows, for whoever else turns its pages. */
  touches: Target[];
  /** The first row of each page. */
  pages: number[];
}

/** What is said of an answer at first; and what is kept of it, and for how long, where that is not all. */
export function firstPage(
  reply: Reply,
  touches: Target[],
  { number, place, plan }: Pick<Request, 'number' | 'place' | 'plan'>,
): { shown: Reply; kept?: { answer: KeptAnswer; seconds: number } } {
  const pages = reply.table ? pagesOf(reply.table) : [];
  const shown = pages.length > 1 ? pageOf({ reply, pages }, 1, number) : reply;
  // What took votes is said in direct messages, too: by then nobody may sit at the terminal any more.
  if (place.kind === 'terminal' && (!plan || pages.length <= 1)) {
    if (pages.length <= 1 && !reply.file?.isData) return { shown };
    return { shown, kept: { answer: { reply, touches: [], pages: [] }, seconds: TERMINAL_SECONDS } };
  }
  if (pages.length <= 1) return { shown };
  const answer = { reply, touches, pages };
  const isTurned = Buffer.byteLength(JSON.stringify(answer)) <= TURNED_AT_MOST;
  return isTurned ? { shown, kept: { answer, seconds: TURNED_SECONDS } } : { shown: withFile(reply, shown) };
}

/** The beginning of an answer that is not kept, with all of it as a file. */
export function withFile(reply: Reply, shown: Reply): Reply {
  return { ...shown, buttons: reply.buttons ?? [], file: wholeFile(reply) };
}

/** All of an answer. */
export function wholeFile(reply: Reply): TextFile {
  return reply.file ?? csvFile(reply);
}

/** @param page from 1. */
export function pageOf({ reply, pages }: Pick<KeptAnswer, 'reply' | 'pages'>, page: number, request: number): Reply {
  const { table, note, buttons = [], ...rest } = reply;
  const from = pages[page - 1] ?? 0;
  const to = pages[page] ?? table?.rows.length ?? 0;
  const all = table?.rows.length ?? 0;
  const where = `Rows ${from + 1} to ${to} of ${all}, page ${page} of ${pages.length}.`;
  return {
    ...rest,
    ...(table ? { table: { columns: table.columns, rows: table.rows.slice(from, to) } } : {}),
    buttons: [...buttons, ...turning(page, pages.length, request)],
    note: note ? `${where} ${note}` : where,
  };
}

function turning(page: number, pages: number, request: number): Button[] {
  const to = (label: string, wanted: number): Button => ({ label, act: { kind: 'page', request, page: wanted } });
  return [
    ...(page < pages ? [to('Next page', page + 1)] : []),
    ...(page > 1 ? [to('Page before', page - 1)] : []),
    { label: 'All as CSV', act: { kind: 'csv', request } },
  ];
}

/** All of a table, every byte. */
export function csvFile({ table, text }: Reply): TextFile {
  return { name: 'stackhand.csv', title: text, content: table ? csv(table) : '' };
}

/** What was asked for as data, in a file. */
export function recordsFile({ as, file, columns, rows }: Records): TextFile {
  const title = `${count(rows, 'row')} as ${as.toUpperCase()}`;
  if (as === 'json') return { name: `${file}.json`, title, content: `${JSON.stringify(rows, null, 2)}\n`, isData: true };
  const table = { columns, rows: rows.map((row) => columns.map((name) => String(row[name] ?? ''))) };
  return { name: `${file}.csv`, title, content: csv(table), isData: true };
}

function pagesOf({ rows, columns }: Table): number[] {
  const starts = [0];
  const head = columns.join('').length;
  let characters = head;
  for (const [i, row] of rows.entries()) {
    const size = row.join('').length;
    const start = starts.at(-1) ?? 0;
    if (i > start && (i - start >= ROWS || characters + size > CHARACTERS)) {
      starts.push(i);
      characters = head;
    }
    characters += size;
  }
  return starts;
}
