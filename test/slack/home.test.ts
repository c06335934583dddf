import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkView } from '../../demo/workspace/block-kit.ts';
import { blockText } from '../../demo/workspace/text.ts';
import type { Home, HomeEntry, HomeSection } from '../../src/home/home.ts';
import { renderHome } from '../../src/slack/home.ts';
import { anyText } from '../unicode.ts';

const WORKSPACE = 'https://home.slack.example/';

function shown(home: Home): string {
  return renderHome(home)
    .blocks.map((block) => blockText({ ...block }))
    .join('\n');
}

function sectionOf(entries: HomeEntry[], more: Partial<HomeSection> = {}): HomeSection {
  return { title: 'Waits for you', entries, more: 0, seeMore: 'Type `request list`.', empty: 'Nothing waits.', ...more };
}

/** As long as a composer might ever make it. */
function large(i: number): HomeEntry {
  return {
    text: `R-${i} ${'é'.repeat(400)}`,
    warnings: ['é'.repeat(800)],
    lines: ['é'.repeat(2_000)],
    links: [{ label: 'Open the card', url: `${WORKSPACE}archives/C0OPS0000/p${i}` }],
    buttons: [{ label: 'Approve', act: { kind: 'approve', request: i, hash: 'a'.repeat(64) } }],
  };
}

it('a Home reads from the top: what is wrong, then each section with words, link and buttons, then small print', () => {
  const entry: HomeEntry = {
    text: 'R-1042 · prod/RegionOne',
    warnings: ['it was up a minute ago'],
    lines: ['Drain `cmp-03`', 'Asked by bob'],
    links: [{ label: 'Open the card', url: `${WORKSPACE}archives/C0OPS0000/p1` }],
    buttons: [{ label: 'Approve', style: 'primary', act: { kind: 'approve', request: 1042, hash: 'abc' } }],
  };

  const home: Home = {
    notices: ['No gateway.'],
    sections: [sectionOf([entry], { more: 3 }), sectionOf([], { title: 'Running now' })],
    notes: ['You are alice.'],
  };

  expect(shown(home)).toMatchInlineSnapshot(`
    "*⚠️ No gateway.*
    Waits for you
    *R-1042 · prod/RegionOne*
    ⚠️ Warning: it was up a minute ago
    Drain \`cmp-03\`
    Asked by bob
    Open the card (https://home.slack.example/archives/C0OPS0000/p1)
    [Approve]
    3 more. Type \`request list\`.
    ———
    Running now
    Nothing waits.
    You are alice."
  `);
});

it('what decides is there only where nothing of the entry was cut; else it says so', () => {
  const entry = (lines: string[], warnings: string[] = []): HomeEntry => ({
    text: 'R-1042',
    lines,
    warnings,
    buttons: [{ label: 'Deny', act: { kind: 'deny', request: 1042, hash: 'abc' } }],
    deciding: {
      buttons: [{ label: 'Approve', act: { kind: 'approve', request: 1042, hash: 'abc' } }],
      instead: 'Open its card.',
    },
  });
  const home = (one: HomeEntry): string => shown({ notices: [], sections: [sectionOf([one])], notes: [] });

  expect(home(entry(['x'.repeat(1_300)]))).toContain('[Approve] [Deny]');
  for (const one of [entry(['x'.repeat(1_301)]), entry([], ['x'.repeat(501)])]) {
    expect(home(one)).not.toContain('[Approve]');
    expect(home(one)).toContain('Open its card.\n[Deny]');
  }
});

it('of too much, each section shows its part, counts the rest and says where it is', () => {
  const entries = Array.from({ length: 200 }, (_, i) => large(i + 1));
  const home = { notices: [], sections: [sectionOf(entries), sectionOf(entries, { more: 7 }), sectionOf(entries)], notes: [] };

  const { blocks } = renderHome(home);

  expect(checkView({ type: 'home', blocks }, 'home')).toEqual([]);
  const counted = [...shown(home).matchAll(/^(\d+) more\. Type `request list`\.$/gm)].map(([, number]) => Number(number));
  const buttons = blocks.filter(({ type }) => type === 'actions').length;
  expect(counted).toHaveLength(3);
  expect(counted.reduce((sum, number) => sum + number, 0) + buttons).toBe(607);
  expect(buttons).toBeGreaterThanOrEqual(9);
});

it('whatever is in it, Slack takes it', () => {
  const text = fc.oneof(anyText(50), fc.constantFrom('', ' ', '\n', '`', '😀'.repeat(2_000), '`x` '.repeat(900)));
  const link = fc.record({ label: text, url: fc.oneof(text, fc.constant(`${WORKSPACE}archives/C1/p1`)) });
  const act = fc.constantFrom(
    { kind: 'approve' as const, request: 1042, hash: 'abc' },
    { kind: 'plan again' as const, request: 1042 },
    { kind: 'line' as const, line: 'x'.repeat(3_000) },
  );
  const button = fc.record({ label: text, act, confirm: fc.record({ title: text, text, yes: text }) });
  const entry = fc.record({
    text,
    warnings: fc.array(text, { maxLength: 3 }),
    lines: fc.array(text, { maxLength: 5 }),
    links: fc.array(link, { maxLength: 3 }),
    buttons: fc.array(button, { maxLength: 30 }),
    deciding: fc.record({ buttons: fc.array(button, { maxLength: 3 }), instead: text }),
  });
  const section = fc.record({
    title: text,
    entries: fc.oneof(
      fc.array(entry, { maxLength: 4 }),
      entry.map((one) => Array.from({ length: 40 }, () => one)),
    ),
    more: fc.nat(),
    seeMore: text,
    empty: text,
  });
  const home = fc.record({
    notices: fc.array(text, { maxLength: 3 }),
    sections: fc.array(section, { maxLength: 4 }),
    notes: fc.array(text, { maxLength: 3 }),
  });

  fc.assert(
    fc.property(home, (one) => {
      const view = renderHome(one);
      expect(checkView({ ...view }, 'home')).toEqual([]);
      // As Slack may write it: every character beyond ASCII as an escape.
      const ascii = JSON.stringify(view).replaceAll(/[^\x20-\x7e]/g, '\\u0000');
      expect(ascii.length).toBeLessThan(250_000);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
