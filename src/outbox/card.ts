import { unansweredLine } from '../approval/unanswered.ts';
import type { Plan } from '../plan.ts';
import { type Button, code, count, type Field, type Reply, type Table, unticked } from '../reply.ts';
import {
  cameTo,
  cloudInWords,
  hasBegun,
  isChange,
  isOver,
  label,
  type Request,
  type RequestState,
  type Revert,
} from '../request.ts';
import { backInWords, keepLine } from '../reverts/later.ts';
import { glassButtons, glassFields, glassInHead, glassWarnings } from './glass.ts';
import { timeLeft, utc } from './times.ts';

/** A table longer than this goes below the card, into its thread. */
const ROWS_ON_CARD = 10;

/** The state as people read it. */
const IN_WORDS: Record<RequestState, string> = {
  received: 'was taken',
  planning: 'is being planned',
  planned: 'waits for its requester to type the target',
  waiting: 'waits for approval',
  queued: 'is queued',
  running: 'is running',
  answered: 'was answered',
  refused: 'was refused',
  failed: 'FAILED',
  'nothing to do': 'had nothing to do',
  cancelled: 'was cancelled',
  expired: 'expired without approval',
  rejected: 'was denied',
  void: 'is void',
  done: 'is done',
  'nothing done': 'did nothing',
  'partly done': 'was PARTLY done',
  unknown: 'is UNKNOWN: look at the cloud before you go on',
  'left unknown': 'ended UNKNOWN: look at the cloud before you go on',
  unsigned: "waits for an owner's signature",
};

/** "waits for approval", "is done"; plain words for lists. */
export function inWords(state: RequestState): string {
  return IN_WORDS[state];
}

/** "1 project", "3 servers, 1 host": what is touched. */
export function howMany({ plan }: Request): string {
  const types = new Map<string, number>();
  for (const { type } of plan?.touches ?? []) types.set(type, (types.get(type) ?? 0) + 1);
  return [...types].map(([type, number]) => count(number, type)).join(', ') || 'nothing';
}

/**
 * The message of a change, as it should be now, with the whole of its table. Its text says state, cloud, region, effect, how many, what, and the worst
 * warning: that is what a phone's notification shows.
 */
export function card(request: Request, now: number): Reply {
  const { plan, result, effect } = request;
  const [worst, ...otherWarnings] = plan?.warnings ?? [];
  const ended = hasRun(request);
  const head = `${label(request.number)} ${IN_WORDS[cameTo(request)]}${glassInHead(request)} · ${cloudInWords(request)} · ${effect}, ${howMany(request)}`;
  const sentence = ended && result ? result.text : (plan?.text ?? request.line);
  const warnings = [...glassWarnings(request), ...(ended ? (result?.warnings ?? []) : otherWarnings)];
  const lines = ended
    ? [...(result?.lines ?? []), ...laterLines(request), ...(plan && result ? [`Asked for: ${plan.text}`] : [])]
    : [...(plan?.lines ?? [])];
  const table = tableOf(request);
  return {
    text: `${head}.${standstillLines(request)
      .map((line) => ` ${line}`)
      .join('')}${!ended && worst ? ` Warning: ${worst.replace(/\.$/, '')}.` : ''} ${sentence}`,
    ...(warnings.length > 0 ? { warnings } : {}),
    lines: [...progressLines(request), ...lines],
    buttons: [...(isOver(request) ? (result?.buttons ?? []) : []), ...buttonsOf(request)],
    fields: fieldsOf(request, now),
    ...(table ? { table } : {}),
    ...(ended && result?.pre !== undefined ? { pre: result.pre } : {}),
  };
}

/** The card for a channel: a long table is in its thread. */
export function cardInChannel(request: Request, now: number): Reply {
  const { table, ...reply } = card(request, now);
  if (!isLong(table)) return { ...reply, ...(table ? { table } : {}) };
  return { ...reply, note: `All ${table.rows.length} rows are in the thread below.` };
}

/** What is too long for the card, for its thread: the plan's table before it runs, and at the end the result's. */
export function details(request: Request): { what: string; reply: Reply } | undefined {
  const { plan, number, state, votes, result } = request;
  if (hasRun(request)) {
    const table = result?.table;
    return isLong(table) ? { what: 'outcome', reply: { text: `What ${label(number)} came to.`, table } } : undefined;
  }
  // Whatever has a card waits for votes or for its turn first; later votes change nothing in it.
  if ((state !== 'waiting' && state !== 'queued') || votes.length > 0 || !isLong(plan?.table)) return undefined;
  return { what: 'details', reply: { text: `Everything that ${label(number)} would touch.`, table: plan.table } };
}

function tableOf(request: Request): Table | undefined {
  const { plan, result } = request;
  return hasRun(request) ? (result?.table ?? plan?.table) : plan?.table;
}

/** What it came to is told, not what it would do; of an unknown outcome as far as it is known. */
function hasRun(request: Request): boolean {
  return isOver(request) || request.state === 'unknown';
}

function isLong(table: Table | undefined): table is Table {
  return table !== undefined && table.rows.length > ROWS_ON_CARD;
}

/** What keeps it from changing anything, and what becomes of it meanwhile: it heads all that is said of it. */
export function standstillLines({ state, standstill }: Request): string[] {
  if (!standstill) return [];
  const { why, until } = standstill;
  if (state === 'planned' || state === 'waiting') return [`${why} Votes count, and it starts after ${until}.`];
  if (state === 'queued') return [`${why} It waits for ${until}.`];
  if (state === 'running') return [`${why} It hands itself back before its next write, and waits for ${until}.`];
  return [];
}

/** How far it is, as the card says it. */
export function progressLines(request: Request): string[] {
  const { state, waitsFor, progress, stop, lookAt, unanswered = [] } = request;
  const lines: string[] = [];
  if (state === 'waiting') lines.push(...unanswered.map((one) => unansweredLine(request, one)));
  if (state === 'queued' && waitsFor) lines.push(`It ${waitsFor}, which holds the same target.`);
  if (state === 'running' && progress) lines.push(progress);
  if (state === 'running' && stop) lines.push('It was told to stop, and stops before its next item.');
  if (state === 'unknown' && lookAt !== undefined)
    lines.push(`I look at it again, next at ${utc(lookAt)}. Until it is settled nothing else of mine changes the same things.`);
  return lines;
}

/** When what was for a time goes back, once it may have taken effect; of what takes it back, when it is tried again. */
export function laterLines(request: Request): string[] {
  const { plan, revert, again, goesBack = [] } = request;
  if (again === 'given up') return [`I do not try again. Look at it, and ${revert?.later.grace ? 'do' : 'set'} it by hand.`];
  if (again !== undefined && revert)
    return [`I try again at ${utc(again)}. To keep ${leftOf(revert)} type ${code(keepLine(revert.later, revert.request))}.`];
  const jobs = plan?.jobs ?? [];
  return goesBack.flatMap(({ region, at, values }) => {
    const later = jobs.find((job) => job.region === region)?.later;
    const where = jobs.length > 1 ? `${region}: ` : '';
    return later ? [`${where}On ${utc(at)}, unless somebody decides otherwise before: ${backInWords(later, values)}`] : [];
  });
}

function leftOf({ later }: Revert): string {
  return later.grace ? 'what is left' : 'what has not gone back';
}

/** At least a part of it. */
function mayHaveTakenEffect(request: Request): boolean {
  const state = cameTo(request);
  if (state === 'done' || state === 'partly done') return true;
  return hasBegun(request) && (state === 'cancelled' || state === 'unknown' || state === 'left unknown');
}

export function cancelButton(request: Request): Button {
  return { ...cancelWords(request), act: { kind: 'cancel', request: request.number } };
}

/** What can be done about it now. A click carries no right, so everybody is shown the same. */
export function buttonsOf(request: Request): Button[] {
  const { state, number, hash = '' } = request;
  const cancel = cancelButton(request);
  if (state === 'planned') {
    return [{ label: 'Type the target', style: 'primary', act: { kind: 'type target', request: number, hash } }, cancel];
  }
  if (state === 'waiting') {
    return [
      { label: 'Approve', style: 'primary', act: { kind: 'approve', request: number, hash } },
      { label: 'Deny', style: 'danger', act: { kind: 'deny', request: number, hash } },
      ...(isChange(request)
        ? [checkButton(request), { label: 'Change', act: { kind: 'change' as const, request: number } }]
        : []),
      cancel,
      ...glassButtons(request),
    ];
  }
  // What stood still until its time was over can be asked for once more, by whoever clicks.
  const undo = mayBeUndone(request) ? [undoButton(number)] : [];
  if (state === 'unsigned') return [...glassButtons(request), ...undo];
  if (undo.length > 0) return undo;
  if (state === 'expired' || state === 'void') return [{ label: 'Plan again', act: { kind: 'plan again', request: number } }];
  return state === 'queued' || state === 'running' || state === 'unknown' ? [cancel] : [];
}

/** A line, and so a request of whoever clicks: OpenStack may keep it waiting, and votes must not wait with it. */
function checkButton({ number }: Request): Button {
  return { label: 'Check for me', act: { kind: 'line', line: `request check ${label(number)}` } };
}

/** It has ended, and its plan said that it can be taken back. */
function mayBeUndone(request: Request): boolean {
  return isOver(request) && isChange(request) && mayHaveTakenEffect(request) && request.plan?.undo.possible === true;
}

function undoButton(number: number): Button {
  const text = 'It plans what takes this back. That is approved like any other change.';
  return {
    label: 'Undo',
    act: { kind: 'line', line: `request undo ${label(number)}` },
    confirm: { title: 'Undo it?', text, yes: 'Plan it' },
  };
}

function cancelWords(request: Request): Pick<Button, 'label' | 'confirm'> {
  const { state } = request;
  if (state === 'running') {
    const text = 'It stops before its next item and says what was done.';
    return { label: 'Stop', confirm: { title: 'Stop it?', text, yes: 'Stop' } };
  }
  if (state === 'unknown') {
    const text = 'It ends as unknown, and others may change the same things again.';
    return { label: 'Look no more', confirm: { title: 'Look no more?', text, yes: 'Look no more' } };
  }
  const text = hasBegun(request) ? 'What was done so far stays so.' : 'Nothing was changed so far.';
  return { label: 'Cancel', confirm: { title: 'Cancel it?', text, yes: 'Cancel it' } };
}

function fieldsOf(request: Request, now: number): Field[] {
  const { plan, approval, state } = request;
  const fields: Field[] = [...(plan?.fields ?? []), ...(plan ? factFields(plan).map(plainly) : [])];
  fields.push({ name: 'Asked by', value: request.askedBy ?? 'unknown' });
  if (request.alsoAskedBy) fields.push({ name: 'Also asked for by', value: request.alsoAskedBy.join(', ') });
  fields.push(...reasonFields(request));
  if (state === 'waiting') fields.push({ name: 'Still needed', value: unticked(request.missing || 'nobody') });
  if ((state === 'waiting' || state === 'planned') && approval) {
    fields.push({ name: 'Time left', value: `${timeLeft(approval.expiresAt - now)} (until ${utc(approval.expiresAt)})` });
  }
  // The way back is of most use once it is done.
  if (plan && (!hasRun(request) || (plan.undo.possible && mayHaveTakenEffect(request))))
    fields.push(...[undoField(plan)].map(plainly));
  if (state === 'waiting' || state === 'planned') fields.push({ name: 'Plan', value: (request.hash ?? '').slice(0, 12) });
  return fields;
}

/** A field is plain text: what our own words have as `code` is only itself there. */
export function plainly({ name, value }: Field): Field {
  return { name, value: unticked(value) };
}

/** What the plan rests on. */
export function factFields({ facts = [] }: Pick<Plan, 'facts'>): Field[] {
  return facts.map(({ name, says }) => ({ name, value: says }));
}

/** What speaks for it: why, for which ticket, and who voted so far. */
export function reasonFields(request: Request): Field[] {
  const { reason, ticket, votes } = request;
  const fields: Field[] = [];
  if (reason) fields.push({ name: 'Reason', value: reason });
  if (ticket) fields.push({ name: 'Ticket', value: ticket });
  if (votes.length > 0) fields.push({ name: 'Votes', value: votes.map(voteInWords).join('; ') });
  fields.push(...glassFields(request));
  return fields;
}

export function undoField({ undo }: Pick<Plan, 'undo'>): Field {
  return { name: 'Undo', value: undo.possible ? undo.how : `not possible: ${undo.because}` };
}

function voteInWords({ name, user, unixUser, verdict, reason }: Request['votes'][number]): string {
  const where = unixUser === undefined ? '' : ' at a terminal';
  return `${name ?? user} ${verdict === 'approve' ? 'approved' : 'denied'}${where}${reason ? `: ${reason}` : ''}`;
}
