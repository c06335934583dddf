import type { RichTextBlock, RichTextElement, RichTextText } from '@slack/types';
import type { Mention } from '../reply.ts';

const CODE_SPAN = /`([^`\n]+)`/g;

/** `code spans` as code, all else literally: Slack never parses the text elements of rich text. */
export function spans(text: string, style?: 'bold'): RichTextText[] {
  const elements: RichTextText[] = [];
  let at = 0;
  for (const match of text.matchAll(CODE_SPAN)) {
    elements.push(...textElement(text.slice(at, match.index), style));
    elements.push({ type: 'text', text: match[1] ?? '', style: { code: true } });
    at = match.index + match[0].length;
  }
  elements.push(...textElement(text.slice(at), style));
  return elements;
}

export function textElement(text: string, style?: 'bold'): RichTextText[] {
  if (text === '') return [];
  return [style === undefined ? { type: 'text', text } : { type: 'text', text, style: { bold: true } }];
}

/** The text without the ticks of its code spans. */
export function withoutTicks(text: string): string {
  return text.replaceAll(CODE_SPAN, '$1');
}

export function paragraph(elements: RichTextElement[]): RichTextBlock[] {
  if (elements.length === 0) return [];
  return [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }];
}

export function preformatted(text: string): RichTextBlock[] {
  if (text.trim() === '') return [];
  return [{ type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }] }];
}

/** The only pings there are. What is no Slack ID is left out: it could ping nobody. */
export function pings(mentions: Mention[]): RichTextElement[] {
  const elements = mentions.flatMap((mention): RichTextElement[] => {
    if ('user' in mention) return /^[UW][A-Z0-9]+$/.test(mention.user) ? [{ type: 'user', user_id: mention.user }] : [];
    return /^S[A-Z0-9]+$/.test(mention.group) ? [{ type: 'usergroup', usergroup_id: mention.group }] : [];
  });
  return elements.flatMap((element, i) => (i === 0 ? [element] : [{ type: 'text', text: ' ' }, element]));
}
