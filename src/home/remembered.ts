const FAILED_MS = 5_000;
/** More are not kept than this, whatever their age. */
const MOST = 1_000;

/**
 * Asks again only once an answer is older than `keepMs`, or 5 s after it was refused one: Homes are looked at every second, and Slack
 * takes few questions a minute. Whoever asks meanwhile gets the same answer, or the same error.
 */
export function remembered<T>(ask: (about: string) => Promise<T>, keepMs: number): (about: string) => Promise<T> {
  const known = new Map<string, { answer: Promise<T>; until: number }>();
  return (about) => {
    const before = known.get(about);
    if (before && before.until > performance.now()) return before.answer;
    if (known.size >= MOST) known.clear();
    const entry = { answer: ask(about), until: Number.POSITIVE_INFINITY };
    const keep = (ms: number) => (): void => {
      entry.until = performance.now() + ms;
    };
    entry.answer.then(keep(keepMs), keep(FAILED_MS));
    known.set(about, entry);
    return entry.answer;
  };
}
