import type { z } from 'zod';
import type { Count } from '../chat/values.ts';
import { UserError } from '../errors.ts';
import { QUOTAS, type Quota, quotaCalled } from '../openstack/quotas.ts';
import { code } from '../reply.ts';
import { UNITS } from './limit.ts';

/** A limit that somebody typed. */
export interface Wanted {
  quota: Quota;
  to: number;
}

/** One argument for each quota, with its unit; `keyPairs` is typed as `key-pairs`. */
export function quotaArguments(): Record<string, z.ZodOptional<typeof Count>> {
  const camelCase = (name: string): string => name.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
  return Object.fromEntries(QUOTAS.map(({ name, unit, what }) => [camelCase(name), UNITS[unit].optional().describe(what)]));
}

/** What was typed as quotas with their units; UserError with all that is wrong in it. */
export function wantedOf(typed: Record<string, unknown>): Wanted[] {
  const wanted: Wanted[] = [];
  const problems: string[] = [];
  for (const [name, value] of Object.entries(typed)) {
    if (value === undefined) continue;
    const quota = quotaCalled(name);
    if (!quota) problems.push(`There is no quota ${code(name)}.`);
    else if ('gone' in quota) problems.push(`${code(name)}: ${quota.gone}.`);
    else if (wanted.some((one) => one.quota.key === quota.key && one.quota.service === quota.service)) {
      problems.push(`${code(quota.name)} is given twice, the second time as ${code(name)}.`);
    } else {
      const read = UNITS[quota.unit].safeParse(value);
      if (read.success) wanted.push({ quota, to: read.data });
      else problems.push(`${code(name)}: ${read.error.issues[0]?.message ?? 'wrong'}.`);
    }
  }
  if (problems.length > 0) throw new UserError(problems.join(' '));
  if (wanted.length === 0) throw new UserError(`Which quotas? Type for example ${code('cores=40 ram=80G volumes=20')}.`);
  return wanted;
}
