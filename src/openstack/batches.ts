/** As many IDs as fit into a URL that any proxy takes. */
const MOST_IDS = 100;

/** Lists for so many IDs at a time, one after the other; once, and for all there are, where none are given. */
export async function inBatches<T>(
  ids: readonly string[] | undefined,
  list: (ids: readonly string[] | undefined) => Promise<T[]>,
): Promise<T[]> {
  if (!ids) return list(undefined);
  const items: T[] = [];
  for (let from = 0; from < ids.length; from += MOST_IDS) items.push(...(await list(ids.slice(from, from + MOST_IDS))));
  return items;
}
