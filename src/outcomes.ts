import type { Outcome } from './job.ts';
import { count } from './reply.ts';
import type { RequestState } from './request.ts';

/** The end state follows from the outcomes alone. */
export function stateOf(outcomes: readonly Outcome[]): RequestState {
  const number = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length;
  const done = number('done');
  if (number('unknown') > 0) return 'unknown';
  const notDone = number('failed') + number('drifted') + number('not started');
  if (notDone === 0) return done > 0 ? 'done' : 'nothing done';
  if (done > 0) return 'partly done';
  return number('failed') > 0 ? 'failed' : 'nothing done';
}

/** "3 servers done, 1 failed": for the ends of reports. */
export function summary(outcomes: readonly Outcome[], one: string): string {
  const states: Outcome['state'][] = ['done', 'already', 'drifted', 'failed', 'unknown', 'not started'];
  const parts = states.flatMap((state) => {
    const number = outcomes.filter((outcome) => outcome.state === state).length;
    return number === 0 ? [] : [`${count(number, one)} ${state === 'already' ? 'so before' : state}`];
  });
  return parts.join(', ');
}
