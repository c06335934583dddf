import type { Table } from './reply.ts';

/** RFC 4180, every byte of it. */
export function csv({ columns, rows }: Table): string {
  return `${[columns, ...rows].map(csvLine).join('\r\n')}\r\n`;
}

/** Without its end. https://www.rfc-editor.org/rfc/rfc4180 */
export function csvLine(cells: readonly string[]): string {
  return cells.map(cell).join(',');
}

function cell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
