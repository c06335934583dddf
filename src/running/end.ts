import type { Outcome } from '../job.ts';
import { stateOf } from '../outcomes.ts';
import type { Reply } from '../reply.ts';
import type { Request, RequestState } from '../request.ts';
import { itemOf } from './item-key.ts';
import type { Ran } from './run-jobs.ts';

/** What a run that hands itself back has come to: right before it goes on, and also if somebody cancels it then. */
export function soFar(request: Request, ran: Ran, begun: ReadonlySet<string>): string {
  if (!('report' in ran)) return `It was handed over. ${begunInWords(request, begun, [])}`;
  const { outcomes } = ran.report;
  const names = (left: boolean): string =>
    outcomes
      .filter(({ state }) => (state === 'not started') === left)
      .map(({ item }) => item.name)
      .join(', ');
  const dealtWith = `Dealt with so far: ${names(false) || 'nothing'}. Not begun: ${names(true) || 'nothing'}.`;
  return `It was handed over. ${dealtWith}${alsoBegun(request, begun, outcomes)}`;
}

/** Writes that were sent, or were about to be, and of which nobody has read back what came of them. */
function begunInWords({ plan }: Request, begun: ReadonlySet<string>, outcomes: readonly Outcome[]): string {
  const known = new Set(outcomes.filter(({ state }) => state !== 'not started').map(({ item }) => item.id));
  const names = new Map([
    ...(plan?.touches ?? []).map(({ id, name }) => [id, name] as const),
    ...outcomes.map(({ item }) => [itemOf(item.id), item.name] as const),
  ]);
  const open = [...begun].filter((key) => !known.has(key)).map((key) => names.get(itemOf(key)) ?? itemOf(key));
  if (begun.size === 0) return 'Nothing was changed.';
  if (open.length === 0) return '';
  const what = open.filter((name) => name !== '').join(', ');
  return `A write had begun${what ? ` for ${what}` : ''}: look at the cloud before you go on.`;
}

function alsoBegun(request: Request, begun: ReadonlySet<string>, outcomes: readonly Outcome[]): string {
  const text = begun.size === 0 ? '' : begunInWords(request, begun, outcomes);
  return text && ` ${text}`;
}

export interface End {
  state: RequestState;
  reply: Reply;
  outcomes: Outcome[];
}

export function endOf(request: Request, ran: Ran, begun: ReadonlySet<string>, signal: AbortSignal): End | 'hand back' {
  const stoppedBy = `by ${request.stop?.by ?? 'someone'}`;
  if ('lost' in ran) {
    if (signal.reason !== 'stopped') return 'hand back';
    return { state: 'cancelled', reply: { text: `Stopped ${stoppedBy}. ${begunInWords(request, begun, [])}` }, outcomes: [] };
  }
  if ('broken' in ran) {
    const state = begun.size === 0 ? (ran.untouched ?? 'failed') : ran.final ? 'left unknown' : 'unknown';
    return { state, reply: { text: `${ran.broken} ${begunInWords(request, begun, [])}` }, outcomes: [] };
  }
  const { outcomes, ...reply } = ran.report;
  const left = outcomes.filter(({ state }) => state === 'not started');
  if (left.length > 0 && signal.aborted) {
    if (signal.reason !== 'stopped') return 'hand back';
    const did = outcomes.filter(({ state }) => state === 'done');
    const was = did.length > 0 ? did.map(({ item }) => item.name).join(', ') : 'nothing';
    // Of what was under way nobody knows whether it is done: that is said by itself.
    const notDone = left.filter(({ item }) => !begun.has(item.id)).map(({ item }) => item.name);
    const not = notDone.length > 0 ? ` Not done: ${notDone.join(', ')}.` : '';
    const text = `Stopped ${stoppedBy}. Done: ${was}.${not}${alsoBegun(request, begun, outcomes)}`;
    return { state: 'cancelled', reply: { ...reply, text, lines: [reply.text, ...(reply.lines ?? [])] }, outcomes };
  }
  return { state: stateOf(outcomes), reply, outcomes };
}
