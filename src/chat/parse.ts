import type { Command } from '../command.ts';
import { NotAllowed, UserError } from '../errors.ts';
import type { NamedCommand, Registry } from '../registry.ts';
import { code } from '../reply.ts';
import { argumentsOf, sameName } from './arguments.ts';
import { bind } from './bind.ts';
import { check, type Problem } from './check.ts';
import type { Typed } from './compose.ts';
import { bindableGlobals, GLOBAL_ARGUMENTS, type Globals, globalsIn, misplacedGlobals } from './globals.ts';
import { type Match, matchCommand, unknownCommand } from './match.ts';
import { isOption, splitName, tokenize, type Word } from './tokenize.ts';

export interface ParsedLine {
  /** The command's own name, whatever alias or old word was typed. */
  name: string;
  command: Command;
  /** As the command's schema made them. */
  args: Record<string, unknown>;
  /** As they were typed, by the schema's names, with the options that every command takes. */
  typed: Typed;
  globals: Globals;
  /** Said along with the answer: OpenStack's words for older ones. */
  notes: string[];
}

export interface ParseOptions {
  /** Only such commands are suggested, and only their arguments are explained. Default: all. */
  mayUse?: (command: string) => boolean;
}

/** The command is there, and its arguments are missing or wrong: a form can help. */
export class LineError extends UserError {
  override readonly name = 'LineError';
  readonly command: string;
  readonly typed: Typed;
  readonly problems: readonly Problem[];

  constructor(named: NamedCommand, typed: Typed, problems: readonly Problem[]) {
    super(`${problems.map(({ text }) => text).join('\n')}\n${whatToType(named)}`);
    this.command = named.name;
    this.typed = typed;
    this.problems = problems;
  }
}

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
  const options = bindableGlobals(command);
  const bound = bind(words, { args: [...own, ...options], ...(command.more ? { more: command.more.names } : {}) });
  const typed = new Map(bound.values);
  const isOption = (option: string): boolean => options.some((argument) => argument.name === option);
  const globals = globalsIn(new Map([...typed].filter(([option]) => isOption(option))));
  for (const option of typed.keys()) if (isOption(option)) bound.values.delete(option);
  const checked = check(command.args, own, bound.values);
  const asProblem = (text: string): Problem => ({ text });
  const problems = [...bound.problems.map(asProblem), ...misplacedGlobals(named, globals).map(asProblem), ...checked.problems];
  if (problems.length > 0) {
    // Whoever may not use a command is not taught its arguments either.
    if (!mayUse(name)) throw new NotAllowed(`You may not use ${code(name)} here. Type \`help\` for what you may.`);
    throw new LineError(named, typed, problems);
  }
  return { name, command, args: checked.args, typed, globals, notes: [...new Set([...notes, ...bound.notes])] };
}

function whatToType({ name, command }: NamedCommand): string {
  const example = command.examples[0];
  return `${example === undefined ? 'Type' : `Type for example ${code(example)}, or`} ${code(`help ${name}`)} for all of it.`;
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
