import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The real cloud beside the product: plain HTTP with an admin's token and nothing of src/, so that both cannot be wrong together. */
export interface RawCloud {
  /** The folder in which it lives. */
  folder: string;
  projectId(name: string): Promise<string>;
  /** All limits of a project, by the services' own names. */
  limits(projectId: string): Promise<Limits>;
  setLimits(service: QuotaService, projectId: string, limits: Limits): Promise<void>;
  /** Nova's defaults for every project without limits of its own. */
  defaultLimits(): Promise<Limits>;
  setDefaultLimits(limits: Limits): Promise<void>;
  servers(): Promise<Server[]>;
  /** What one of its lists holds, in its own words: `path` behind the service's address, `key` in the answer. */
  listed(service: Service, path: string, key: string): Promise<Thing[]>;
  /** Any call, by the path behind the service's address. */
  call(service: Service, method: string, path: string, body?: unknown): Promise<unknown>;
  rename(serverId: string, name: string): Promise<void>;
  /** A domain with one project in it. */
  createDomain(name: string, project: string): Promise<void>;
  /** With all that is in it. */
  deleteDomain(name: string): Promise<void>;
  /** Another region in the catalogue, in which each service has the address that it has in the first one. */
  createRegion(name: string): Promise<void>;
  deleteRegion(name: string): Promise<void>;
  createProject(name: string): Promise<void>;
  deleteProject(name: string): Promise<void>;
}

export type Limits = Record<string, number>;
export type Service = 'compute' | 'volume' | 'network' | 'image' | 'identity';
export type QuotaService = 'compute' | 'volume' | 'network';

const Server = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  tenant_id: z.string(),
  'OS-EXT-SRV-ATTR:host': z.string().nullable(),
});
type Server = z.infer<typeof Server>;

const Thing = z.looseObject({ id: z.string(), name: z.string().optional() });
export type Thing = z.infer<typeof Thing>;

const Admin = z.object({
  clouds: z.object({ 'real-admin': z.object({ auth: z.object({ auth_url: z.string(), password: z.string() }) }) }),
});
const Token = z.object({
  token: z.object({
    catalog: z.array(z.object({ type: z.string(), endpoints: z.array(z.object({ interface: z.string(), url: z.string() })) })),
  }),
});
const Endpoint = z.object({
  id: z.string(),
  service_id: z.string(),
  interface: z.string(),
  url: z.string(),
  region_id: z.string(),
});
const Named = z.array(z.object({ id: z.string(), name: z.string(), domain_id: z.string().nullish() }));

/** From 2.53 on nova's services have IDs that are texts; this header is nova's alone. */
const NOVA_VERSION = { 'x-openstack-nova-api-version': '2.53' };

/** What cinder answers is flat only without its use; neutron wraps its own. */
const QUOTA_BODY = { compute: 'quota_set', volume: 'quota_set', network: 'quota' } as const;

export async function openRawCloud(cloudsYaml: string): Promise<RawCloud> {
  const { auth } = Admin.parse(parse(await readFile(cloudsYaml, 'utf8'))).clouds['real-admin'];
  const { token, catalog } = await login(auth.auth_url, auth.password);
  const root: Record<Service, string> = {
    compute: `${catalog.get('compute')}`,
    volume: `${catalog.get('block-storage')}`,
    network: `${catalog.get('network')}/v2.0`,
    image: `${catalog.get('image')}/v2`,
    identity: `${catalog.get('identity')}`,
  };
  const { compute: nova, identity: keystone } = root;
  const quotaUrl = {
    compute: `${nova}/os-quota-sets`,
    volume: `${root.volume}/os-quota-sets`,
    network: `${root.network}/quotas`,
  };
  const defaultQuotas = `${nova}/os-quota-class-sets/default`;

  async function ask(method: string, url: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(url, {
      method,
      headers: { 'x-auth-token': token, 'content-type': 'application/json', ...NOVA_VERSION },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
  async function named(kind: 'projects' | 'domains', name: string): Promise<z.infer<typeof Named>> {
    const answer = z.record(z.string(), z.unknown()).parse(await ask('GET', `${keystone}/${kind}?name=${name}`));
    return Named.parse(answer[kind]);
  }
  async function idOf(kind: 'projects' | 'domains', name: string): Promise<string> {
    const [found] = await named(kind, name);
    if (!found) throw new Error(`the real cloud has no ${kind} ${name}: seed it`);
    return found.id;
  }
  async function endpoints(): Promise<z.infer<typeof Endpoint>[]> {
    return z.object({ endpoints: z.array(Endpoint) }).parse(await ask('GET', `${keystone}/endpoints`)).endpoints;
  }
  async function createProject(name: string, domain_id = 'default'): Promise<void> {
    await ask('POST', `${keystone}/projects`, { project: { name, domain_id } });
  }

  return {
    folder: dirname(cloudsYaml),
    projectId: (name) => idOf('projects', name),
    async limits(projectId) {
      const limits: Limits = {};
      for (const service of ['compute', 'volume', 'network'] as const) {
        Object.assign(limits, numbersIn(await ask('GET', `${quotaUrl[service]}/${projectId}`), QUOTA_BODY[service]));
      }
      return limits;
    },
    setLimits: async (service, projectId, limits) =>
      void (await ask('PUT', `${quotaUrl[service]}/${projectId}`, { [QUOTA_BODY[service]]: limits })),
    defaultLimits: async () => numbersIn(await ask('GET', defaultQuotas), 'quota_class_set'),
    setDefaultLimits: async (limits) => void (await ask('PUT', defaultQuotas, { quota_class_set: limits })),
    listed: async (service, path, key) =>
      z.array(Thing).parse(z.record(z.string(), z.unknown()).parse(await ask('GET', `${root[service]}${path}`))[key]),
    servers: async () =>
      z.object({ servers: z.array(Server) }).parse(await ask('GET', `${nova}/servers/detail?all_tenants=1`)).servers,
    call: (service, method, path, body) => ask(method, `${root[service]}${path}`, body),
    rename: async (id, name) => void (await ask('PUT', `${nova}/servers/${id}`, { server: { name } })),
    async createDomain(name, project) {
      const answer = await ask('POST', `${keystone}/domains`, { domain: { name } });
      await createProject(project, z.object({ domain: z.object({ id: z.string() }) }).parse(answer).domain.id);
    },
    async deleteDomain(name) {
      for (const { id } of await named('domains', name)) {
        await ask('PATCH', `${keystone}/domains/${id}`, { domain: { enabled: false } });
        await ask('DELETE', `${keystone}/domains/${id}`);
      }
    },
    async createRegion(name) {
      await ask('POST', `${keystone}/regions`, { region: { id: name } });
      for (const { id: _, ...endpoint } of (await endpoints()).filter(({ region_id }) => region_id === 'RegionOne'))
        await ask('POST', `${keystone}/endpoints`, { endpoint: { ...endpoint, region_id: name } });
    },
    async deleteRegion(name) {
      for (const { id } of (await endpoints()).filter(({ region_id }) => region_id === name))
        await ask('DELETE', `${keystone}/endpoints/${id}`);
      const regions = z.object({ regions: z.array(z.object({ id: z.string() })) }).parse(await ask('GET', `${keystone}/regions`));
      if (regions.regions.some(({ id }) => id === name)) await ask('DELETE', `${keystone}/regions/${name}`);
    },
    createProject: (name) => createProject(name),
    async deleteProject(name) {
      for (const { id } of await named('projects', name)) await ask('DELETE', `${keystone}/projects/${id}`);
    },
  };
}

function numbersIn(answer: unknown, key: string): Limits {
  const set = z.record(z.string(), z.record(z.string(), z.unknown())).parse(answer)[key] ?? {};
  return Object.fromEntries(Object.entries(set).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

/** The launcher's hook: what is in this file is the server's console log. */
export function consoleFile({ folder }: RawCloud, serverId: string): string {
  return join(folder, 'state', 'console', `${serverId}.log`);
}

async function login(url: string, password: string): Promise<{ token: string; catalog: Map<string, string> }> {
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name: 'admin', domain, password } } };
  const answer = await fetch(`${url}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: 'admin', domain } } } }),
  });
  const { catalog } = Token.parse(await answer.json()).token;
  const publicUrl = (endpoints: { interface: string; url: string }[]): string =>
    endpoints.find((endpoint) => endpoint.interface === 'public')?.url ?? '';
  return {
    token: answer.headers.get('x-subject-token') ?? '',
    catalog: new Map(catalog.map(({ type, endpoints }) => [type, publicUrl(endpoints)])),
  };
}
