/** The shapes of the pretend workspace: what Slack keeps about people, channels, messages, views and files. */

export type Json = Record<string, unknown>;

export interface User {
  id: string;
  /** The short name that tests and `@mentions` use. */
  name: string;
  realName: string;
  email: string;
  teamId: string;
  isBot: boolean;
  deleted: boolean;
}

export interface UserGroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
  disabled: boolean;
}

export interface Channel {
  id: string;
  /** Without the `#`; empty for a direct message. */
  name: string;
  kind: 'public' | 'private' | 'im';
  members: Set<string>;
  archived: boolean;
}

export interface Block extends Json {
  type: string;
  block_id: string;
}

/** What a message says at one time; `chat.update` replaces it whole. */
export interface Body {
  text: string;
  blocks: Block[];
  attachments: Json[];
}

export interface Message extends Body {
  ts: string;
  channel: string;
  /** Who wrote it: a user ID, the bot's included. */
  user: string;
  threadTs?: string;
  /** A reply that its channel sees as well. */
  broadcast?: true;
  metadata?: Json;
  /** Set when the words changed and Slack shows "(edited)". */
  edited: boolean;
  /** Earlier bodies, oldest first. */
  edits: Body[];
  deleted: boolean;
  /** Only this user sees it. */
  ephemeralTo?: string;
  files: StoredFile[];
}

export interface StoredFile {
  id: string;
  name: string;
  title: string;
  length: number;
  content?: Buffer;
  /** Channels it was shared to; empty until `files.completeUploadExternal`. */
  channels: string[];
  completed: boolean;
  createdAt: number;
}

export interface View {
  id: string;
  type: 'modal' | 'home';
  /** The view as the app gave it, with `block_id`s filled in. */
  definition: Json;
  blocks: Block[];
  hash: string;
  user: string;
  externalId?: string;
  rootId: string;
  previousId?: string;
  /** What the person has entered, by `block_id` and `action_id`. */
  state: Record<string, Record<string, Json>>;
  /** What the person reads under the fields after `response_action: errors`, by `block_id`. */
  errors: Record<string, string>;
  edits: Json[];
}

export interface Trigger {
  user: string;
  expiresAt: number;
  used: boolean;
  /** The modal it came from, for `views.push`. */
  view?: string;
}

export interface ResponseUrl {
  id: string;
  user: string;
  channel: string;
  threadTs?: string;
  /** The message whose button was clicked. */
  message?: Message;
  expiresAt: number;
  usesLeft: number;
}

export interface Call {
  method: string;
  args: Json;
  at: number;
  /** What was answered: 200, 429, 503 …; 0 when the connection was cut. */
  status: number;
  answer: Json;
}

/** What went wrong in front of a person: the red text under a slash command, the warning sign beside a button. */
export interface Trouble {
  user: string;
  what: string;
  error: string;
}

export interface Limits {
  /** How long Slack waits for an acknowledgement. */
  ackTimeoutMs: number;
  /** How long a `trigger_id` lives. */
  triggerMs: number;
  /** When an event that was not acknowledged is sent again; each counts from the attempt before. */
  retryAfterMs: number[];
}

/** Everything the workspace knows. Each part of the pretend Slack is a set of functions over it. */
export interface Workspace {
  team: { id: string; domain: string };
  app: {
    id: string;
    botId: string;
    botUserId: string;
    botToken: string;
    appToken: string;
    signingSecret: string;
    command: string;
    homeTab: boolean;
  };
  scopes: Set<string>;
  /** Events the app subscribed to, as in the manifest's `bot_events`. */
  events: Set<string>;
  limits: Limits;
  users: Map<string, User>;
  groups: Map<string, UserGroup>;
  channels: Map<string, Channel>;
  messages: Message[];
  files: Map<string, StoredFile>;
  /** Open modals and home tabs, by view ID. */
  views: Map<string, View>;
  /** Each user's modal stack, bottom first. */
  modals: Map<string, string[]>;
  homes: Map<string, string>;
  triggers: Map<string, Trigger>;
  responseUrls: Map<string, ResponseUrl>;
  calls: Call[];
  troubles: Trouble[];
  /** WebSocket addresses given out and not used yet. */
  tickets: Set<string>;
  /** Where the server listens, once it does: `http://127.0.0.1:PORT`. */
  url: string;
  now(): number;
  nextTs(): string;
  /** A new ID with Slack's leading letter. */
  nextId(letter: string): string;
  /** Tells everybody who watches that something changed. */
  changed(): void;
  watch(listener: () => void): () => void;
  /** Sends an event to the app; set by the socket side. */
  emit(event: Json): void;
}

/** A refusal in Slack's words: `{ ok: false, error }`. */
export class SlackRefusal extends Error {
  readonly code: string;
  readonly extra: Json;

  constructor(code: string, extra: Json = {}) {
    super(code);
    this.code = code;
    this.extra = extra;
  }
}
