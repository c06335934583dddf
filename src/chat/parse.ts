import type { Command } from '../command.ts';
import { NotAllowed, UserError } from '../errors.ts';
import type { NamedCommand, Registry } from '../registry.ts';
import { code } from '../reply.ts';
import { type Argument, argumentsOf, sameName } from './arguments.ts';
import { bind } from './bind.ts';
import { check } from './check.ts';
import { type Match, matchCommand, unknownCommand } from './match.ts';
import { isOption, splitName, tokenize, type Word } from './tokenize.ts';

export interface ParsedLine {
  /** The command's own name, whatever alias or old word was typed. */
  name: string;
  command: Command;
  /** As the command's schema made them. */
  args: Record<string, unknown>;
  globals: Globals;
  /** Said along with the answer: OpenStack's words for older ones. */
  notes: string[];
}

export interface Globals {
  dryRun: boolean;
  cloud?: string;
  region?: string;
}

export interface ParseOptions {
  /** Only such commands are suggested, and only their arguments are explained. Default: all. */
  mayUse?: (command: string) => boolean;
}

/** What every command takes; no command may have arguments of these names. */
export const GLOBAL_ARGUMENTS: readonly Argument[] = [
  globalArgument('dryRun', 'dry-run', 'flag', 'say what would be done, and do nothing'),
  globalArgument('cloud', 'cloud', 'text', 'cloud, where the channel means another one'),
  globalArgument('region', 'region', 'text', 'region of the cloud'),
];

/** Slack takes messages of 40,000 characters; no command needs as many. */
const LONGEST_LINE = 8_000;

/** Makes a command with checked arguments of a line, or throws a UserError that says everything that is wrong and what to type. */
export function parseLine(line: string, registry: Registry, { mayUse = () => true }: ParseOptions = {}): ParsedLine {
  if (line.length > LONGEST_LINE) {
    throw new UserError(
      `A line may have ${LONGEST_LINE} characters, this one has ${line.length}. Type a shorter one, or \`help\`.`,
    );
  }
  const words = tokenize(line);
  const leading = globalsInFront(words);
  const rest = words.slice(leading.length);
  const match = rest.length === 0 || asksForHelp(rest, 0) ? helpOn(rest, registry) : matchCommand(rest, registry);
  if (!match) throw new UserError(unknownCommand(rest, registry, mayUse));
  if (asksForHelp(rest, match.used)) return parseLine(`help ${match.named.name}`, registry, { mayUse });
  return parseArguments([...leading, ...rest.slice(match.used)], match, mayUse);
}

function parseArguments(words: readonly Word[], { named, notes }: Match, mayUse: (name: string) => boolean): ParsedLine {
  const { name, command } = named;
  const own = argumentsOf(command);
  const globalArguments = GLOBAL_ARGUMENTS.filter((argument) => command.cloud !== false || !isAboutCloud(argument));
  const bound = bind(words, { args: [...own, ...globalArguments], ...(command.more ? { more: command.more.names } : {}) });
  const globals = takeGlobals(bound.values);
  const checked = check(command.args, own, bound.values);
  const problems = [...bound.problems, ...noDryRun(named, globals), ...checked.problems];
  if (problems.length > 0) {
    // Whoever may not use a command is not taught its arguments either.
    if (!mayUse(name)) throw new NotAllowed(`You may not use ${code(name)} here. Type \`help\` for what you may.`);
    throw new UserError(`${problems.join('\n')}\n${whatToType(named)}`);
  }
  return { name, command, args: checked.args, globals, notes: [...new Set([...notes, ...bound.notes])] };
}

function isAboutCloud({ name }: Argument): boolean {
  return name === 'cloud' || name === 'region';
}

function noDryRun({ name, command }: NamedCommand, { dryRun }: Globals): string[] {
  return dryRun && command.effect === 'read'
    ? [`${code(name)} changes nothing, so it has no dry run; leave out \`--dry-run\`.`]
    : [];
}

function whatToType({ name, command }: NamedCommand): string {
  const example = command.examples[0];
  return `${example === undefined ? 'Type' : `Type for example ${code(example)}, or`} ${code(`help ${name}`)} for all of it.`;
}

function takeGlobals(values: Map<string, string | string[] | boolean>): Globals {
  const [dryRun, cloud, region] = GLOBAL_ARGUMENTS.map(({ name }) => {
    const value = values.get(name);
    values.delete(name);
    return value;
  });
  return {
    dryRun: dryRun === true,
    ...(typeof cloud === 'string' ? { cloud } : {}),
    ...(typeof region === 'string' ? { region } : {}),
  };
}

/** `--cloud lab quota show` is the same as `quota show --cloud lab`. */
function globalsInFront(words: readonly Word[]): Word[] {
  let at = 0;
  for (let word = words[at]; word && word.quoted !== 'whole'; word = words[at]) {
    const { name = isOption(word.text) ? word.text : undefined } = splitName(word.text);
    const argument = GLOBAL_ARGUMENTS.find((candidate) => name !== undefined && sameName(candidate.name) === sameName(name));
    if (!argument || !word.text.startsWith('--')) break;
    at += argument.kind === 'flag' || word.text.includes('=') ? 1 : 2;
  }
  return words.slice(0, at);
}

function asksForHelp(words: readonly Word[], from: number): boolean {
  return words.slice(from).some(({ text, quoted }) => quoted === 'no' && ['--help', '-h'].includes(text));
}

/** Nothing typed at all, or `--help` alone. */
function helpOn(words: readonly Word[], registry: Registry): Match | undefined {
  const named = registry.findCommand('help');
  const match = matchCommand(words, registry);
  return match ?? (named ? { named, used: words.length, notes: [] } : undefined);
}

function globalArgument(name: string, typed: string, kind: 'flag' | 'text', description: string): Argument {
  return { name, typed, kind, list: false, required: false, title: typed, description, choices: [] };
}
