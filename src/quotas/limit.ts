import { Count, SizeGiB, SizeMiB, UNLIMITED } from '../chat/values.ts';
import { type Quota, quotaCalled, quotaValue } from '../openstack/quotas.ts';

/** How a limit of each unit is typed. */
export const UNITS: Readonly<Record<Quota['unit'], typeof Count>> = { count: Count, MiB: SizeMiB, GiB: SizeGiB };

/** A quota's limit as the configuration has it: the value's name among all services and the number in its unit, or what is wrong. */
export function readLimit(name: string, typed: string): { value: string; limit: number } | { problem: string } {
  const quota = quotaCalled(name);
  if (!quota) return { problem: `a limit of a quota that there is; none is called "${name}"` };
  if ('gone' in quota) return { problem: `a limit of a quota that there is: ${quota.gone}` };
  const limit = UNITS[quota.unit].safeParse(typed);
  if (!limit.success || limit.data === UNLIMITED)
    return { problem: `a limit such as ${quota.unit === 'count' ? '200' : '400G'}` };
  return { value: quotaValue(quota.service, quota.key), limit: limit.data };
}
