import type { Message, Workspace } from './model.ts';
import { type Names, text } from './text.ts';

/** All that people see at this moment, for a failed test's message. */
export function dump(workspace: Workspace, names: Names): string {
  const lines: string[] = [];
  for (const channel of workspace.channels.values()) {
    const messages = workspace.messages.filter((m) => m.channel === channel.id && !m.deleted);
    if (messages.length === 0) continue;
    const people = [...channel.members].map((id) => names(id) ?? id).join(' and ');
    lines.push(channel.kind === 'im' ? `direct messages of ${people}` : `#${channel.name}`);
    for (const message of messages) lines.push(...messageLines(message, names));
  }
  for (const [user, stack] of workspace.modals) {
    const top = workspace.views.get(stack.at(-1) ?? '');
    if (top) lines.push(`modal in front of ${names(user) ?? user}`, indent(text(top, names)));
  }
  for (const { user, what, error } of workspace.troubles) lines.push(`${names(user) ?? user} saw "${what}" go wrong: ${error}`);
  const calls = workspace.calls
    .slice(-12)
    .map((c) => `  ${c.method} ${c.status}${c.answer.ok === false ? ` ${JSON.stringify(c.answer)}` : ''}`);
  return [...lines, 'last calls', ...calls].join('\n');
}

function messageLines(message: Message, names: Names): string[] {
  const only = message.ephemeralTo === undefined ? '' : ` (only ${names(message.ephemeralTo) ?? message.ephemeralTo} sees it)`;
  const author = `${message.threadTs === undefined ? '' : '↳ '}${names(message.user) ?? message.user}${only}${message.edited ? ' (edited)' : ''}:`;
  return [`  ${author}`, indent(text(message, names), '    ')];
}

function indent(words: string, margin = '  '): string {
  return words
    .split('\n')
    .map((line) => margin + line)
    .join('\n');
}
