import { expect, it } from 'vitest';
import { blockText, mrkdwn } from '../../demo/workspace/text.ts';

const names = (id: string): string | undefined => ({ U1: 'bob', C1: 'ops', S1: 'approvers' })[id];

it('references and escapes read as people see them', () => {
  expect(mrkdwn('<@U1> in <#C1|ops>, <!subteam^S1>: 2 &lt; 3 &amp; <https://x.example|docs>, <!here>', names)).toBe(
    '@bob in #ops, @approvers: 2 < 3 & docs (https://x.example), @here',
  );
  expect(
    mrkdwn('<http://web-1.example.org|web-1.example.org> <https://x.example> <mailto:a@b.example|a@b.example> <@U9>', names),
  ).toBe('web-1.example.org https://x.example a@b.example @U9');
  expect(mrkdwn('until <!date^1700000000^{time}|22:13 UTC>', names)).toBe('until 22:13 UTC');
});

it('tables are aligned', () => {
  const rows = [
    ['Host', 'State'],
    ['cmp-03', 'down'],
  ].map((row) => row.map((text) => ({ type: 'raw_text', text })));

  expect(blockText({ type: 'table', rows }, names)).toBe('Host    State\ncmp-03  down');
});

it('rich text keeps its lists, code and quotes', () => {
  const words = (text: string, style?: object): object => ({ type: 'text', text, ...(style ? { style } : {}) });
  const block = {
    type: 'rich_text',
    elements: [
      { type: 'rich_text_section', elements: [words('Run '), words('host list', { code: true }), words(' now', { bold: true })] },
      {
        type: 'rich_text_list',
        style: 'ordered',
        elements: [
          { type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U1' }] },
          { type: 'rich_text_section', elements: [{ type: 'link', url: 'https://x.example', text: 'docs' }] },
        ],
      },
      { type: 'rich_text_preformatted', elements: [words('a\nb')] },
      { type: 'rich_text_quote', elements: [words('quoted')] },
    ],
  };

  expect(blockText(block, names)).toBe('Run `host list`* now*\n1. @bob\n2. docs (https://x.example)\n```\na\nb\n```\n> quoted');
});
