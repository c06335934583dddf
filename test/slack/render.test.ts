import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkBlocks } from '../../demo/workspace/block-kit.ts';
import { blockText } from '../../demo/workspace/text.ts';
import { code, type Reply } from '../../src/reply.ts';
import { parseAct } from '../../src/slack/buttons.ts';
import { literal } from '../../src/slack/literal.ts';
import { plainText } from '../../src/slack/plain-text.ts';
import { render } from '../../src/slack/render.ts';
import { anyText } from '../unicode.ts';

/** What somebody with the message open reads. */
function shown(reply: Reply): string {
  return render(reply)
    .blocks.map((block) => blockText({ ...block }))
    .join('\n');
}

/** Every string under a `text` key of the blocks. */
function wordsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === 'text' && typeof item === 'string' ? [item] : wordsIn(item)));
}

function typesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(typesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === 'type' && typeof item === 'string' ? [item] : typesIn(item)));
}

const card: Reply = {
  text: 'Disable `cmp-03` and move 2 servers off it: PSU failed',
  lines: ['Undo: `service enable cmp-03`'],
  warnings: ['`web-1` has a local disk'],
  fields: [{ name: 'cloud', value: 'home, RegionOne' }],
  table: {
    columns: ['server', 'ram'],
    rows: [
      ['web-1', '512'],
      ['db-1', ''],
    ],
  },
  pre: 'one\ntwo',
  mentions: [{ group: 'S0APPROVE' }, { user: 'U0ALICE00' }],
  note: 'R-1042, asked by bob, 30 minutes left',
  buttons: [
    { label: 'Approve', style: 'primary', act: { kind: 'approve', request: 1042, hash: 'abc' } },
    { label: 'Deny', style: 'danger', act: { kind: 'deny', request: 1042, hash: 'abc' } },
    {
      label: 'Stop',
      act: { kind: 'cancel', request: 1042 },
      confirm: { title: 'Stop it?', text: 'Nothing further is begun.', yes: 'Stop' },
    },
  ],
};

it('a card reads from the top: what, warning, buttons, then tables', () => {
  expect(shown(card)).toMatchInlineSnapshot(`
    "*Disable *\`cmp-03\`* and move 2 servers off it: PSU failed*
    ⚠️ Warning: \`web-1\` has a local disk
    Undo: \`service enable cmp-03\`
    @S0APPROVE @U0ALICE00
    [Approve] [Deny] [Stop]
    *cloud: *home, RegionOne
    server  ram
    web-1   512
    db-1
    \`\`\`
    one
    two
    \`\`\`
    R-1042, asked by bob, 30 minutes left"
  `);
  expect(render(card).text).toBe('Disable cmp-03 and move 2 servers off it: PSU failed');
  expect(render(card).overflow).toBeUndefined();
  expect(checkBlocks('message', render(card).blocks)).toEqual([]);
});

it('the file and the terminal say it in plain text', () => {
  expect(plainText(card)).toMatchInlineSnapshot(`
    "Disable cmp-03 and move 2 servers off it: PSU failed
    Warning: web-1 has a local disk
    Undo: service enable cmp-03

    cloud: home, RegionOne

    server  ram
    web-1   512
    db-1

    one
    two

    R-1042, asked by bob, 30 minutes left
    "
  `);
});

it('what a value ends in is kept, and nothing else ends a line of a table', () => {
  const table = {
    columns: ['server', 'ram', 'note'],
    rows: [
      ['web-1', '512', ''],
      ['db-1', '16384', 'odd '],
    ],
  };

  expect(plainText({ text: 'Two', table })).toBe('Two\n\nserver  ram    note\nweb-1   512\ndb-1    16384  odd \n');
});

it('a link has our label, and is none where it is no address of the web', () => {
  const inside = 'https://home.slack.example/archives/C0OPS0000/p1';
  const reply: Reply = {
    text: 'R-1042 is open already.',
    links: [
      { label: 'Its card <http://evil.example>', url: inside },
      { label: 'Elsewhere', url: 'javascript:alert(1)' },
      { label: 'Nowhere', url: 'https://' },
    ],
  };

  const { blocks } = render(reply);

  expect(blocks.map((block) => blockText({ ...block }))).toEqual([
    '*R-1042 is open already.*',
    `Its card <http://evil.example> (${inside})`,
  ]);
  expect(checkBlocks('message', blocks)).toEqual([]);
  expect(plainText({ ...reply, links: [{ label: 'Its card', url: inside }] })).toContain(`Its card: ${inside}`);
});

it('a link that has no room left is in the file', () => {
  const url = 'https://home.slack.example/archives/C0OPS0000/p1';
  const links = Array.from({ length: 100 }, (_, i) => ({ label: `Card ${i}`, url: `${url}${'0'.repeat(200)}${i}` }));

  const { blocks, overflow } = render({ text: 'Many.', links });

  expect(typesIn(blocks).filter((type) => type === 'link').length).toBeLessThan(100);
  expect(overflow?.content).toContain(`Card 99: ${url}${'0'.repeat(200)}99`);
});

it('a name from outside pings nobody and formats nothing', () => {
  const name = '<!channel> *x* <http://evil|y> <@U0BOB0000> :tada: \u202eetorppa';
  const reply: Reply = {
    text: `Delete ${name}`,
    lines: [`Its name is ${code(name)}`],
    warnings: [name],
    fields: [{ name, value: name }],
    table: { columns: [name], rows: [[name]] },
    pre: name,
    note: name,
    buttons: [{ label: name, act: { kind: 'line', line: name }, confirm: { title: name, text: name, yes: name } }],
  };

  const { text, blocks } = render(reply);

  expect(text).toBe('Delete &lt;!channel&gt; *x* &lt;http://evil|y&gt; &lt;@U0BOB0000&gt; :tada: etorppa');
  const types = new Set(typesIn(blocks));
  for (const type of ['mrkdwn', 'markdown', 'link', 'user', 'usergroup', 'broadcast', 'emoji']) expect(types).not.toContain(type);
  expect(wordsIn(blocks).join('')).not.toContain('\u202e');
  expect(checkBlocks('message', blocks)).toEqual([]);
});

it('a back-tick in a name does not end the code span', () => {
  expect(shown({ text: `Server ${code('a`b` c')} is gone.` })).toBe("*Server **`a'b' c`** is gone.*".replaceAll('**', '*'));
});

it('mentions are the only pings, and what is no ID pings nobody', () => {
  const { blocks } = render({ text: 'Look.', mentions: [{ user: 'U0ALICE00' }, { user: '!channel' }, { group: 'here' }] });

  expect(typesIn(blocks).filter((type) => ['user', 'usergroup', 'broadcast'].includes(type))).toEqual(['user']);
});

it('what leads anywhere but to a web page is no link', () => {
  const links = [
    { label: 'Runbook', url: 'https://wiki.example.org/a?b=<c>|d' },
    { label: 'Script', url: 'javascript:alert(1)' },
    { label: 'Mail', url: 'mailto:a@b' },
    { label: 'Nothing', url: 'https://' },
    { label: 'Long', url: `https://wiki.example.org/${'x'.repeat(3_000)}` },
    { label: 'Graph', url: 'http://prometheus:9090/graph' },
  ];

  expect(shown({ text: 'It fires.', links })).toBe(
    '*It fires.*\nRunbook (https://wiki.example.org/a?b=<c>|d) · Graph (http://prometheus:9090/graph)',
  );
  expect(plainText({ text: 'It fires.', links: links.slice(0, 1) })).toBe(
    'It fires.\n\nRunbook: https://wiki.example.org/a?b=<c>|d\n',
  );
});

it('a table of 150 rows shows what fits and goes as CSV with every row', () => {
  const rows = Array.from({ length: 150 }, (_, i) => [`server-${i}`, 'a "quoted", value']);
  const { blocks, overflow } = render({ text: 'There are 150 servers.', table: { columns: ['name', 'note'], rows } });

  expect(checkBlocks('message', blocks)).toEqual([]);
  expect(shown({ text: 'There are 150 servers.', table: { columns: ['name', 'note'], rows } })).toContain(
    'the whole text is in the file',
  );
  expect(overflow?.name).toBe('stackhand.csv');
  expect(overflow?.content.split('\r\n')).toHaveLength(152);
  expect(overflow?.content).toContain('server-149,"a ""quoted"", value"');
});

it('a long log is cut and goes whole as a file', () => {
  const pre = Array.from({ length: 5_000 }, (_, i) => `line ${i} of the log 🐧`).join('\n');
  const { blocks, overflow } = render({ text: 'The console log of `web-1`.', pre });

  expect(checkBlocks('message', blocks)).toEqual([]);
  expect(overflow?.name).toBe('stackhand.txt');
  expect(overflow?.content).toContain(pre);
});

it('one button is primary, and a second of a kind has a name of its own', () => {
  const { blocks } = render({
    text: 'Which?',
    buttons: [
      { label: 'One', style: 'primary', act: { kind: 'line', line: 'server show one' } },
      { label: 'Two', style: 'primary', act: { kind: 'line', line: 'server show two' } },
    ],
  });

  const actions = blocks.find((block) => block.type === 'actions');
  expect(actions).toMatchObject({
    elements: [
      { action_id: 'line', style: 'primary', value: '{"kind":"line","line":"server show one"}' },
      { action_id: 'line-2', value: '{"kind":"line","line":"server show two"}' },
    ],
  });
  expect(JSON.stringify(actions).match(/primary/g)).toHaveLength(1);
});

it('a button whose line is too long for Slack is left out, and its line is in the file', () => {
  const line = `server list ${'x'.repeat(3_000)}`;
  const { blocks, overflow } = render({ text: 'Again?', buttons: [{ label: 'Again', act: { kind: 'line', line } }] });

  expect(blocks.map((block) => block.type)).not.toContain('actions');
  expect(overflow?.content).toContain(line);
});

it.each([
  'approve',
  '{"kind":"approve","request":1}',
  '{"kind":"approve","request":"1","hash":"a"}',
  '{"kind":"approve","request":1,"hash":"a","admin":true}',
  '{"kind":"drop","request":1}',
  undefined,
])('a button value that is not ours means nothing: %s', (value) => {
  expect(parseAct(value)).toBeUndefined();
});

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  anyText(60),
  fc.constantFrom('<!channel>', '`code`', '`', '*bold*', '', ' ', '\n', '&lt;', '\ud83d', '🐧'),
  fc.integer({ min: 1, max: 1_200 }).map((n) => '🐧x'.repeat(n)),
);
const act = fc.oneof(
  fc.record({ kind: fc.constant('approve' as const), request: fc.nat().map((n) => n + 1), hash: fc.constant('abc') }),
  fc.record({ kind: fc.constant('line' as const), line: word.filter((line) => line !== '') }),
);
const button = fc.record(
  {
    label: word,
    style: fc.constantFrom('primary' as const, 'danger' as const),
    act,
    confirm: fc.record({ title: word, text: word, yes: word }),
  },
  { requiredKeys: ['label', 'act'] },
);
const reply: fc.Arbitrary<Reply> = fc.record(
  {
    text: word,
    lines: fc.array(word, { maxLength: 60 }),
    warnings: fc.array(word, { maxLength: 60 }),
    fields: fc.array(fc.record({ name: word, value: word }), { maxLength: 60 }),
    table: fc.record({
      columns: fc.array(word, { maxLength: 30 }),
      rows: fc.array(fc.array(word, { maxLength: 30 }), { maxLength: 130 }),
    }),
    pre: word,
    note: word,
    links: fc.array(fc.record({ label: word, url: fc.oneof(fc.webUrl(), word) }), { maxLength: 5 }),
    buttons: fc.array(button, { maxLength: 40 }),
    mentions: fc.array(fc.oneof(fc.constant({ user: 'U0ALICE00' }), fc.record({ group: word })), { maxLength: 5 }),
  },
  { requiredKeys: ['text'] },
);

it('Slack takes whatever a reply says', () => {
  fc.assert(
    fc.property(reply, (said) => {
      const { text, blocks } = render(said);
      expect(checkBlocks('message', blocks)).toEqual([]);
      expect(wordsIn(blocks).reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(11_341);
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(3_000);
      expect(text).not.toMatch(/[<>]/);
      expect(text).not.toMatch(/\p{Surrogate}/u);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

it('nothing of it is lost: the message shows it or the file holds it', () => {
  fc.assert(
    fc.property(reply, (said) => {
      const { blocks, overflow } = render(said);
      const untick = (words: string): string => literal(words).replaceAll('`', '');
      const everything = untick(`${wordsIn(blocks).join('\n')}\n${overflow?.content ?? ''}`);
      const cells = said.table === undefined ? [] : [...said.table.columns, ...said.table.rows.flat()];
      const values = (said.fields ?? []).flatMap(({ name, value }) => [name, value]);
      const parts = [
        said.text,
        ...(said.lines ?? []),
        ...(said.warnings ?? []),
        ...values,
        ...cells,
        said.pre ?? '',
        said.note ?? '',
      ];
      const inCsv = everything.replaceAll('""', '"');
      for (const part of parts.map(untick).filter((words) => words.trim() !== '')) {
        expect(everything.includes(part) || inCsv.includes(part)).toBe(true);
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
});
