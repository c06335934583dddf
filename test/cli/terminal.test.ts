import { describe, expect, it } from 'vitest';
import { replyText, shellQuoted } from '../../src/cli/terminal.ts';

const TABLE = {
  columns: ['Name', 'Cores', 'Status'],
  rows: [
    ['web-1', '4', 'ACTIVE'],
    ['a-server-with-a-very-long-name-that-somebody-chose', '16', 'ERROR'],
  ],
};

describe('a reply in the terminal', () => {
  it('says everything that Slack says, warnings first', () => {
    expect(
      replyText(
        {
          text: 'Project `demo` has 20 cores.',
          lines: ['18 of them are used.'],
          warnings: ['`web-1` is in ERROR.'],
          fields: [
            { name: 'Cloud', value: 'lab' },
            { name: 'Asked by', value: 'bob' },
          ],
          links: [{ label: 'Runbook', url: 'https://wiki.example.org/a\u001b[2J' }],
          table: TABLE,
          pre: 'line 1\nline 2\n',
          buttons: [
            { label: 'Raise', act: { kind: 'line', line: "quota set demo cores=40 --reason 'more'" } },
            { label: 'Approve', act: { kind: 'approve', request: 1042, hash: 'abc' } },
          ],
          file: { name: 'all.csv', title: 'All of it', content: 'a,b\n1,2\n' },
          note: 'R-1042',
        },
        {},
      ),
    ).toMatchInlineSnapshot(`
      "Project demo has 20 cores.
      Warning: web-1 is in ERROR.

      18 of them are used.

      Cloud:    lab
      Asked by: bob

      Runbook: https://wiki.example.org/a [2J

      Name                                                Cores  Status
      --------------------------------------------------  -----  ------
      web-1                                                   4  ACTIVE
      a-server-with-a-very-long-name-that-somebody-chose     16  ERROR

      line 1
      line 2

      All of it (all.csv):
      a,b
      1,2

      Next: stackhand run 'quota set demo cores=40 --reason '\\''more'\\'''

      R-1042"
    `);
  });

  it('cuts what is too wide for a terminal, from the widest column, and says so', () => {
    const text = replyText({ text: 'Servers.', table: TABLE }, { columns: 40 });

    expect(text).toMatchInlineSnapshot(`
      "Servers.

      Name                       Cores  Status
      -------------------------  -----  ------
      web-1                          4  ACTIVE
      a-server-with-a-very-lon…     16  ERROR
      (cut to the width of the terminal; add "| cat" to see all)"
    `);
    for (const line of text.split('\n').slice(0, -1)) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('cuts nothing that goes to a file or a pipe', () => {
    expect(replyText({ text: 'Servers.', table: TABLE }, {})).toContain('a-server-with-a-very-long-name-that-somebody-chose');
  });

  it('aligns names of wide characters', () => {
    const rows = [
      ['日本', '1'],
      ['été', '22'],
      ['🚀', '3'],
    ];

    expect(replyText({ text: 'Names.', table: { columns: ['Name', 'N'], rows } }, {})).toMatchInlineSnapshot(`
      "Names.

      Name   N
      ----  --
      日本   1
      été   22
      🚀     3"
    `);
  });

  it('says that a table is empty, and fills cells that a row leaves out', () => {
    expect(replyText({ text: 'None.', table: { columns: ['Name'], rows: [] } }, {})).toBe('None.\n\n(no rows)');
    expect(replyText({ text: 'One.', table: { columns: ['A', 'B'], rows: [['x']] } }, {})).toContain('x');
  });

  it('never sends a control character of a name, a value or a log to the terminal', () => {
    const evil = 'web\u001b[2J\u001b]0;owned\u0007\u009b31m\u202Egnp.exe\r\nname';
    const text = replyText(
      {
        text: `Server \`${evil}\`.`,
        lines: [evil],
        warnings: [evil],
        fields: [{ name: evil, value: evil }],
        table: { columns: [evil], rows: [[evil]] },
        pre: `boot\r\n\u001b[31mpanic\u001b[0m\tat 0\rprogress\u0000\u009b`,
        buttons: [{ label: evil, act: { kind: 'line', line: evil } }],
        file: { name: evil, title: evil, content: evil },
        note: evil,
      },
      { columns: 80 },
    );

    expect(text).not.toMatch(/[^\P{Cc}\n\t]|[\u202A-\u202E]/u);
    expect(text).toContain('boot\n\\x1b[31mpanic\\x1b[0m\tat 0\nprogress\\x00\\x9b');
  });
});

it('an offered line can be pasted into a shell as it is', () => {
  expect(shellQuoted("it's $HOME")).toBe(`'it'\\''s $HOME'`);
});
