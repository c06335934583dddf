import type { ContextBlock, KnownBlock, RichTextBlock, RichTextElement } from '@slack/types';
import { csv } from '../csv.ts';
import type { Button, Field, Reply, TextFile } from '../reply.ts';
import { actionsBlock } from './buttons.ts';
import { linkElements } from './links.ts';
import { beginning, escaped, literal, shortened } from './literal.ts';
import { plainText } from './plain-text.ts';
import { paragraph, pings, preformatted, spans, textElement, withoutTicks } from './rich-text.ts';
import { type Room, within } from './room.ts';
import { tableBlock } from './table.ts';

export interface Rendered {
  /** For notifications and screen readers. */
  text: string;
  blocks: KnownBlock[];
  /** Every byte, where the blocks do not hold it all. */
  overflow?: TextFile;
}

/** Slack refused messages with more text in all blocks than 11,341 characters: https://github.com/slackapi/bolt-js/issues/2509 */
const ALL_BLOCKS = 10_900;
/** chat.update takes no more than 4,000: https://docs.slack.dev/reference/methods/chat.update#errors */
const NOTIFICATION = 3_000;
/** How much of it each part may take, so that none pushes out the others. */
const SHARE = { text: 2_000, warnings: 1_500, buttons: 2_500, lines: 2_000, note: 500, fields: 1_500, pre: 2_500 };
const CUT = 'Cut here: the whole text is in the file.';

/** A reply as Slack shows it: what matters first, buttons before tables, all within Slack's limits. */
export function render(reply: Reply): Rendered {
  const { warnings = [], lines = [], fields = [], note } = reply;
  const room: Room = { left: ALL_BLOCKS - CUT.length, cut: false };

  // Room is given by weight, which is not the order on the screen.
  const headline = paragraph(spans(within(headlineOf(reply), SHARE.text, room), 'bold'));
  const warned = paragraph(spans(within(warnings.map((warning) => `⚠️ Warning: ${warning}`).join('\n'), SHARE.warnings, room)));
  const buttons = buttonBlocks(reply.buttons ?? [], room);
  const said = paragraph(spans(within(lines.join('\n'), SHARE.lines, room)));
  const linked = paragraph(linkElements(reply.links ?? [], room));
  const small = contextBlock(within(withoutTicks(note ?? ''), SHARE.note, room));
  const listed = fieldBlock(fields, room);
  const pre = preformatted(within(reply.pre ?? '', SHARE.pre, room));
  const table = reply.table === undefined ? undefined : tableBlock(reply.table, room.left);

  const isCut = room.cut || table?.whole === false;
  const blocks = [
    ...headline,
    ...warned,
    ...said,
    ...(isCut ? paragraph([{ type: 'text', text: CUT, style: { italic: true } }]) : []),
    ...paragraph(pings(reply.mentions ?? [])),
    ...buttons,
    ...linked,
    ...listed,
    ...(table?.blocks ?? []),
    ...pre,
    ...small,
  ];
  const text = notification(headlineOf(reply));
  return isCut ? { text, blocks, overflow: overflowFile(reply, room.cut) } : { text, blocks };
}

/** The file that has to go with the message, where one has. */
export function overflow(reply: Reply): TextFile | undefined {
  return render(reply).overflow;
}

function headlineOf({ text }: Reply): string {
  return literal(text).trim() === '' ? 'There is nothing to say.' : text;
}

function notification(text: string): string {
  const escapedText = escaped(withoutTicks(literal(text)));
  if (escapedText.length <= NOTIFICATION) return escapedText;
  // An entity that was cut in two would show as text.
  return `${beginning(escapedText, NOTIFICATION - 1).replace(/&[a-z]{0,4}$/, '')}…`;
}

function buttonBlocks(buttons: Button[], room: Room): KnownBlock[] {
  const { blocks, characters, left } = actionsBlock(buttons, Math.min(SHARE.buttons, room.left));
  room.left -= characters;
  if (left.length > 0) room.cut = true;
  return blocks;
}

/** One a line, the name in bold: two columns of them are unreadable on a phone. */
function fieldBlock(fields: Field[], room: Room): RichTextBlock[] {
  const whole = room.left;
  const elements: RichTextElement[] = [];
  for (const { name, value } of fields) {
    const share = SHARE.fields - (whole - room.left);
    if (share < 4) room.cut = true;
    if (share < 4) break;
    const head = within(`${elements.length === 0 ? '' : '\n'}${name}: `, share, room);
    const tail = within(value, share - head.length, room);
    elements.push(...textElement(head, 'bold'), ...textElement(tail));
  }
  return paragraph(elements);
}

function contextBlock(text: string): ContextBlock[] {
  return text === '' ? [] : [{ type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] }];
}

/** A table that is only too long is more useful as one; its other words are all in the message. */
function overflowFile(reply: Reply, textIsCut: boolean): TextFile {
  const title = shortened(withoutTicks(literal(headlineOf(reply))).replaceAll('\n', ' '), 200);
  if (!textIsCut && reply.table !== undefined) return { name: 'stackhand.csv', title, content: csv(reply.table) };
  return { name: 'stackhand.txt', title, content: plainText(reply) };
}
