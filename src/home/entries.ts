import { requesterInWords, stateInWords } from '../chat/request-words.ts';
import { buttonsOf, cancelButton, howMany, inWords, progressLines, timeLeft, utc } from '../outbox/card.ts';
import { code, count, type Link } from '../reply.ts';
import { cloudInWords, label, type Request } from '../request.ts';
import type { HomeEntry } from './home.ts';

/** Of a line that has no plan yet, and of how something ended. The whole of it is one `request show` away. */
const LONGEST = 300;

export interface Around {
  now: number;
  links: Link[];
}

/** What waits for this person, with the card's own buttons; a cancel only where they may (`stops`). */
export function waitingEntry(request: Request, { now, links, stops }: Around & { stops: boolean }): HomeEntry {
  const { state, plan, missing } = request;
  const [worst, ...others] = plan?.warnings ?? [];
  const mine = state === 'planned';
  const more = others.length > 0 ? [`${count(others, 'more warning')}: see ${where(request, links)} before you decide.`] : [];
  return {
    text: headline(request, mine ? 'waits for you to type the target' : undefined),
    ...(worst === undefined ? {} : { warnings: [worst] }),
    lines: [
      whatOf(request),
      ...more,
      inOneLine(mine ? undefined : askedBy(request), mine ? undefined : `still needed: ${missing}`, untilWhen(request, now)),
    ],
    links,
    buttons: buttonsOf(request).filter(({ act }) => act.kind !== 'cancel' || mine || stops),
  };
}

/** An open one of their own, or one that they follow. */
export function askedEntry(
  request: Request,
  { now, links, isMine, stops }: Around & { isMine: boolean; stops: boolean },
): HomeEntry {
  const asked = isMine ? `asked ${utc(request.receivedAt)}` : `${askedBy(request)}, followed by you`;
  return {
    text: headline(request, stateInWords(request)),
    lines: [whatOf(request), ...progressLines(request), inOneLine(asked, untilWhen(request, now))],
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
    lines: [whatOf(request), ...progressLines(request), inOneLine(askedBy(request), `since ${utc(request.since)}`)],
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

function where({ number }: Request, links: Link[]): string {
  return links.length > 0 ? 'its card' : code(`request show ${label(number)}`);
}

function inOneLine(...parts: (string | undefined)[]): string {
  const line = parts.filter((part) => part !== undefined).join(' · ');
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}`;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST ? text : `${characters.slice(0, LONGEST - 1).join('')}…`;
}
