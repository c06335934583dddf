import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { composeLine } from '../../src/chat/compose.ts';
import { parseLine } from '../../src/chat/parse.ts';
import { fromSlackText } from '../../src/chat/slack-text.ts';
import { lineOf, quote, tokenize } from '../../src/chat/tokenize.ts';
import { defineCommand } from '../../src/command.ts';
import { NotAllowed, UserError } from '../../src/errors.ts';
import { registryOf } from '../../src/registry.ts';
import { someCommands } from './fixtures.ts';

const registry = someCommands();

const set = defineCommand({
  summary: 'Set it.',
  examples: ['thing set a b'],
  effect: 'read',
  args: z
    .object({
      first: z.string(),
      second: z.string(),
      note: z.string().optional(),
      longName: z.string().optional(),
      many: z.array(z.string()).optional(),
      sure: z.boolean().optional(),
      amount: z.number().optional(),
    })
    .catchall(z.string()),
  positionals: ['first', 'second'],
  more: { names: /^x_\w+$/, describe: 'others' },
  run: async () => ({ text: 'Set.', touches: [] }),
});
const things = registryOf([{ name: 'thing set', object: 'thing', command: set }], []);

/** Text that is likely to be taken for grammar. */
const grammar = fc
  .array(
    fc.constantFrom(
      '"',
      "'",
      '“',
      '”',
      '‘',
      '’',
      '«',
      '=',
      '--',
      '—',
      '–',
      '-',
      ' ',
      '\u00A0',
      '\\',
      ',',
      ':',
      '/',
      '<',
      '>',
      '&amp;',
      '|',
      '@U1',
      '…',
      'first',
      'note',
      '--note',
      'sure',
      'x_y',
      'quota',
      'set',
      'thing',
      'help',
      '40',
      'é',
      '🦊',
      '\n',
      '`',
      '__proto__',
      'constructor',
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''));
const anything = fc.oneof(grammar, fc.string(), fc.string({ unit: 'grapheme' }));

function parses(line: string): void {
  for (const known of [registry, things]) {
    for (const mayUse of [() => true, (name: string) => name.length % 2 === 0]) {
      try {
        parseLine(line, known, { mayUse });
      } catch (error) {
        if (!(error instanceof UserError || error instanceof NotAllowed)) throw error;
        expect(error.message).toMatch(/help/);
      }
    }
  }
}

it('no line breaks the grammar; every refusal says what to type', () => {
  fc.assert(fc.property(anything, parses), { numRuns: 400 });
  fc.assert(
    fc.property(
      fc.constantFrom('quota set', 'thing set', 'host evacuate', 'help', 'aggregate add host', 'console'),
      anything,
      (command, rest) => parses(`${command} ${rest}`),
    ),
    { numRuns: 400 },
  );
});

it('nothing that Slack delivers breaks it either', () => {
  const markup = fc
    .tuple(fc.constantFrom('<', '<@', '<#', '<!', '<http://', '<tel:', '<mailto:', '`'), anything, fc.constantFrom('>', '|', ''))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(fc.oneof(markup, anything), { maxLength: 4 }), (parts) => parses(fromSlackText(parts.join(' ')))),
    { numRuns: 400 },
  );
});

/** May stand without quotes, as a person sees it. */
function isPlain(value: string): boolean {
  return /^[\p{L}\p{N}_/:][\p{L}\p{N}_/:.@+=?&%-]*$/u.test(value);
}

const value = fc.oneof(
  anything,
  fc.constantFrom(
    '2026-01-01T10:00:00Z',
    '2001:db8::1',
    'fa:16:3e:00:00:01',
    'https://a.example/?b=c&d=e',
    '-1',
    'a b',
    '',
    '--note',
    'note=x',
    'x_a=1',
    '--',
  ),
);

const values = fc.record(
  {
    first: value,
    second: value,
    note: value,
    longName: value,
    many: fc.array(value, { minLength: 1, maxLength: 3 }),
    sure: fc.boolean(),
    amount: fc.integer({ min: -1_000, max: 1_000 }),
    x_1: value,
    x_b: value,
  },
  { requiredKeys: ['first', 'second'] },
);

/** Ways to write a name: none of them means another argument. */
const spellings: Record<string, string[]> = {
  longName: ['longName', 'long-name', 'long_name', 'LONG-NAME', 'longname'],
  note: ['note', 'Note'],
  many: ['many'],
  sure: ['sure'],
  amount: ['amount'],
  first: ['first', 'FIRST'],
  second: ['second'],
};

function written(name: string, text: string, pick: (choices: number) => number): string {
  const names = spellings[name] ?? [name];
  const typed = names[pick(names.length)] ?? name;
  const quoted = quoteIn(text, pick(4));
  // After a name and a space, what looks like a name of the command's goes in quotes; so does everything that is not plain.
  const bare = isPlain(text) && !/^[\p{L}]/u.test(text) ? text : quoted;
  const bareBehindEquals = isPlain(text) && !text.includes(',') ? text : quoted;
  const forms = [
    `--${typed} ${pick(2) === 0 ? bare : quoted}`,
    `--${typed}=${pick(2) === 0 ? bareBehindEquals : quoted}`,
    `${typed}=${quoted}`,
    `—${typed} ${quoted}`,
  ];
  return forms[pick(forms.length)] ?? '';
}

/** In one of the ways that keyboards have; the text's own quotes of that sort with a backslash. */
function quoteIn(text: string, which: number): string {
  const [open, close] = [
    ['"', '"'],
    ["'", "'"],
    ['“', '”'],
    ['«', '»'],
  ][which] ?? ['"', '"'];
  return `${open}${text.replace(/["'\\“”„‟«»‘’‚‛‹›]/g, '\\$&')}${close}`;
}

it('every value arrives at its own argument, whatever it looks like and however it is written', () => {
  fc.assert(
    fc.property(values, fc.infiniteStream(fc.nat()), fc.boolean(), (wanted, stream, byPlace) => {
      const pick = (choices: number): number => (stream.next().value ?? 0) % choices;
      const { first, second, ...others } = wanted;
      const pieces: string[] = Object.entries(others).flatMap(([name, given]) => {
        if (typeof given === 'boolean') return [given ? (['--sure', 'sure=yes', '--sure=true'][pick(3)] ?? '') : 'sure=no'];
        if (typeof given === 'number') return [[`--amount ${given}`, `--amount=${given}`, `amount=${given}`][pick(3)] ?? ''];
        return (Array.isArray(given) ? given : [given]).map((text) => written(name, text, pick));
      });
      const places = byPlace
        ? [quoteIn(first, pick(4)), quoteIn(second, pick(4))]
        : [written('first', first, pick), written('second', second, pick)];
      // Positional words keep their order, and lists keep theirs; all else may stand anywhere.
      for (const piece of places.toReversed()) pieces.splice(0, 0, piece);
      if (pick(2) === 0) pieces.push(...pieces.splice(0, 2));

      const { args } = parseLine(`thing set ${pieces.join(['  ', ' ', '\t', '\u00A0'][pick(4)] ?? ' ')}`, things);

      expect(args).toEqual(wanted);
    }),
    { numRuns: 400 },
  );
});

it('plain values need no quotes, with colons, slashes and equals signs in them', () => {
  const plain = fc.stringMatching(/^[\d_/:][\w/:.@+=?&%-]*$/);
  fc.assert(
    fc.property(plain, plain, plain, (first, second, note) => {
      const line = `thing set ${first} ${second} --note ${note} long-name=${note}`;

      expect(parseLine(line, things).args).toEqual({ first, second, note, longName: note });
    }),
    { numRuns: 400 },
  );
});

it('a surplus word is refused, wherever it stands', () => {
  const word = fc.oneof(fc.stringMatching(/^\w+$/), value.map(quote));
  fc.assert(
    fc.property(word, fc.nat({ max: 3 }), (extra, at) => {
      const words = ['a', 'b', '--note "n"', 'long-name=l'];
      words.splice(at, 0, extra);

      expect(() => parseLine(`thing set ${words.join(' ')}`, things)).toThrow(UserError);
    }),
    { numRuns: 400 },
  );
});

it('quoting a value gives it back as one word, and so does a terminal', () => {
  fc.assert(
    fc.property(anything, (text) => {
      expect(tokenize(quote(text)).map((word) => word.text)).toEqual([text]);
      expect(parseLine(lineOf(['thing', 'set', 'a', 'b', `--note=${text === '' ? ' ' : text}`]), things).args).toMatchObject({
        note: text === '' ? ' ' : text,
      });
    }),
    { numRuns: 400 },
  );
});

it('a line composed of what was typed says the same', () => {
  const [named] = things.commands;
  if (!named) throw new Error('there is one');
  const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => value.trim() === value && !/\s/.test(value));
  const values = fc.record(
    {
      first: text,
      second: text,
      note: fc.oneof(text, grammar),
      longName: text,
      many: fc.array(text, { minLength: 1, maxLength: 3 }),
      sure: fc.boolean(),
      region: text,
      x_other: text,
    },
    { requiredKeys: ['first', 'second'] },
  );
  fc.assert(
    fc.property(values, (given) => {
      const typed = new Map(Object.entries(given));

      const parsed = parseLine(composeLine(named, typed), things);

      expect(new Map(parsed.typed)).toEqual(typed);
    }),
    { numRuns: 500 },
  );
});
