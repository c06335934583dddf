import { distance } from 'fastest-levenshtein';
import { code } from '../reply.ts';

/** The candidates that a mistyped word may have meant, nearest first; at most three. */
export function nearest(word: string, candidates: Iterable<string>): string[] {
  const typed = word.toLowerCase();
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, far: far(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(1, Math.floor(candidate.length / 4)))
    .sort((a, b) => a.far - b.far || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** "; did you mean `cores` or `cpu`?", or nothing. */
export function didYouMean(words: readonly string[]): string {
  return words.length === 0 ? '' : `; did you mean ${words.map(code).join(' or ')}?`;
}

/** A swap of words (`set quota`) and a beginning (`desc` for `description`) count as near. */
function far(typed: string, candidate: string): number {
  if (typed.length >= 3 && candidate.startsWith(typed)) return 1;
  // A long text is far from any name, and not worth the counting.
  if (typed.length > 2 * candidate.length) return Number.POSITIVE_INFINITY;
  return Math.min(distance(typed, candidate), 1 + distance(sorted(typed), sorted(candidate)));
}

function sorted(words: string): string {
  return words.split(' ').sort().join(' ');
}
