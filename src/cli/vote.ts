import { RequestNumber } from '../chat/values.ts';
import type { Config } from '../config.ts';
import { card, inWords } from '../outbox/card.ts';
import { label, type Request } from '../request.ts';
import type { CommandLine } from './command-line.ts';
import { DONE, isMapped, NOT_DONE, type NotKnown, numberOf, STILL_OPEN, say, type TerminalCore } from './door.ts';
import type { System } from './system.ts';
import { replyText, shellQuoted, spans } from './terminal.ts';

export interface WantedVote {
  verdict: 'approve' | 'deny';
  number: number;
  /** Of a denial; asked for where it is left out. */
  reason?: string;
  /** The beginning of the plan's hash, as its card shows it: the vote is for this plan or for none. */
  plan?: string;
  /** Nobody is asked at the terminal. Only with `plan`: a script must not approve what nobody saw. */
  yes: boolean;
}

export interface VoteOptions extends WantedVote {
  config: Pick<Config, 'terminal' | 'file'>;
  openCore(): Promise<TerminalCore>;
  system: System;
}

/** As many characters of a plan's hash as its card shows. */
const PLAN_SHOWN = 12;
/** As in the form that Slack shows. */
const REASON = { shortest: 3, longest: 500 } as const;
export const REASON_WANTED = `a reason of ${REASON.shortest} to ${REASON.longest} characters`;

/** @returns the vote that was typed, or what is wrong with it. */
export function readVote({ command, argument, options }: CommandLine): WantedVote | string {
  const number = RequestNumber.safeParse(argument);
  if (!number.success) return `${command} takes the number of a request, such as R-1042, and not ${JSON.stringify(argument)}`;
  const plan = options.plan?.toLowerCase();
  if (plan !== undefined && !/^[0-9a-f]{12,64}$/.test(plan))
    return '--plan takes what the card shows as its plan, such as 251a3d641cd5';
  const reason = options.reason?.trim();
  if (reason !== undefined && !isReason(reason)) return `--reason takes ${REASON_WANTED}`;
  const yes = options.yes === true;
  if (yes && plan === undefined)
    return '--yes goes only with --plan and what the card shows as its plan: a script must not vote on what nobody saw';
  if (yes && command === 'deny' && reason === undefined) return 'deny --yes takes a --reason';
  return {
    verdict: command === 'deny' ? 'deny' : 'approve',
    number: number.data,
    yes,
    ...(reason === undefined ? {} : { reason }),
    ...(plan === undefined ? {} : { plan }),
  };
}

/**
 * A vote of the Unix user who runs this, on the plan that it shows. What comes of it a worker decides, as for a click in Slack. The plan
 * and the question go to stderr, the answer to stdout. @returns the exit status.
 */
export async function voteOn({ config, openCore, system, ...wanted }: VoteOptions): Promise<number> {
  if (!isMapped(system, config)) return NOT_DONE;
  const core = await openCore();
  try {
    const request = votable(await core.find(wanted.number), wanted);
    if (typeof request === 'string') {
      say(system, request);
      return NOT_DONE;
    }
    // Whole, however narrow the terminal is: what is cut off would be approved unseen.
    say(system, `\n${replyText(card(request, Date.now()), {})}\n`);
    const values = await confirm(wanted, request, system);
    if (values === undefined) return NOT_DONE;
    const { number, hash = '' } = request;
    const taken = await core.click({ kind: wanted.verdict, request: number, hash }, system.unixUser(), values);
    const at = await numberOf(taken, 'vote', system);
    if ('status' in at) return at.status;
    const answer = await core.answerTo(at.number, system.interrupted);
    if (typeof answer !== 'object') return leftOpen('Your vote', number, answer, system);
    system.out.write(`${spans(answer.text)}\n`);
    return answer.counted ? DONE : NOT_DONE;
  } finally {
    await core.close();
  }
}

/** The request, or why nobody need be asked about it. Who may vote, and what still counts by then, the worker decides. */
function votable(request: Request | undefined, { number, plan }: WantedVote): Request | string {
  const name = label(number);
  if (!request)
    return `There is no ${name}; ended requests are kept for 90 days. \`stackhand run "request list"\` shows the open ones.`;
  if (request.state !== 'waiting') return `${name} ${inWords(request.state)}; there is nothing to vote on.`;
  if (plan === undefined || request.hash?.startsWith(plan)) return request;
  return `The plan of ${name} is ${shortHash(request)}, not ${plan}. Look at it before you vote: \`stackhand approve ${name}\` shows it, and asks.`;
}

/** @returns what the vote carries; undefined where it was not wanted after all, which is said. */
async function confirm(
  { verdict, reason, yes }: WantedVote,
  request: Request,
  system: System,
): Promise<{ reason?: string } | undefined> {
  if (yes) return reason === undefined ? {} : { reason };
  const name = label(request.number);
  const asksWhy = verdict === 'deny' && reason === undefined;
  const question = asksWhy
    ? `Why do you deny ${name}? It stands on its card and in the audit: `
    : `${capital(verdict)} ${name}? Type yes: `;
  const typed = (await system.ask(question))?.trim();
  if (asksWhy && typed !== undefined && isReason(typed)) return { reason: typed };
  if (!asksWhy && typed?.toLowerCase() === 'yes') return reason === undefined ? {} : { reason };
  say(system, `Nothing was done: ${name} still waits for votes.`);
  if (asksWhy && typed) say(system, `A denial takes ${REASON_WANTED}.`);
  if (typed === undefined && !system.interrupted.aborted) {
    const why = verdict === 'deny' ? ` --reason ${reason === undefined ? '"…"' : shellQuoted(reason)}` : '';
    say(system, 'Nobody could be asked here. Who has seen this plan may let a script vote for it:');
    say(system, `  stackhand ${verdict} ${name}${why} --plan ${shortHash(request)} --yes`);
  }
  return undefined;
}

const NOT_KNOWN: Record<NotKnown, string> = {
  interrupted: 'was taken, and is not decided yet.',
  'no worker': 'was taken. No worker is running to count it, so it waits until one does: `stackhand start`.',
  gone: 'was decided, and how is not kept any more.',
};

/** @param what `Your vote` */
export function leftOpen(what: string, number: number, why: NotKnown, system: System): number {
  say(system, `${what} ${NOT_KNOWN[why]} Look with:\n  stackhand run ${shellQuoted(`request show ${label(number)}`)}`);
  return STILL_OPEN;
}

export function isReason(text: string): boolean {
  return text.length >= REASON.shortest && text.length <= REASON.longest;
}

function shortHash({ hash = '' }: Request): string {
  return hash.slice(0, PLAN_SHOWN);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
