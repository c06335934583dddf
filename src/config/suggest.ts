import { distance } from 'fastest-levenshtein';

/** `; did you mean "operator"?`, or nothing where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const limit = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  const [best] = [...candidates]
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= limit || candidate.startsWith(`${word} `))
    .sort((a, b) => a.far - b.far);
  return best ? `; did you mean ${shown(best.candidate)}?` : '';
}

const SECRET = /xox[a-z]-|xapp-|xoxe[.-]|:\/\/[^/\s]*@/;

/** A value in quotes, as far as it may be shown: nothing that looks like one of our secrets, and not more than a line. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  if (SECRET.test(text)) return '(a value that looks like a secret)';
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}
