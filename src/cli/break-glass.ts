import { RequestNumber } from '../chat/values.ts';
import type { Config } from '../config.ts';
import { card, inWords } from '../outbox/card.ts';
import { glassTarget } from '../outbox/glass.ts';
import { label, type Request } from '../request.ts';
import type { CommandLine } from './command-line.ts';
import { DONE, isMapped, NOT_DONE, numberOf, say, type TerminalCore } from './door.ts';
import type { System } from './system.ts';
import { replyText, spans } from './terminal.ts';
import { isReason, leftOpen, REASON_WANTED } from './vote.ts';

export interface Breaking {
  number: number;
  /** Asked for where it is left out. */
  reason?: string;
}

export interface BreakingOptions extends Breaking {
  config: Pick<Config, 'terminal' | 'file'>;
  openCore(): Promise<TerminalCore>;
  system: System;
}

/** @returns what was typed, or what is wrong with it. */
export function readBreaking({ command, argument, options }: CommandLine): Breaking | string {
  const number = RequestNumber.safeParse(argument);
  if (!number.success) return `${command} takes the number of a request, such as R-1042, and not ${JSON.stringify(argument)}`;
  const reason = options.reason?.trim();
  if (reason === undefined) return { number: number.data };
  return isReason(reason) ? { number: number.data, reason } : `--reason takes ${REASON_WANTED}`;
}

/**
 * Goes on without votes as the Unix user who runs this, with Slack there or not; a worker decides whether they may. There is no way for a
 * script to do it: somebody types the target. @returns the exit status.
 */
export async function breakGlass({ number, reason, config, openCore, system }: BreakingOptions): Promise<number> {
  if (!isMapped(system, config)) return NOT_DONE;
  const core = await openCore();
  try {
    const request = await core.find(number);
    if (request?.state !== 'waiting') {
      say(system, whyNone(request, number));
      return NOT_DONE;
    }
    // Whole, however narrow the terminal is: what is cut off would be done unseen.
    say(system, `\n${replyText(card(request, Date.now()), {})}\n`);
    say(
      system,
      `Without ${request.missing} it goes ahead at once. The owners of Stackhand are told, and one of them has to sign it.`,
    );
    const values = await askWords(request, reason, system);
    if (values === undefined) return NOT_DONE;
    const taken = await core.click({ kind: 'break glass', request: number, hash: request.hash ?? '' }, system.unixUser(), values);
    const at = await numberOf(taken, 'breaking of the glass', system);
    if ('status' in at) return at.status;
    const answer = await core.answerTo(at.number, system.interrupted);
    if (typeof answer !== 'object') return leftOpen('Breaking the glass', number, answer, system);
    system.out.write(`${spans(answer.text)}\n`);
    return answer.counted ? DONE : NOT_DONE;
  } finally {
    await core.close();
  }
}

function whyNone(request: Request | undefined, number: number): string {
  const name = label(number);
  if (!request) return `There is no ${name}; \`stackhand run "request list"\` shows what is open.`;
  return `${name} ${inWords(request.state)}; there are no votes to go on without.`;
}

async function askWords(
  request: Request,
  given: string | undefined,
  system: System,
): Promise<{ typed: string; reason: string } | undefined> {
  const stays = `Nothing was done: ${label(request.number)} still waits for votes.`;
  const target = glassTarget(request);
  const typed = (await system.ask(`Type ${spans(target)} to go on alone: `))?.trim();
  if (typed !== target) {
    say(system, typed ? `That is not ${spans(target)}. ${stays}` : stays);
    return undefined;
  }
  const reason = given ?? (await system.ask('Why can it not wait? It stands on its card and in the audit: '))?.trim() ?? '';
  if (isReason(reason)) return { typed, reason };
  say(system, `${stays} To break the glass takes ${REASON_WANTED}.`);
  return undefined;
}
