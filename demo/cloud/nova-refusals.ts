import { compareVersions } from '../../src/openstack/microversions.ts';
import { type Asked, fault, type Refusal } from './router.ts';

export function demand(allowed: boolean, rule: string): void {
  if (!allowed) throw fault(403, 'forbidden', `Policy doesn't allow os_compute_api:${rule} to be performed.`);
}

export function badRequest(message: string): Refusal {
  return fault(400, 'badRequest', message);
}

export function notFound(message: string): Refusal {
  return fault(404, 'itemNotFound', message);
}

export function lostMarker(marker: string): Refusal {
  return badRequest(`marker [${marker}] not found`);
}

/** Whether the call asks for this microversion or a later one. */
export function atLeast({ microversion }: Asked, version: string): boolean {
  return compareVersions(microversion, version) >= 0;
}

/** As Python writes a value: nova's refusals quote what they were given. */
export function python(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const pairs = Object.entries(value).map(([key, item]) => `'${key}': ${python(item)}`);
  return `{${pairs.join(', ')}}`;
}
