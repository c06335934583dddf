import { plain, type Reply, type Table, unticked } from '../reply.ts';

/** What is written to. `columns` is known of a terminal alone; what goes to a file or a pipe is never cut. */
export interface Look {
  columns?: number | undefined;
}

/** A reply as text: the same as in Slack, without its buttons. Nothing from outside reaches the terminal as a control character. */
export function replyText(reply: Reply, look: Look): string {
  const { text, warnings = [], lines = [], fields = [], links = [], table, pre, buttons = [], note, file } = reply;
  const parts = [
    [spans(text), ...warnings.map((warning) => `Warning: ${spans(warning)}`)],
    lines.map(spans),
    fieldLines(fields.map(({ name, value }) => [plain(name), plain(value)])),
    fieldLines(links.map(({ label, url }) => [plain(label), plain(url)])),
    table ? tableLines(table, look) : [],
    pre === undefined ? [] : [safeText(pre)],
    file ? [`${plain(file.title)} (${plain(file.name)}):`, safeText(file.content)] : [],
    buttons.flatMap(({ act }) => (act.kind === 'line' ? [`Next: stackhand run ${shellQuoted(plain(act.line))}`] : [])),
    note === undefined ? [] : [spans(note)],
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

/** In one line, its `code spans` plain. */
export function spans(text: string): string {
  return unticked(plain(text));
}

/** Several lines, whose control characters are shown instead of sent: `\x1b[31m`. */
export function safeText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|[\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu, (character) => {
      const hex = (character.codePointAt(0) ?? 0).toString(16);
      return hex.length > 2 ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`;
    })
    .replace(/\n+$/, '');
}

/** Data for a program, to the byte; on a terminal, where somebody looks at it, without control characters. */
export function dataText(content: string, look: Look): string {
  return look.columns === undefined ? content : `${safeText(content)}\n`;
}

function fieldLines(fields: [string, string][]): string[] {
  const width = Math.max(0, ...fields.map(([name]) => widthOf(name)));
  return fields.map(([name, value]) => `${padded(`${name}:`, width + 1)} ${value}`);
}

const BETWEEN = '  ';
/** A column is not cut below this. */
const NARROWEST = 8;

function tableLines({ columns, rows }: Table, look: Look): string[] {
  if (rows.length === 0) return ['(no rows)'];
  const head = columns.map(plain);
  const body = rows.map((row) => head.map((_, i) => plain(row[i] ?? '')));
  // Not by spreading: a list may have more rows than a call takes arguments.
  const natural = head.map((name, i) => body.reduce((widest, row) => Math.max(widest, widthOf(row[i] ?? '')), widthOf(name)));
  const widths = look.columns === undefined ? natural : fitted(natural, look.columns);
  const numeric = head.map((_, i) => body.every((row) => /^-?[\d.,]*$/.test(row[i] ?? '')));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        return padded(cut(cell, width), width, numeric[i]);
      })
      .join(BETWEEN)
      .trimEnd();
  const isCut = widths.some((width, i) => width < (natural[i] ?? 0));
  return [
    line(head),
    widths.map((width) => '-'.repeat(width)).join(BETWEEN),
    ...body.map(line),
    ...(isCut ? ['(cut to the width of the terminal; add "| cat" to see all)'] : []),
  ];
}

/** Takes from the widest column until the line fits, as far as that goes. */
function fitted(natural: readonly number[], columns: number): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, width) => sum + width, BETWEEN.length * (widths.length - 1)) - columns;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
    over--;
  }
  return widths;
}

const graphemes = new Intl.Segmenter();

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let taken = 0;
  for (const { segment } of graphemes.segment(text)) {
    taken += widthOf(segment);
    if (taken > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function padded(text: string, width: number, right = false): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}

/** Columns on a terminal: East Asian wide characters and emoji take two, combining marks none. */
function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += isWide(segment) ? 2 : /^\p{M}/u.test(segment) ? 0 : 1;
  return width;
}

function isWide(grapheme: string): boolean {
  return /^(\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6])/u.test(
    grapheme,
  );
}

/** As a shell takes it for one word. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
