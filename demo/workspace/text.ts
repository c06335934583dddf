import type { Json, Message, View } from './model.ts';
import { unescapeText } from './typing.ts';

/** Names for IDs, so that `<@U0BOB0000>` reads `@bob`; the ID where there is none. */
export type Names = (id: string) => string | undefined;

const nobody: Names = () => undefined;

/**
 * What a person reads: blocks where there are any, else the text; buttons as `[Approve]`, tables as aligned rows, files as
 * `(file quota.csv)`. Bold and code keep the marks a person would type.
 */
export function text(thing: Message | View, names: Names = nobody): string {
  return 'definition' in thing ? viewText(thing, names) : messageText(thing, names);
}

function messageText(message: Message, names: Names): string {
  const lines =
    message.blocks.length > 0 ? message.blocks.map((block) => blockText(block, names)) : [mrkdwn(message.text, names)];
  for (const attachment of message.attachments) {
    const blocks = Array.isArray(attachment.blocks) ? (attachment.blocks as Json[]) : [];
    lines.push(...blocks.map((block) => blockText(block, names)));
    if (blocks.length === 0) lines.push(mrkdwn(String(attachment.text ?? attachment.fallback ?? ''), names));
  }
  lines.push(...message.files.map((file) => `(file ${file.name})`));
  return lines.filter((line) => line !== '').join('\n');
}

function viewText(view: View, names: Names): string {
  const { title, submit, close } = view.definition as Record<string, Json | undefined>;
  const lines = title ? [`— ${plain(title, names)} —`] : [];
  for (const block of view.blocks) {
    lines.push(blockText(block, names, view.state[block.block_id]));
    const error = view.errors[block.block_id];
    if (error !== undefined) lines.push(`  ! ${error}`);
  }
  if (view.type === 'modal')
    lines.push([submit, close].flatMap((button) => (button ? [`[${plain(button, names)}]`] : [])).join(' '));
  return lines.filter((line) => line !== '').join('\n');
}

/** One block as lines of text. */
export function blockText(block: Json, names: Names = nobody, state: Record<string, Json> = {}): string {
  switch (block.type) {
    case 'divider':
      return '———';
    case 'section':
      return [
        plain(block.text, names),
        ...list(block.fields).map((field) => plain(field, names)),
        ...(block.accessory ? [elementText(block.accessory as Json, names, state)] : []),
      ]
        .filter((line) => line !== '')
        .join('\n');
    case 'context':
      return list(block.elements)
        .map((element) => (element.type === 'image' ? `(image: ${element.alt_text})` : plain(element, names)))
        .join('  ');
    case 'actions':
      return list(block.elements)
        .map((element) => elementText(element, names, state))
        .join(' ');
    case 'input':
      return `${plain(block.label, names)}: ${elementText(block.element as Json, names, state)}${block.hint ? `\n  ${plain(block.hint, names)}` : ''}`;
    case 'image':
      return `(image: ${block.alt_text})`;
    case 'markdown':
      return String(block.text);
    case 'rich_text':
      return list(block.elements)
        .map((element) => richText(element, names))
        .join('\n');
    case 'table':
      return tableText(block.rows as Json[][], names);
    default:
      return plain(block.text, names);
  }
}

function elementText(element: Json, names: Names, state: Record<string, Json>): string {
  const entered = state[String(element.action_id)];
  const options = [...list(element.options), ...list(element.option_groups).flatMap((group) => list(group.options))];
  switch (element.type) {
    case 'button':
      return `[${plain(element.text, names)}]`;
    case 'image':
      return `(image: ${element.alt_text})`;
    case 'overflow':
      return `[… ${options.map((option) => plain(option.text, names)).join(' / ')}]`;
    case 'checkboxes':
    case 'radio_buttons': {
      const chosen = JSON.stringify(entered ?? element.initial_options ?? element.initial_option ?? []);
      return options
        .map((option) => `(${chosen.includes(JSON.stringify(option.value)) ? 'x' : ' '}) ${plain(option.text, names)}`)
        .join(' ');
    }
    default:
      return `<${enteredText(entered, element, names) || plain(element.placeholder, names)}>`;
  }
}

function enteredText(entered: Json | undefined, element: Json, names: Names): string {
  const from = entered ?? {
    value: element.initial_value,
    selected_option: element.initial_option,
    selected_options: element.initial_options,
  };
  if (from.value) return String(from.value);
  const option = from.selected_option as Json | undefined;
  if (option) return plain(option.text, names);
  const id =
    from.selected_user ??
    from.selected_channel ??
    from.selected_conversation ??
    element.initial_user ??
    element.initial_conversation;
  if (id) return names(String(id)) ?? String(id);
  const several = list(from.selected_options).map((chosen) => plain(chosen.text, names));
  const users = Array.isArray(from.selected_users) ? from.selected_users.map((user) => names(String(user)) ?? String(user)) : [];
  return (
    [...several, ...users].join(', ') ||
    String(from.selected_date ?? from.selected_time ?? element.initial_date ?? element.initial_time ?? '')
  );
}

function tableText(rows: Json[][], names: Names): string {
  const cells = rows.map((row) => row.map((cell) => (cell.type === 'rich_text' ? blockText(cell, names) : String(cell.text))));
  const widths = cells.reduce<number[]>((found, row) => row.map((cell, i) => Math.max(cell.length, found[i] ?? 0)), []);
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function richText(element: Json, names: Names, indent = ''): string {
  const inner = list(element.elements);
  switch (element.type) {
    case 'rich_text_list': {
      const margin = '  '.repeat(Number(element.indent ?? 0));
      return inner
        .map((item, i) => `${margin}${element.style === 'ordered' ? `${i + 1}.` : '•'} ${richText(item, names)}`)
        .join('\n');
    }
    case 'rich_text_preformatted':
      return `\`\`\`\n${inner.map((part) => richPart(part, names)).join('')}\n\`\`\``;
    case 'rich_text_quote':
      return `> ${inner.map((part) => richPart(part, names)).join('')}`;
    default:
      return indent + inner.map((part) => richPart(part, names)).join('');
  }
}

function richPart(part: Json, names: Names): string {
  const style = (part.style ?? {}) as Json;
  const marks = `${style.code ? '`' : ''}${style.bold ? '*' : ''}${style.italic ? '_' : ''}${style.strike ? '~' : ''}`;
  return `${marks}${richWords(part, names)}${[...marks].reverse().join('')}`;
}

function richWords(part: Json, names: Names): string {
  switch (part.type) {
    case 'user':
      return `@${names(String(part.user_id)) ?? part.user_id}`;
    case 'usergroup':
      return `@${names(String(part.usergroup_id)) ?? part.usergroup_id}`;
    case 'channel':
      return `#${names(String(part.channel_id)) ?? part.channel_id}`;
    case 'broadcast':
      return `@${part.range}`;
    case 'emoji':
      return `:${part.name}:`;
    case 'link':
      return part.text ? `${part.text} (${part.url})` : String(part.url);
    case 'date':
      return String(part.fallback ?? part.timestamp);
    default:
      return String(part.text ?? '');
  }
}

function plain(value: unknown, names: Names): string {
  if (typeof value !== 'object' || value === null) return '';
  const { type, text: words } = value as { type?: string; text?: string };
  return type === 'mrkdwn' ? mrkdwn(words ?? '', names) : (words ?? '');
}

/** Slack's references and escapes, resolved. */
export function mrkdwn(words: string, names: Names = nobody): string {
  const resolved = words
    .replaceAll(/<@([UW]\w+)(?:\|[^>]*)?>/g, (_, id: string) => `@${names(id) ?? id}`)
    .replaceAll(/<#(\w+)(?:\|[^>]*)?>/g, (_, id: string) => `#${names(id) ?? id}`)
    .replaceAll(/<!subteam\^(\w+)(?:\|[^>]*)?>/g, (_, id: string) => `@${names(id) ?? id}`)
    .replaceAll(/<!date\^[^>|]*\|([^>]*)>/g, '$1')
    .replaceAll(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, '@$1')
    .replaceAll(/<mailto:[^>|]*\|([^>]*)>/g, '$1')
    .replaceAll(/<(https?:[^>|]*)\|([^>]*)>/g, (_, url: string, label: string) =>
      url.endsWith(`//${label}`) ? label : `${label} (${url})`,
    )
    .replaceAll(/<(https?:[^>|]*)>/g, '$1');
  return unescapeText(resolved);
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}
