import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Seen } from './brake/mass-down.ts';
import type { HostSettings } from './config/hosts.ts';
import type { JobCall } from './job.ts';
import type { Session } from './openstack/session.ts';
import type { Contact } from './policy/contacts.ts';
import type { Guard, Command as RedisCommand } from './redis/commit.ts';
import type { Registry } from './registry.ts';
import type { Answer, CloudAnswer, Field, Intention, Reply, Table } from './reply.ts';
import type { FrozenPlan, Request, Requester } from './request.ts';
import type { RequestBook } from './requests/request-book.ts';
import type { StandstillBook } from './standstill/standstill-book.ts';
import type { Owner, Target } from './target.ts';

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

export interface CommandContext {
  /** Read-only. Commands with `cloud: false` get one that throws on every call. */
  openstack: Session;
  cloud: string;
  region: string;
  /** Those of stackhand.yaml, and the one that a line means here without naming any. */
  clouds: {
    all: { cloud: string; regions: readonly string[] }[];
    here: { cloud: string; regions: readonly string[] } | undefined;
  };
  request: { number: number; label: string; line: string };
  who: Who;
  /** To be called as soon as it is known what a line is about, before anything is said of it. @throws NotAllowed */
  about(...targets: Target[]): void;
  /** Whether `about` would pass: for lists, of which the asker sees their part. */
  mayTouch(...targets: Target[]): boolean;
  /** What stackhand.yaml says of this cloud's compute hosts. */
  hosts: HostSettings;
  /** Who looks after a project, by stackhand.yaml: as Slack shows them, or their IDs while it does not tell. */
  ownersOf(project: Owner): Promise<string[]>;
  /** What is to go back by itself in this region, of changes to this target. */
  openReverts(target: Target): Promise<OpenRevert[]>;
  /** Milliseconds since 1970, by Redis's clock: what looks and deadlines are kept by. */
  now(): number;
  /** What a check of jobs/check/ keeps of this cloud and region, by the names it gave. */
  seen(check: string): Promise<ReadonlyMap<string, string>>;
  /** Who is told what becomes of a project's things, by their names where Slack tells them. */
  contactsOf(project: Owner): Promise<NamedContact[]>;
  /** An approved plan names the asker for just this (`OwnRead.isNamed`). */
  isNamed: boolean;
  /**
   * Whether so much of this cloud is down at once that no host is to be evacuated: why, in words; its brake is on then. 2 calls, or none
   * with what was just `seen`. @throws OpenStackError where the cloud does not tell
   */
  massDown(seen?: Seen): Promise<string | undefined>;
  /** Requests of this Stackhand: list, find, cancel. */
  requests: RequestBook;
  /** Freezes and brakes: what keeps clouds from being changed. */
  standstill: StandstillBook;
  /** Plans another request's line anew, and changes nothing. @throws OpenStackError where the cloud does not answer */
  planAgain(request: Request): Promise<PlannedAgain>;
  registry: Registry;
  signal: AbortSignal;
  log: Logger;
}

export interface NamedContact {
  to: Contact;
  /** `@bob`, or a channel's ID. */
  name: string;
}

/** The asker, as far as commands may know. */
export interface Who {
  requester: Requester;
  /** As Slack or the Unix system shows it. */
  name?: string;
  /** Slack user ID; undefined for schedules. */
  user?: string;
  roles: string[];
  /** Whether the policy's first question (on the line) lets the asker use this command here; without a cloud: on any. */
  mayUse(command: string, cloud?: string): boolean;
}

export interface Plan {
  /** What will happen to what, in one sentence, with how many: "Raise cores 20 → 40 and ram 50 GiB → 80 GiB of project `demo`: …" */
  text: string;
  lines?: string[];
  /** Most serious first; the worst one is in the card's first two lines. */
  warnings?: string[];
  fields?: Field[];
  /** The evidence that it rests on; shown like fields, and read again by *Check for me*. */
  facts?: Fact[];
  /** Questions to the requester that no fact answers, for an approver: "How do you know that `cmp-03` is powered off?" */
  ask?: string[];
  table?: Table;
  /** Everything it changes or reads on the way, one by one. */
  touches: Target[];
  /** What a destructive plan's requester types: a host's name, the number of addresses. */
  typed?: string;
  job: JobCall;
  /** Numbers that it raises or lowers, for rules that let small raises through; -1 is no limit. */
  raises?: Raise[];
  /** What goes back by itself, as part of what is approved. */
  later?: Later;
  /** Values that it decides about from now on: what an earlier change was to take back of them stays. */
  decides?: string[];
  /** Whether and how it can be taken back; said before anyone approves. */
  undo: { possible: true; how: string } | { possible: false; because: string };
}

/** "Heartbeat", "last 06:12 UTC, 14 minutes ago" */
export interface Fact {
  name: string;
  says: string;
  /** What has to be the same for it to hold when it is read again, where `says` tells an age or the like. */
  is?: string;
}

/** What a request's line comes to by now, with its requester's eyes. */
export type PlannedAgain =
  | ({ plan: FrozenPlan; votes: string } & Pick<Request, 'cloud' | 'region'>)
  | { nothingToDo: string }
  /** Why it cannot be planned any more. */
  | { refused: string }
  | { notAllowed: true };

export interface Raise {
  /** `compute/cores` */
  value: string;
  from: number;
  to: number;
}

/**
 * What comes later by itself: a timed revert, or, with `grace`, what the plan is for, put off so that whoever it concerns may keep things from
 * it. The job must leave alone what is no longer as this plan left it, and `context.except`.
 */
export interface Later<Job = JobCall> {
  /** From the end of the change on, in milliseconds. */
  afterMs: number;
  /** "Set back in project `demo`"; what of `values` is still to go back follows. */
  text: string;
  values: LaterValue[];
  job: Job;
  /** The line that keeps it as it is: "quota set <ID>", the values, then for as long again, or for good. With `grace` the latter is `--of R-1042`. */
  line: { begin: string; extend?: string; keep?: string };
  grace?: { tells: Told[] };
}

/** Somebody who is told when a time of grace begins, and before it ends, and may keep what is theirs without any role. */
export interface Told {
  to: Contact;
  /** Why, in a sentence. */
  text: string;
  /** Theirs, as `LaterValue.id` has them. */
  values: string[];
  /** Whose they are, as `--project` of the line takes it. */
  project: string;
}

/** Something that goes back, and that somebody may decide about by itself before. */
export interface LaterValue {
  /** As the job's `except` and `decides` name it: `compute/cores`. */
  id: string;
  /** What it goes back to: "cores 20". */
  back: string;
  /** What it is until then, as typed: `cores=40`. */
  typed: string;
}

/** An earlier change that is to go back, as far as nothing has superseded it. */
export interface OpenRevert {
  request: number;
  region: string;
  /** Milliseconds since 1970. */
  due: number;
  values: string[];
  job: string;
  payload: unknown;
}

export interface NothingToDo {
  nothingToDo: string;
  /** What was looked at to know that. */
  touches: Target[];
  table?: Table;
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
