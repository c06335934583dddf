import { type Asked, fault, isAdmin, isRecord, NO_ROUTE, page, type Route, type ServiceApi, unauthorized } from './router.ts';
import { type CloudState, type Limits, limitsOf, setLimits } from './state.ts';

export interface CinderOptions {
  state: CloudState;
  min: string;
  max: string;
  pageSize: number | undefined;
  keystoneUrl(): string;
}

export function cinder({ state, min, max, pageSize, keystoneUrl }: CinderOptions): ServiceApi {
  const quotas = state.quotas.volume;

  /** The names per volume type, unlimited unless set. */
  function limits(projectId: string): Limits {
    return { ...typeDefaults(), ...limitsOf(quotas, projectId) };
  }

  function typeDefaults(): Limits {
    const perType: Limits = {};
    for (const { name } of state.volumeTypes) {
      for (const kind of ['volumes', 'gigabytes', 'snapshots']) perType[`${kind}_${name}`] = -1;
    }
    return perType;
  }

  function own(method: string, path: string, handle: Route['handle']): Route {
    return {
      method,
      path: `/v3/:own${path}`,
      handle(asked) {
        if (asked.params.own !== asked.caller.projectId) throw fault(400, 'badRequest', 'Malformed request url');
        return handle(asked);
      },
    };
  }

  function mayShow(asked: Asked): string {
    const projectId = asked.params.project ?? '';
    demand(isAdmin(asked) || projectId === asked.caller.projectId, 'quotas:show');
    return projectId;
  }

  return {
    service: 'volume',
    microversions: { word: 'volume', min, max },
    unauthorized: () => unauthorized(keystoneUrl()),
    noRoute: () => NO_ROUTE,
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: ({ base }) => ({
          status: 300,
          body: {
            versions: [
              { id: 'v3.0', status: 'CURRENT', version: max, min_version: min, links: [{ rel: 'self', href: `${base}/v3/` }] },
            ],
          },
        }),
      },
      own('GET', '/os-quota-sets/:project', (asked) => {
        const projectId = mayShow(asked);
        const set: Record<string, unknown> = {};
        for (const [name, limit] of Object.entries(limits(projectId))) {
          const use = quotas.used.get(projectId)?.[name] ?? 0;
          set[name] =
            asked.query.get('usage') === 'True'
              ? { limit, in_use: use, reserved: quotas.reserved.get(projectId)?.[name] ?? 0 }
              : limit;
        }
        return { status: 200, body: { quota_set: { ...set, id: projectId } } };
      }),
      own('GET', '/os-quota-sets/:project/defaults', (asked) => {
        const projectId = mayShow(asked);
        return { status: 200, body: { quota_set: { ...typeDefaults(), ...quotas.defaults, id: projectId } } };
      }),
      own('PUT', '/os-quota-sets/:project', (asked) => {
        demand(isAdmin(asked), 'quotas:update');
        const projectId = asked.params.project ?? '';
        const wanted = checkedLimits(asked.body, limits(projectId));
        for (const [name, limit] of Object.entries(wanted)) {
          const taken = (quotas.used.get(projectId)?.[name] ?? 0) + (quotas.reserved.get(projectId)?.[name] ?? 0);
          // Only names that somebody has set for this project before: `defaults=False` in cinder/api/contrib/quotas.py
          const isOwn = quotas.own.get(projectId)?.[name] !== undefined;
          if (isOwn && limit >= 0 && limit < taken && name !== 'per_volume_gigabytes') {
            const words = `Quota ${name} limit must be equal or greater than existing resources. Current usage is ${taken} and the requested limit is ${limit}.`;
            throw fault(400, 'badRequest', words);
          }
        }
        setLimits(quotas, projectId, wanted);
        return { status: 200, body: { quota_set: limits(projectId) } };
      }),
      own('GET', '/types', (asked) => {
        const types = state.volumeTypes.filter(({ isPublic }) => isPublic || isAdmin(asked));
        const shown = types.map(({ id, name, isPublic, description }) => ({
          id,
          name,
          is_public: isPublic,
          description,
          extra_specs: {},
          ...(isAdmin(asked) ? { qos_specs_id: null } : {}),
          'os-volume-type-access:is_public': isPublic,
        }));
        return page(asked, types, shown, { key: 'volume_types', linksKey: 'volume_type_links', pageSize });
      }),
    ],
  };
}

function demand(allowed: boolean, rule: string): void {
  if (!allowed) throw fault(403, 'forbidden', `Policy doesn't allow volume_extension:${rule} to be performed.`);
}

/** cinder/api/contrib/quotas.py */
function checkedLimits(body: unknown, known: Limits): Limits {
  const set = isRecord(body) ? body.quota_set : undefined;
  if (!isRecord(set) || Object.keys(set).length === 0) {
    throw fault(400, 'badRequest', 'Invalid input for field/attribute quota_set. Value: {}. {} does not have enough properties');
  }
  const unknown = Object.keys(set).filter((name) => !(name in known));
  if (unknown.length > 0) throw fault(400, 'badRequest', `Invalid input received: Bad key(s) in quota set: ${unknown.join(',')}`);
  const limits: Limits = {};
  for (const [name, value] of Object.entries(set)) {
    const limit = Number(value);
    if (!Number.isInteger(limit)) throw fault(400, 'badRequest', `${name} must be an integer`);
    if (limit < -1) throw fault(400, 'badRequest', `${name} must be >= -1`);
    limits[name] = limit;
  }
  return limits;
}
