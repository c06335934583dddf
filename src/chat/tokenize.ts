import { UserError } from '../errors.ts';
import { code } from '../reply.ts';

/** One word of a line; quotes hold words together. */
export interface Word {
  text: string;
  /** `whole`: `"a b"`. `value`: `name="a b"`. What stands in quotes is a value, whatever it looks like. */
  quoted: 'no' | 'whole' | 'value';
  /** As typed, for messages. */
  raw: string;
}

/** `name`, `--name`. Not what has a colon or a slash before the first `=`, such as a URL or `hw:cpu_policy=dedicated`. */
const NAME = /^-{0,2}\p{L}[\p{L}\p{N}_.-]*$/u;

const STRAIGHT = `"'`;
const DOUBLE = '"“”„‟«»';
const SINGLE = "'‘’‚‛‹›";
const DASHES = '‒–—―−';

/**
 * Splits a line. A quote opens only where a word or its value begins and closes only where the word ends, so that `Bob's` and `5"` stay
 * what they are. Smart quotes hold text together as straight ones do; inside of quotes everything stays as typed, save for a backslash
 * before a quote or a backslash.
 */
export function tokenize(line: string): Word[] {
  const words: Word[] = [];
  let at = skipSpace(line, 0);
  while (at < line.length) {
    const { word, end } = readWord(line, at);
    words.push(word);
    at = skipSpace(line, end);
  }
  return words;
}

/** A value so that `tokenize` gives it back; with a name in front where one is given. */
export function quote(value: string): string {
  return /^[\p{L}\p{N}][\p{L}\p{N}.:/@_-]*$/u.test(value) ? value : `"${value.replace(/["“”„‟«»\\]/g, '\\$&')}"`;
}

/** A terminal's arguments as one line; its shell has already taken the quotes off. */
export function lineOf(argv: readonly string[]): string {
  return argv
    .map((argument) => {
      const { name, value } = splitName(argument);
      if (name === undefined) return isOption(argument) || argument === '--' ? argument : quote(argument);
      return `${name}=${value === '' ? '""' : quote(value)}`;
    })
    .join(' ');
}

/** `--cores=40` → `--cores` and `40`. No name where what stands before the first `=` cannot be one. */
export function splitName(text: string): { name?: string; value: string } {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(equals, 0));
  return NAME.test(name) ? { name, value: text.slice(equals + 1) } : { value: text };
}

/** Begins with a dash and is no negative number. */
export function isOption(text: string): boolean {
  return /^-(?![\d.])./u.test(text);
}

function readWord(line: string, start: number): { word: Word; end: number } {
  let end = start;
  while (end < line.length && !isSpace(line, end)) {
    if (isQuote(line.charAt(end)) && mayOpen(line, start, end)) {
      const inside = readQuoted(line, end);
      const word = { text: straighten(line.slice(start, end)) + inside.text, raw: line.slice(start, inside.end) };
      return { word: { ...word, quoted: end === start ? 'whole' : 'value' }, end: inside.end };
    }
    end += 1;
  }
  const raw = line.slice(start, end);
  return { word: { text: straighten(raw), quoted: 'no', raw }, end };
}

/** At a word's first character, or right after the `=` of its name. */
function mayOpen(line: string, start: number, at: number): boolean {
  if (at === start) return true;
  return line.charAt(at - 1) === '=' && NAME.test(straighten(line.slice(start, at - 1)));
}

/**
 * Up to the quote that closes it. One of another spelling closes too (`“off"`), unless it belongs to a quotation inside of this one
 * (`"the “big” host"`); a straight quote in an unlikely place is refused rather than guessed at.
 */
function readQuoted(line: string, start: number): { text: string; end: number } {
  const opener = line.charAt(start);
  const kind = DOUBLE.includes(opener) ? DOUBLE : SINGLE;
  let text = '';
  let depth = 0;
  for (let at = start + 1; at < line.length; at += 1) {
    const char = line.charAt(at);
    const next = line.charAt(at + 1);
    if (char === '\\' && (next === '\\' || isQuote(next))) {
      text += next;
      at += 1;
      continue;
    }
    if (kind.includes(char)) {
      const isSame = char === opener && STRAIGHT.includes(opener);
      const endsWord = next === '' || isSpace(line, at + 1);
      if (!isSame && char !== '’' && !endsWord && isSpace(line, at - 1)) depth += 1;
      else if (!isSame && depth > 0) depth -= 1;
      else if (endsWord) return { text, end: at + 1 };
      else if (char === '"' || (char === "'" && !isApostrophe(line, at))) throw glued(line, at);
    }
    text += char;
  }
  throw new UserError(
    `The quote that opens at ${code(line.slice(start, start + 30))} is never closed. Type the closing quote where the text ends, or \`help\` to see commands and examples.`,
  );
}

function glued(line: string, at: number): UserError {
  return new UserError(
    `After the quote in ${code(line.slice(Math.max(0, at - 15), at + 15))} the text goes on. Type a space after a closing quote, and a backslash before a quote inside of quotes; \`help\` shows examples.`,
  );
}

function isApostrophe(line: string, at: number): boolean {
  return /^[\p{L}\p{N}]'[\p{L}\p{N}]$/u.test(line.slice(at - 1, at + 2));
}

/** Dashes and dots that a keyboard drew together: `—reason` → `--reason`, `cores=–1` → `cores=-1`, `…` → `...`. */
function straighten(bare: string): string {
  const [, dashes = '', rest = ''] = new RegExp(`^([-${DASHES}]*)(.*)$`, 'su').exec(bare) ?? [];
  const isTyped = /^-*$/.test(dashes);
  const start = isTyped ? dashes : /^[\d.]/.test(rest) ? '-' : '--';
  return start + rest.replace(new RegExp(`^([^=]*=)[${DASHES}](?=\\d)`, 'u'), '$1-').replaceAll('…', '...');
}

function isQuote(char: string): boolean {
  return char !== '' && (DOUBLE + SINGLE).includes(char);
}

function isSpace(line: string, at: number): boolean {
  return /\s/u.test(line.charAt(at));
}

function skipSpace(line: string, from: number): number {
  let at = from;
  while (at < line.length && isSpace(line, at)) at += 1;
  return at;
}
