import { randomUUID } from 'node:crypto';
import type { Config } from '../config.ts';
import type { IncomingLine, Taken } from '../intake/incoming.ts';
import { card, inWords } from '../outbox/card.ts';
import { slackUserOf } from '../policy/people.ts';
import { ENDED, label, type Request, type RequestState } from '../request.ts';
import type { System } from './system.ts';
import { replyText, shellQuoted, spans } from './terminal.ts';

/** What the terminal asks of the core: the same door as Slack's, and a look at the record. */
export interface TerminalCore {
  line(line: IncomingLine): Promise<Taken>;
  /** A destructive plan's target, as its requester typed it. */
  typeTarget(request: Request, unixUser: string, typed: string): Promise<Taken>;
  /** The record now and whenever it has changed, until the request has ended or the signal aborts. */
  watch(number: number, signal: AbortSignal): AsyncIterable<Request>;
  workersAlive(): Promise<number>;
  close(): Promise<void>;
}

/** Answered, done or nothing to do; with --no-wait: taken. */
export const DONE = 0;
/** Refused, rejected, expired, failed, partly done, unknown, or not taken. */
export const NOT_DONE = 1;
/** Left while it was still open. */
export const STILL_OPEN = 3;

const GOOD_ENDS: ReadonlySet<RequestState> = new Set<RequestState>(['answered', 'done', 'nothing to do']);

export interface RunOptions {
  line: string;
  wait: boolean;
  config: Pick<Config, 'terminal' | 'file'>;
  openCore(): Promise<TerminalCore>;
  system: System;
}

/**
 * Takes a line as the Unix user who runs this. The plan, its states and who must approve go to stderr, the answer to stdout, so that
 * it can be piped. @returns the exit status.
 */
export async function runLine({ line, wait, config, openCore, system }: RunOptions): Promise<number> {
  const unixUser = system.unixUser();
  // Only to say it early: who this is, the worker decides by its own stackhand.yaml.
  if (slackUserOf(unixUser, config.terminal) === undefined) {
    say(system, `The Unix user ${unixUser} is no Slack user yet, so it may only use help, doctor and audit verify.`);
    say(system, `Whoever keeps ${config.file} adds it there:\n  terminal:\n    ${unixUser}: U…   # the Slack member ID`);
    return NOT_DONE;
  }
  const core = await openCore();
  try {
    const taken = await core.line({
      dedupe: [`terminal:${randomUUID()}`],
      text: line,
      requester: { kind: 'terminal', unixUser },
      place: { kind: 'terminal' },
      entry: 'terminal',
    });
    const number = await numberOf(taken, system);
    if (number === undefined) return taken.taken || !system.interrupted.aborted ? NOT_DONE : STILL_OPEN;
    say(system, `${label(number)} was taken.`);
    if ((await core.workersAlive()) === 0) {
      say(system, 'No worker is running, so it waits until one does: `stackhand start`.');
    }
    return wait ? await follow(core, number, unixUser, system) : DONE;
  } finally {
    await core.close();
  }
}

async function numberOf(taken: Taken, system: System): Promise<number | undefined> {
  if (taken.taken) return taken.number;
  switch (taken.because) {
    case 'seen':
      say(system, 'This line was taken before.');
      return undefined;
    case 'late':
      say(system, 'Redis was too slow, so the line was not taken, and nothing was changed. Type it again.');
      return undefined;
    case 'full':
      say(system, 'Redis is nearly full, so no line is taken until somebody makes room. Nothing was changed.');
      return undefined;
    case 'no answer': {
      say(system, 'Redis does not answer. Whether the line was taken is said as soon as it does (Ctrl-C stops waiting).');
      const later = await Promise.race([taken.later, aborted(system.interrupted)]);
      if (later === undefined) {
        say(system, 'Not known yet: it may have been taken. Look with `stackhand run "request list"` before you type it again.');
      } else if (!later.taken) {
        say(system, 'The line was not taken, and nothing was changed. Type it again.');
      }
      return later?.number;
    }
  }
}

async function follow(core: TerminalCore, number: number, unixUser: string, system: System): Promise<number> {
  // Said already, once the line was in.
  let shown = `${label(number)} was taken.`;
  let planShown: string | undefined;
  let last: Request | undefined;
  for await (const request of core.watch(number, system.interrupted)) {
    last = request;
    if (ENDED.has(request.state)) break;
    const isNewPlan = request.plan !== undefined && request.hash !== planShown;
    if (isNewPlan) say(system, `\n${replyText(card(request, Date.now()), system.err)}\n`);
    planShown = request.hash;
    const news = newsOf(request);
    if (news !== shown) say(system, news);
    shown = news;
    if (isNewPlan && request.state === 'planned') await askTarget(core, request, unixUser, system);
  }
  if (!last) {
    say(system, `There is no ${label(number)} any more.`);
    return NOT_DONE;
  }
  if (!ENDED.has(last.state)) {
    say(system, `${label(number)} goes on without this terminal; it ${inWords(last.state)}. Look with:`);
    say(system, `  stackhand run ${shellQuoted(`request show ${label(number)}`)}`);
    return STILL_OPEN;
  }
  if (last.state !== 'answered') say(system, `${label(number)} ${inWords(last.state)}.`);
  if (last.result) system.out.write(`${replyText(last.result, system.out)}\n`);
  return GOOD_ENDS.has(last.state) ? DONE : NOT_DONE;
}

/** Where it stands, in one line. */
function newsOf({ number, state, approval, missing, waitsFor, progress }: Request): string {
  const said = [`${label(number)} ${inWords(state)}`];
  if (state === 'waiting' && missing) said.push(`: ${spans(missing)}`);
  if (state === 'waiting' && approval) said.push(` (its card is in channel ${approval.channel})`);
  if (state === 'queued' && waitsFor) said.push(`; it ${waitsFor}`);
  if (state === 'running' && progress) said.push(`: ${spans(progress)}`);
  return `${said.join('')}.`;
}

async function askTarget(core: TerminalCore, request: Request, unixUser: string, system: System): Promise<void> {
  const target = request.plan?.typed ?? '';
  for (let tries = 0; tries < 3 && !system.interrupted.aborted; tries++) {
    const typed = await system.ask(`Type ${spans(target)} to go on, or press Ctrl-C: `);
    if (typed === undefined) break;
    if (typed.trim() !== target) {
      say(system, `That is not ${spans(target)}.`);
      continue;
    }
    const taken = await core.typeTarget(request, unixUser, target);
    if (!taken.taken) say(system, 'Redis did not take it. Type it in Slack, or send the line again.');
    return;
  }
  say(system, `${label(request.number)} waits until its target is typed, here on a terminal or in Slack.`);
}

function say(system: System, text: string): void {
  system.err.write(`${text.replaceAll('`', '')}\n`);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
