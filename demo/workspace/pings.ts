import type { Json, Message } from './model.ts';
import type { Names } from './text.ts';

/**
 * Whom the posting of this message notified: `@alice`, `@approvers`, `@here`. Mentions count in text and in mrkdwn and rich text
 * of blocks, not in plain text; a message that was edited to mention somebody notifies nobody.
 */
export function pings(message: Message, names: Names): string[] {
  const first = message.edits[0] ?? message;
  const found = new Set<string>();
  collect(first.blocks, names, found);
  collect(first.attachments, names, found);
  for (const name of mentionsIn(first.text, names)) found.add(name);
  return [...found];
}

function collect(value: unknown, names: Names, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, names, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const part = value as Json;
  const id = part.type === 'user' ? part.user_id : part.type === 'usergroup' ? part.usergroup_id : undefined;
  if (typeof id === 'string') found.add(`@${names(id) ?? id}`);
  if (part.type === 'broadcast') found.add(`@${part.range}`);
  if (part.type === 'mrkdwn') for (const name of mentionsIn(String(part.text), names)) found.add(name);
  for (const inner of Object.values(part)) collect(inner, names, found);
}

function mentionsIn(words: string, names: Names): string[] {
  const ids = [...words.matchAll(/<(?:@|!subteam\^)(\w+)(?:\|[^>]*)?>/g)].map(([, id = '']) => `@${names(id) ?? id}`);
  const broadcasts = [...words.matchAll(/<!(here|channel|everyone)(?:\|[^>]*)?>/g)].map(([, range]) => `@${range}`);
  return [...ids, ...broadcasts];
}
