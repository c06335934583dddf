import type { Logger } from 'pino';
import type { Seen } from './brake/mass-down.ts';
import type { HostSettings } from './config/hosts.ts';
import type { Session } from './openstack/session.ts';
import type { OpenRevert, PlannedAgain } from './plan.ts';
import type { Contact } from './policy/contacts.ts';
import type { Registry } from './registry.ts';
import type { Request, Requester } from './request.ts';
import type { RequestBook } from './requests/request-book.ts';
import type { StandstillBook } from './standstill/standstill-book.ts';
import type { Owner, Target } from './target.ts';

/** What a command works with. */
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
