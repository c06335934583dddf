import type { NeutronOptions } from './neutron.ts';
import { demand, fault } from './neutron-refusals.ts';
import { type Asked, isAdmin, isRecord, type Route } from './router.ts';
import { type Limits, limitsOf, networkUse, setLimits } from './state.ts';

export function quotaRoutes({ state }: NeutronOptions): Route[] {
  const quotas = state.quotas.network;

  function projectOf({ params }: Asked): string {
    return params.project ?? '';
  }

  return [
    {
      method: 'GET',
      path: '/v2.0/quotas/:project/details.json',
      handle(asked) {
        const projectId = projectOf(asked);
        if (!isAdmin(asked) && projectId !== asked.caller.projectId) {
          const words = 'User does not have admin privileges: Only admin is authorized to access quotas for another project.';
          throw fault(403, 'AdminRequired', words);
        }
        const use = networkUse(state, projectId);
        const quota: Record<string, unknown> = {};
        for (const [name, limit] of Object.entries(limitsOf(quotas, projectId))) {
          quota[name] = { limit, used: use[name] ?? 0, reserved: quotas.reserved.get(projectId)?.[name] ?? 0 };
        }
        return { status: 200, body: { quota } };
      },
    },
    {
      method: 'GET',
      path: '/v2.0/quotas/:project/default',
      handle(asked) {
        demand(isAdmin(asked) || projectOf(asked) === asked.caller.projectId, 'get_quota');
        return { status: 200, body: { quota: quotas.defaults } };
      },
    },
    // Below what is in use is as good to it as above, up to 2025.1.
    {
      method: 'PUT',
      path: '/v2.0/quotas/:project',
      handle(asked) {
        demand(isAdmin(asked), 'update_quota');
        setLimits(quotas, projectOf(asked), checkedLimits(asked.body, quotas.defaults));
        return { status: 200, body: { quota: limitsOf(quotas, projectOf(asked)) } };
      },
    },
  ];
}

/** neutron/extensions/quotasv2.py */
function checkedLimits(body: unknown, known: Limits): Limits {
  const quota = isRecord(body) ? body.quota : undefined;
  if (!isRecord(quota)) {
    throw fault(500, 'HTTPInternalServerError', 'Request Failed: internal server error while processing your request.');
  }
  const limits: Limits = {};
  for (const [name, value] of Object.entries(quota)) {
    if (!(name in known)) throw fault(400, 'HTTPBadRequest', `Unrecognized attribute(s) '${name}'`);
    const limit = Number(value);
    if (!Number.isInteger(limit)) throw fault(400, 'InvalidInput', `Invalid input for operation: '${value}' is not an integer.`);
    if (limit < -1) {
      throw fault(400, 'HTTPBadRequest', `Invalid input for ${name}. Reason: '${value}' is too small - must be at least '-1'.`);
    }
    limits[name] = limit;
  }
  return limits;
}
