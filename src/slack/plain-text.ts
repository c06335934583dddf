import type { Reply } from '../reply.ts';
import { withoutTicks } from './rich-text.ts';
import { alignedText } from './table.ts';

/** All that a reply says, as the terminal says it, and as the file that goes with a message that was too long. */
export function plainText(reply: Reply): string {
  const { text, warnings = [], lines = [], fields = [], links = [], table, pre, buttons = [], note } = reply;
  const offers = buttons.flatMap(({ label, act }) => (act.kind === 'line' ? [`${label}: ${act.line}`] : []));
  const parts = [
    [withoutTicks(text), ...warnings.map((warning) => `Warning: ${withoutTicks(warning)}`), ...lines.map(withoutTicks)],
    fields.map(({ name, value }) => `${name}: ${value}`),
    links.map(({ label, url }) => `${label}: ${url}`),
    table === undefined ? [] : [alignedText(table)],
    pre === undefined ? [] : [pre],
    offers,
    note === undefined ? [] : [withoutTicks(note)],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}
