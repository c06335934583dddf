import type { Act } from '../reply.ts';
import type { Entry, Place, Reads, Request, Requester } from '../request.ts';

/** A line as somebody typed it, before anything is made of it. */
export interface IncomingLine {
  /** Any of these seen before (24 h) makes it a duplicate: event_id, envelope_id, trigger_id, channel+ts+user. */
  dedupe: string[];
  /** As it came; the record has it as it was typed, without Slack's markup. */
  text: string;
  requester: Requester;
  place: Place;
  entry: Entry;
  /** From a *Change* modal: the request that this one takes the place of. */
  replaces?: number;
  /** From *Plan again*: the request whose line this is. */
  parent?: number;
  /** From *Next page* and the like of somebody else's answer. */
  reads?: Reads;
}

/** A button or a modal, as somebody used it. */
export interface IncomingClick {
  dedupe: string[];
  act: Act;
  /** Slack user ID; at a terminal the Unix user's name, which the worker maps. */
  user: string;
  team: string;
  /** Where to answer the clicker. */
  place: Place;
  /** What a modal asked for. */
  values?: { reason?: string; typed?: string; line?: string };
}

/** Somebody looks at their Home. */
export interface Look {
  user: string;
  /** They opened it; else they clicked in it. */
  opened: boolean;
  /** Of the view that Slack showed them as they opened it. */
  hash?: string;
}

export type Noted =
  | { noted: true }
  /** It is noted, and nobody there to publish it. */
  | { noted: false; because: 'no worker' }
  /** Redis did not answer in time. `later` ends once it is noted after all. */
  | { noted: false; because: 'no answer'; later: Promise<void> };

export type Taken =
  | { taken: true; number?: number }
  | { taken: false; because: 'late' | 'full' }
  /** `number` is what it got then. */
  | { taken: false; because: 'seen'; number?: number }
  /** Redis did not answer in time. `later` ends, truthfully, once it does. */
  | { taken: false; because: 'no answer'; later: Promise<{ taken: boolean; number?: number }> };

/** The gateway's door to the queue: one Lua call each, no later than 1.5 s, never an exception. */
export interface Intake {
  line(line: IncomingLine): Promise<Taken>;
  click(click: IncomingClick): Promise<Taken>;
  /** Notes that somebody looks at their Home, for a worker to publish it. */
  look(look: Look): Promise<Noted>;
  /** For a modal's contents; undefined where it is gone, throws where Redis does not answer within 1.5 s. */
  request(number: number): Promise<Request | undefined>;
}
