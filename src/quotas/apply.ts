import { z } from 'zod';
import { OpenStackError } from '../errors.ts';
import type { Outcome, Step } from '../job.ts';
import { type Limits, type QuotaUse, type QuotaUses, taken } from '../openstack/quota-set.ts';
import { formatLimit, QUOTA_SERVICES, type Quota, type QuotaService, quotaOfKey, quotaValue } from '../openstack/quotas.ts';
import type { Table } from '../reply.ts';

/** A service's limits that a job sets: from `was` to `to`, by the service's own names. */
export const ServicePayload = z.object({
  id: z.enum(QUOTA_SERVICES),
  name: z.string(),
  limits: z.record(z.string(), z.object({ was: z.number().int(), to: z.number().int() })),
});
export type ServicePayload = z.infer<typeof ServicePayload>;

/** Where a service keeps them: a project's, or those of all projects without their own. */
export interface LimitsAt {
  read(): Promise<QuotaUses>;
  write(limits: Limits): Promise<void>;
}

/** Sets what neither has its value nor was changed since; reads back. What drifted is left alone and named, one by one. */
export async function setUnlessSet(service: ServicePayload, { read, write }: LimitsAt): Promise<Step> {
  const before = await read();
  const wanted: Limits = {};
  const drifted: Outcome[] = [];
  let kept = 0;
  for (const [key, { was, to }] of Object.entries(service.limits)) {
    const quota = quotaOfKey(service.id, key);
    const use = before[key];
    const detail = use?.limit === to ? undefined : whyNot(quota, use, was, to);
    if (detail !== undefined) {
      drifted.push({
        item: { id: quotaValue(service.id, key), name: `${service.name}, ${quota.name}` },
        state: 'drifted',
        detail,
      });
    } else if (use?.limit === to) kept += 1;
    else wanted[key] = to;
  }
  if (Object.keys(wanted).length === 0) return nothingToSet(service, drifted, kept);

  await write(wanted);
  const step = readBack(service, await read(), wanted);
  return drifted.length > 0 ? { ...step, besides: drifted } : step;
}

/** Why a value is left alone: somebody else has changed it, or more is in use by now. */
function whyNot(quota: Quota, use: QuotaUse | undefined, was: number, to: number): string | undefined {
  if (use?.limit !== was) {
    return `${quota.name} is ${use ? formatLimit(quota, use.limit) : 'gone'} and was ${formatLimit(quota, was)} when this was approved`;
  }
  const used = taken(use);
  if (to < 0 || to >= used) return undefined;
  return `${quota.name} is to be ${formatLimit(quota, to)}, and by now ${formatLimit(quota, used)} are in use`;
}

/** What was to be as it is (a temporary value that is kept) is done by that; the drifted ones alone are the service's outcome. */
function nothingToSet({ limits }: ServicePayload, drifted: Outcome[], kept: number): Step {
  const [first] = drifted;
  if (kept === 0 && first) return { state: 'drifted', detail: drifted.map(({ detail }) => detail).join('; ') };
  const isKept = Object.values(limits).some(({ was, to }) => was === to);
  const step: Step = isKept ? { state: 'done', detail: 'kept as it is' } : { state: 'already' };
  return first ? { ...step, besides: drifted } : step;
}

/** What of these services was set, value by value, or may have been. @param did their outcomes, with values that were left alone beside them */
export function whatTook(services: readonly ServicePayload[], did: readonly Outcome[]): ServicePayload[] {
  const states = new Map(did.map(({ item, state }) => [item.id, state]));
  const took = (id: string): boolean => states.get(id) === 'done' || states.get(id) === 'unknown';
  return services.flatMap((service) => {
    const limits = Object.entries(service.limits).filter(([key]) => !states.has(quotaValue(service.id, key)));
    return took(service.id) && limits.length > 0 ? [{ ...service, limits: Object.fromEntries(limits) }] : [];
  });
}

/** A 200 is not yet success: nova with unified limits answers it and stores nothing. */
function readBack(service: ServicePayload, after: QuotaUses, wanted: Limits): Step {
  const wrong = Object.keys(wanted).filter((key) => after[key]?.limit !== wanted[key]);
  if (wrong.length === 0) return { state: 'done' };
  const names = wrong.map((key) => {
    const quota = quotaOfKey(service.id, key);
    const limit = after[key]?.limit;
    return `${quota.name} is ${limit === undefined ? 'gone' : `still ${formatLimit(quota, limit)}`}`;
  });
  const unified = service.id === 'compute' && wrong.length === Object.keys(wanted).length;
  const why = unified ? ". This cloud's Nova most likely uses unified limits (Keystone), which this call does not change" : '';
  return { state: 'failed', detail: `${service.name} answered well and did not store it: ${names.join(', ')}${why}` };
}

/** "cores 40, ram 80 GiB" */
export function newValues(services: readonly ServicePayload[]): string {
  return services
    .flatMap(({ id, limits }) =>
      Object.entries(limits).map(([key, { to }]) => {
        const quota = quotaOfKey(id, key);
        return `${quota.name} ${formatLimit(quota, to)}`;
      }),
    )
    .join(', ');
}

/** "set in Nova and Neutron, not set in Cinder"; undefined where all is as it was to be. */
export function whatWasSet(outcomes: readonly Outcome[]): string | undefined {
  const set = outcomes.filter(({ state }) => state === 'done' || state === 'already');
  if (set.length === outcomes.length) return undefined;
  const names = (wanted: Outcome[]): string => listed(wanted.map(({ item }) => item.name));
  const unknown = outcomes.filter(({ state }) => state === 'unknown');
  const notSet = outcomes.filter((outcome) => !set.includes(outcome) && !unknown.includes(outcome));
  return [
    ...(set.length > 0 ? [`set in ${names(set)}`] : []),
    ...(notSet.length > 0 ? [`not set in ${names(notSet)}`] : []),
    ...(unknown.length > 0 ? [`perhaps set in ${names(unknown)}`] : []),
  ].join(', ');
}

/** "Nova", "Nova and Cinder", "Nova, Cinder and Neutron" */
function listed(names: string[]): string {
  return names.join(', ').replace(/, (?=[^,]*$)/, ' and ');
}

/** One line for each service or value that did not become what it was to be by this. */
export function problemsIn(outcomes: readonly Outcome[]): string[] {
  const words = {
    failed: 'failed',
    drifted: 'left alone',
    unknown: 'unknown',
    'not started': 'not started',
    done: '',
    already: 'was so before',
  };
  return outcomes
    .filter(({ state }) => state !== 'done')
    .map(({ item, state, detail }) => `${item.name}: ${words[state]}${detail ? `. ${detail.replace(/\.$/, '')}` : ''}.`);
}

/** What each service says at the end, whatever we believe to have done. */
export async function tableOfNow(
  services: readonly ServicePayload[],
  read: (service: QuotaService) => Promise<QuotaUses>,
): Promise<Table> {
  const rows: string[][] = [];
  for (const service of services) {
    const now = await read(service.id).catch((error: unknown) => {
      if (error instanceof OpenStackError) return undefined;
      throw error;
    });
    for (const [key, { was, to }] of Object.entries(service.limits)) {
      const quota = quotaOfKey(service.id, key);
      const limit = now?.[key]?.limit;
      const shown = limit === undefined ? 'not known' : formatLimit(quota, limit);
      rows.push([quota.name, service.name, formatLimit(quota, was), formatLimit(quota, to), shown]);
    }
  }
  return { columns: ['quota', 'service', 'before', 'wanted', 'now'], rows };
}
