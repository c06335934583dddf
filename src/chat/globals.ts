import { type ArgsSchema, type Command, isOwnChange, mayChange } from '../command.ts';
import type { NamedCommand } from '../registry.ts';
import { code } from '../reply.ts';
import type { Argument } from './arguments.ts';

/** What a line says beside its command's own arguments. */
export interface Globals {
  dryRun: boolean;
  /** The answer is for the whole channel. */
  share: boolean;
  /** Kept with the request, to find it again. */
  ticket?: string;
  cloud?: string;
  /** `all`: each of the cloud's, apart. */
  region?: string;
}

/** What every command takes, or every command of a kind. */
export const GLOBAL_ARGUMENTS: readonly Argument[] = [
  globalArgument('dryRun', 'dry-run', 'flag', 'say what would be done, and do nothing'),
  globalArgument('share', 'share', 'flag', 'answer in the channel, for all to read'),
  globalArgument('ticket', 'ticket', 'text', 'number of a ticket; kept with the request, `request list --ticket` finds it'),
  globalArgument('cloud', 'cloud', 'text', 'cloud, where the channel means another one'),
  globalArgument('region', 'region', 'text', 'region of the cloud, or all'),
];

const ABOUT_CLOUD = new Set(['cloud', 'region']);
const OF_CHANGES = new Set(['dryRun', 'ticket']);

/** Those that this command has a use for. */
export function globalArguments(command: Command): Argument[] {
  return GLOBAL_ARGUMENTS.filter(({ name }) => {
    // What is Stackhand's own holds for the whole of a cloud.
    if (name === 'region' && isOwnChange(command)) return false;
    if (ABOUT_CLOUD.has(name)) return command.cloud !== false;
    if (OF_CHANGES.has(name)) return mayChange(command);
    return !mayChange(command) && command.forAskerAlone !== true;
  });
}

/** Names that a command's own arguments may not have; a read may look for a ticket, and what is for no cloud may name one. */
export function reservedFor(command: Command): readonly Argument[] {
  const free = [...(mayChange(command) ? [] : ['ticket']), ...(command.cloud === false ? ['cloud'] : [])];
  return GLOBAL_ARGUMENTS.filter(({ name }) => !free.includes(name));
}

/** The words that may be bound: options of the other kind too, for which there are better words than "not an argument here". */
export function bindableGlobals(command: Command): Argument[] {
  const useful = globalArguments(command);
  const schema: ArgsSchema = command.args;
  const own = Object.keys(schema.shape);
  const others = GLOBAL_ARGUMENTS.filter(({ name }) => !ABOUT_CLOUD.has(name) && !own.includes(name)).filter(
    (argument) => !useful.includes(argument),
  );
  return [...useful, ...others.map((argument) => ({ ...argument, misplaced: true as const }))];
}

export function globalsIn(values: ReadonlyMap<string, unknown>): Globals {
  const text = (name: string): string | undefined => {
    const value = values.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const [ticket, cloud, region] = [text('ticket'), text('cloud'), text('region')];
  return {
    dryRun: values.get('dryRun') === true,
    share: values.get('share') === true,
    ...(ticket === undefined ? {} : { ticket }),
    ...(cloud === undefined ? {} : { cloud }),
    ...(region === undefined ? {} : { region }),
  };
}

/** What is wrong with an option that the command has no use for. */
export function misplacedGlobals({ name, command }: NamedCommand, { dryRun, share, ticket }: Globals): string[] {
  const what = code(name);
  const problems: string[] = [];
  if (!mayChange(command)) {
    if (dryRun) problems.push(`${what} changes nothing, so it has no dry run; leave out \`--dry-run\`.`);
    if (ticket !== undefined) problems.push(`${what} changes nothing, so no ticket is kept with it; leave out \`--ticket\`.`);
    if (share && command.forAskerAlone) problems.push(`What ${what} shows is for your eyes alone; leave out \`--share\`.`);
  } else if (share) {
    problems.push(`${what} is a change, and its card is in the channel anyway; leave out \`--share\`.`);
  }
  return problems;
}

function globalArgument(name: string, typed: string, kind: 'flag' | 'text', description: string): Argument {
  return { name, typed, kind, list: false, required: false, title: typed, description, choices: [] };
}
