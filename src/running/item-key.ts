/** The same ID may be an item in several regions. */
export function itemKey(region: string, item: string): string {
  return `${region}/${item}`;
}

/** The item's own ID, out of its key. */
export function itemOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
