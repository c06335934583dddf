import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';

/** What the launcher of test/openstack/cloud made. */
export const CLOUD_DIR = process.env.CLOUD_DIR ?? '/var/tmp/openstack';
const UP = fileURLToPath(new URL('../../test/openstack/cloud/up', import.meta.url));
const LOOK_EVERY_MS = 500;
const WAIT_MS = 600_000;

interface Server {
  id: string;
  status: string;
  'OS-EXT-SRV-ATTR:host': string | null;
  'OS-EXT-STS:task_state': string | null;
}

/** The real cloud as an administrator sees it, without Stackhand. */
export interface RealCloud {
  /** Servers of the bench, in an order of their own. */
  servers(): Promise<Server[]>;
  /** So many small servers with a port each, on this host, once all are ACTIVE. */
  boot(host: string, count: number): Promise<void>;
  deleteAll(): Promise<void>;
  /** The host has died: its compute service and agents are silent, and Nova has noticed. */
  lose(host: string): Promise<void>;
  /** It is repaired, takes servers again, and has told of all that left it. */
  repair(host: string): Promise<void>;
  /** Until every server is ACTIVE and task-free elsewhere. @returns the moment, as `performance.now()`. */
  untilElsewhere(host: string, count: number): Promise<number>;
}

const run = promisify(execFile);

export async function openRealCloud(): Promise<RealCloud> {
  const { clouds } = parse(await readFile(join(CLOUD_DIR, 'clouds.yaml'), 'utf8')) as { clouds: Record<string, { auth: Auth }> };
  const auth = clouds['real-admin']?.auth;
  if (!auth) throw new Error(`${CLOUD_DIR}/clouds.yaml has no real-admin: test/openstack/cloud/up starts the cloud`);
  const { token, endpoint } = await login(auth);

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(endpoint(path.startsWith('/v2.0') ? 'network' : 'compute') + path, {
      method,
      headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json', 'OpenStack-API-Version': 'compute 2.88' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 202 || answer.status === 204 ? undefined : await answer.json()) as T;
  }
  async function until(what: string, check: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + WAIT_MS;
    while (!(await check())) {
      if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
      await sleep(LOOK_EVERY_MS);
    }
  }
  async function service(host: string): Promise<{ id: string; state: string; status: string; forced_down: boolean }> {
    const { services } = await call<{ services: { id: string; state: string; status: string; forced_down: boolean }[] }>(
      'GET',
      `/os-services?binary=nova-compute&host=${host}`,
    );
    const [found] = services;
    if (!found) throw new Error(`no compute host ${host}`);
    return found;
  }
  const servers = async (): Promise<Server[]> =>
    (await call<{ servers: Server[] }>('GET', '/servers/detail?all_tenants=1&name=^bench-')).servers;
  const paused = (host: string): string => join(CLOUD_DIR, 'state', 'agents-paused', host);

  return {
    servers,
    async boot(host, count) {
      const { flavors } = await call<{ flavors: { id: string; name: string }[] }>('GET', '/flavors');
      const { networks } = await call<{ networks: { id: string }[] }>('GET', '/v2.0/networks?name=demo-net');
      const images = await fetch(`${endpoint('image')}/v2/images`, { headers: { 'X-Auth-Token': token } });
      const [image] = ((await images.json()) as { images: { id: string }[] }).images;
      const flavor = flavors.find(({ name }) => name === 'm1.nano');
      await call('POST', '/servers', {
        server: {
          name: 'bench',
          flavorRef: flavor?.id,
          imageRef: image?.id,
          networks: networks.map(({ id }) => ({ uuid: id })),
          min_count: count,
          max_count: count,
          host,
        },
      });
      await until(`${count} servers`, async () => {
        const all = await servers();
        const bad = all.find(({ status }) => status === 'ERROR');
        if (bad) throw new Error(`server ${bad.id} is in ERROR`);
        return all.length === count && all.every(({ status }) => status === 'ACTIVE');
      });
    },
    async deleteAll() {
      for (const { id } of await servers()) await call('DELETE', `/servers/${id}`).catch(() => undefined);
      await until('no servers', async () => (await servers()).length === 0);
    },
    async lose(host) {
      await writeFile(paused(host), '');
      const pid = await readFile(join(CLOUD_DIR, 'pid', `nova-compute-${host}`), 'utf8');
      process.kill(Number(pid), 'SIGKILL');
      await until(`${host} to be down`, async () => (await service(host)).state === 'down');
    },
    async repair(host) {
      await rm(paused(host), { force: true });
      await run(UP, ['--no-install'], { env: { ...process.env, CLOUD_DIR } });
      await until('its evacuations to be completed', async () => {
        const { migrations } = await call<{ migrations: unknown[] }>(
          'GET',
          `/os-migrations?migration_type=evacuation&source_compute=${host}&status=done`,
        );
        return migrations.length === 0;
      });
      const { id } = await service(host);
      await call('PUT', `/os-services/${id}`, { forced_down: false, status: 'enabled' });
      await until(`${host} to be up`, async () => (await service(host)).state === 'up');
    },
    async untilElsewhere(host, count) {
      let at = 0;
      await until('every server elsewhere', async () => {
        const all = await servers();
        at = performance.now();
        return (
          all.length === count &&
          all.every(
            (server) =>
              server.status === 'ACTIVE' && server['OS-EXT-STS:task_state'] === null && server['OS-EXT-SRV-ATTR:host'] !== host,
          )
        );
      });
      return at;
    },
  };
}

interface Auth {
  auth_url: string;
  username: string;
  password: string;
  project_name: string;
}

async function login(auth: Auth): Promise<{ token: string; endpoint: (type: string) => string }> {
  const user = { name: auth.username, password: auth.password, domain: { name: 'Default' } };
  const answer = await fetch(`${auth.auth_url}/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user } },
        scope: { project: { name: auth.project_name, domain: { name: 'Default' } } },
      },
    }),
  });
  const token = answer.headers.get('x-subject-token');
  if (!answer.ok || token === null) throw new Error(`no token: ${answer.status}`);
  const { catalog } = ((await answer.json()) as { token: { catalog: { type: string; endpoints: Endpoint[] }[] } }).token;
  return {
    token,
    endpoint(type) {
      const url = catalog.find((one) => one.type === type)?.endpoints.find((one) => one.interface === 'public')?.url;
      if (url === undefined) throw new Error(`no endpoint of ${type}`);
      return url.replace(/\/$/, '');
    },
  };
}

interface Endpoint {
  interface: string;
  url: string;
}
