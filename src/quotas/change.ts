import { UserError } from '../errors.ts';
import type { Project } from '../openstack/identity.ts';
import { type QuotaUse, type QuotaUses, taken } from '../openstack/quota-set.ts';
import { formatLimit, getQuotas, type QuotaService, quotaOfKey, quotaValue, SERVICE_NAMES } from '../openstack/quotas.ts';
import type { Session } from '../openstack/session.ts';
import { code } from '../reply.ts';
import type { Wanted } from './wanted.ts';

/** A limit that is to be another one, with what it is now. */
export interface Change extends Wanted {
  use: QuotaUse;
}

/** What each service of what is wanted says now; one look at each. */
export async function limitsNow(
  wanted: readonly Wanted[],
  read: (service: QuotaService) => Promise<QuotaUses>,
): Promise<ReadonlyMap<QuotaService, QuotaUses>> {
  const services = [...new Set(wanted.map(({ quota }) => quota.service))];
  return new Map(await Promise.all(services.map(async (service) => [service, await read(service)] as const)));
}

/** The present limits and use of what is wanted; UserError where a service has no such quota or more is in use. */
export async function lookUp(os: Session, project: Project, wanted: Wanted[]): Promise<Change[]> {
  const sets = await limitsNow(wanted, (service) => getQuotas(os, service, project.id));
  const found: Change[] = [];
  const problems: string[] = [];
  for (const { quota, to } of wanted) {
    const set = sets.get(quota.service) ?? {};
    const use = set[quota.key];
    const used = use ? taken(use) : 0;
    if (!use) problems.push(missing({ quota, to }, set));
    else if (to !== use.limit && to >= 0 && to < used) {
      problems.push(
        `${code(quota.name)} cannot be ${formatLimit(quota, to)}: ${code(project.name)} uses ${formatLimit(quota, used)}. Type at least ${code(`${quota.name}=${used}`)}.`,
      );
    } else found.push({ quota, to, use });
  }
  if (problems.length > 0) throw new UserError(problems.join(' '));
  return found;
}

function missing({ quota: { name, service, key } }: Wanted, set: QuotaUses): string {
  const kind = /^(volumes|gigabytes|snapshots)_/.exec(key)?.[0];
  const types = kind === undefined ? [] : Object.keys(set).filter((one) => one.startsWith(kind));
  const instead = types.length > 0 ? ` For volume types it has ${types.map((type) => code(type)).join(', ')}.` : '';
  return `${SERVICE_NAMES[service]} of this cloud has no quota ${code(name)}.${instead}`;
}

/** As the job `quota/set` takes them: from `was` to `to`, by service. */
export interface ServiceLimits {
  id: QuotaService;
  name: string;
  limits: Record<string, { was: number; to: number }>;
}

export function byService<T extends Wanted>(
  changes: readonly T[],
  limits: (change: T) => { was: number; to: number },
): ServiceLimits[] {
  const services = [...new Set(changes.map(({ quota }) => quota.service))];
  return services.map((service) => ({
    id: service,
    name: SERVICE_NAMES[service],
    limits: Object.fromEntries(
      changes.filter(({ quota }) => quota.service === service).map((change) => [change.quota.key, limits(change)]),
    ),
  }));
}

/** Its name among all services' values. */
export function valueName({ quota }: Wanted): string {
  return quotaValue(quota.service, quota.key);
}

/** `cores=40 ram=81920`, as a line takes it. */
export function typedLimits(changes: readonly Wanted[]): string {
  return changes.map(({ quota, to }) => `${quota.name}=${to}`).join(' ');
}

/** The same of what it is now. */
export function typedPresent(changes: readonly Change[]): string {
  return typedLimits(changes.map(({ quota, use }) => ({ quota, to: use.limit })));
}

/** The same of what is kept for a job: each value as it was, or as it was to be. */
export function typedOf(services: readonly ServiceLimits[], which: 'was' | 'to'): string {
  return services
    .flatMap(({ id, limits }) => Object.entries(limits).map(([key, limit]) => `${quotaOfKey(id, key).name}=${limit[which]}`))
    .join(' ');
}

/** "cores 20 → 40", or "cores stays 40". */
export function oldToNew({ quota, use, to }: Change): string {
  return use.limit === to
    ? `${quota.name} stays ${formatLimit(quota, to)}`
    : `${quota.name} ${formatLimit(quota, use.limit)} → ${formatLimit(quota, to)}`;
}

/** "cores 20, ram 50 GiB": what it is now. */
export function presentInWords(changes: readonly Change[]): string {
  return changes.map(({ quota, use }) => `${quota.name} ${formatLimit(quota, use.limit)}`).join(', ');
}
