import type { Table } from './reply.ts';

/** RFC 4180, every byte of it. */
export function csv(table: Table): string {
  const line = (row: string[]): string =>
    row.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');
  return `${[table.columns, ...table.rows].map(line).join('\r\n')}\r\n`;
}
