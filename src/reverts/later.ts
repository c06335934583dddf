import type { LaterValue } from '../command.ts';
import type { FrozenLater } from '../request.ts';

type Words = Pick<FrozenLater, 'text' | 'values' | 'line'>;

/** "Set back in project `demo`: cores 20, ram 50 GiB." @param open what somebody has not decided about since. */
export function backInWords({ text, values }: Pick<Words, 'text' | 'values'>, open?: readonly string[]): string {
  const words = among(values, open).map(({ back }) => back);
  return `${text}: ${words.join(', ')}.`;
}

/** The line with which somebody keeps what is still to go back, for as long again. */
export function extendLine({ values, line }: Pick<Words, 'values' | 'line'>, open?: readonly string[]): string {
  return inLine(line.begin, among(values, open), line.extend);
}

/** The same for good. */
export function keepLine({ values, line }: Pick<Words, 'values' | 'line'>, open?: readonly string[]): string {
  return inLine(line.begin, among(values, open), line.keep);
}

function inLine(begin: string, values: readonly LaterValue[], end: string): string {
  return [begin, ...values.map(({ typed }) => typed), end].join(' ');
}

function among(values: readonly LaterValue[], open: readonly string[] | undefined): readonly LaterValue[] {
  return open === undefined ? values : values.filter(({ id }) => open.includes(id));
}
