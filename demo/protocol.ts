import type { Switch } from './breakage.ts';

/**
 * What the page and its server say to each other, over one WebSocket at `/live?as=<person>`. The server sends values by key, and again
 * whichever has changed; the page sends acts, each of which is answered.
 */
export type FromServer =
  | { kind: 'state'; whole: boolean; set: Partial<Values>; gone: string[] }
  | { kind: 'answer'; to: number; options?: string[]; error?: string };

export interface FromPage {
  id: number;
  act: Act;
}

/** Keys are `person/U…`, `channel/C…`, `message/C…/ts`, `host/c01`, `server/…`, `address/…`, or one of the single ones. */
export interface Values {
  [person: `person/${string}`]: PersonView;
  [channel: `channel/${string}`]: ChannelView;
  [message: `message/${string}`]: MessageView;
  [host: `host/${string}`]: HostView;
  [server: `server/${string}`]: ServerView;
  [address: `address/${string}`]: AddressView;
  workspace: WorkspaceView;
  modal: ModalView | null;
  home: HomeView | null;
  system: SystemView;
}

export interface PersonView {
  id: string;
  name: string;
  realName: string;
  /** Of those whom a visitor can be. */
  title?: string;
  isBot: boolean;
  /** From another workspace. */
  isStranger: boolean;
  /** The newest message that mentions them, or that the app wrote to them directly. */
  wanted?: { channel: string; ts: string };
}

export interface WorkspaceView {
  /** Whose eyes these are. */
  me: string;
  bot: string;
  /** The app's slash command, `/stack`. */
  slash: string;
  groups: Record<string, { handle: string; users: string[] }>;
  /** Where links to messages lead: what stands before the channel. */
  permalinks: string;
  /** For the composer's help: what can be typed after the slash command. */
  commands: { name: string; summary: string; example: string }[];
}

export interface ChannelView {
  id: string;
  /** Without `#`; of direct messages it is empty. */
  name: string;
  kind: 'public' | 'private' | 'im';
  /** In direct messages, the other one. */
  with?: string;
  members: string[];
}

export type Block = Record<string, unknown> & { type: string; block_id: string };

export interface MessageView {
  channel: string;
  ts: string;
  user: string;
  text: string;
  blocks: Block[];
  edited: boolean;
  threadTs?: string;
  broadcast?: true;
  /** Nobody else sees it. */
  onlyYou: boolean;
  /** It mentioned me when it was posted. */
  pingsMe: boolean;
  files: { id: string; name: string; title: string; bytes: number }[];
}

export interface ModalView {
  id: string;
  title: string;
  submit: string;
  close: string;
  blocks: Block[];
  /** Under the fields, by `block_id`. */
  errors: Record<string, string>;
}

export interface HomeView {
  id: string;
  blocks: Block[];
}

export interface HostView {
  name: string;
  zone: string;
  status: 'enabled' | 'disabled';
  state: 'up' | 'down';
  reason: string | null;
  forcedDown: boolean;
  power: 'on' | 'off';
  vcpus: Use;
  ramMiB: Use;
}

export interface Use {
  used: number;
  /** What can be given out, with the allocation ratio. */
  total: number;
}

export interface ServerView {
  id: string;
  name: string;
  status: string;
  task: string | null;
  project: string;
  host: string | null;
  flavor: string;
  vcpus: number;
  ramMiB: number;
  onVolume: boolean;
  fault: string | null;
}

export interface AddressView {
  id: string;
  address: string;
  project: string;
  server: string | null;
  kept: boolean;
}

export interface SystemView {
  bot: 'starting' | 'up' | 'down';
  /** Socket Mode connections that are up. */
  connections: number;
  switches: Record<Switch, boolean>;
  storming: boolean;
  /** How many calls the pretend cloud was asked, and how many of them could change something. */
  calls: number;
  writes: number;
}

/** A message or a view, in which something is used. */
export type On = { channel: string; ts: string } | { view: string };

/** What a person enters into a field; see demo/workspace/fields.ts. */
export type Entry = string | string[] | null;

export type Act =
  | { kind: 'type'; channel: string; text: string; thread?: string }
  | { kind: 'click'; on: On; block: string; action: string; choose?: Entry }
  | { kind: 'suggest'; on: On; block: string; action: string; typed: string }
  | { kind: 'submit'; view: string; entries: Record<string, Entry> }
  | { kind: 'dismiss'; view: string }
  | { kind: 'open home' }
  | { kind: 'switch'; which: Switch; on: boolean }
  | { kind: 'power'; host: string; on: boolean }
  | { kind: 'press'; what: 'kill bot' | 'expire tokens' | 'alert storm' };
