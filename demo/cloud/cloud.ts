import { stringify } from 'yaml';
import type { Service } from '../../src/openstack/session.ts';
import { cinder } from './cinder.ts';
import { type CallFault, openFaultBook } from './faults.ts';
import { keystone } from './keystone.ts';
import { neutron } from './neutron.ts';
import { nova } from './nova.ts';
import { glance, placement } from './only-versions.ts';
import type { ServiceApi } from './router.ts';
import { type SeedOptions, seeded } from './seed.ts';
import { type RecordedCall, type RunningService, serve } from './server.ts';
import type { CloudState } from './state.ts';

export interface CloudOptions {
  seed?: SeedOptions;
  /** Instead of a seed. */
  state?: CloudState;
  /** The largest page of nova, cinder and neutron, and keystone's; unbounded where left out. */
  pageSize?: number;
  /** Of nova and cinder, to pretend an older or newer cloud. Default: Zed's. */
  microversions?: { compute?: [min: string, max: string]; volume?: [min: string, max: string] };
  /** Services that this cloud does not have. */
  without?: Service[];
  regions?: string[];
  tokenLifeMs?: number;
}

/** A pretend OpenStack on loopback, one port per service. */
export interface Cloud {
  authUrl: string;
  /** A clouds.yaml with `pretend-admin`, `pretend-demo`, `pretend-alice`, `pretend-bob` and `pretend-reader`. */
  cloudsYaml: string;
  /** What it holds. Change it as a test needs. */
  state: CloudState;
  /** Everything that was asked, oldest first. */
  calls: RecordedCall[];
  /** What could have changed something, oldest first, with the status it was answered. */
  writes: RecordedCall[];
  /** Calls that this pretend cloud does not know. `stop` throws if there are any left. */
  unknownCalls: RecordedCall[];
  /** Every token it gave. */
  tokens: readonly string[];
  /** The next calls that match go wrong in this way. */
  answer(service: Service, method: string, path: RegExp | string, fault: CallFault): void;
  /** All is answered well again. */
  clearFaults(): void;
  /** All tokens given so far get 401. */
  expireTokens(): void;
  /** Connections to the service are refused until `back`. */
  away(service: Service): Promise<void>;
  back(service: Service): Promise<void>;
  stop(): Promise<void>;
}

const USERS: [cloud: string, user: string, project: string][] = [
  ['pretend-admin', 'admin', 'admin'],
  ['pretend-demo', 'demo', 'demo'],
  ['pretend-alice', 'alice', 'alice-lab'],
  ['pretend-bob', 'bob', 'demo'],
  ['pretend-reader', 'rita', 'demo'],
];

export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const state = options.state ?? seeded(options.seed);
  const { pageSize, without = [], regions = ['RegionOne'], tokenLifeMs = 3_600_000 } = options;
  const [computeMin, computeMax] = options.microversions?.compute ?? ['2.1', '2.93'];
  const [volumeMin, volumeMax] = options.microversions?.volume ?? ['3.0', '3.70'];
  const running = new Map<Service, RunningService>();
  const gone = new Set<Service>();
  const faults = openFaultBook();
  const calls: RecordedCall[] = [];
  const writes: RecordedCall[] = [];
  const unknownCalls: RecordedCall[] = [];
  const urlOf = (service: Service): string | undefined => running.get(service)?.url;
  const keystoneUrl = (): string => urlOf('identity') ?? '';

  const identity = keystone({
    state,
    regions,
    tokenLifeMs,
    pageSize,
    urls: () => Object.fromEntries([...running].map(([service, { url }]) => [service, url])),
  });
  const apis: ServiceApi[] = [
    identity.api,
    nova({ state, min: computeMin, max: computeMax, pageSize, keystoneUrl }),
    cinder({ state, min: volumeMin, max: volumeMax, pageSize, keystoneUrl }),
    neutron({ state, pageSize, keystoneUrl }),
    glance(),
    placement(),
  ];
  for (const api of apis) {
    if (without.includes(api.service)) continue;
    const service = await serve({
      api,
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
    running.set(api.service, service);
  }

  return {
    authUrl: `${keystoneUrl()}/v3`,
    cloudsYaml: cloudsYaml(`${keystoneUrl()}/v3`, regions[0] ?? 'RegionOne'),
    state,
    calls,
    writes,
    unknownCalls,
    tokens: identity.tokens.given,
    answer: faults.add,
    clearFaults: faults.clear,
    expireTokens: identity.tokens.expireAll,
    async away(service) {
      if (gone.has(service)) return;
      gone.add(service);
      await running.get(service)?.away();
    },
    async back(service) {
      if (gone.delete(service)) await running.get(service)?.back();
    },
    async stop() {
      await Promise.all([...running].map(([service, one]) => (gone.has(service) ? undefined : one.away())));
      if (unknownCalls.length > 0) {
        const names = unknownCalls.map(({ method, service, path }) => `${method} ${service} ${path}`);
        throw new Error(`the pretend cloud was asked what it does not know: ${[...new Set(names)].join(', ')}`);
      }
    },
  };
}

/** A log-in and a console log are POSTs that change nothing. */
function isWrite({ method, service, path, body }: RecordedCall): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  if (service === 'identity' && path === '/v3/auth/tokens') return false;
  return !(typeof body === 'object' && body !== null && 'os-getConsoleOutput' in body);
}

function cloudsYaml(auth_url: string, region_name: string): string {
  const clouds: Record<string, unknown> = {};
  for (const [cloud, user, project_name] of USERS) {
    const auth = {
      auth_url,
      username: user,
      password: user,
      project_name,
      user_domain_name: 'Default',
      project_domain_name: 'Default',
    };
    clouds[cloud] = { region_name, identity_api_version: 3, auth };
  }
  return stringify({ clouds });
}
