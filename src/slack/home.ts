import type { ContextBlock, HomeView, KnownBlock } from '@slack/types';
import type { Home, HomeEntry, HomeSection } from '../home/home.ts';
import { actionsBlock } from './buttons.ts';
import { linkElements } from './links.ts';
import { paragraph, spans, withoutTicks } from './rich-text.ts';
import { type Room, within } from './room.ts';

/** 100 blocks and 250 kB: https://docs.slack.dev/reference/views/home-tab-views and .../methods/views.publish#errors */
const BLOCKS = 100;
/** Of all entries; what stands around them is 90 kB at most, were it nothing but code spans of one letter. */
const BYTES = 150_000;
/** Characters. A title is a header's: https://docs.slack.dev/reference/block-kit/blocks/header-block */
const AROUND = { notices: 1_500, title: 150, end: 300, notes: 1_500 };
/** Characters of an entry that each part may take; together fewer than the 3,000 that Slack takes in one text. */
const SHARE = { headline: 300, warnings: 500, lines: 1_300, instead: 200, links: 600, buttons: 2_000 };
/** A section is its title, its entries, a line below them, and what sets it off from the one before. */
const BLOCKS_AROUND = 3;

/** A Home as Slack shows it, within Slack's limits: what a section has no room for is counted. */
export function renderHome({ notices, sections, notes }: Home): HomeView {
  const above = paragraph(spans(cut(notices.map((text) => `⚠️ ${text}`).join('\n'), AROUND.notices), 'bold'));
  const below = smallPrint(notes);
  const blocks: KnownBlock[] = [...above];
  const left = { blocks: BLOCKS - above.length - below.length - BLOCKS_AROUND * sections.length, bytes: BYTES };
  for (const [index, section] of sections.entries()) {
    // What a section leaves is for those after it.
    const share = sections.length - index;
    const shown = entriesOf(section.entries, { blocks: left.blocks / share, bytes: left.bytes / share });
    left.blocks -= shown.blocks.length;
    left.bytes -= shown.bytes;
    blocks.push(...(index === 0 ? [] : [{ type: 'divider' as const }]), title(section.title), ...shown.blocks);
    blocks.push(...paragraph(spans(cut(endOf(section, shown.number), AROUND.end))));
  }
  return { type: 'home', blocks: [...blocks, ...below] };
}

/** As many entries as fit, in their order. */
function entriesOf(
  entries: readonly HomeEntry[],
  most: { blocks: number; bytes: number },
): { blocks: KnownBlock[]; number: number; bytes: number } {
  const blocks: KnownBlock[] = [];
  let bytes = 0;
  let number = 0;
  for (const entry of entries) {
    const shown = entryOf(entry);
    const size = sizeOf(shown);
    if (blocks.length + shown.length > most.blocks || bytes + size > most.bytes) break;
    blocks.push(...shown);
    bytes += size;
    number += 1;
  }
  return { blocks, number, bytes };
}

/** As JSON without anything but ASCII, which is the longest that Slack may make of it. */
function sizeOf(blocks: readonly KnownBlock[]): number {
  return JSON.stringify(blocks).replaceAll(/[^ -~]/g, '\\uxxxx').length;
}

/** One block of words and one of buttons. Nobody decides about what was cut off: the card has it whole, and the same buttons. */
function entryOf({ text, warnings = [], lines = [], links = [], buttons = [], deciding }: HomeEntry): KnownBlock[] {
  const parts: [text: string, share: number, style?: 'bold'][] = [
    [text, SHARE.headline, 'bold'],
    [warnings.map((warning) => `⚠️ Warning: ${warning}`).join('\n'), SHARE.warnings],
    [lines.join('\n'), SHARE.lines],
  ];
  const shown = parts.map(([whole, share, style]) => {
    const room = roomOf(share);
    const elements = spans(within(whole, share, room), style);
    return { elements, cut: room.cut };
  });
  const isWhole = shown.every((part) => !part.cut);
  const decides = deciding && isWhole ? deciding.buttons : [];
  const said = [
    ...shown.map(({ elements }) => elements),
    spans(deciding && !isWhole ? cut(deciding.instead, SHARE.instead) : ''),
    linkElements(links, roomOf(SHARE.links)),
  ].filter((part) => part.length > 0);
  const lined = said.flatMap((part, i) => (i === 0 ? part : [{ type: 'text' as const, text: '\n' }, ...part]));
  return [...paragraph(lined), ...actionsBlock([...decides, ...buttons], SHARE.buttons).blocks];
}

function endOf({ entries, more, seeMore, empty }: HomeSection, shown: number): string {
  const rest = more + entries.length - shown;
  if (rest > 0) return `${rest} more. ${seeMore}`;
  return entries.length === 0 ? empty : '';
}

function title(text: string): KnownBlock {
  const shown = cut(withoutTicks(text), AROUND.title);
  return { type: 'header', text: { type: 'plain_text', text: shown === '' ? '–' : shown, emoji: false } };
}

function smallPrint(notes: readonly string[]): ContextBlock[] {
  const text = cut(withoutTicks(notes.join('\n')), AROUND.notes);
  return text === '' ? [] : [{ type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] }];
}

function cut(text: string, most: number): string {
  return within(text, most, roomOf(most));
}

function roomOf(left: number): Room {
  return { left, cut: false };
}
