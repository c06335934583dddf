import { askApprovers } from '../approval/ask.ts';
import { NotAllowed, OpenStackError, UserError } from '../errors.ts';
import { card } from '../outbox/card.ts';
import { tellEverybody, tellRequester, tellState, waitingNotice } from '../outbox/tell.ts';
import { mapTerminalUser } from '../policy/who.ts';
import { broke } from '../process/broke.ts';
import type { Core } from '../process/core.ts';
import { phaseOf, wake } from '../queue.ts';
import type { Command, Guard } from '../redis/commit.ts';
import type { Reply, TextFile } from '../reply.ts';
import { isChange, label, type Request, whereOf } from '../request.ts';
import { cancelReplaced } from '../requests/book.ts';
import { childCommands } from '../requests/children.ts';
import { type Held, takeUp } from '../requests/hold.ts';
import { decideAndAdvance, findRequest } from '../requests/store.ts';
import { mayBeChanged, readStandstill } from '../standstill/standstill.ts';
import { mustBeOpen } from '../standstill/words.ts';
import { type Considered, consider } from './consider.ts';
import { keepAnswer } from './kept.ts';
import { offersOf } from './offers.ts';
import { firstPage, wholeFile, withFile } from './pages.ts';
import { type First, isTaken, joinSame, NOTHING_SAME } from './same.ts';
import { sayInSecret } from './secret.ts';

/** A line that took its worker down this often is given up. */
const MAX_ATTEMPTS = 5;

/** From a taken line to an answer or a plan; from an approved read to its answer. Safe to run again. */
export async function handleLine(core: Core, number: number): Promise<void> {
  const found = await findRequest(core.store, number);
  // A late wake-up for a line whose change is queued by now must not take that up: only its job runs it.
  if (!found || phaseOf(found.request) !== 'line') return;
  const held = found.request.plan
    ? await takeUp(core, number, ['queued', 'running'], 'running')
    : await takeUp(core, number, ['received', 'planning'], 'planning', {
        change: (draft) => mapTerminalUser(draft, core.config),
      });
  if (!held || 'lost' in held) return;
  const { stored, lease } = held;
  try {
    const considered =
      stored.request.attempt > MAX_ATTEMPTS
        ? tooOften(stored.request)
        : await considerInPrivate(core, stored.request, lease.signal);
    if (considered === undefined || lease.signal.aborted) return;
    // A plan whose card cannot be made, or whose place has gone, ends like one that could not be made.
    await settle(core, held, considered).catch((error: unknown) =>
      settle(core, held, { ...whyNot(core, stored.request, error), facts: knownOf(considered.facts) }),
    );
  } finally {
    await lease.release();
  }
}

/** What is left to be written down. */
type Decided = Exclude<Considered, { carryOut: unknown }>;

/** What is intended is carried out here, and nothing secret comes out. Undefined where it was handed over: another worker plans it anew. */
async function considerInPrivate(core: Core, request: Request, signal: AbortSignal): Promise<Decided | undefined> {
  const known: Partial<Request> = {};
  try {
    const intended = await consider(core, request, signal, (facts) => Object.assign(known, facts));
    return await carriedOut(core, request, intended);
  } catch (error) {
    if (signal.aborted) return undefined;
    return { ...whyNot(core, request, error), facts: known };
  }
}

async function carriedOut(core: Core, request: Request, intended: Considered): Promise<Decided> {
  if ('carryOut' in intended) {
    // Done before it is written down: a worker that dies in between leaves a line that is told what it finds done.
    return { end: 'answered', reply: await intended.carryOut(), facts: intended.facts };
  }
  const considered: Decided = intended;
  return 'end' in considered && considered.reply.secret ? sayInSecret(core, request, considered) : considered;
}

function tooOften({ number, attempt }: Request): Decided {
  const text = `${label(number)} took its worker down ${attempt - 1} times, so I gave it up. Nothing was changed. Tell whoever runs Stackhand.`;
  return { end: 'failed', reply: { text }, facts: {} };
}

function whyNot(core: Core, { number, line }: Request, error: unknown): Decided {
  if (error instanceof NotAllowed) return { end: 'refused', event: 'not allowed', reply: inLines(error.message), facts: {} };
  if (error instanceof UserError) {
    const buttons = offersOf(error, line, core.registry);
    const reply = { ...inLines(error.message), ...(buttons.length > 0 ? { buttons } : {}) };
    return { end: 'refused', reply, facts: {} };
  }
  if (error instanceof OpenStackError) {
    core.log.warn({ request: number, err: error }, 'openstack answered with an error');
    return { end: 'failed', reply: { text: `Nothing was changed: ${error.message}` }, facts: {} };
  }
  return { end: 'failed', reply: { text: `${broke(core, number, error)} Nothing was changed.` }, facts: {} };
}

/** What is wrong may be several things, one a line, the last of them what to type. */
function inLines(message: string): Reply {
  const [text = '', ...lines] = message.split('\n');
  return lines.length === 0 ? { text } : { text, lines };
}

async function settle(core: Core, held: Held, decided: Decided): Promise<void> {
  const { request } = held.stored;
  const considered = await inPages(core, request, decided);
  if ('end' in considered) {
    await writeDown(core, held, considered);
    return;
  }
  const { plan, facts } = considered;
  const { store } = core;
  for (;;) {
    const same = await joinSame(core, { ...request, ...facts }, considered);
    if ('reply' in same) {
      const event = `same as ${label(same.number)}`;
      const end: Ended = { end: 'nothing to do', event, reply: same.reply, facts: { ...facts, about: plan.touches } };
      // What it was changed from is no longer wanted: the other one does what is.
      await writeDown(core, held, end, NOTHING_SAME, true);
      return;
    }
    const result = await writeDown(core, held, considered, same);
    // Somebody who asked for the same was faster.
    if (result !== 'lost') return;
    if (isChange(considered)) mustBeOpen(await readStandstill(store, facts.cloud ?? ''));
    if (!(await isTaken(core, same))) return;
  }
}

/** Wherever it comes to, and who hears of it. @returns `lost` where a guard of it no longer held, and nothing was done. */
async function writeDown(
  core: Core,
  { stored, lease }: Held,
  considered: Exclude<Decided, { end: unknown }> | Ended,
  { same, step, learns }: First = NOTHING_SAME,
  replaces = 'plan' in considered,
): Promise<'lost' | undefined> {
  const { number, state } = stored.request;
  const asking = 'plan' in considered ? await askApprovers(core, stored.request, considered) : undefined;
  const replaced = replaces ? await cancelReplaced(core, { ...stored.request, ...considered.facts }) : NOTHING_SAME.step;
  const result = await decideAndAdvance<undefined>(core.store, number, (request) => {
    // Cancelled meanwhile: what was found is thrown away.
    if (request.state !== state) return { leave: undefined };
    return {
      change: (draft) => {
        Object.assign(draft, considered.facts);
        if (asking) asking(draft);
        if (same !== undefined) draft.same = same;
        learns?.(draft);
        if ('end' in considered) end(draft, considered);
      },
      give: undefined,
      move: {
        event: 'end' in considered ? (considered.event ?? considered.end) : 'planned',
        by: core.worker,
        detail: {
          // The audit says it itself: a line may leave it to the channel's default.
          ...whereOf(considered.facts),
          ...('plan' in considered
            ? { hash: considered.hash, plan: considered.plan }
            : { text: whatIsKept(request, considered).text }),
          ...(request.requester.kind === 'terminal' ? { user: request.requester.user } : {}),
        },
        when: [lease.guard, ...replaced.when, ...step.when, ...ownGuards(core, considered)],
        also: (draft) => [
          ...('step' in considered ? considered.step.commands : []),
          // The replaced one's end frees what this one takes.
          ...replaced.commands,
          ...step.commands,
          // Where the line said which one it follows from; what a button said, is known since it was taken.
          ...(request.parent === undefined ? childCommands(core.store.keys, draft) : []),
          ...('end' in considered ? tellAnswer(core, draft, considered) : tellPlan(core, draft)),
        ],
      },
    };
  });
  if (result === 'lost') return 'lost';
  if (result === 'missing' || !result.changed) return undefined;
  if ('afterwards' in considered) await considered.afterwards?.();
  for (const { ends } of [replaced, step]) if (ends) core.store.ended?.(ends);
  const phase = phaseOf(result.request);
  if (phase) await wake(core.wakers, result.request, phase);
  return undefined;
}

/** A plan is begun on a cloud that may be changed; a change of Stackhand's own is done if all is as it was approved. */
function ownGuards({ store }: Core, considered: Exclude<Decided, { end: unknown }> | Ended): Guard[] {
  if ('step' in considered) return considered.step.when;
  return 'plan' in considered && isChange(considered) ? mayBeChanged(store, considered.facts.cloud ?? '') : [];
}

function knownOf(facts: Partial<Request>): Pick<Request, 'askedBy' | 'cloud' | 'region'> {
  return { ...(facts.askedBy === undefined ? {} : { askedBy: facts.askedBy }), ...whereOf(facts) };
}

type Ended = Extract<Considered, { end: unknown }> & {
  /** Where the reply is only the beginning of the answer. */
  whole?: NonNullable<Request['whole']>;
};

/** A long answer is said page by page. */
async function inPages(core: Core, request: Request, decided: Decided): Promise<Exclude<Decided, { end: unknown }> | Ended> {
  if (!('end' in decided) || decided.end !== 'answered') return decided;
  const { reply } = decided;
  const touches = decided.facts.about ?? [];
  const facts = touches.length > MOST_ABOUT ? { ...decided.facts, about: [] } : decided.facts;
  const { shown, kept } = firstPage(reply, touches, request);
  if (!kept) return { ...decided, facts, reply: shown };
  if (await keepAnswer(core.store, request, kept.answer, kept.seconds)) return { ...decided, facts, reply: shown, whole: 'kept' };
  return { ...decided, facts, reply: withFile(reply, shown), whole: 'too large' };
}

/** A record is kept for months: of a long list it says only what was typed, which who may see all of its kind may read. */
const MOST_ABOUT = 200;

function end(draft: Request, considered: Ended): void {
  draft.result = whatIsKept(draft, considered);
  if (considered.whole) draft.whole = considered.whole;
  draft.state = considered.end;
}

/** What others may read of an answer: no file, no pages, nothing that took a vote to be seen. */
function whatIsKept({ plan }: Request, { end, reply: { file: _, buttons = [], ...kept } }: Ended): Reply {
  if (plan && end === 'answered') return { text: 'The answer went to its asker alone.' };
  const offers = buttons.filter(({ act }) => act.kind === 'line');
  return offers.length > 0 ? { ...kept, buttons: offers } : kept;
}

function tellAnswer(core: Core, draft: Request, { reply, end, whole }: Ended): Command[] {
  if (end === 'done') return tellState(core, draft);
  if (draft.shared && end === 'answered') return tellEverybody(core, draft, reply);
  const approvedRead = draft.plan !== undefined;
  return [
    ...(approvedRead ? tellState(core, draft) : []),
    ...tellRequester(core, draft, 'answer', reply, {
      notInRecord: approvedRead || (reply.file !== undefined && whole !== 'kept'),
    }),
  ];
}

function tellPlan(core: Core, draft: Request): Command[] {
  const notice = draft.state === 'planned' ? card(draft, core.store.clock.now()) : waitingNotice(draft);
  return [...tellState(core, draft), ...tellRequester(core, draft, 'answer', notice)];
}

/** Time for a large log. */
const AGAIN_WITHIN_MS = 120_000;

/** The file of an answer that was too large to be kept. */
export async function readFileAgain(core: Core, number: number): Promise<TextFile | undefined> {
  const stored = await findRequest(core.store, number);
  if (!stored) return undefined;
  const again = await consider(core, stored.request, AbortSignal.timeout(AGAIN_WITHIN_MS)).catch((error: unknown) =>
    whyNot(core, stored.request, error),
  );
  if (!('reply' in again)) return undefined;
  const { file, table, text } = again.reply;
  if (file || table) return wholeFile(again.reply);
  return { name: `${label(number)}.txt`, title: 'It could not be read again', content: text };
}
