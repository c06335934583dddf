import { randomUUID } from 'node:crypto';
import { stateInWords } from '../chat/request-words.ts';
import type { Config } from '../config.ts';
import { card, inWords, standstillLines } from '../outbox/card.ts';
import { mayBreakGlass } from '../outbox/glass.ts';
import type { Reply } from '../reply.ts';
import { cameTo, isOver, label, type Request, type RequestState } from '../request.ts';
import { DONE, isMapped, NOT_DONE, numberOf, STILL_OPEN, say, type TerminalCore } from './door.ts';
import type { System } from './system.ts';
import { dataText, replyText, shellQuoted, spans } from './terminal.ts';

const NO_WORKER = 'No worker is running, so it waits until one does: `stackhand start`.';
const TOO_LARGE =
  'Its answer is too large for a terminal. All of it comes to your direct messages in Slack as a file; a filter or `--limit` makes it smaller.';
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
  if (!isMapped(system, config)) return NOT_DONE;
  const unixUser = system.unixUser();
  const core = await openCore();
  try {
    const taken = await core.line({
      dedupe: [`terminal:${randomUUID()}`],
      text: line,
      requester: { kind: 'terminal', unixUser },
      place: { kind: 'terminal' },
      entry: 'terminal',
    });
    const at = await numberOf(taken, 'line', system);
    if ('status' in at) return at.status;
    const { number } = at;
    say(system, `${label(number)} was taken.`);
    if ((await core.workersAlive()) === 0) say(system, NO_WORKER);
    return wait ? await follow(core, number, unixUser, system) : DONE;
  } finally {
    await core.close();
  }
}

async function follow(core: TerminalCore, number: number, unixUser: string, system: System): Promise<number> {
  // Said already, once the line was in.
  let shown = `${label(number)} was taken.`;
  let planShown: string | undefined;
  let last: Request | undefined;
  for await (const request of core.watch(number, system.interrupted)) {
    last = request;
    // An unknown outcome is looked at again for hours: nobody waits so long at a terminal.
    if (isOver(request) || request.state === 'unknown') break;
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
  if (!isOver(last) && last.state !== 'unknown') {
    say(system, `${label(number)} goes on without this terminal; it ${inWords(last.state)}. Look with:`);
    say(system, `  stackhand run ${shellQuoted(`request show ${label(number)}`)}`);
    return STILL_OPEN;
  }
  if (last.state !== 'answered') say(system, `${label(number)} ${stateInWords(last)}.`);
  const said = last.whole === 'kept' ? await core.takeAnswer(last) : last.result;
  if (last.whole === 'too large' || (last.whole === 'kept' && !said)) {
    say(system, last.whole === 'kept' ? `The answer to ${label(number)} is not kept any more. Type it again.` : TOO_LARGE);
    return NOT_DONE;
  }
  if (said) write(said, system);
  return GOOD_ENDS.has(cameTo(last)) ? DONE : NOT_DONE;
}

/** Of data only the data goes to standard output, so that it can be piped. */
function write(said: Reply, { out, err }: System): void {
  const { file, ...about } = said;
  if (!file?.isData) {
    out.write(`${replyText(said, out)}\n`);
    return;
  }
  err.write(`${replyText(about, err)}\n`);
  out.write(dataText(file.content, out));
}

/** Where it stands, in one line. */
function newsOf(request: Request): string {
  const { number, state, approval, missing, waitsFor, progress } = request;
  const said = [`${label(number)} ${inWords(state)}`];
  if (state === 'waiting' && missing) said.push(`: ${spans(missing)}`);
  if (state === 'waiting' && approval)
    said.push(` (its card is in channel ${approval.channel}; at a terminal: stackhand approve ${label(number)})`);
  if (mayBreakGlass(request))
    said.push(`; nobody has answered, so who may breaks the glass: stackhand break-glass ${label(number)}`);
  if (state === 'queued' && waitsFor) said.push(`; it ${waitsFor}`);
  if (state === 'running' && progress) said.push(`: ${spans(progress)}`);
  return [`${said.join('')}.`, ...standstillLines(request).map(spans)].join(' ');
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
    const { number, hash = '' } = request;
    const taken = await core.click({ kind: 'type target', request: number, hash }, unixUser, { typed: target });
    const at = await numberOf(taken, 'target', system);
    if ('status' in at) break;
    const answer = await core.answerTo(at.number, system.interrupted);
    // What counts is seen in the request itself; whatever else came of it, nobody else says.
    if (typeof answer === 'object' && !answer.counted) say(system, spans(answer.text));
    if (answer === 'no worker') say(system, NO_WORKER);
    return;
  }
  say(system, `${label(request.number)} waits until its target is typed, here on a terminal or in Slack.`);
}
