import type { Reply, Table } from '../reply.ts';

/** What one region's part says. */
export interface InRegion {
  region: string;
  reply: Reply;
}

/** One reply out of several regions' own: each sentence with its region, tables below each other with a column for the region. */
export function combineReplies(parts: readonly InRegion[]): Reply {
  const [first, ...others] = parts;
  if (first && others.length === 0) return first.reply;
  const warnings = parts.flatMap(({ region, reply }) => (reply.warnings ?? []).map((warning) => `${region}: ${warning}`));
  const fields = parts.flatMap(({ region, reply }) =>
    (reply.fields ?? []).map(({ name, value }) => ({ name: `${name} (${region})`, value })),
  );
  const table = combineTables(parts);
  const notes = [...new Set(parts.flatMap(({ reply }) => reply.note ?? []))];
  return {
    text: parts.map(({ region, reply }) => `${region}: ${reply.text}`).join(' '),
    lines: parts.flatMap(({ region, reply }) => (reply.lines ?? []).map((line) => `${region}: ${line}`)),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(fields.length > 0 ? { fields } : {}),
    ...(table ? { table } : {}),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  };
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
