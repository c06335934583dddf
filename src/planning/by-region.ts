import { OpenStackError, UserError } from '../errors.ts';
import type { Button, Link, Records, Reply, Table, TextFile } from '../reply.ts';

/** What one region's part says. */
export interface InRegion<R = Reply> {
  region: string;
  reply: R;
}

/**
 * One reply out of several regions' own: each sentence with its region, tables below each other with a column for the region. Nothing
 * that a region says is left out, and what is secret in one is secret as a whole.
 * @param apart several regions were asked, though perhaps one alone has something to say.
 */
export function combineReplies(parts: readonly InRegion[], apart: boolean): Reply {
  const [first] = parts;
  if (first && !apart) return first.reply;
  const named = (texts: (reply: Reply) => readonly string[] | undefined): string[] =>
    parts.flatMap(({ region, reply }) => (texts(reply) ?? []).map((text) => `${region}: ${text}`));
  const warnings = named(({ warnings }) => warnings);
  const lines = named(({ lines }) => lines);
  const fields = parts.flatMap(({ region, reply }) =>
    (reply.fields ?? []).map(({ name, value }) => ({ name: `${name} (${region})`, value })),
  );
  const table = combineTables(parts);
  const pre = combineTexts(parts.map(({ region, reply }) => ({ region, text: reply.pre })));
  const file = combineFiles(parts);
  const links = parts.flatMap(({ region, reply }) => (reply.links ?? []).map((link) => labelled(region, link)));
  const buttons = parts.flatMap(({ region, reply }) => (reply.buttons ?? []).map((button) => labelled(region, button)));
  const mentions = parts.flatMap(({ reply }) => reply.mentions ?? []);
  const notes = [...new Set(parts.flatMap(({ reply }) => reply.note ?? []))];
  return {
    text: named(({ text }) => [text]).join(' '),
    ...(lines.length > 0 ? { lines } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(fields.length > 0 ? { fields } : {}),
    ...(links.length > 0 ? { links } : {}),
    ...(table ? { table } : {}),
    ...(pre === undefined ? {} : { pre }),
    ...(buttons.length > 0 ? { buttons } : {}),
    ...(mentions.length > 0 ? { mentions } : {}),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
    ...(file ? { file } : {}),
    ...(parts.some(({ reply }) => reply.secret) ? { secret: true } : {}),
  };
}

function labelled<T extends Button | Link>(region: string, thing: T): T {
  return { ...thing, label: `${thing.label} (${region})` };
}

/** Below each other, each under its region's name. */
function combineTexts(parts: readonly { region: string; text: string | undefined }[]): string | undefined {
  const given = parts.flatMap(({ region, text }) => (text === undefined ? [] : [`== ${region} ==\n${text}`]));
  return given.length > 0 ? given.join('\n') : undefined;
}

/** Under the first one's name: they are the same command's. Data has a way of its own, below. */
function combineFiles(parts: readonly InRegion[]): TextFile | undefined {
  const [first] = parts.flatMap(({ reply }) => reply.file ?? []);
  const content = combineTexts(parts.map(({ region, reply }) => ({ region, text: reply.file?.content })));
  return first && content !== undefined ? { name: first.name, title: first.title, content } : undefined;
}

/** By the columns' names: a region may lack some of another's. */
function combineTables(parts: readonly InRegion[]): Table | undefined {
  const tables = parts.flatMap(({ region, reply: { table } }) => (table ? [{ region, table }] : []));
  if (tables.length === 0) return undefined;
  const columns = [...new Set(tables.flatMap(({ table }) => table.columns))];
  const rows = tables.flatMap(({ region, table }) =>
    table.rows.map((row) => [region, ...columns.map((column) => row[table.columns.indexOf(column)] ?? '')]),
  );
  return { columns: ['region', ...columns], rows };
}

/** The rows of all regions, each with its region; undefined where nobody asked for any. */
export function combineRecords(
  parts: readonly { region: string; records: Records | undefined }[],
  apart: boolean,
): Records | undefined {
  const given = parts.flatMap(({ region, records }) => (records ? [{ region, records }] : []));
  const [first] = given;
  if (!first || !apart) return first?.records;
  return {
    ...first.records,
    columns: ['region', ...first.records.columns],
    rows: given.flatMap(({ region, records }) => records.rows.map((row) => ({ region, ...row }))),
  };
}

/** Each region's part, and what was in the way in the others, which hold up nobody. Throws where there is no part at all. */
export async function lookInEach<T>(
  regions: readonly string[],
  look: (region: string) => Promise<T>,
): Promise<{ parts: InRegion<T>[]; troubles: string[] }> {
  const parts: InRegion<T>[] = [];
  const failed: { region: string; error: UserError | OpenStackError }[] = [];
  const looks = await Promise.allSettled(regions.map(look));
  for (const [i, outcome] of looks.entries()) {
    const region = regions[i] ?? '';
    if (outcome.status === 'fulfilled') parts.push({ region, reply: outcome.value });
    else failed.push({ region, error: mendable(outcome.reason) });
  }
  const [first] = failed;
  if (first && parts.length === 0) throw first.error;
  return { parts, troubles: failed.map(({ region, error }) => `${region}: ${error.message}`) };
}

/** Whatever else went wrong goes wrong in all regions. */
function mendable(error: unknown): UserError | OpenStackError {
  if (error instanceof UserError || error instanceof OpenStackError) return error;
  throw error;
}
