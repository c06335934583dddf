import { stringify } from 'yaml';
import type { Loopback } from '../loopback.ts';
import { cinder } from './cinder.ts';
import { type CallFault, openFaultBook } from './faults.ts';
import { glance } from './glance.ts';
import { keystone } from './keystone.ts';
import { neutron } from './neutron.ts';
import { nova } from './nova.ts';
import { placement } from './placement.ts';
import type { CloudService, ServiceApi } from './router.ts';
import { type SeedOptions, seeded, seededBeside } from './seed.ts';
import { type RecordedCall, serve } from './server.ts';
import type { CloudState } from './state.ts';
import { swift } from './swift.ts';

export interface CloudOptions {
  seed?: SeedOptions;
  /** Instead of a seed, for the first region. */
  state?: CloudState;
  /** The largest page of all services, and keystone's; unbounded where left out. */
  pageSize?: number;
  /** To pretend an older or newer cloud. Default: Zed's. */
  microversions?: Partial<Record<'compute' | 'volume' | 'placement', [min: string, max: string]>>;
  /** Services that this cloud does not have. */
  without?: CloudService[];
  /** Each with services and a state of its own, but for keystone, which they share. Default: RegionOne. */
  regions?: string[];
  tokenLifeMs?: number;
}

/** A pretend OpenStack on loopback, one port per service and region. */
export interface Cloud {
  authUrl: string;
  /** The entries of its clouds.yaml: `pretend-admin`, `pretend-demo`, `pretend-alice`, `pretend-bob` and `pretend-reader`. */
  entries: Record<string, CloudEntry>;
  /** These as a clouds.yaml. */
  cloudsYaml: string;
  /** What its first region holds. Change it as a test needs. */
  state: CloudState;
  /** The same of any region. People and projects are those of the first one: one and the same arrays. */
  stateOf(region: string): CloudState;
  /** Everything that was asked, oldest first. */
  calls: RecordedCall[];
  /** What could have changed something, oldest first, with the status it was answered. */
  writes: RecordedCall[];
  /** Calls that this pretend cloud does not know. `stop` throws if there are any left. */
  unknownCalls: RecordedCall[];
  /** Every token it gave. */
  tokens: readonly string[];
  /** The next calls that match go wrong in this way, in all regions unless the fault names one. */
  answer(service: CloudService, method: string, path: RegExp | string, fault: CallFault): void;
  /** All is answered well again. */
  clearFaults(): void;
  /** All tokens given so far get 401. */
  expireTokens(): void;
  /** Connections to the service are refused until `back`, in one region or in all. */
  away(service: CloudService, region?: string): Promise<void>;
  back(service: CloudService, region?: string): Promise<void>;
  stop(): Promise<void>;
}

export type CloudEntry = Record<string, unknown>;

const USERS: [cloud: string, user: string, project: string][] = [
  ['pretend-admin', 'admin', 'admin'],
  ['pretend-demo', 'demo', 'demo'],
  ['pretend-alice', 'alice', 'alice-lab'],
  ['pretend-bob', 'bob', 'demo'],
  ['pretend-reader', 'rita', 'demo'],
];

interface Running {
  region: string;
  service: CloudService;
  running: Loopback;
}

export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const { pageSize, without = [], regions = ['RegionOne'], tokenLifeMs = 3_600_000 } = options;
  const states = statesOf(options, regions);
  const [home = ''] = regions;
  const state = stateIn(states, home);
  const services: Running[] = [];
  const faults = openFaultBook();
  const calls: RecordedCall[] = [];
  const writes: RecordedCall[] = [];
  const unknownCalls: RecordedCall[] = [];
  const keystoneUrl = (): string => services.find(({ service }) => service === 'identity')?.running.url ?? '';

  const identity = keystone({ state, tokenLifeMs, pageSize, urls: () => endpointsOf(services, regions, keystoneUrl()) });

  async function start(region: string, api: ServiceApi): Promise<void> {
    if (without.includes(api.service)) return;
    const running = await serve({
      api,
      region,
      faults,
      caller: identity.tokens.caller,
      record(call) {
        calls.push(call);
        if (isWrite(call)) writes.push(call);
      },
      unknown(call) {
        unknownCalls.push(call);
        console.error(`the pretend cloud does not know ${call.method} ${call.service} ${call.path}`);
      },
    });
    services.push({ region, service: api.service, running });
  }

  await start(home, identity.api);
  for (const [region, own] of states) {
    for (const api of apisOf(own, options, keystoneUrl)) await start(region, api);
  }

  const entries = entriesOf(`${keystoneUrl()}/v3`, regions);
  const those = (service: CloudService, region?: string): Running[] =>
    services.filter((one) => one.service === service && (region === undefined || one.region === region));

  return {
    authUrl: `${keystoneUrl()}/v3`,
    entries,
    get cloudsYaml() {
      return stringify({ clouds: entries });
    },
    state,
    stateOf: (region) => stateIn(states, region),
    calls,
    writes,
    unknownCalls,
    tokens: identity.tokens.given,
    answer: faults.add,
    clearFaults: faults.clear,
    expireTokens: identity.tokens.expireAll,
    async away(service, region) {
      for (const { running } of those(service, region)) await running.away();
    },
    async back(service, region) {
      for (const { running } of those(service, region)) await running.back();
    },
    async stop() {
      await Promise.all(services.map(({ running }) => running.stop()));
      if (unknownCalls.length > 0) {
        const names = unknownCalls.map(({ method, service, path }) => `${method} ${service} ${path}`);
        throw new Error(`the pretend cloud was asked what it does not know: ${[...new Set(names)].join(', ')}`);
      }
    },
  };
}

function statesOf({ state, seed }: CloudOptions, [home = '', ...others]: readonly string[]): Map<string, CloudState> {
  const first = state ?? seeded(seed);
  return new Map([[home, first], ...others.map((region) => [region, seededBeside(first, region, seed)] as const)]);
}

function stateIn(states: ReadonlyMap<string, CloudState>, region: string): CloudState {
  const state = states.get(region);
  if (!state) throw new Error(`the pretend cloud has no region ${region}, only ${[...states.keys()].join(', ')}`);
  return state;
}

/** Everything but keystone. */
function apisOf(state: CloudState, options: CloudOptions, keystoneUrl: () => string): ServiceApi[] {
  const { pageSize, microversions = {} } = options;
  const common = { state, pageSize, keystoneUrl };
  const range = ([min, max]: [string, string]): { min: string; max: string } => ({ min, max });
  return [
    nova({ ...common, ...range(microversions.compute ?? ['2.1', '2.93']) }),
    cinder({ ...common, ...range(microversions.volume ?? ['3.0', '3.70']) }),
    neutron(common),
    glance(common),
    placement({ ...common, ...range(microversions.placement ?? ['1.0', '1.39']) }),
    ...(state.objectStore ? [swift(state.objectStore, common)] : []),
  ];
}

/** Every region has the one keystone in its part of the catalogue. */
function endpointsOf(
  services: readonly Running[],
  regions: readonly string[],
  keystoneUrl: string,
): Map<string, Partial<Record<CloudService, string>>> {
  return new Map(
    regions.map((region) => {
      const own = services.filter((one) => one.region === region).map(({ service, running }) => [service, running.url]);
      return [region, { ...(keystoneUrl === '' ? {} : { identity: keystoneUrl }), ...Object.fromEntries(own) }];
    }),
  );
}

/** A log-in and a console log are POSTs that change nothing. */
function isWrite({ method, service, path, body }: RecordedCall): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  if (service === 'identity' && path === '/v3/auth/tokens') return false;
  return !(typeof body === 'object' && body !== null && 'os-getConsoleOutput' in body);
}

function entriesOf(auth_url: string, regions: readonly string[]): Record<string, CloudEntry> {
  const entries: Record<string, CloudEntry> = {};
  for (const [cloud, user, project_name] of USERS) {
    const auth = {
      auth_url,
      username: user,
      password: user,
      project_name,
      user_domain_name: 'Default',
      project_domain_name: 'Default',
    };
    const where = regions.length > 1 ? { regions } : { region_name: regions[0] };
    entries[cloud] = { ...where, identity_api_version: 3, auth };
  }
  return entries;
}
