import { type Destination, type Outgoing, PRIORITY, PROGRESS_DELAY_MS } from '../outbox/outbox.ts';
import { timeLeft, utc } from '../outbox/times.ts';
import { code, count, type Mention, type Reply } from '../reply.ts';
import { headline, labelOf, whenLine } from './card.ts';
import { type Alert, type AlertGroup, type Change, type Changed, firingOf, type History } from './group.ts';
import { commonLabels, cut, distinction } from './labels.ts';

/** What changes within this time of a message's first line goes into the same message: a storm must not flood the thread. */
const GATHER_MS = 60_000;
/** A message that takes more lines is edited this late. */
const EDIT_AFTER_MS = 5_000;
const LINES_AT_MOST = 14;
const NAMES_AT_MOST = 5;

/** A message, and from when on it is to be said. */
export type Due = [message: Outgoing, due: number];

export interface Written {
  group: AlertGroup;
  messages: Due[];
}

export interface Thread {
  to: Extract<Destination, { kind: 'channel' }>;
  mentions: Mention[];
  now: number;
}

/**
 * Puts into the group's thread what has changed. That it fires again, or now concerns somebody who was not pinged yet, is a message of
 * its own that the channel sees as well, since the edit of an old card notifies nobody.
 */
export function writeDown(before: AlertGroup, { group, change }: Changed, thread: Thread): Written {
  const { mentions, now } = thread;
  const isAgain = group.state === 'firing' && before.state !== 'firing';
  const unpinged = group.state === 'firing' ? mentions.filter((mention) => !group.history.pinged.includes(idOf(mention))) : [];
  if (isAgain || (unpinged.length > 0 && change.firing.length > 0))
    return tellChannel(before, { group, change }, { ...thread, mentions: unpinged });
  const line = lineOf(before, group, change, now);
  if (line === undefined) return { group, messages: [] };
  const written = addLine(before, group, line, thread);
  return group.state === before.state ? written : closeAgain(written, thread);
}

/**
 * Ends the thread of a card that goes on in another channel. What is written from now on stands below the new card, which tells that it
 * fires and pings by itself.
 */
export function endThread(before: AlertGroup, { group, change }: Changed, thread: Thread): Written {
  const isAgain = before.state !== 'firing';
  const line = isAgain
    ? `${utc(thread.now)}: it fires again, in another channel`
    : `${lineOf(before, group, change, thread.now) ?? utc(thread.now)}, and it goes on in another channel`;
  const written = addLine(before, group, line, thread);
  const { open: _, ...history } = written.group.history;
  return { group: pinged({ ...written.group, history }, thread.mentions), messages: written.messages };
}

/** Who is pinged by the card as it is posted. */
export function pinged(group: AlertGroup, mentions: Mention[]): AlertGroup {
  return { ...group, history: { ...group.history, pinged: [...new Set([...group.history.pinged, ...mentions.map(idOf)])] } };
}

function idOf(mention: Mention): string {
  return 'user' in mention ? mention.user : mention.group;
}

function tellChannel(before: AlertGroup, { group, change }: Changed, { to, mentions, now }: Thread): Written {
  const isAgain = before.state !== 'firing';
  const number = group.history.messages + 1;
  const reply: Reply = {
    text: headline(group, isAgain),
    lines: [isAgain ? howLongAfter(before, group, now) : (lineOf(before, group, change, now) ?? '')],
    ...(mentions.length > 0 ? { mentions } : {}),
  };
  // What comes after it stands below it.
  const { open: _, ...kept } = group.history;
  const history: History = { ...kept, messages: number, ...(isAgain ? { again: number } : {}) };
  const message: Outgoing = { id: messageId(group, number), to: { ...to, broadcast: true }, priority: PRIORITY.alert, reply };
  return { group: pinged({ ...group, history }, mentions), messages: [[message, now]] };
}

function howLongAfter(before: AlertGroup, group: AlertGroup, now: number): string {
  if (before.state === 'unheard') return `Nobody had told of it for ${timeLeft(now - before.heardAt)}. ${whenLine(group)}`;
  return `It had been resolved for ${timeLeft(now - before.changedAt)}. ${whenLine(group)}`;
}

/** What the channel was told must not go on saying that it fires. */
function closeAgain({ group, messages }: Written, { to, now }: Thread): Written {
  const { again, ...history } = group.history;
  if (again === undefined) return { group, messages };
  const reply: Reply = { text: headline(group), lines: [whenLine(group)] };
  const message: Outgoing = { id: messageId(group, again), to: { ...to, broadcast: true }, priority: PRIORITY.alert, reply };
  return { group: { ...group, history }, messages: [...messages, [message, now]] };
}

function addLine(before: AlertGroup, group: AlertGroup, line: string, { to, now }: Thread): Written {
  const { history } = group;
  const gathering = history.open && now - history.open.openedAt < GATHER_MS ? history.open : undefined;
  const open = gathering ?? { openedAt: now, lines: firstLines(before, group), skipped: 0 };
  const lines = [...open.lines, line];
  const isFull = lines.length > LINES_AT_MOST;
  if (isFull) lines.splice(LINES_AT_MOST / 2, 1);
  const next = { ...open, lines, skipped: open.skipped + Number(isFull) };
  const messages = gathering ? history.messages : history.messages + 1;
  const message: Outgoing = { id: messageId(group, messages), to, priority: PRIORITY.progress, reply: asReply(next) };
  const isUrgent = !gathering || group.state !== before.state;
  return {
    group: { ...group, history: { ...history, messages, open: next } },
    messages: [[message, now + (isUrgent ? PROGRESS_DELAY_MS : EDIT_AFTER_MS)]],
  };
}

/** The first message in the thread also says how it began: most groups end without one. */
function firstLines(before: AlertGroup, { alerts, history }: AlertGroup): string[] {
  if (history.messages > 0) return [];
  return [`${utc(before.startedAt)}: it began with ${part(firingOf(before), 'firing', commonLabels(alerts))}`];
}

function asReply({ lines, skipped }: NonNullable<History['open']>): Reply {
  const half = LINES_AT_MOST / 2;
  const all = skipped === 0 ? lines : [...lines.slice(0, half), `… ${count(skipped, 'more change')} …`, ...lines.slice(half)];
  const [text = '', ...more] = all;
  return { text, ...(more.length > 0 ? { lines: more } : {}) };
}

function messageId(group: AlertGroup, number: number): string {
  return `${labelOf(group)}/thread/${number}`;
}

/** `2026-11-25 10:04 UTC: 2 more firing (cmp-04, cmp-05), 1 resolved (cmp-03)`; undefined where nothing changed. */
function lineOf(before: AlertGroup, group: AlertGroup, change: Change, now: number): string | undefined {
  const common = commonLabels(group.alerts);
  const parts = [
    part(change.firing, 'more firing', common),
    part(change.resolved, 'resolved', common),
    part(change.leftOut, 'not told of any more (silenced or inhibited)', common),
    ...(group.state === before.state ? [] : [endInWords(group)]),
  ].filter((words) => words !== '');
  return parts.length === 0 ? undefined : `${utc(now)}: ${parts.join(', ')}`;
}

function endInWords(group: AlertGroup): string {
  const { state, since, endedAt = since, heardAt } = group;
  if (state === 'resolved') return `all is resolved, after ${timeLeft(endedAt - since)}`;
  return `nobody has told of it for ${timeLeft(endedAt - heardAt)}`;
}

function part(alerts: Alert[], what: string, common: ReturnType<typeof commonLabels>): string {
  if (alerts.length === 0) return '';
  const names = alerts.slice(0, NAMES_AT_MOST).map(({ labels }) => code(cut(distinction(labels, common), 60)));
  if (alerts.length > names.length) names.push(`${alerts.length - names.length} more`);
  return `${alerts.length} ${what} (${names.join('; ')})`;
}
