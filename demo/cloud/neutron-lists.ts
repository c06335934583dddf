import { fault } from './neutron-refusals.ts';
import { type Answer, type Asked, isAdmin, isRecord, page } from './router.ts';

/** As neutron shows it, with neutron's names. */
export interface Shown extends Record<string, unknown> {
  id: string;
}

interface ListOptions {
  key: string;
  pageSize: number | undefined;
}

const NOT_FILTERS = ['fields', 'limit', 'marker', 'page_reverse', 'sort_key', 'sort_dir'];

/**
 * What the filters of a query leave of a list, with just its `fields`. A filter that is given twice means one or the other; one that
 * nothing here has is refused. Source: neutron/api/api_common.py, get_filters
 */
export function listOf(asked: Asked, things: readonly Shown[], { key, pageSize }: ListOptions): Answer {
  const { query } = asked;
  const names = [...new Set(query.keys())].filter((name) => !NOT_FILTERS.includes(name));
  // All of a list are shown alike: one of them says what there is to filter by.
  const [one] = things;
  const unknown = names.filter((name) => one && !(name in one));
  if (unknown.length > 0) {
    const words = `[${unknown.map((name) => `'${name}'`).join(', ')}] is invalid attribute for filtering`;
    throw fault(400, 'HTTPBadRequest', words);
  }
  const limit = query.get('limit');
  if (limit !== null && !/^[0-9]+$/.test(limit)) {
    throw fault(400, 'BadRequest', `Bad limit request: Limit must be an integer 0 or greater and not '${limit}'.`);
  }
  const found = things.filter((thing) => names.every((name) => fits(name, thing[name], query.getAll(name))));
  const fields = query.getAll('fields');
  return page(asked, found, {
    key,
    linksKey: `${key}_links`,
    pageSize,
    show: (thing) =>
      fields.length === 0 ? thing : Object.fromEntries(fields.flatMap((name) => (name in thing ? [[name, thing[name]]] : []))),
  });
}

/** Texts as MySQL compares them; nothing fits null. */
function fits(name: string, value: unknown, wanted: string[]): boolean {
  if (value === null || value === undefined) return false;
  if (name === 'tags' && Array.isArray(value)) return wanted.every((tags) => tags.split(',').every((tag) => value.includes(tag)));
  if (name === 'fixed_ips' && Array.isArray(value)) {
    return wanted.some((pair) => {
      const [part = '', what] = pair.split('=');
      return value.some((fixed) => isRecord(fixed) && fixed[part] === what);
    });
  }
  return wanted.some((one) => one.toLowerCase() === String(value).toLowerCase());
}

/** Who is no admin sees the own project's. */
export function own<T extends { projectId: string }>(asked: Asked, things: readonly T[]): T[] {
  return things.filter(({ projectId }) => isAdmin(asked) || projectId === asked.caller.projectId);
}

export function byId<T extends { id: string }>(things: readonly T[]): T[] {
  return [...things].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function owner(projectId: string): { project_id: string; tenant_id: string } {
  return { project_id: projectId, tenant_id: projectId };
}
