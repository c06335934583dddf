import { z } from 'zod';
import type { Service } from './session.ts';

/** What a service's root names as current. `min` and `max` are microversions, absent where the service has none. */
export interface VersionRange {
  /** "v2.1" */
  id: string;
  min?: string;
  max?: string;
}

const Version = z.object({
  id: z.string(),
  status: z.string(),
  min_version: z.string().optional(),
  version: z.string().optional(),
  max_version: z.string().optional(),
});
const Root = z.object({ versions: z.union([z.array(Version), z.object({ values: z.array(Version) })]) });

/** Only these three have microversions; the words are theirs in the `OpenStack-API-Version` header. */
const HEADER_WORDS: Partial<Record<Service, string>> = { compute: 'compute', volume: 'volume', placement: 'placement' };

export function microversionHeaders(service: Service, microversion: string | undefined): Record<string, string> {
  const word = HEADER_WORDS[service];
  if (!word || microversion === undefined) return {};
  return {
    'openstack-api-version': `${word} ${microversion}`,
    // Nova before 2.27 knows only its own header. https://docs.openstack.org/nova/latest/reference/api-microversion-history.html
    ...(service === 'compute' ? { 'x-openstack-nova-api-version': microversion } : {}),
  };
}

/** Reads a version document: nova, cinder, neutron, glance, placement give a list, keystone `{ values }`. */
export function versionRange(body: unknown): VersionRange | undefined {
  const root = Root.safeParse(body);
  if (!root.success) return undefined;
  const versions = Array.isArray(root.data.versions) ? root.data.versions : root.data.versions.values;
  const current = versions.find(({ status }) => /^(current|stable)$/i.test(status)) ?? versions[0];
  if (!current) return undefined;
  const { id, min_version: min, version, max_version } = current;
  const max = max_version ?? version;
  return { id, ...(min ? { min } : {}), ...(max ? { max } : {}) };
}

/** Negative where `a` is the older. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
