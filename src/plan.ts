import type { JobCall } from './job.ts';
import type { Contact } from './policy/contacts.ts';
import type { Field, Table } from './reply.ts';
import type { FrozenPlan, Request } from './request.ts';
import type { Target } from './target.ts';

/** What a change command comes to: what is approved, and done from then on. */
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
