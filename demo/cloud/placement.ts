import { compareVersions } from '../../src/openstack/microversions.ts';
import { capacityOf, consumersOf, inventoriesOf, type ResourceClass, usesOf } from './allocations.ts';
import { type Asked, isAdmin, Refusal, type Route, type ServiceApi, unauthorized } from './router.ts';
import type { CloudState } from './state.ts';
import type { Host } from './state-compute.ts';

export interface PlacementOptions {
  state: CloudState;
  min: string;
  max: string;
  keystoneUrl(): string;
}

/** Of nova's fake driver. */
const TRAITS = ['COMPUTE_NODE', 'COMPUTE_NET_ATTACH_INTERFACE', 'COMPUTE_VOLUME_EXTEND', 'COMPUTE_IMAGE_TYPE_RAW'];
const DISABLED = 'COMPUTE_STATUS_DISABLED';
/** Its providers are the hosts; what is taken of them follows from servers and migrations. */
export function placement({ state, min, max, keystoneUrl }: PlacementOptions): ServiceApi {
  return {
    service: 'placement',
    microversions: { word: 'placement', min, max },
    unauthorized: () => unauthorized(keystoneUrl()),
    noRoute: () => ({ status: 404, body: errors(404, 'Not Found', 'The resource could not be found.\n\n   ') }),
    unacceptable: (version) => {
      const words = `The resource could not be generated that was acceptable to your browser (content of type application/json. \n\n Invalid microversion: Unacceptable version header: ${version}`;
      return { status: 406, body: errors(406, 'Not Acceptable', words) };
    },
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: () => ({
          status: 200,
          body: {
            versions: [{ id: 'v1.0', max_version: max, min_version: min, status: 'CURRENT', links: [{ rel: 'self', href: '' }] }],
          },
        }),
      },
      ...providerRoutes(state),
      {
        method: 'GET',
        path: '/allocation_candidates',
        handle(asked) {
          demand(isAdmin(asked), 'allocation_candidates:list');
          return { status: 200, body: candidates(state, asked) };
        },
      },
    ],
  };
}

function providerRoutes(state: CloudState): Route[] {
  function hostOf(asked: Asked, kind: 'inventories' | 'usages' | 'allocations'): Host {
    demand(isAdmin(asked), `resource_providers:${kind}${kind === 'usages' ? '' : ':list'}`);
    const uuid = asked.params.uuid ?? '';
    const host = state.hosts.find(({ hypervisorId }) => hypervisorId === uuid);
    if (host) return host;
    const words = `No resource provider with uuid ${uuid} found`;
    // Each of them says it in its own way.
    const begins = { inventories: `${words} `, usages: words, allocations: `Resource provider '${uuid}' not found` }[kind];
    throw refusal(404, 'Not Found', `The resource could not be found.\n\n ${begins}: ${words}  `);
  }

  return [
    {
      method: 'GET',
      path: '/resource_providers/:uuid/inventories',
      handle: (asked) => ({
        status: 200,
        body: { resource_provider_generation: 1, inventories: inventoriesOf(state, hostOf(asked, 'inventories')) },
      }),
    },
    {
      method: 'GET',
      path: '/resource_providers/:uuid/usages',
      handle: (asked) => ({
        status: 200,
        body: { resource_provider_generation: 1, usages: usesOf(state).of(hostOf(asked, 'usages')) },
      }),
    },
    {
      method: 'GET',
      path: '/resource_providers/:uuid/allocations',
      handle: (asked) => ({
        status: 200,
        body: { resource_provider_generation: 1, allocations: allocationsOf(state, hostOf(asked, 'allocations')) },
      }),
    },
  ];
}

/** Without what is zero: placement keeps no such allocation. */
function allocationsOf(state: CloudState, { name }: Host): Record<string, { resources: Record<string, number> }> {
  const here = consumersOf(state).filter(({ host }) => host === name);
  return Object.fromEntries(
    here.map(({ id, takes }) => [
      id,
      { resources: Object.fromEntries(Object.entries(takes).filter(([, amount]) => amount > 0)) },
    ]),
  );
}

function traitsOf({ status }: Host): string[] {
  return status === 'disabled' ? [...TRAITS, DISABLED] : TRAITS;
}

/** Source: placement/handlers/allocation_candidate.py, placement/objects/allocation_candidate.py */
function candidates(state: CloudState, asked: Asked): object {
  const wanted = resourcesOf(asked);
  const forbidden = forbiddenTraits(asked);
  const uses = usesOf(state);
  const hosts = state.hosts
    .filter((host) => !traitsOf(host).some((trait) => forbidden.includes(trait)))
    .map((host) => {
      const used = uses.of(host);
      const resources: Record<string, { capacity: number; used: number }> = {};
      for (const [kind, inventory] of Object.entries(inventoriesOf(state, host))) {
        // One of the three, as inventoriesOf says.
        resources[kind] = { capacity: capacityOf(inventory), used: used[kind as ResourceClass] };
      }
      return { uuid: host.hypervisorId, resources, traits: traitsOf(host) };
    })
    .filter(({ resources }) =>
      [...wanted].every(([kind, amount]) => (resources[kind]?.capacity ?? 0) - (resources[kind]?.used ?? 0) >= amount),
    );
  return {
    allocation_requests: hosts.map(({ uuid }) => ({ allocations: { [uuid]: { resources: Object.fromEntries(wanted) } } })),
    provider_summaries: Object.fromEntries(hosts.map(({ uuid, ...summary }) => [uuid, summary])),
  };
}

function resourcesOf({ query }: Asked): Map<string, number> {
  const given = query.get('resources') ?? '';
  if (given === '') {
    throw badRequest(
      'Badly formed resources parameter. Expected resources query string parameter in form: ?resources=VCPU:2,MEMORY_MB:1024. Got: empty string.',
    );
  }
  const wanted = new Map<string, number>();
  for (const pair of given.split(',')) {
    const [kind = '', amount] = pair.split(':');
    if (Number(amount) < 1) throw badRequest(`Requested resource ${kind} requires amount >= 1. Got: ${amount}.`);
    wanted.set(kind, Number(amount));
  }
  const unknown = [...wanted.keys()].find((kind) => !['VCPU', 'MEMORY_MB', 'DISK_GB'].includes(kind));
  if (unknown) throw badRequest(`Invalid resource class in resources parameter: No such resource class ${unknown}.`);
  return wanted;
}

function forbiddenTraits(asked: Asked): string[] {
  const required = asked.query.get('required');
  if (required === null) return [];
  if (!atLeast(asked, '1.22') && required.includes('!')) {
    throw badRequest(
      `Invalid query string parameters: Expected 'required' parameter value of the form: HW_CPU_X86_VMX,CUSTOM_MAGIC. Got: ${required}`,
    );
  }
  const traits = required.split(',').map((trait) => trait.replace('!', ''));
  const unknown = traits.filter((trait) => ![...TRAITS, DISABLED].includes(trait));
  if (unknown.length > 0) throw badRequest(`No such trait(s): ${unknown.join(', ')}.`);
  return traits;
}

function atLeast({ microversion }: Asked, version: string): boolean {
  return compareVersions(microversion, version) >= 0;
}

function errors(status: number, title: string, detail: string): unknown {
  return { errors: [{ status, title, detail }] };
}

function refusal(status: number, title: string, detail: string): Refusal {
  return new Refusal({ status, body: errors(status, title, detail) });
}

function badRequest(words: string): Refusal {
  const why = 'The server could not comply with the request since it is either malformed or otherwise incorrect.';
  return refusal(400, 'Bad Request', `${why}\n\n ${words}  `);
}

function demand(allowed: boolean, rule: string): void {
  if (!allowed) {
    throw refusal(
      403,
      'Forbidden',
      `Access was denied to this resource.\n\n Policy does not allow placement:${rule} to be performed.  `,
    );
  }
}
