import type { Command, Effect } from '../command.ts';
import type { NamedCommand } from '../registry.ts';
import { type Answer, code, type Table } from '../reply.ts';
import { type Argument, argumentsOf } from './arguments.ts';
import { globalArguments } from './globals.ts';
import { formatCount, formatDuration, formatInstant } from './values.ts';

const EFFECTS: Record<Effect, string> = {
  read: 'Changes nothing.',
  change: 'A change that is undone with ease; it may wait for approval.',
  disruptive: 'Users notice it; it may wait for approval.',
  destructive: 'Data or addresses can be lost: you type the name of what it hits, and it may wait for approval.',
};

/** What `help <command>` answers. */
export function helpOn(named: NamedCommand): Answer {
  const { name, command } = named;
  const aliases = command.aliases ?? [];
  return {
    text: `${code(name)}: ${command.summary}`,
    lines: [
      `Type ${code(usageLine(named))}`,
      ...(aliases.length > 0 ? [`Also ${aliases.map(code).join(', ')}.`] : []),
      EFFECTS[command.effect],
      `${command.examples.length === 1 ? 'Example' : 'Examples'}: ${command.examples.map(code).join(' · ')}`,
      ...(command.guide ? [`Operations Guide: ${command.guide}`] : []),
    ],
    ...(hasArguments(command) ? { table: argumentsTable(command) } : {}),
    note: optionsOfEvery(command),
  };
}

/** `quota set <project> [--cores <count>] --reason <text>` */
export function usageLine({ name, command }: NamedCommand): string {
  const own = argumentsOf(command);
  const positionals = own.filter(({ position }) => position !== undefined).sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const named = own.filter(({ position }) => position === undefined).sort((a, b) => Number(b.required) - Number(a.required));
  const parts = [...positionals, ...named].map((argument) => (argument.required ? form(argument) : `[${form(argument)}]`));
  return [name, ...parts, ...(command.more ? ['[<name>=<value> …]'] : [])].join(' ');
}

export function argumentsTable(command: Command): Table {
  const rows = argumentsOf(command).map((argument) => [form(argument), explain(argument)]);
  return {
    columns: ['argument', 'what it is'],
    rows: [...rows, ...(command.more ? [['<name>=<value>', command.more.describe]] : [])],
  };
}

function hasArguments(command: Command): boolean {
  return command.more !== undefined || argumentsOf(command).length > 0;
}

function optionsOfEvery(command: Command): string {
  const options = globalArguments(command).map(({ typed, kind, title }) =>
    code(kind === 'flag' ? `--${typed}` : `--${typed} <${title}>`),
  );
  const takes = options.length === 0 ? '' : `It also takes ${options.join(', ')}. `;
  return `${takes}--name value, --name=value and name=value mean the same.`;
}

function form({ typed, kind, list, title, choices, position }: Argument): string {
  if (kind === 'flag') return `--${typed}`;
  const several = list ? ' …' : '';
  if (position !== undefined) return `<${typed}>${several}`;
  return `--${typed} <${kind === 'choice' && choices.length <= 5 ? choices.join('|') : title}>${several}`;
}

function explain({ description, choices, list, required, fallback, title }: Argument): string {
  const shown = fallbackInWords(fallback, title);
  const parts = [
    description ?? '',
    choices.length > 0 ? `one of ${choices.join(', ')}` : '',
    list ? 'several: repeat it, or type them with commas' : '',
    shown === undefined ? '' : `${shown} where it is left out`,
    required ? 'required' : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** A default is in the schema's own unit; sizes are not shown, since a bare number would not say which. */
function fallbackInWords(fallback: unknown, title: string): string | undefined {
  if (typeof fallback === 'string' && fallback !== '') return fallback;
  if (typeof fallback !== 'number' || title === 'size') return undefined;
  if (title === 'duration') return formatDuration(fallback);
  return title === 'time' ? formatInstant(fallback) : formatCount(fallback);
}
