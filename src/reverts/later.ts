import type { LaterValue } from '../plan.ts';
import { type FrozenLater, label } from '../request.ts';

type Words = Pick<FrozenLater, 'text' | 'values' | 'line' | 'grace'>;

/** "Set back in project `demo`: cores 20, ram 50 GiB." @param open what somebody has not decided about since. */
export function backInWords({ text, values }: Pick<Words, 'text' | 'values'>, open?: readonly string[]): string {
  const words = among(values, open).map(({ back }) => back);
  return `${text}: ${words.join(', ') || 'none is left'}.`;
}

/** The line with which somebody keeps what is still to go back, for as long again; none for what does not go back. */
export function extendLine({ values, line }: Words, open?: readonly string[]): string | undefined {
  return line.extend === undefined ? undefined : inLine(line.begin, among(values, open), line.extend);
}

/** The same for good. @param request whose plan it is part of */
export function keepLine({ values, line, grace }: Words, request: number, open?: readonly string[]): string {
  if (grace) return `${line.begin} --of ${label(request)}`;
  return inLine(line.begin, among(values, open), line.keep ?? '');
}

function inLine(begin: string, values: readonly LaterValue[], end: string): string {
  return [begin, ...values.map(({ typed }) => typed), end].join(' ');
}

function among(values: readonly LaterValue[], open: readonly string[] | undefined): readonly LaterValue[] {
  return open === undefined ? values : values.filter(({ id }) => open.includes(id));
}
