import type { ClickAnswer } from '../approval/click-answer.ts';
import type { Config } from '../config.ts';
import type { IncomingClick, IncomingLine, Taken } from '../intake/incoming.ts';
import { slackUserOf } from '../policy/people.ts';
import { type Reply, unticked } from '../reply.ts';
import type { Request } from '../request.ts';
import type { System } from './system.ts';

/** What the terminal asks of the core: the same door as Slack's, and a look at the record. */
export interface TerminalCore {
  line(line: IncomingLine): Promise<Taken>;
  /** A vote, or a destructive plan's target as its requester typed it. */
  click(act: IncomingClick['act'], unixUser: string, values: NonNullable<IncomingClick['values']>): Promise<Taken>;
  /** What became of a click, once a worker has decided it; else why that is not known yet. */
  answerTo(click: number, signal: AbortSignal): Promise<ClickAnswer | NotKnown>;
  /** Undefined where there is none (any more). */
  find(number: number): Promise<Request | undefined>;
  /** The whole of a long answer, which is kept no longer then; undefined where it is not kept any more. */
  takeAnswer(request: Request): Promise<Reply | undefined>;
  /** The record now and whenever it has changed, until the request has ended or the signal aborts. */
  watch(number: number, signal: AbortSignal): AsyncIterable<Request>;
  workersAlive(): Promise<number>;
  close(): Promise<void>;
}

/** The signal aborted; no worker runs to decide it; it was decided so long ago that its answer is not kept. */
export type NotKnown = 'interrupted' | 'no worker' | 'gone';

/** Answered, done or nothing to do; with --no-wait: taken. A vote that counts. */
export const DONE = 0;
/** Refused, rejected, expired, failed, partly done, unknown, or not taken. A vote that does not count. */
export const NOT_DONE = 1;
/** Left while it was still open. */
export const STILL_OPEN = 3;

/** Only to say it early: who this is, the worker decides by its own stackhand.yaml. */
export function isMapped(system: System, { terminal, file }: Pick<Config, 'terminal' | 'file'>): boolean {
  const unixUser = system.unixUser();
  if (slackUserOf(unixUser, terminal) !== undefined) return true;
  say(system, `The Unix user ${unixUser} is no Slack user yet, so it may only use help, doctor, audit verify and audit export.`);
  say(system, `Whoever keeps ${file} adds it there:\n  terminal:\n    ${unixUser}: U…   # the Slack member ID`);
  return false;
}

/** The number that something got at the door; where it got none, why, in words, and how the terminal then ends. */
export async function numberOf(
  taken: Taken,
  what: 'line' | 'vote' | 'target' | 'breaking of the glass',
  system: System,
): Promise<{ number: number } | { status: number }> {
  if (taken.taken) return numbered(taken.number);
  switch (taken.because) {
    case 'seen':
      // Nobody else has this dedupe key: it was sent a second time when the connection broke.
      return numbered(taken.number);
    case 'late':
      say(system, `Redis was too slow, so the ${what} was not taken, and nothing was changed. Type it again.`);
      return { status: NOT_DONE };
    case 'full':
      say(system, `Redis is nearly full, so no ${what} is taken until somebody makes room. Nothing was changed.`);
      return { status: NOT_DONE };
    case 'no answer': {
      say(system, `Redis does not answer. Whether the ${what} was taken is said as soon as it does (Ctrl-C stops waiting).`);
      const later = await Promise.race([taken.later, aborted(system.interrupted)]);
      if (later?.taken) return numbered(later.number);
      if (later) say(system, `The ${what} was not taken, and nothing was changed. Type it again.`);
      else
        say(system, 'Not known yet: it may have been taken. Look with `stackhand run "request list"` before you type it again.');
      return { status: later ? NOT_DONE : STILL_OPEN };
    }
  }
}

function numbered(number: number | undefined): { number: number } | { status: number } {
  return number === undefined ? { status: NOT_DONE } : { number };
}

export function say(system: System, text: string): void {
  system.err.write(`${unticked(text)}\n`);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
