import type { Plan } from '../command.ts';
import { type Button, code, count, type Field, type Reply, type Table } from '../reply.ts';
import { cloudInWords, ENDED, hasBegun, isChange, label, type Request, type RequestState, type Revert } from '../request.ts';
import { backInWords, keepLine } from '../reverts/later.ts';

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
  const { plan, state, result, effect } = request;
  const [worst, ...otherWarnings] = plan?.warnings ?? [];
  const ended = hasRun(request);
  const head = `${label(request.number)} ${IN_WORDS[state]} · ${cloudInWords(request)} · ${effect}, ${howMany(request)}`;
  const sentence = ended && result ? result.text : (plan?.text ?? request.line);
  const warnings = ended ? [...(result?.warnings ?? [])] : otherWarnings;
  const lines = ended
    ? [...(result?.lines ?? []), ...laterLines(request), ...(plan && result ? [`Asked for: ${plan.text}`] : [])]
    : [...(plan?.lines ?? [])];
  const table = tableOf(request);
  return {
    text: `${head}.${!ended && worst ? ` Warning: ${worst}.` : ''} ${sentence}`,
    ...(warnings.length > 0 ? { warnings } : {}),
    lines: [...progressLines(request), ...lines],
    buttons: buttonsOf(request),
    fields: fieldsOf(request, now),
    ...(table ? { table } : {}),
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
function hasRun({ state }: Request): boolean {
  return ENDED.has(state) || state === 'unknown';
}

function isLong(table: Table | undefined): table is Table {
  return table !== undefined && table.rows.length > ROWS_ON_CARD;
}

/** How far it is, as the card says it. */
export function progressLines({ state, waitsFor, progress, stop, lookAt }: Request): string[] {
  const lines: string[] = [];
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
  const { state } = request;
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
      ...(isChange(request) ? [{ label: 'Change', act: { kind: 'change' as const, request: number } }] : []),
      cancel,
    ];
  }
  // What stood still until its time was over can be asked for once more, by whoever clicks.
  if (mayBeUndone(request)) return [undoButton(number)];
  if (state === 'expired' || state === 'void') return [{ label: 'Plan again', act: { kind: 'plan again', request: number } }];
  return state === 'queued' || state === 'running' || state === 'unknown' ? [cancel] : [];
}

/** It has ended, and its plan said that it can be taken back. */
function mayBeUndone(request: Request): boolean {
  return ENDED.has(request.state) && isChange(request) && mayHaveTakenEffect(request) && request.plan?.undo.possible === true;
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
  const fields: Field[] = [...(plan?.fields ?? [])];
  fields.push({ name: 'Asked by', value: request.askedBy ?? 'unknown' });
  if (request.alsoAskedBy) fields.push({ name: 'Also asked for by', value: request.alsoAskedBy.join(', ') });
  fields.push(...reasonFields(request));
  if (state === 'waiting') fields.push({ name: 'Still needed', value: request.missing || 'nobody' });
  if ((state === 'waiting' || state === 'planned') && approval) {
    fields.push({ name: 'Time left', value: `${timeLeft(approval.expiresAt - now)} (until ${utc(approval.expiresAt)})` });
  }
  // The way back is of most use once it is done.
  if (plan && (!hasRun(request) || (plan.undo.possible && mayHaveTakenEffect(request)))) fields.push(undoField(plan));
  if (state === 'waiting' || state === 'planned') fields.push({ name: 'Plan', value: (request.hash ?? '').slice(0, 12) });
  return fields;
}

/** What speaks for it: why, for which ticket, and who voted so far. */
export function reasonFields({ reason, ticket, votes }: Request): Field[] {
  const fields: Field[] = [];
  if (reason) fields.push({ name: 'Reason', value: reason });
  if (ticket) fields.push({ name: 'Ticket', value: ticket });
  if (votes.length > 0) fields.push({ name: 'Votes', value: votes.map(voteInWords).join('; ') });
  return fields;
}

export function undoField({ undo }: Pick<Plan, 'undo'>): Field {
  return { name: 'Undo', value: undo.possible ? undo.how : `not possible: ${undo.because}` };
}

function voteInWords({ name, user, unixUser, verdict, reason }: Request['votes'][number]): string {
  const where = unixUser === undefined ? '' : ' at a terminal';
  return `${name ?? user} ${verdict === 'approve' ? 'approved' : 'denied'}${where}${reason ? `: ${reason}` : ''}`;
}

export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return count(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return count(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? count(hours, 'hour') : count(Math.round(hours / 24), 'day');
}

/** `2026-11-23 06:55 UTC` */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
