import { readdirSync } from 'node:fs';
import { CASES } from './cases.ts';

/** Not calls of OpenStack but what carries them. Every other file of src/openstack is held to the real cloud. */
const MACHINERY = [
  'at-once.ts',
  'auth.ts',
  'batches.ts',
  'catalog.ts',
  'clouds-yaml.ts',
  'connection.ts',
  'domain-names.ts',
  'exchange.ts',
  'faults.ts',
  'gone.ts',
  'http.ts',
  'microversions.ts',
  'pages.ts',
  'quota-set.ts',
  'quotas.ts',
  'server-body.ts',
  'session.ts',
  'targets.ts',
  'times.ts',
];

/** Functions that src/openstack exports and no contract case calls, as `compute.ts: listServers`. */
export async function exportsWithoutCase(): Promise<string[]> {
  const folder = new URL('../../src/openstack/', import.meta.url);
  const covered = new Set<unknown>(CASES.flatMap(({ calls }) => calls));
  const missing: string[] = [];
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.ts') || MACHINERY.includes(file)) continue;
    const module: Record<string, unknown> = await import(new URL(file, folder).href);
    for (const [name, exported] of Object.entries(module)) {
      if (typeof exported === 'function' && !covered.has(exported)) missing.push(`${file}: ${name}`);
    }
  }
  return missing;
}
