import type { NovaOptions } from './nova.ts';
import { atLeast, badRequest, demand } from './nova-refusals.ts';
import { type Answer, type Asked, isAdmin, isRecord, type Refusal, type Route } from './router.ts';
import { computeUse, type Limits, limitsOf, setLimits } from './state.ts';

/** Until 2.35 and 2.56; nova knows them still, and counts nothing of the former. */
const GONE_QUOTAS: Limits = {
  fixed_ips: -1,
  floating_ips: -1,
  injected_file_content_bytes: 10240,
  injected_file_path_bytes: 255,
  injected_files: 5,
  security_group_rules: -1,
  security_groups: -1,
};

export function quotaRoutes({ state }: NovaOptions): Route[] {
  const quotas = state.quotas.compute;

  function knownProject(id: string): void {
    if (!state.projects.some((project) => project.id === id)) throw badRequest(`Project ID ${id} is not a valid project.`);
  }

  function gone(asked: Asked): Limits {
    return atLeast(asked, '2.36') ? {} : GONE_QUOTAS;
  }

  function put(asked: Asked): Answer {
    demand(isAdmin(asked), 'os-quota-sets:update');
    const projectId = asked.params.project ?? '';
    const wanted = checkedLimits(asked.body, 'quota_set', quotas.defaults);
    knownProject(projectId);
    const used = computeUse(state, projectId);
    for (const [name, limit] of Object.entries(wanted)) {
      const taken = (used[name] ?? 0) + (quotas.reserved.get(projectId)?.[name] ?? 0);
      if (limit >= 0 && limit < taken && !state.unifiedLimits) {
        throw badRequest(`Quota limit ${limit} for ${name} must be greater than or equal to already used and reserved ${taken}.`);
      }
    }
    if (!state.unifiedLimits) setLimits(quotas, projectId, wanted);
    return { status: 200, body: { quota_set: limitsOf(quotas, projectId) } };
  }

  function putClass(asked: Asked): Answer {
    const wanted = checkedLimits(asked.body, 'quota_class_set', quotas.defaults);
    demand(isAdmin(asked), 'os-quota-class-sets:update');
    if (!state.unifiedLimits) Object.assign(quotas.defaults, wanted);
    return { status: 200, body: { quota_class_set: quotas.defaults } };
  }

  return [
    {
      method: 'GET',
      path: '/v2.1/os-quota-sets/:project/detail',
      handle(asked) {
        const projectId = asked.params.project ?? '';
        demand(isAdmin(asked) || projectId === asked.caller.projectId, 'os-quota-sets:detail');
        knownProject(projectId);
        const used = computeUse(state, projectId);
        const set: Record<string, unknown> = { id: projectId };
        for (const [name, limit] of Object.entries({ ...gone(asked), ...limitsOf(quotas, projectId) })) {
          set[name] = { limit, in_use: used[name] ?? 0, reserved: quotas.reserved.get(projectId)?.[name] ?? 0 };
        }
        return { status: 200, body: { quota_set: set } };
      },
    },
    { method: 'PUT', path: '/v2.1/os-quota-sets/:project', handle: put },
    {
      method: 'GET',
      path: '/v2.1/os-quota-class-sets/default',
      handle(asked) {
        demand(isAdmin(asked), 'os-quota-class-sets:show');
        return { status: 200, body: { quota_class_set: { id: 'default', ...quotas.defaults } } };
      },
    },
    { method: 'PUT', path: '/v2.1/os-quota-class-sets/default', handle: putClass },
  ];
}

/** nova/api/openstack/compute/schemas/quota_sets.py, quota_classes.py */
function checkedLimits(body: unknown, key: 'quota_set' | 'quota_class_set', known: Limits): Limits {
  const set = isRecord(body) ? body[key] : undefined;
  if (!isRecord(set)) throw badRequest(`'${key}' is a required property`);
  const limits: Limits = {};
  for (const [name, value] of Object.entries(set)) {
    const invalid = (why: string): Refusal => badRequest(`Invalid input for field/attribute ${name}. Value: ${value}. ${why}`);
    if (!(name in known)) {
      throw badRequest(
        `Invalid input for field/attribute ${key}. Value: {'${name}': ${value}}. Additional properties are not allowed ('${name}' was unexpected)`,
      );
    }
    if (!/^-?[0-9]+$/.test(String(value))) throw invalid(`'${value}' does not match '^-?[0-9]+$'`);
    const limit = Number(value);
    if (limit < -1) throw invalid(`${value} is less than the minimum of -1`);
    if (limit > 0x7fffffff) throw invalid(`${value} is greater than the maximum of 2147483647`);
    limits[name] = limit;
  }
  return limits;
}
