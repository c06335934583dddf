import { requesterInWords, stateInWords } from '../chat/request-words.ts';
import {
  buttonsOf,
  cancelButton,
  factFields,
  howMany,
  inWords,
  progressLines,
  reasonFields,
  standstillLines,
  undoField,
} from '../outbox/card.ts';
import { glassFields, glassWarnings } from '../outbox/glass.ts';
import { timeLeft, utc } from '../outbox/times.ts';
import { type Button, code, count, type Field, type Link, plain, type Table } from '../reply.ts';
import { cloudInWords, type FrozenPlan, label, type Request } from '../request.ts';
import type { HomeEntry } from './home.ts';

/** Of a line that has no plan yet, and of how something ended. The whole of it is one `request show` away. */
const LONGEST = 300;

export interface Around {
  now: number;
  links: Link[];
}

/** More rows than these are not read in lines on a phone. */
const ROWS_AT_HOME = 5;

/**
 * What waits for this person, with the card's own buttons; a cancel only where they may (`stops`). A click on *Approve* stands for all that
 * the card says, so all of it is said here, or the button is not here but on the card.
 */
export function waitingEntry(request: Request, { now, links, stops }: Around & { stops: boolean }): HomeEntry {
  const { state, plan, missing } = request;
  const mine = state === 'planned';
  const instead = readElsewhere(request, links);
  const isWhole = (plan?.table?.rows.length ?? 0) <= ROWS_AT_HOME;
  const buttons = buttonsOf(request).filter(({ act }) => act.kind !== 'cancel' || mine || stops);
  // Who types the target asked for it themselves, and the typing is a check of its own; their line's answer may be gone by now.
  const decides = ({ act }: Button): boolean => act.kind === 'approve';
  return {
    text: headline(request, mine ? 'waits for you to type the target' : undefined),
    ...(plan?.warnings ? { warnings: plan.warnings } : {}),
    lines: [
      ...standstillLines(request),
      whatOf(request),
      ...progressLines(request),
      ...(plan ? planLines(request, plan) : []),
      inOneLine(mine ? undefined : askedBy(request), mine ? undefined : `still needed: ${missing}`, untilWhen(request, now)),
      ...(isWhole ? [] : [instead]),
    ],
    links,
    buttons: buttons.filter((button) => !decides(button)),
    ...(isWhole ? { deciding: { buttons: buttons.filter(decides), instead } } : {}),
  };
}

/** What went on without votes and waits for an owner's name; the whole of it is on the card and in their messages. */
export function signingEntry(request: Request, { links }: Pick<Around, 'links'>): HomeEntry {
  const { result } = request;
  return {
    text: headline(request, stateInWords(request)),
    warnings: glassWarnings(request),
    lines: [
      ...(result ? [shortened(result.text)] : []),
      whatOf(request),
      inOneLine(askedBy(request), ...glassFields(request).map(({ name, value }) => `${name}: ${value}`)),
    ],
    links,
    buttons: buttonsOf(request),
  };
}

/** All that the card says of what would be done and why. */
function planLines(request: Request, plan: FrozenPlan): string[] {
  const { alsoAskedBy } = request;
  const fields: Field[] = [
    ...(alsoAskedBy ? [{ name: 'Also asked for by', value: alsoAskedBy.join(', ') }] : []),
    ...reasonFields(request),
    ...(plan.fields ?? []),
    ...factFields(plan),
    undoField(plan),
  ];
  return [...(plan.lines ?? []), ...rowLines(plan.table), ...fields.map(({ name, value }) => `${name}: ${value}`)];
}

/** A phone has no room for columns: each row is a line. */
function rowLines(table: Table | undefined): string[] {
  if (!table) return [];
  if (table.rows.length > ROWS_AT_HOME) return [`A table of ${count(table.rows, 'row')} is on the card alone.`];
  return table.rows.map((row) => {
    const cells = row.flatMap((cell, i) => (cell === '' ? [] : [plain(`${table.columns[i] ?? ''} ${cell}`)]));
    return `• ${cells.join(', ')}`;
  });
}

function readElsewhere({ state, number }: Request, links: readonly Link[]): string {
  if (state === 'planned')
    return `There is more to it than fits here: type ${code(`request show ${label(number)}`)} to read all of it.`;
  const where = links.length > 0 ? 'open its card' : 'read its card, in its channel or in my messages to you,';
  return `There is more to it than fits here: ${where} and approve there.`;
}

/** An open one of their own, or one that they follow. */
export function askedEntry(
  request: Request,
  { now, links, isMine, stops }: Around & { isMine: boolean; stops: boolean },
): HomeEntry {
  const asked = isMine ? `asked ${utc(request.receivedAt)}` : `${askedBy(request)}, followed by you`;
  return {
    text: headline(request, stateInWords(request)),
    lines: [...standstillLines(request), whatOf(request), ...progressLines(request), inOneLine(asked, untilWhen(request, now))],
    links,
    buttons: stops ? [cancelButton(request)] : [],
  };
}

/** One that has ended, with what to do about it where it is their own. */
export function endedEntry(request: Request, { links, isMine }: Around & { isMine: boolean }): HomeEntry {
  const { state, result, since } = request;
  return {
    text: headline(request, inWords(state)),
    lines: [...(result ? [shortened(result.text)] : []), inOneLine(`ended ${utc(since)}`, `asked for: ${whatOf(request)}`)],
    links,
    buttons: isMine ? buttonsOf(request) : [],
  };
}

/** Whatever runs or is queued. */
export function runningEntry(request: Request, { links, stops }: Around & { stops: boolean }): HomeEntry {
  return {
    text: headline(request, inWords(request.state)),
    lines: [
      ...standstillLines(request),
      whatOf(request),
      ...progressLines(request),
      inOneLine(askedBy(request), `since ${utc(request.since)}`),
    ],
    links,
    buttons: stops ? [cancelButton(request)] : [],
  };
}

/** "R-1042 is running · prod/RegionOne · change, 2 projects" */
function headline(request: Request, words: string | undefined): string {
  const { number, cloud, effect, plan } = request;
  const name = words === undefined ? label(number) : `${label(number)} ${words}`;
  return [
    name,
    ...(cloud === undefined ? [] : [cloudInWords(request)]),
    ...(plan && effect ? [`${effect}, ${howMany(request)}`] : []),
  ].join(' · ');
}

function whatOf({ plan, line }: Request): string {
  return plan ? plan.text : code(shortened(line));
}

function askedBy(request: Request): string {
  return `asked by ${requesterInWords(request)}`;
}

function untilWhen({ state, approval }: Request, now: number): string | undefined {
  if ((state !== 'waiting' && state !== 'planned') || !approval) return undefined;
  const left = approval.expiresAt - now;
  // By the minute: a page that counted seconds would be another one each second.
  return `${left < 120_000 ? 'less than 2 minutes' : timeLeft(left)} left (until ${utc(approval.expiresAt)})`;
}

function inOneLine(...parts: (string | undefined)[]): string {
  const line = parts.filter((part) => part !== undefined).join(' · ');
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}`;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST ? text : `${characters.slice(0, LONGEST - 1).join('')}…`;
}
