interface Owned {
  projectId: string;
}

interface Sorted {
  length: number;
  first: Owned | undefined;
  last: Owned | undefined;
  groups: Map<string, Owned[]>;
}

const sorted = new WeakMap<readonly Owned[], Sorted>();

/**
 * What a project has of such a list. Thousands of projects are asked about one after the other, with ten thousands of things to look
 * through, so the list is sorted by project once, and anew when things come or go. Things change their project nowhere.
 */
export function ofProject<T extends Owned>(things: readonly T[], projectId: string): readonly T[] {
  const known = sorted.get(things);
  const isSo = known?.length === things.length && known.first === things[0] && known.last === things.at(-1);
  const groups = known && isSo ? known.groups : sort(things);
  // What was sorted were these very things.
  return (groups.get(projectId) ?? []) as unknown as readonly T[];
}

function sort(things: readonly Owned[]): Sorted['groups'] {
  const groups: Sorted['groups'] = new Map();
  for (const one of things) {
    const group = groups.get(one.projectId);
    if (group) group.push(one);
    else groups.set(one.projectId, [one]);
  }
  sorted.set(things, { length: things.length, first: things[0], last: things.at(-1), groups });
  return groups;
}
