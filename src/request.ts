import type { Effect } from './command.ts';
import type { Later, Plan } from './plan.ts';
import type { Mention, Reply } from './reply.ts';
import type { StandstillInWords } from './standstill/words.ts';
import type { Target } from './target.ts';

export type RequestState =
  | 'received'
  | 'planning'
  | 'planned'
  | 'waiting'
  | 'queued'
  | 'running'
  | 'answered'
  | 'refused'
  | 'failed'
  | 'nothing to do'
  | 'cancelled'
  | 'expired'
  | 'rejected'
  | 'void'
  | 'done'
  | 'nothing done'
  | 'partly done'
  /** A write's outcome could not be read back: its locks stay, and it is looked at again, until a look settles it or looking is given up. */
  | 'unknown'
  | 'left unknown'
  /** Its work is over and its locks are free; it went on without votes, and stays open until an owner of Stackhand has signed that. */
  | 'unsigned';

/** Closed requests and their audit are kept this long. */
export const KEEP_SECONDS = 90 * 86_400;

export const ENDED: ReadonlySet<RequestState> = new Set<RequestState>([
  'answered',
  'refused',
  'failed',
  'nothing to do',
  'cancelled',
  'expired',
  'rejected',
  'void',
  'done',
  'nothing done',
  'partly done',
  'left unknown',
]);

/** Nothing more is done for it: it has ended, or only a signature is missing. */
export function isOver({ state }: Pick<Request, 'state'>): boolean {
  return ENDED.has(state) || state === 'unsigned';
}

/** What it came to, signed or not; else its state. */
export function cameTo({ state, unsigned }: Pick<Request, 'state' | 'unsigned'>): RequestState {
  return state === 'unsigned' ? (unsigned ?? state) : state;
}

export type Requester =
  | { kind: 'slack'; user: string; team: string }
  /** A Unix user. The worker that takes the line up adds the Slack user of its own stackhand.yaml; nobody else's word counts. */
  | { kind: 'terminal'; unixUser: string; user?: string }
  | { kind: 'schedule'; name: string }
  /** Who clicked an alert's offer. */
  | { kind: 'offer'; user: string; team: string; alert: string };

/** Where the line came from, and so where its answers go. */
export type Place =
  | { kind: 'channel'; team: string; channel: string; thread?: string; responseUrl?: string }
  | { kind: 'direct'; team: string; channel: string; thread?: string; responseUrl?: string }
  | { kind: 'terminal' };

export type Entry = 'slash' | 'mention' | 'direct' | 'button' | 'modal' | 'terminal' | 'schedule';

/** A job of an approved plan, by its name (`quota/set`), with the payload that was approved for one region. */
export interface FrozenJob {
  region: string;
  job: string;
  payload: unknown;
  later?: FrozenLater;
  decides?: string[];
}

export type FrozenLater = Omit<Later, 'job'> & { job: string; payload: unknown };

/** A plan as it was approved: what the hash is made of, and what the jobs get. A read that needs votes has none. */
export type FrozenPlan = Omit<Plan, 'job' | 'raises' | 'later' | 'decides'> & {
  /** One for each region, in the order in which they run. */
  jobs: FrozenJob[];
  /** Of what changes Stackhand alone, and has no jobs. */
  own?: { payload: unknown };
};

export interface Vote {
  user: string;
  /** As Slack showed it when they voted; at a terminal with Slack away, the Unix user. */
  name?: string;
  /** Given at a terminal, by this Unix user. */
  unixUser?: string;
  verdict: 'approve' | 'deny';
  /** Which roles of the voter this vote counts for. */
  roles: string[];
  reason?: string;
  hash: string;
  at: number;
}

/** What the policy asks for: every need met by different people, none of them the requester. */
export interface Approval {
  needs: { count: number; roles: string[]; users?: string[] }[];
  /** Channel ID of the card. */
  channel: string;
  expiresMs: number;
  expiresAt: number;
  /** How long nobody may answer before the next role of each need is asked; none on records of before there was that. */
  escalateAfterMs?: number;
  /** Roles that were asked at once. */
  firstAsked?: string[];
  /** As one of these its requester may go on alone once nobody has answered for so long. */
  breakGlass?: string[];
}

/** Nobody had answered for `escalateAfterMs`. */
export interface Unanswered {
  at: number;
  /** Roles that were asked then; none where there was no further one. */
  roles: string[];
}

/** Its requester went on without the votes that were missing: broke the glass. */
export interface Glass {
  user: string;
  name: string;
  /** At a terminal, as this Unix user. */
  unixUser?: string;
  /** Which of the roles they held that the policy allows it to. */
  roles: string[];
  reason: string;
  /** Of the plan. */
  hash: string;
  at: number;
  /** What was missing, in words. */
  without: string;
  /** Owners of Stackhand who were told. */
  owners: string[];
  /** When those were last reminded to sign. */
  remindedAt?: number;
  signed?: { user: string; name: string; unixUser?: string; words?: string; at: number };
}

/** A change for a time that is to go back: all that it takes, since the record of the change itself may have gone by then. */
export interface Revert {
  request: number;
  cloud: string;
  region: string;
  /** When the change had ended, and its time began. */
  began: number;
  due: number;
  later: FrozenLater;
  touches: Target[];
  command: string;
  effect: Effect;
  /** Slack user who asked for the change. */
  user?: string;
  askedBy: string;
  card: NonNullable<Request['card']>;
  /** How often it was tried and something failed. */
  tries: number;
  /** The request that takes it back just now. */
  child?: number;
}

/** A page, from 1, of what another request showed, or all of it. */
export interface Reads {
  request: number;
  page: number | 'all';
}

/** Our record of a request is the truth; BullMQ only wakes somebody. Times are milliseconds since 1970, by Redis's clock. */
export interface Request {
  number: number;
  state: RequestState;
  line: string;
  requester: Requester;
  /** The line that the typed one stands for: `quota set …` of a `request undo R-1042`. */
  means?: string;
  place: Place;
  entry: Entry;
  receivedAt: number;
  /** When it came to its present state. */
  since: number;
  /** How often a worker took it up; part of a wake-up's job ID. */
  attempt: number;
  command?: string;
  effect?: Effect;
  dryRun?: boolean;
  cloud?: string;
  /** Where there are several, with a plus sign between them. */
  region?: string;
  args?: Record<string, unknown>;
  reason?: string;
  /** Number of a ticket elsewhere, as the line said it. */
  ticket?: string;
  /** A read whose answer is for everybody in the channel or thread. */
  shared?: boolean;
  plan?: FrozenPlan;
  /** What it showed or would have changed, where there is no plan: who may not see these things does not see the request. */
  about?: Target[];
  hash?: string;
  approval?: Approval;
  /** When its requester typed the target; a plan with `typed` is nobody else's business before. */
  typedAt?: number;
  votes: Vote[];
  /** Whose votes are still needed, in words. */
  missing?: string;
  /** The requester's name, as Slack or the Unix system shows it. */
  askedBy?: string;
  /** Where its card is. */
  card?: { kind: 'channel'; channel: string; thread?: string; tell?: string };
  /** Pinged by the card, once. */
  mentions?: Mention[];
  /** Approvers who got the card in their direct messages. */
  asked?: string[];
  /** Oldest first. */
  unanswered?: Unanswered[];
  glass?: Glass;
  /** While it is `unsigned`: the state that it came to, in which a signature ends it. */
  unsigned?: RequestState;
  /** Locks held, while running. */
  locks: string[];
  /** Why it waits in `queued`: "waits for R-1040". */
  waitsFor?: string;
  /** Its cloud is frozen, or has the brake on: no write of it is begun. */
  standstill?: StandstillInWords;
  /** Somebody asked for a stop; the job hands back before its next item and ends as cancelled. */
  stop?: { by: string; at: number };
  progress?: string;
  /** Items whose write to OpenStack was begun, as src/running/item-key.ts names them; known once a run has ended or handed itself back. */
  begun?: string[];
  /** What of a change for a time goes back, and when. */
  goesBack?: { region: string; at: number; values: string[] }[];
  /** While it is unknown: how often it was looked at again, and when the next look is due. */
  looks?: number;
  lookAt?: number;
  result?: Reply;
  /** The result is only the beginning of the answer. The whole of it is kept for a while, or was too large for that. */
  whole?: 'kept' | 'too large';
  /** The request whose line was changed into this one; cancelled when this one is planned. */
  replaces?: number;
  /** One that did the same and waited for votes, which this one needs not: it ended in the step in which this one was planned. */
  insteadOf?: number;
  /** Slack users besides its requester who hear of its end. */
  followers?: string[];
  /** Their names, where they asked for the same. */
  alsoAskedBy?: string[];
  /** What it does, as src/planning/same.ts has it; while it is open, it is the one request that does. */
  same?: string;
  /** It takes back what another request changed for a time. */
  revert?: Revert;
  /** Something of that did not go back: when it is tried again. */
  again?: number | 'given up';
  /** Somebody else's answer, in which its requester reads on by a click; the line is that one's. */
  reads?: Reads;
  /** The request that it follows from, for undo, retry of the failed, schedules; src/requests/children.ts knows the other way. */
  parent?: number;
}

export function userOf({ requester }: Request): string | undefined {
  return requester.kind === 'schedule' ? undefined : requester.user;
}

/** What it is about, as far as it is known. */
export function aboutOf({ plan, about }: Request): Target[] {
  return plan?.touches ?? about ?? [];
}

/** Whether jobs run once it is approved; else it is a read, or a change of Stackhand alone, which took a vote. */
export function isChange({ plan }: Pick<Request, 'plan'>): boolean {
  return plan !== undefined && plan.jobs.length > 0;
}

/** A write to OpenStack was begun, as far as runs have told that have ended or handed themselves back. */
export function hasBegun({ begun = [] }: Pick<Request, 'begun'>): boolean {
  return begun.length > 0;
}

/** Its cloud and region, as far as they are known. */
export function whereOf({ cloud, region }: Pick<Request, 'cloud' | 'region'>): Pick<Request, 'cloud' | 'region'> {
  return { ...(cloud === undefined ? {} : { cloud }), ...(region === undefined ? {} : { region }) };
}

/** `prod/RegionOne`, or `prod/RegionOne+RegionTwo`; the cloud alone where its region has no name. */
export function cloudInWords({ cloud, region }: Pick<Request, 'cloud' | 'region'>): string {
  return [cloud, region].filter(Boolean).join('/');
}

/** `R-1042`: a number people can say. */
export function label(number: number): string {
  return `R-${number}`;
}
