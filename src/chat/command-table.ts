import type { Registry } from '../registry.ts';

/** All commands as a table in Markdown, for README. */
export function commandTable({ commands }: Registry): string {
  const rows = commands.map(({ name, command }) => {
    const example = command.examples[0] ?? name;
    return `| ${mark(name)} | ${command.effect} | ${cell(command.summary)} | ${mark(example)} |`;
  });
  return ['| command | effect | what it does | example |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function mark(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
