import { z } from 'zod';
import {
  getComputeQuota,
  getComputeQuotaClass,
  getConsoleOutput,
  getDefaultComputeQuota,
  getServer,
  listComputeServices,
  listHypervisors,
  listServers,
  listServersNamed,
  listServersOnHost,
  updateComputeQuota,
} from '../../src/openstack/compute.ts';
import { getProject, listDomains, listProjects } from '../../src/openstack/identity.ts';
import { getDefaultNetworkQuota, getNetworkQuota, listNetworkAgents, updateNetworkQuota } from '../../src/openstack/network.ts';
import type { Limits, QuotaUses } from '../../src/openstack/quota-set.ts';
import { resolveDomain, resolveProject, resolveServer } from '../../src/openstack/resolve.ts';
import type { Session } from '../../src/openstack/session.ts';
import { getDefaultVolumeQuota, getVolumeQuota, listVolumeTypes, updateVolumeQuota } from '../../src/openstack/volume.ts';

/** The same things in the pretend and in the real cloud. */
export interface World {
  /** Project `demo`, the member's and the reader's. */
  demo: string;
  /** Project `alice-lab`, somebody else's; admin changes its quotas and sets them back. */
  aliceLab: string;
  /** Server `web-1` of demo. */
  web1: string;
  /** Server `broken-1` of demo, which never got a host. */
  broken1: string;
  /** A server of alice-lab. */
  aliceServer: string;
}

/** The stranger has the wrong password. */
export type Who = 'admin' | 'member' | 'reader' | 'stranger';

export interface Case {
  /** What is asked, as a sentence; it names the case in both clouds. */
  name: string;
  as: Who;
  /** The functions of src/openstack that it calls; a test demands that each exported one is here. */
  calls: readonly ((...args: never[]) => unknown)[];
  run(os: Session, world: World): Promise<unknown>;
}

type AnyFunction = Case['calls'][number];

/** One case each for who may, and who may not. */
function forAll(name: string, calls: AnyFunction[], run: Case['run']): Case[] {
  return (['admin', 'member', 'reader'] as const).map((as) => ({ name: `${name} (${as})`, as, calls, run }));
}

function forAdmin(name: string, calls: AnyFunction[], run: Case['run']): Case[] {
  return [{ name, as: 'admin', calls, run }];
}

/** Raises one limit by one, reads it back, and sets the old value again. */
async function raised(name: string, read: () => Promise<QuotaUses>, put: (limits: Limits) => Promise<void>): Promise<unknown> {
  const before = (await read())[name];
  if (before === undefined) throw new Error(`there is no quota ${name}`);
  const wanted = before.limit < 0 ? 9_999 : before.limit + 1;
  try {
    await put({ [name]: wanted });
    const after = (await read())[name];
    return { [after?.limit === wanted ? 'stored' : 'not stored']: after };
  } finally {
    await put({ [name]: before.limit });
  }
}

const NOSUCH = 'ffffffffffffffffffffffffffffffff';

const identity: Case[] = [
  ...forAll('list projects', [listProjects], (os) => listProjects(os)),
  ...forAdmin('list projects of a name in other letters', [listProjects], (os) => listProjects(os, { name: 'DEMO' })),
  ...forAdmin('list projects of a domain', [listProjects], (os) => listProjects(os, { domainId: 'default' })),
  ...forAdmin('list projects of an unknown domain', [listProjects], (os) => listProjects(os, { domainId: NOSUCH })),
  ...forAll('get the own project', [getProject], (os, { demo }) => getProject(os, demo)),
  ...forAll("get somebody else's project", [getProject], (os, { aliceLab }) => getProject(os, aliceLab)),
  ...forAll('get a project that is not there', [getProject], (os) => getProject(os, NOSUCH)),
  ...forAdmin('get a project by a name with a slash', [getProject], (os) => getProject(os, 'a b')),
  ...forAll('list domains', [listDomains], (os) => listDomains(os)),
  ...forAdmin('list domains of a name', [listDomains], (os) => listDomains(os, { name: 'default' })),
  ...forAdmin('resolve a project by name', [resolveProject], (os) => resolveProject(os, 'demo')),
  ...forAdmin('resolve a project by ID in its domain', [resolveProject], (os, { demo }) =>
    resolveProject(os, demo, { domain: 'Default' }),
  ),
  ...forAdmin('resolve a project that is nearly there', [resolveProject], (os) => resolveProject(os, 'alice-labs')),
  ...forAdmin('resolve a project in other letters', [resolveProject], (os) => resolveProject(os, 'Demo')),
  ...forAdmin('resolve a domain', [resolveDomain], (os) => resolveDomain(os, 'Default')),
  { name: 'log in with a wrong password', as: 'stranger', calls: [], run: (os) => os.login() },
  ...forAdmin('who am I', [], async (os) => ({ ...(await os.login()), regions: [] })),
];

const compute: Case[] = [
  ...forAll('get compute quotas', [getComputeQuota], (os, { demo }) => getComputeQuota(os, demo)),
  ...forAll("get somebody else's compute quotas", [getComputeQuota], (os, { aliceLab }) => getComputeQuota(os, aliceLab)),
  ...forAll('get compute quotas of no project', [getComputeQuota], (os) => getComputeQuota(os, NOSUCH)),
  ...forAll('get default compute quotas', [getDefaultComputeQuota], (os, { aliceLab }) => getDefaultComputeQuota(os, aliceLab)),
  ...forAdmin('get default compute quotas of no project', [getDefaultComputeQuota], (os) => getDefaultComputeQuota(os, NOSUCH)),
  ...forAll('get the compute quota class', [getComputeQuotaClass], (os) => getComputeQuotaClass(os)),
  ...forAdmin('raise a compute quota', [updateComputeQuota, getComputeQuota], (os, { aliceLab }) =>
    raised(
      'cores',
      () => getComputeQuota(os, aliceLab),
      (limits) => updateComputeQuota(os, aliceLab, limits),
    ),
  ),
  ...forAdmin('set a compute quota below its use', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { instances: 1 }),
  ),
  ...forAdmin('set an unknown compute quota', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { wrong: 1 }),
  ),
  ...forAdmin('set a compute quota that is gone', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { fixed_ips: 1 }),
  ),
  ...forAdmin('set a compute quota to -2', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { cores: -2 }),
  ),
  ...forAdmin('set a compute quota beyond an integer', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { cores: 2 ** 31 }),
  ),
  ...forAdmin('set a compute quota of no project', [updateComputeQuota], (os) => updateComputeQuota(os, NOSUCH, { cores: 20 })),
  {
    name: 'set a compute quota as a member',
    as: 'member',
    calls: [updateComputeQuota],
    run: (os, { demo }) => updateComputeQuota(os, demo, { cores: 21 }),
  },
  ...forAll('list compute services', [listComputeServices], (os) => listComputeServices(os)),
  ...forAdmin('list compute services of a host', [listComputeServices], (os) =>
    listComputeServices(os, { binary: 'nova-compute', host: 'compute1' }),
  ),
  ...forAdmin('list compute services of no host', [listComputeServices], (os) => listComputeServices(os, { host: 'nosuch' })),
  ...forAll('list hypervisors', [listHypervisors], (os) => listHypervisors(os)),
  ...forAll('list all servers', [listServers], (os) => listServers(os)),
  ...forAdmin('list servers in pages of two', [listServers], async (os) => {
    const all = await listServers(os, { limit: '2' });
    return { [new Set(all.map(({ id }) => id)).size === all.length ? 'all different' : 'some twice']: all };
  }),
  ...forAdmin('list servers by a broken pattern', [listServers], (os) => listServers(os, { name: '(' })),
  ...forAdmin('list servers of a name', [listServersNamed], (os) => listServersNamed(os, 'web-1')),
  ...forAdmin('list servers of a name that is a pattern', [listServersNamed], (os) => listServersNamed(os, 'web-.')),
  ...forAdmin('list servers of a name with everything odd in it', [listServersNamed], (os) =>
    listServersNamed(os, 'a+(b)[c]{d}|e\\f^$?*'),
  ),
  ...forAdmin('list servers of a name in other letters', [listServersNamed], (os) => listServersNamed(os, 'WEB-1')),
  ...forAdmin('list servers on a host', [listServersOnHost], (os) => listServersOnHost(os, 'compute1')),
  ...forAdmin('list servers on no host', [listServersOnHost], (os) => listServersOnHost(os, 'compute')),
  ...forAll('get a server', [getServer], (os, { web1 }) => getServer(os, web1)),
  ...forAll("get somebody else's server", [getServer], (os, { aliceServer }) => getServer(os, aliceServer)),
  ...forAdmin('get a server that is not there', [getServer], (os) => getServer(os, 'nosuch')),
  ...forAll('get a console log', [getConsoleOutput], (os, { web1 }) => getConsoleOutput(os, web1, 2)),
  ...forAll("get somebody else's console log", [getConsoleOutput], (os, { aliceServer }) => getConsoleOutput(os, aliceServer, 2)),
  ...forAdmin('get the console log of a server without a host', [getConsoleOutput], (os, { broken1 }) =>
    getConsoleOutput(os, broken1, 2),
  ),
  ...forAdmin('resolve a server by name', [resolveServer], (os) => resolveServer(os, 'web-1')),
  ...forAdmin('resolve a server by ID', [resolveServer], (os, { web1 }) => resolveServer(os, web1)),
  ...forAdmin('resolve a server that is not there', [resolveServer], (os) => resolveServer(os, 'web')),
  ...forAdmin('a read in a version that is too new', [], (os) => tooNew(os, 'GET')),
  ...forAdmin('a write in a version that is too new', [], (os) => tooNew(os, 'PUT')),
];

function tooNew(os: Session, method: 'GET' | 'PUT'): Promise<unknown> {
  const path = method === 'GET' ? '/servers/detail' : '/os-quota-sets/x';
  return os.request({ service: 'compute', method, path, microversion: '2.9999', response: z.unknown() });
}

const volume: Case[] = [
  ...forAll('get volume quotas', [getVolumeQuota], (os, { demo }) => getVolumeQuota(os, demo)),
  ...forAll("get somebody else's volume quotas", [getVolumeQuota], (os, { aliceLab }) => getVolumeQuota(os, aliceLab)),
  ...forAdmin('get volume quotas of no project', [getVolumeQuota], (os) => getVolumeQuota(os, NOSUCH)),
  ...forAll('get default volume quotas', [getDefaultVolumeQuota], (os, { demo }) => getDefaultVolumeQuota(os, demo)),
  ...forAdmin('raise a volume quota', [updateVolumeQuota, getVolumeQuota], (os, { aliceLab }) =>
    raised(
      'volumes',
      () => getVolumeQuota(os, aliceLab),
      (limits) => updateVolumeQuota(os, aliceLab, limits),
    ),
  ),
  ...forAdmin('raise a quota of a volume type', [updateVolumeQuota, getVolumeQuota], (os, { aliceLab }) =>
    raised(
      'gigabytes___DEFAULT__',
      () => getVolumeQuota(os, aliceLab),
      (limits) => updateVolumeQuota(os, aliceLab, limits),
    ),
  ),
  // Cinder minds what is in use only for names that somebody has set for the project before.
  ...forAdmin('set a volume quota of its own below its use', [updateVolumeQuota], async (os, { demo }) => {
    await updateVolumeQuota(os, demo, { volumes: (await getVolumeQuota(os, demo)).volumes?.limit ?? 10 });
    return updateVolumeQuota(os, demo, { volumes: 0 });
  }),
  ...forAdmin('set an unknown volume quota', [updateVolumeQuota], (os, { aliceLab }) =>
    updateVolumeQuota(os, aliceLab, { wrong: 1 }),
  ),
  ...forAdmin('set a volume quota to -2', [updateVolumeQuota], (os, { aliceLab }) =>
    updateVolumeQuota(os, aliceLab, { volumes: -2 }),
  ),
  ...forAdmin('set no volume quota at all', [updateVolumeQuota], (os, { aliceLab }) => updateVolumeQuota(os, aliceLab, {})),
  {
    name: 'set a volume quota as a member',
    as: 'member',
    calls: [updateVolumeQuota],
    run: (os, { demo }) => updateVolumeQuota(os, demo, { volumes: 11 }),
  },
  ...forAll('list volume types', [listVolumeTypes], (os) => listVolumeTypes(os)),
];

const network: Case[] = [
  ...forAll('get network quotas', [getNetworkQuota], (os, { demo }) => getNetworkQuota(os, demo)),
  ...forAll("get somebody else's network quotas", [getNetworkQuota], (os, { aliceLab }) => getNetworkQuota(os, aliceLab)),
  ...forAdmin('get network quotas of no project', [getNetworkQuota], (os) => getNetworkQuota(os, NOSUCH)),
  ...forAll('get default network quotas', [getDefaultNetworkQuota], (os, { aliceLab }) => getDefaultNetworkQuota(os, aliceLab)),
  ...forAdmin('raise a network quota', [updateNetworkQuota, getNetworkQuota], (os, { aliceLab }) =>
    raised(
      'floatingip',
      () => getNetworkQuota(os, aliceLab),
      (limits) => updateNetworkQuota(os, aliceLab, limits),
    ),
  ),
  ...forAdmin('set an unknown network quota', [updateNetworkQuota], (os, { aliceLab }) =>
    updateNetworkQuota(os, aliceLab, { wrong: 1 }),
  ),
  ...forAdmin('set a network quota to -2', [updateNetworkQuota], (os, { aliceLab }) =>
    updateNetworkQuota(os, aliceLab, { port: -2 }),
  ),
  {
    name: 'set a network quota as a member',
    as: 'member',
    calls: [updateNetworkQuota],
    run: (os, { demo }) => updateNetworkQuota(os, demo, { port: 501 }),
  },
  ...forAll('list network agents', [listNetworkAgents], (os) => listNetworkAgents(os)),
];

const versions: Case[] = (['identity', 'compute', 'volume', 'network', 'image', 'placement'] as const).map((service) => ({
  name: `versions of ${service}`,
  as: 'admin',
  calls: [],
  run: (os) => os.versions(service),
}));

export const CASES: readonly Case[] = [...identity, ...compute, ...volume, ...network, ...versions];
