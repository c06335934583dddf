import { expect, it } from 'vitest';
import { checkBlocks, checkView, type Problem } from '../../demo/workspace/block-kit.ts';

type Part = Record<string, unknown>;

const chars = (n: number): string => 'x'.repeat(n);
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const plain = (text: string): Part => ({ type: 'plain_text', text });
const mrkdwn = (text: string): Part => ({ type: 'mrkdwn', text });
const section = (text: string): Part => ({ type: 'section', text: mrkdwn(text) });
const button = (more: Part = {}): Part => ({ type: 'button', text: plain('Go'), ...more });
const actions = (...elements: Part[]): Part => ({ type: 'actions', elements });
const option = (text: string, value = text): Part => ({ text: plain(text), value });
const select = (n: number): Part => ({ type: 'static_select', action_id: 's', options: times(n, (i) => option(`${i}`)) });
const input = (element: Part, more: Part = {}): Part => ({ type: 'input', label: plain('Name'), element, ...more });
const raw = (text: string): Part => ({ type: 'raw_text', text });
const table = (rows: number, columns: number, text = 'x'): Part => ({
  type: 'table',
  rows: times(rows, () => times(columns, () => raw(text))),
});
const rich = (...elements: Part[]): Part => ({ type: 'rich_text', elements });
const richSection = (...elements: Part[]): Part => ({ type: 'rich_text_section', elements });
const confirm = (more: Part = {}): Part => ({
  title: plain('Sure?'),
  text: plain('Really'),
  confirm: plain('Yes'),
  deny: plain('No'),
  ...more,
});

/** Each limit: at it, one past it, and where Slack points. */
const limits: [what: string, taken: Part[], refused: Part[], pointer: string][] = [
  ['blocks in a message', times(50, () => section('x')), times(51, () => section('x')), '/blocks'],
  ['section text', [section(chars(3000))], [section(chars(3001))], '/blocks/0/text/text'],
  ['section text, at least', [section('x')], [section('')], '/blocks/0/text/text'],
  [
    'section fields',
    [{ type: 'section', fields: times(10, () => plain('x')) }],
    [{ type: 'section', fields: times(11, () => plain('x')) }],
    '/blocks/0/fields',
  ],
  [
    'section field',
    [{ type: 'section', fields: [plain(chars(2000))] }],
    [{ type: 'section', fields: [plain(chars(2001))] }],
    '/blocks/0/fields/0/text',
  ],
  ['header', [{ type: 'header', text: plain(chars(150)) }], [{ type: 'header', text: plain(chars(151)) }], '/blocks/0/text/text'],
  ['actions', [actions(...times(25, () => button()))], [actions(...times(26, () => button()))], '/blocks/0/elements'],
  [
    'context',
    [{ type: 'context', elements: times(10, () => plain('x')) }],
    [{ type: 'context', elements: times(11, () => plain('x')) }],
    '/blocks/0/elements',
  ],
  [
    'button text',
    [actions(button({ text: plain(chars(75)) }))],
    [actions(button({ text: plain(chars(76)) }))],
    '/blocks/0/elements/0/text/text',
  ],
  [
    'button value',
    [actions(button({ value: chars(2000) }))],
    [actions(button({ value: chars(2001) }))],
    '/blocks/0/elements/0/value',
  ],
  ['button url', [actions(button({ url: chars(3000) }))], [actions(button({ url: chars(3001) }))], '/blocks/0/elements/0/url'],
  ['button style', [actions(button({ style: 'danger' }))], [actions(button({ style: 'red' }))], '/blocks/0/elements/0/style'],
  [
    'confirm title',
    [actions(button({ confirm: confirm({ title: plain(chars(100)) }) }))],
    [actions(button({ confirm: confirm({ title: plain(chars(101)) }) }))],
    '/blocks/0/elements/0/confirm/title/text',
  ],
  [
    'confirm text',
    [actions(button({ confirm: confirm({ text: plain(chars(300)) }) }))],
    [actions(button({ confirm: confirm({ text: plain(chars(301)) }) }))],
    '/blocks/0/elements/0/confirm/text/text',
  ],
  [
    'confirm button',
    [actions(button({ confirm: confirm({ deny: plain(chars(30)) }) }))],
    [actions(button({ confirm: confirm({ deny: plain(chars(31)) }) }))],
    '/blocks/0/elements/0/confirm/deny/text',
  ],
  [
    'action_id',
    [actions(button({ action_id: chars(255) }))],
    [actions(button({ action_id: chars(256) }))],
    '/blocks/0/elements/0/action_id',
  ],
  ['block_id', [{ ...section('x'), block_id: chars(255) }], [{ ...section('x'), block_id: chars(256) }], '/blocks/0/block_id'],
  ['options', [actions(select(100))], [actions(select(101))], '/blocks/0/elements/0/options'],
  [
    'option text',
    [actions({ ...select(1), options: [option(chars(75))] })],
    [actions({ ...select(1), options: [option(chars(76))] })],
    '/blocks/0/elements/0/options/0/text/text',
  ],
  [
    'overflow, at most',
    [actions({ type: 'overflow', options: times(5, (i) => option(`${i}`)) })],
    [actions({ type: 'overflow', options: times(6, (i) => option(`${i}`)) })],
    '/blocks/0/elements/0/options',
  ],
  [
    'overflow, at least',
    [actions({ type: 'overflow', options: times(2, (i) => option(`${i}`)) })],
    [actions({ type: 'overflow', options: [option('1')] })],
    '/blocks/0/elements/0/options',
  ],
  [
    'checkboxes',
    [actions({ type: 'checkboxes', options: times(10, (i) => option(`${i}`)) })],
    [actions({ type: 'checkboxes', options: times(11, (i) => option(`${i}`)) })],
    '/blocks/0/elements/0/options',
  ],
  [
    'placeholder',
    [actions({ ...select(1), placeholder: plain(chars(150)) })],
    [actions({ ...select(1), placeholder: plain(chars(151)) })],
    '/blocks/0/elements/0/placeholder/text',
  ],
  [
    'input label',
    [input(select(1), { label: plain(chars(2000)) })],
    [input(select(1), { label: plain(chars(2001)) })],
    '/blocks/0/label/text',
  ],
  [
    'max_length',
    [input({ type: 'plain_text_input', max_length: 3000 })],
    [input({ type: 'plain_text_input', max_length: 3001 })],
    '/blocks/0/element/max_length',
  ],
  [
    'image alt_text',
    [{ type: 'image', image_url: 'https://x.example/', alt_text: chars(2000) }],
    [{ type: 'image', image_url: 'https://x.example/', alt_text: chars(2001) }],
    '/blocks/0/alt_text',
  ],
  ['markdown', [{ type: 'markdown', text: chars(12_000) }], [{ type: 'markdown', text: chars(12_001) }], '/blocks/0/text'],
  [
    'markdown in all',
    [{ type: 'markdown', text: chars(12_000) }],
    times(2, () => ({ type: 'markdown', text: chars(6001) })),
    '/blocks/1/text',
  ],
  ['table rows', [table(100, 1)], [table(101, 1)], '/blocks/0/rows'],
  ['table columns', [table(1, 20)], [table(1, 21)], '/blocks/0/rows/0'],
  ['table characters', [table(100, 10, chars(10))], [table(100, 10, chars(11))], '/blocks/0/rows'],
  ['tables in a message', [table(1, 1)], [table(1, 1), table(1, 1)], '/blocks/1'],
  [
    'rich text list indent',
    [rich({ type: 'rich_text_list', style: 'bullet', indent: 8, elements: [richSection()] })],
    [rich({ type: 'rich_text_list', style: 'bullet', indent: 9, elements: [richSection()] })],
    '/blocks/0/elements/0/indent',
  ],
];

it.each(limits)('%s: Slack takes what is at the limit and refuses what is past it', (_, taken, refused, pointer) => {
  expect(checkBlocks('message', taken)).toEqual([]);
  expect(checkBlocks('message', refused).map((problem) => problem.pointer)).toContain(pointer);
});

const wrong: [what: string, block: Part, problem: Problem][] = [
  [
    'a property Slack does not know',
    actions(button({ disabled: true })),
    { pointer: '/blocks/0/elements/0', message: 'invalid additional property: disabled' },
  ],
  [
    'a type Slack does not know',
    { type: 'banner', text: plain('x') },
    { pointer: '/blocks/0/type', message: 'unsupported type: banner' },
  ],
  ['a block without a type', { text: plain('x') }, { pointer: '/blocks/0/type', message: 'unsupported type: undefined' }],
  ['an empty section', { type: 'section' }, { pointer: '/blocks/0', message: 'missing required field: text' }],
  ['a missing field', { type: 'header' }, { pointer: '/blocks/0/text', message: 'missing required field: text' }],
  [
    'mrkdwn in a header',
    { type: 'header', text: mrkdwn('x') },
    { pointer: '/blocks/0/text/type', message: 'Invalid input: expected "plain_text"' },
  ],
  [
    'an input element in actions',
    actions({ type: 'plain_text_input', action_id: 'x' }),
    { pointer: '/blocks/0/elements/0/type', message: 'unsupported type: plain_text_input' },
  ],
  ['a button as an input', input(button()), { pointer: '/blocks/0/element/type', message: 'unsupported type: button' }],
  [
    'a link in an unknown style',
    rich(richSection({ type: 'text', text: 'x', style: { blink: true } })),
    { pointer: '/blocks/0/elements/0/elements/0/style', message: 'invalid additional property: blink' },
  ],
  [
    'empty text in rich text',
    rich(richSection({ type: 'text', text: '' })),
    { pointer: '/blocks/0/elements/0/elements/0/text', message: 'must be more than 0 characters' },
  ],
  [
    'an empty table cell',
    { type: 'table', rows: [[raw('')]] },
    { pointer: '/blocks/0/rows/0/0/text', message: 'must be more than 0 characters' },
  ],
  [
    'options and groups at once',
    actions({ ...select(1), option_groups: [{ label: plain('x'), options: [option('1')] }] }),
    { pointer: '/blocks/0/elements/0', message: 'exactly one of options and option_groups must be given' },
  ],
  [
    'two buttons of one action_id',
    actions(button({ action_id: 'a' }), button({ action_id: 'a' })),
    { pointer: '/blocks/0/elements/1/action_id', message: 'action_id already exists: a' },
  ],
];

it.each(wrong)('%s is refused, and the place named', (_, block, problem) => {
  expect(checkBlocks('message', [block])).toContainEqual(problem);
});

it('two blocks of one block_id are refused', () => {
  const block = { ...section('x'), block_id: 'same' };

  expect(checkBlocks('message', [block, block])).toEqual([
    { pointer: '/blocks/1/block_id', message: 'block_id already exists: same' },
  ]);
});

it('a message of every kind of block is taken', () => {
  const style = { bold: true, code: true };
  const blocks = [
    { type: 'divider' },
    { ...section('x'), accessory: { type: 'image', image_url: 'https://x.example/a.png', alt_text: 'A chart' } },
    { type: 'context', elements: [mrkdwn('x'), { type: 'image', image_url: 'https://x.example/a.png', alt_text: 'A chart' }] },
    rich(
      richSection(
        { type: 'text', text: 'x', style },
        { type: 'user', user_id: 'U1' },
        { type: 'usergroup', usergroup_id: 'S1' },
        { type: 'emoji', name: 'fire' },
      ),
      {
        type: 'rich_text_list',
        style: 'ordered',
        elements: [richSection({ type: 'link', url: 'https://x.example' }), richSection({ type: 'channel', channel_id: 'C1' })],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'x' }] },
      { type: 'rich_text_quote', elements: [{ type: 'broadcast', range: 'here' }] },
    ),
    {
      type: 'table',
      rows: [[raw('a'), rich(richSection({ type: 'text', text: 'b' }))]],
      column_settings: [null, { align: 'right', is_wrapped: true }],
    },
    actions(
      { type: 'users_select', action_id: 'u' },
      { type: 'datepicker', initial_date: '2026-11-30' },
      { type: 'external_select', min_query_length: 0 },
    ),
  ];

  expect(checkBlocks('message', blocks)).toEqual([]);
});

const modal = (more: Part = {}): Part => ({ type: 'modal', title: plain('Title'), blocks: [section('x')], ...more });

const views: [what: string, taken: Part, refused: Part, pointer: string][] = [
  ['title', modal({ title: plain(chars(24)) }), modal({ title: plain(chars(25)) }), '/title/text'],
  ['submit', modal({ submit: plain(chars(24)) }), modal({ submit: plain(chars(25)) }), '/submit/text'],
  ['close', modal({ close: plain(chars(24)) }), modal({ close: plain(chars(25)) }), '/close/text'],
  ['private_metadata', modal({ private_metadata: chars(3000) }), modal({ private_metadata: chars(3001) }), '/private_metadata'],
  ['callback_id', modal({ callback_id: chars(255) }), modal({ callback_id: chars(256) }), '/callback_id'],
  ['blocks', modal({ blocks: times(100, () => section('x')) }), modal({ blocks: times(101, () => section('x')) }), '/blocks'],
  [
    'submit with inputs',
    modal({ blocks: [input(select(1))], submit: plain('Go') }),
    modal({ blocks: [input(select(1))] }),
    '/submit',
  ],
  ['a title at all', modal(), { type: 'modal', blocks: [] }, '/title'],
  ['tables', modal(), modal({ blocks: [table(1, 1)] }), '/blocks/0/type'],
  ['unknown properties', modal(), modal({ size: 'large' }), ''],
];

it.each(views)('%s of a modal: Slack takes the one and refuses the other', (_, taken, refused, pointer) => {
  expect(checkView(taken, 'modal')).toEqual([]);
  expect(checkView(refused, 'modal').map((problem) => problem.pointer)).toContain(pointer);
});
