import { nearest } from '../chat/suggest.ts';

/** `; did you mean "operator"?`, or nothing where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const [best] = nearest(word, candidates);
  return best === undefined ? '' : `; did you mean ${shown(best)}?`;
}

const SECRET = /xox[a-z]-|xapp-|xoxe[.-]|:\/\/[^/\s]*@/;

/** A value in quotes, as far as it may be shown: nothing that looks like one of our secrets, and not more than a line. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  if (SECRET.test(text)) return '(a value that looks like a secret)';
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}
