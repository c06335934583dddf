import { z } from 'zod';
import { OpenStackError } from '../../src/errors.ts';
import { defineJob, type Outcome, type Step } from '../../src/job.ts';
import { QUOTA_VERSION } from '../../src/openstack/compute-quotas.ts';
import type { QuotaUse, QuotaUses } from '../../src/openstack/quota-set.ts';
import { formatLimit, getQuotas, type Quota, quotaOfKey, quotaValue, updateQuotas } from '../../src/openstack/quotas.ts';
import type { Session } from '../../src/openstack/session.ts';
import { code, type Table } from '../../src/reply.ts';

const Service = z.object({
  id: z.enum(['compute', 'volume', 'network']),
  name: z.string(),
  /** By the service's own quota names. */
  limits: z.record(z.string(), z.object({ was: z.number().int(), to: z.number().int() })),
});
type Service = z.infer<typeof Service>;

/**
 * Sets a project's quotas, one service after the other. Safe to run again: each service is looked at first, what has its value is
 * passed over, and what neither has the old nor the new one is left alone and named. One service's failure does not stop the others; what
 * was set stays. The same job takes a temporary change back, with old and new the other way round.
 */
export default defineJob({
  payload: z.object({ project: z.object({ id: z.string(), name: z.string() }), services: z.array(Service) }),
  microversions: ({ services }) => (services.some(({ id }) => id === 'compute') ? { compute: QUOTA_VERSION } : {}),

  async run({ project, services: approved }, context) {
    const services = approved
      .map((service) => without(service, context.except))
      .filter(({ limits }) => Object.keys(limits).length > 0);
    const outcomes = await context.converge(services, {
      async step(service, _seen, { openstack, begun }) {
        context.progress(`${service.name}'s quotas of ${code(project.name)}.`);
        const step = await setUnlessSet(openstack, project.id, service);
        return begun && step.state === 'already' ? { ...step, state: 'done' } : step;
      },
    });
    const table = await tableOfNow(context.openstack, project.id, services);
    return { text: textOf(project.name, services, outcomes), lines: problems(outcomes), table, outcomes };
  },
});

/** Without the values that somebody has decided about since this was approved. */
function without(service: Service, except: ReadonlySet<string>): Service {
  const limits = Object.entries(service.limits).filter(([key]) => !except.has(quotaValue(service.id, key)));
  return { ...service, limits: Object.fromEntries(limits) };
}

async function setUnlessSet(os: Session, projectId: string, service: Service): Promise<Step> {
  const before = await getQuotas(os, service.id, projectId);
  const wanted: Record<string, number> = {};
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

  await updateQuotas(os, service.id, projectId, wanted);
  const step = readBack(service, await getQuotas(os, service.id, projectId), wanted);
  return drifted.length > 0 ? { ...step, besides: drifted } : step;
}

/** Why a value is left alone: somebody else has changed it, or more is in use by now. */
function whyNot(quota: Quota, use: QuotaUse | undefined, was: number, to: number): string | undefined {
  if (use?.limit !== was) {
    return `${quota.name} is ${use ? formatLimit(quota, use.limit) : 'gone'} and was ${formatLimit(quota, was)} when this was approved`;
  }
  const taken = use.in_use + use.reserved;
  if (to < 0 || to >= taken) return undefined;
  return `${quota.name} is to be ${formatLimit(quota, to)}, and by now ${formatLimit(quota, taken)} are in use`;
}

/** What was to be as it is (a temporary value that is kept) is done by that; the drifted ones alone are the service's outcome. */
function nothingToSet({ limits }: Service, drifted: Outcome[], kept: number): Step {
  const [first] = drifted;
  if (kept === 0 && first) return { state: 'drifted', detail: drifted.map(({ detail }) => detail).join('; ') };
  const isKept = Object.values(limits).some(({ was, to }) => was === to);
  const step: Step = isKept ? { state: 'done', detail: 'kept as it is' } : { state: 'already' };
  return first ? { ...step, besides: drifted } : step;
}

/** A 200 is not yet success: nova with unified limits answers it and stores nothing. */
function readBack(service: Service, after: QuotaUses, wanted: Record<string, number>): Step {
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

function textOf(project: string, services: Service[], outcomes: Outcome[]): string {
  const set = outcomes.filter(({ state }) => state === 'done' || state === 'already');
  if (set.length === outcomes.length) return `Project ${code(project)} now has ${services.flatMap(newValues).join(', ')}.`;
  const names = (wanted: Outcome[]): string => listed(wanted.map(({ item }) => item.name));
  const unknown = outcomes.filter(({ state }) => state === 'unknown');
  const notSet = outcomes.filter((outcome) => !set.includes(outcome) && !unknown.includes(outcome));
  const parts = [
    ...(set.length > 0 ? [`set in ${names(set)}`] : []),
    ...(notSet.length > 0 ? [`not set in ${names(notSet)}`] : []),
    ...(unknown.length > 0 ? [`perhaps set in ${names(unknown)}`] : []),
  ];
  return `The quotas of project ${code(project)} were ${parts.join(', ')}.`;
}

/** "Nova", "Nova and Cinder", "Nova, Cinder and Neutron" */
function listed(names: string[]): string {
  return names.join(', ').replace(/, (?=[^,]*$)/, ' and ');
}

function newValues(service: Service): string[] {
  return Object.entries(service.limits).map(([key, { to }]) => {
    const quota = quotaOfKey(service.id, key);
    return `${quota.name} ${formatLimit(quota, to)}`;
  });
}

function problems(outcomes: Outcome[]): string[] {
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
async function tableOfNow(os: Session, projectId: string, services: Service[]): Promise<Table> {
  const rows: string[][] = [];
  for (const service of services) {
    const now = await getQuotas(os, service.id, projectId).catch((error: unknown) => {
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
