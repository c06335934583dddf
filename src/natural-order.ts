const collator = new Intl.Collator('en', { numeric: true });

/** Sorts names as people count: compute2 before compute10. */
export function naturally(a: string, b: string): number {
  return collator.compare(a, b);
}
