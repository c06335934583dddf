import type { z } from 'zod';
import type { CommandContext } from './command-context.ts';
import type { NothingToDo, Plan } from './plan.ts';
import type { Guard, Command as RedisCommand } from './redis/commit.ts';
import type { Answer, CloudAnswer, Intention, Reply } from './reply.ts';
import type { RequestBook } from './requests/request-book.ts';

/** read: changes nothing. change: undone with ease. disruptive: users notice. destructive: data or addresses can be lost. */
export type Effect = 'read' | 'change' | 'disruptive' | 'destructive';

export type ArgsSchema = z.ZodObject<z.ZodRawShape>;

interface CommandBase<A extends ArgsSchema> {
  /** One sentence, for `help`. */
  summary: string;
  /** Where the Operations Guide has it: "Chapter › Section". */
  guide?: string;
  /** Lines people can type; a test parses each. */
  examples: string[];
  /** Other words for the same command, such as `console` for `console log show`. */
  aliases?: string[];
  args: A;
  /** Arguments that may be given without their name, in this order. */
  positionals?: (keyof z.infer<A> & string)[];
  /** Names beyond the schema's, such as `gigabytes_ssd`; the schema then has a `catchall`. */
  more?: { names: RegExp; describe: string };
  /** Which arguments name what, for completion: `{ host: 'host' }`. */
  completes?: Partial<Record<keyof z.infer<A> & string, string>>;
  /** False for what needs no cloud at all (`help`, `whoami`, `request list`). Default true. */
  cloud?: boolean;
  /** What it shows is never shared with a channel: tenants' secrets may stand in it. */
  forAskerAlone?: true;
}

export interface CloudRead<A extends ArgsSchema = ArgsSchema> extends CommandBase<A> {
  effect: 'read';
  cloud?: true;
  /** Looks and answers. The session throws on anything but a read. */
  run(args: z.infer<A>, context: CommandContext): Promise<CloudAnswer>;
}

/** What shows nothing of a cloud, so that nobody's vote is asked. */
export interface OwnRead<A extends ArgsSchema = ArgsSchema> extends CommandBase<A> {
  effect: 'read';
  cloud: false;
  /** The request that this stops: while Slack tells no groups its own requester may do so all the same, as by its card's button. */
  takesBack?(args: z.infer<A>): number;
  /** Whether an approved plan names whoever asks (Slack user and channel IDs) for just this, so that they need no role. */
  isNamed?(args: z.infer<A>, asker: { user: string; channel: string | undefined; requests: RequestBook }): Promise<boolean>;
  /** The request that this is about: its requester, and whoever votes on it, may do so whatever the rules say of this command. */
  concerns?(args: z.infer<A>): number;
  /** It stops something, so it is taken even when Redis is nearly full, as a vote is. */
  stops?: true;
  /** It has another request's cloud looked at, so it waits among the lines that do, not before a vote or a stop. */
  asksCloud?: true;
  run(args: z.infer<A>, context: CommandContext): Promise<Answer | Intention>;
}

/** What is typed in the place of another line, which its own command's rules decide: `request undo R-1042`. */
export interface StandIn<A extends ArgsSchema = ArgsSchema> extends CommandBase<A> {
  /** By itself it changes nothing. */
  effect: 'read';
  cloud: false;
  /** The line it stands for, with its cloud and region, and the request that it follows from. */
  standsFor(args: z.infer<A>, context: CommandContext): Promise<{ line: string; parent: number }>;
}

export type ReadCommand<A extends ArgsSchema = ArgsSchema> = CloudRead<A> | OwnRead<A>;

export interface ChangeCommand<A extends ArgsSchema = ArgsSchema> extends CommandBase<A> {
  effect: Exclude<Effect, 'read'>;
  /** A limit, and what its requester types, hold for one region: several at once are refused. */
  oneRegion?: true;
  /** Looks, and says exactly what would be done. The session throws on anything but a read. */
  plan(args: z.infer<A>, context: CommandContext): Promise<Plan | NothingToDo>;
}

/**
 * What changes something in Stackhand alone, for a cloud, and takes votes: a thaw. It calls no OpenStack, and has no job: what was approved
 * is done in the very step in which its request ends, so once and whole, whatever dies.
 */
export interface OwnChange<A extends ArgsSchema = ArgsSchema, P = unknown> extends CommandBase<A> {
  effect: Exclude<Effect, 'read'>;
  cloud?: true;
  /** At least so many people besides the requester, whatever stackhand.yaml asks. */
  votes: number;
  payload: z.ZodType<P>;
  plan(args: z.infer<A>, context: CommandContext): Promise<OwnPlan<P> | NothingToDo>;
  /** After the votes, from what was approved. Throws UserError where it is no longer so. */
  carryOut(payload: P, context: CommandContext): Promise<OwnStep>;
}

export type OwnPlan<P> = Omit<Plan, 'job' | 'raises' | 'later' | 'decides'> & { payload: P };

/** If all this is still so, then that is done, and said. */
export interface OwnStep {
  when: Guard[];
  commands: RedisCommand[];
  reply: Reply;
  /** What follows from it, and is mended by somebody else should we die before. */
  afterwards?(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: the registry holds commands of every argument type; each checked its own by defineCommand.
export type Command = ReadCommand<any> | ChangeCommand<any> | OwnChange<any, any> | StandIn<any>;

// biome-ignore lint/suspicious/noExplicitAny: as above.
export function isOwnChange(command: Command): command is OwnChange<any, any> {
  return 'votes' in command;
}

export function defineCommand<A extends ArgsSchema, P>(command: OwnChange<A, P>): OwnChange<A, P>;
export function defineCommand<A extends ArgsSchema>(command: CloudRead<A>): CloudRead<A>;
export function defineCommand<A extends ArgsSchema>(command: OwnRead<A>): OwnRead<A>;
export function defineCommand<A extends ArgsSchema>(command: StandIn<A>): StandIn<A>;
export function defineCommand<A extends ArgsSchema>(command: ChangeCommand<A>): ChangeCommand<A>;
export function defineCommand<A extends ArgsSchema>(
  command: ReadCommand<A> | ChangeCommand<A> | OwnChange<A> | StandIn<A>,
): ReadCommand<A> | ChangeCommand<A> | OwnChange<A> | StandIn<A> {
  return command;
}

// biome-ignore lint/suspicious/noExplicitAny: as for Command.
export function isStandIn(command: Command): command is StandIn<any> {
  return 'standsFor' in command;
}

/** What its line comes to may change something, and so has a dry run and a ticket. */
export function mayChange(command: Command): boolean {
  return command.effect !== 'read' || isStandIn(command);
}
