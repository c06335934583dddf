import { code } from '../reply.ts';

const LONGEST = 60;

/** What somebody typed, as a code span that leaves room for the rest of the message. */
export function echo(typed: string | number): string {
  const text = String(typed);
  return code(text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, '')}…`);
}
