import { type Asked, isAdmin, isRecord, page, Refusal, type ServiceApi, unauthorized } from './router.ts';
import { type CloudState, type Limits, limitsOf, setLimits } from './state.ts';

export interface NeutronOptions {
  state: CloudState;
  pageSize: number | undefined;
  keystoneUrl(): string;
}

export function neutron({ state, pageSize, keystoneUrl }: NeutronOptions): ServiceApi {
  const quotas = state.quotas.network;

  function projectOf({ params }: Asked): string {
    return params.project ?? '';
  }

  return {
    service: 'network',
    unauthorized: () => unauthorized(keystoneUrl()),
    noRoute: () => ({ status: 404, body: neutronError('HTTPNotFound', 'The resource could not be found.') }),
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: ({ base }) => ({
          status: 200,
          body: { versions: [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${base}/v2.0/` }] }] },
        }),
      },
      {
        method: 'GET',
        path: '/v2.0/quotas/:project/details.json',
        handle(asked) {
          const projectId = projectOf(asked);
          if (!isAdmin(asked) && projectId !== asked.caller.projectId) {
            const words = 'User does not have admin privileges: Only admin is authorized to access quotas for another project.';
            throw fault(403, 'AdminRequired', words);
          }
          const quota: Record<string, unknown> = {};
          for (const [name, limit] of Object.entries(limitsOf(quotas, projectId))) {
            quota[name] = {
              limit,
              used: quotas.used.get(projectId)?.[name] ?? 0,
              reserved: quotas.reserved.get(projectId)?.[name] ?? 0,
            };
          }
          return { status: 200, body: { quota } };
        },
      },
      {
        method: 'GET',
        path: '/v2.0/quotas/:project/default',
        handle(asked) {
          const allowed = isAdmin(asked) || projectOf(asked) === asked.caller.projectId;
          if (!allowed) throw fault(403, 'PolicyNotAuthorized', 'rule:get_quota is disallowed by policy');
          return { status: 200, body: { quota: quotas.defaults } };
        },
      },
      // Below what is in use is as good to it as above, up to 2025.1.
      {
        method: 'PUT',
        path: '/v2.0/quotas/:project',
        handle(asked) {
          if (!isAdmin(asked)) throw fault(403, 'PolicyNotAuthorized', 'rule:update_quota is disallowed by policy');
          setLimits(quotas, projectOf(asked), checkedLimits(asked.body, quotas.defaults));
          return { status: 200, body: { quota: limitsOf(quotas, projectOf(asked)) } };
        },
      },
      {
        method: 'GET',
        path: '/v2.0/agents',
        handle(asked) {
          const agents = isAdmin(asked) ? state.agents : [];
          const shown = agents.map(({ id, agentType, binary, host, alive, adminStateUp }) => ({
            id,
            agent_type: agentType,
            binary,
            topic: 'N/A',
            host,
            admin_state_up: adminStateUp,
            alive,
            description: null,
            configurations: {},
          }));
          return page(asked, agents, shown, { key: 'agents', linksKey: 'agents_links', pageSize });
        },
      },
    ],
  };
}

function neutronError(type: string, message: string): unknown {
  return { NeutronError: { type, message, detail: '' } };
}

function fault(status: number, type: string, message: string): Refusal {
  return new Refusal({ status, body: neutronError(type, message) });
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
