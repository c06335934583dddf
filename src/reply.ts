import type { Target } from './target.ts';

/**
 * What is said, as data. Only src/slack/ knows Block Kit, only src/cli/ knows terminals.
 * Strings are plain text: nothing in them formats, links or pings. The one exception are `code spans` in `text`, `lines`,
 * `warnings` and `note`; wrap whatever comes from outside in `code()`.
 */
export interface Reply {
  /** One full sentence: the notification and the first line. */
  text: string;
  /** More lines below the first, one thought each. */
  lines?: string[];
  /** Shown right below the first lines, most serious first. */
  warnings?: string[];
  fields?: Field[];
  /** Where more stands: messages of ours in Slack, and what stackhand.yaml lets be linked to. */
  links?: Link[];
  table?: Table;
  /** Preformatted text: log lines, a CSV head. */
  pre?: string;
  buttons?: Button[];
  /** Whoever is to be woken; the only pings there are. */
  mentions?: Mention[];
  /** Small print below everything: request number, who decided, time left. */
  note?: string;
  /** Every byte of what did not fit. Goes to the asker's direct messages. */
  file?: TextFile;
  /** In the outbox only: the file of this request's answer was too large to be kept, and is read again when it is delivered. */
  fileAgain?: number;
  /**
   * In the outbox only: links to other messages of ours, by their IDs there. Where one stands is known once it is said: an edit `waits`
   * for that, or the link is left out.
   */
  linksTo?: { label: string; message: string; waits?: true }[];
  /** For the asker's eyes only: goes to direct messages, and is kept neither in outbox, audit nor log. */
  secret?: boolean;
}

/** A read's reply also names what it showed, for the policy's second question. */
export interface Answer extends Reply {
  touches?: Target[];
  /** Asked for as a file instead of a table. */
  records?: Records;
}

/** Rows for a program to read. */
export interface Records {
  as: 'json' | 'csv';
  /** The file's name without its ending: `servers`. */
  file: string;
  columns: string[];
  rows: Record<string, string | number | boolean | null>[];
}

/** What shows something of a cloud always says of what. */
export type CloudAnswer = Answer & Required<Pick<Answer, 'touches'>>;

/** What is to be done in Stackhand itself (a stop), once the policy has allowed it for these things. */
export interface Intention {
  touches: Target[];
  carryOut(): Promise<Reply>;
}

export interface Field {
  name: string;
  value: string;
}

/** The label is ours, so that nothing can call itself what it is not. */
export interface Link {
  label: string;
  /** http or https; anything else is left out. */
  url: string;
}

export interface Table {
  columns: string[];
  rows: string[][];
}

export interface TextFile {
  /** With its ending: `web-1-console.log`. */
  name: string;
  title: string;
  content: string;
  /** Data that a program reads: at a terminal nothing else goes to standard output. */
  isData?: true;
}

export type Mention = { user: string } | { group: string };

export interface Button {
  label: string;
  style?: 'primary' | 'danger';
  act: Act;
  /** Asked by the client before the click counts. */
  confirm?: { title: string; text: string; yes: string };
}

/**
 * What a click means. It carries no right: the worker decides again from its own record.
 * `hash` is the plan's, so that a click on an old card cannot count for a new plan.
 */
export type Act =
  | { kind: 'approve'; request: number; hash: string }
  | { kind: 'deny'; request: number; hash: string }
  | { kind: 'change'; request: number }
  | { kind: 'type target'; request: number; hash: string }
  /** Opens a form for the target and the reason. */
  | { kind: 'break glass'; request: number; hash: string }
  /** Opens a form for a word about it. */
  | { kind: 'sign'; request: number }
  | { kind: 'cancel'; request: number }
  /** The line of that request once more, as the clicker's own. */
  | { kind: 'plan again'; request: number }
  | { kind: 'line'; line: string }
  /** Opens a form for the line's command, with what the line says already. */
  | { kind: 'fill in'; line: string }
  /** Another page of a request's table, from 1, as it was when it was asked; or all of it as a CSV file. */
  | { kind: 'page'; request: number; page: number }
  | { kind: 'csv'; request: number };

/** A value from outside as a code span: on one line, without back-ticks, control or direction-changing characters. */
export function code(value: string | number): string {
  return `\`${plain(String(value)).replaceAll('`', "'")}\``;
}

/** A value from outside on one line, without control or direction-changing characters. */
export function plain(value: string): string {
  return value.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, '');
}

/** For where a code span is only itself: tables, fields, terminals. */
export function unticked(text: string): string {
  return text.replaceAll('`', '');
}

/** "1 server", "3 servers"; `plural` where an s is not enough. */
export function count(things: number | readonly unknown[], one: string, plural = `${one}s`): string {
  const n = typeof things === 'number' ? things : things.length;
  return `${n} ${n === 1 ? one : plural}`;
}
