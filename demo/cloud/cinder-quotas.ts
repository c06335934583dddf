import type { CinderOptions } from './cinder.ts';
import { badRequest, demand } from './cinder-refusals.ts';
import { type Asked, isAdmin, isRecord, type Refusal, type Route } from './router.ts';
import { type Limits, limitsOf, setLimits, volumeUse } from './state.ts';

export function quotaRoutes({ state }: CinderOptions): Route[] {
  const quotas = state.quotas.volume;

  /** The names per volume type, unlimited unless set. */
  function defaults(): Limits {
    const perType: Limits = {};
    for (const { name } of state.volumeTypes) {
      for (const kind of ['volumes', 'gigabytes', 'snapshots']) perType[`${kind}_${name}`] = -1;
    }
    return { ...perType, ...quotas.defaults };
  }

  function limits(projectId: string): Limits {
    return { ...defaults(), ...limitsOf(quotas, projectId) };
  }

  function mayShow(asked: Asked): string {
    const projectId = asked.params.project ?? '';
    demand(isAdmin(asked) || projectId === asked.caller.projectId, 'volume_extension:quotas:show');
    return projectId;
  }

  return [
    {
      method: 'GET',
      path: '/os-quota-sets/:project',
      handle(asked) {
        const projectId = mayShow(asked);
        const used = volumeUse(state, projectId);
        const set: Record<string, unknown> = {};
        for (const [name, limit] of Object.entries(limits(projectId))) {
          const reserved = quotas.reserved.get(projectId)?.[name] ?? 0;
          set[name] = asked.query.get('usage') === 'True' ? { limit, in_use: used[name] ?? 0, reserved } : limit;
        }
        return { status: 200, body: { quota_set: { ...set, id: projectId } } };
      },
    },
    {
      method: 'PUT',
      path: '/os-quota-sets/:project',
      handle(asked) {
        demand(isAdmin(asked), 'volume_extension:quotas:update');
        const projectId = asked.params.project ?? '';
        const wanted = checkedLimits(asked.body, limits(projectId));
        const used = volumeUse(state, projectId);
        for (const [name, limit] of Object.entries(wanted)) {
          const taken = (used[name] ?? 0) + (quotas.reserved.get(projectId)?.[name] ?? 0);
          // Only names that somebody has set for this project before: `defaults=False` in cinder/api/contrib/quotas.py
          const isOwn = quotas.own.get(projectId)?.[name] !== undefined;
          if (isOwn && limit >= 0 && limit < taken && name !== 'per_volume_gigabytes') {
            throw badRequest(
              `Quota ${name} limit must be equal or greater than existing resources. Current usage is ${taken} and the requested limit is ${limit}.`,
            );
          }
        }
        setLimits(quotas, projectId, wanted);
        return { status: 200, body: { quota_set: limits(projectId) } };
      },
    },
    {
      method: 'GET',
      path: '/os-quota-class-sets/default',
      handle(asked) {
        demand(isAdmin(asked), 'volume_extension:quota_classes:get');
        return { status: 200, body: { quota_class_set: { ...defaults(), id: 'default' } } };
      },
    },
    {
      method: 'PUT',
      path: '/os-quota-class-sets/default',
      handle(asked) {
        const wanted = checkedClass(asked.body, defaults());
        demand(isAdmin(asked), 'volume_extension:quota_classes:update');
        Object.assign(quotas.defaults, wanted);
        return { status: 200, body: { quota_class_set: defaults() } };
      },
    },
  ];
}

/** cinder/api/contrib/quotas.py */
function checkedLimits(body: unknown, known: Limits): Limits {
  const set = isRecord(body) ? body.quota_set : undefined;
  if (!isRecord(set) || Object.keys(set).length === 0) {
    throw badRequest('Invalid input for field/attribute quota_set. Value: {}. {} does not have enough properties');
  }
  refuseUnknown(set, known, 'quota set');
  const limits: Limits = {};
  for (const [name, value] of Object.entries(set)) {
    const limit = Number(value);
    if (!Number.isInteger(limit)) throw badRequest(`${name} must be an integer`);
    if (limit < -1) throw badRequest(`${name} must be >= -1`);
    limits[name] = limit;
  }
  return limits;
}

/** cinder/api/schemas/quota_classes.py */
function checkedClass(body: unknown, known: Limits): Limits {
  const set = isRecord(body) ? body.quota_class_set : undefined;
  if (!isRecord(set)) throw badRequest("'quota_class_set' is a required property");
  const limits: Limits = {};
  for (const [name, value] of Object.entries(set)) {
    const invalid = (why: string): Refusal => badRequest(`Invalid input for field/attribute ${name}. Value: ${value}. ${why}`);
    if (typeof value !== 'number' && !/^[0-9]*$/.test(String(value))) throw invalid(`'${value}' does not match '^[0-9]*$'`);
    const limit = Number(value);
    if (limit < -1) throw invalid(`${value} is less than the minimum of -1`);
    if (limit > 0x7fffffff) throw invalid(`${value} is greater than the maximum of 2147483647`);
    limits[name] = limit;
  }
  refuseUnknown(limits, known, 'quota class set');
  return limits;
}

function refuseUnknown(set: object, known: Limits, what: string): void {
  const unknown = Object.keys(set).filter((name) => !(name in known));
  if (unknown.length > 0) throw badRequest(`Invalid input received: Bad key(s) in ${what}: ${unknown.join(',')}`);
}
