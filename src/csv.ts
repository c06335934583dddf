import type { Table } from './reply.ts';

/** RFC 4180, all rows of it. */
export function csv({ columns, rows }: Table): string {
  return `${[columns, ...rows].map(csvLine).join('\r\n')}\r\n`;
}

/** Without its end. https://www.rfc-editor.org/rfc/rfc4180 */
export function csvLine(cells: readonly string[]): string {
  return cells.map(cell).join(',');
}

/** Where a spreadsheet would begin a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^-\d+(\.\d+)?$/;

/** What others named or described runs in nobody's spreadsheet: an apostrophe makes it text there. */
function cell(value: string): string {
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
