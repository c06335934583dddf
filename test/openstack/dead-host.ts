import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';

/** Kills and repairs a compute host of the real cloud, and makes servers on it: plain HTTP and signals, nothing of src/. */
export interface HostLab {
  /** Nova's address in the catalogue. */
  nova: string;
  /** A server on just this host that the scheduler may move anywhere afterwards. @returns its ID, once it is ACTIVE. */
  boot(name: string, options?: { metadata?: Record<string, string>; fromVolume?: boolean }): Promise<string>;
  get(id: string): Promise<LabServer>;
  stop(id: string): Promise<void>;
  setMetadata(id: string, metadata: Record<string, string>): Promise<void>;
  delete(id: string): Promise<void>;
  /** No sign of life of the host from now on. */
  lose(): Promise<void>;
  /** Its agents report again, nova-compute starts again. */
  repair(): Promise<void>;
  /** Its agents report again, and nothing else; ends once neutron has heard them. */
  revive(): Promise<void>;
  /** As nova shows its service. */
  service(): Promise<LabService>;
  /** The forced down and the disable lifted, whatever a test came to; Nova first wants its nova-compute to have cleaned up. */
  enable(): Promise<void>;
  /** Statuses of the evacuations away from it, by server ID, the newest of each. */
  evacuations(): Promise<Record<string, string>>;
  /** The servers of these that Nova was asked to evacuate, each as often as it was asked. */
  evacuationsOf(servers: readonly string[]): Promise<string[]>;
  ports(server: string): Promise<{ 'binding:host_id': string; 'binding:vif_type': string; status: string }[]>;
}

const LabServer = z
  .object({
    id: z.string(),
    status: z.string(),
    'OS-EXT-SRV-ATTR:host': z.string().nullable(),
    'OS-EXT-STS:task_state': z.string().nullable(),
  })
  .transform((server) => ({
    status: server.status,
    host: server['OS-EXT-SRV-ATTR:host'],
    task: server['OS-EXT-STS:task_state'],
  }));
type LabServer = z.infer<typeof LabServer>;
const LabService = z.object({
  id: z.string(),
  status: z.string(),
  state: z.string(),
  forced_down: z.boolean(),
  disabled_reason: z.string().nullable(),
  updated_at: z.string(),
});
type LabService = z.infer<typeof LabService>;
const Port = z.object({ 'binding:host_id': z.string(), 'binding:vif_type': z.string(), status: z.string() });

const Admin = z.object({
  clouds: z.object({ 'real-admin': z.object({ auth: z.object({ auth_url: z.string(), password: z.string() }) }) }),
});
const Catalog = z.object({
  token: z.object({ catalog: z.array(z.object({ type: z.string(), endpoints: z.array(z.object({ url: z.string() })) })) }),
});

const run = promisify(execFile);
const UP = fileURLToPath(new URL('cloud/up', import.meta.url));

export async function openLab(cloudsYaml: string, host: string): Promise<HostLab> {
  const folder = dirname(cloudsYaml);
  const { auth } = Admin.parse(parse(await readFile(cloudsYaml, 'utf8'))).clouds['real-admin'];
  const domain = { id: 'default' };
  const answer = await fetch(`${auth.auth_url}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name: 'admin', domain, password: auth.password } } },
        scope: { project: { name: 'admin', domain } },
      },
    }),
  });
  const token = answer.headers.get('x-subject-token') ?? '';
  const { catalog } = Catalog.parse(await answer.json()).token;
  const root = (type: string): string => catalog.find((service) => service.type === type)?.endpoints[0]?.url ?? '';
  const nova = root('compute');
  const neutron = `${root('network')}/v2.0`;

  async function ask(method: string, url: string, body?: unknown): Promise<Record<string, unknown>> {
    const given = await fetch(url, {
      method,
      headers: { 'x-auth-token': token, 'content-type': 'application/json', 'x-openstack-nova-api-version': '2.74' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await given.text();
    if (!given.ok) throw new Error(`${method} ${url} answered ${given.status}: ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>); // an object in every OpenStack answer
  }
  const get = async (id: string): Promise<LabServer> => LabServer.parse((await ask('GET', `${nova}/servers/${id}`)).server);
  async function until(id: string, status: string): Promise<void> {
    for (let tries = 0; tries < 240; tries += 1) {
      const server = await get(id);
      if (server.status === status && server.task === null) return;
      await sleep(500);
    }
    throw new Error(`server ${id} is not ${status}`);
  }
  const firstId = async (url: string, key: string): Promise<string> =>
    z.array(z.object({ id: z.string() })).parse((await ask('GET', url))[key])[0]?.id ?? '';
  const service = async (): Promise<LabService> =>
    LabService.parse(
      z.array(z.unknown()).parse((await ask('GET', `${nova}/os-services?binary=nova-compute&host=${host}`)).services)[0],
    );
  const paused = join(folder, 'state', 'agents-paused', host);

  const migrations = async (): Promise<{ instance_uuid: string; status: string }[]> => {
    const Migrations = z.array(z.object({ instance_uuid: z.string(), status: z.string() }));
    return Migrations.parse(
      (await ask('GET', `${nova}/os-migrations?migration_type=evacuation&source_compute=${host}`)).migrations,
    );
  };

  return {
    nova,
    async boot(name, { metadata = {}, fromVolume = false } = {}) {
      const image = await firstId(`${root('image')}/v2/images?name=cirros-0.6`, 'images');
      const network = await firstId(`${neutron}/networks?name=demo-net`, 'networks');
      const flavors = z
        .array(z.object({ id: z.string(), name: z.string() }))
        .parse((await ask('GET', `${nova}/flavors`)).flavors);
      const disk = {
        boot_index: 0,
        source_type: 'image',
        uuid: image,
        destination_type: 'volume',
        volume_size: 1,
        delete_on_termination: true,
      };
      const { server } = await ask('POST', `${nova}/servers`, {
        server: {
          name,
          host,
          metadata,
          flavorRef: flavors.find((flavor) => flavor.name === 'm1.nano')?.id,
          networks: [{ uuid: network }],
          ...(fromVolume ? { block_device_mapping_v2: [disk] } : { imageRef: image }),
        },
      });
      const { id } = z.object({ id: z.string() }).parse(server);
      await until(id, 'ACTIVE');
      return id;
    },
    get,
    async stop(id) {
      await ask('POST', `${nova}/servers/${id}/action`, { 'os-stop': null });
      await until(id, 'SHUTOFF');
    },
    async setMetadata(id, metadata) {
      // Nova refuses it of a server in error.
      if ((await get(id)).status === 'ERROR')
        await ask('POST', `${nova}/servers/${id}/action`, { 'os-resetState': { state: 'active' } });
      await ask('PUT', `${nova}/servers/${id}/metadata`, { metadata });
    },
    async delete(id) {
      await ask('DELETE', `${nova}/servers/${id}`).catch(() => undefined);
      for (let tries = 0; tries < 60; tries += 1) {
        if (
          await get(id).then(
            () => false,
            () => true,
          )
        )
          return;
        await sleep(500);
      }
      throw new Error(`server ${id} is not deleted`);
    },
    async lose() {
      await mkdir(dirname(paused), { recursive: true });
      await writeFile(paused, '');
      process.kill(Number(await readFile(join(folder, 'pid', `nova-compute-${host}`), 'utf8')), 'SIGKILL');
    },
    async repair() {
      await rm(paused, { force: true });
      await run(UP, ['--no-install', '--no-seed'], { env: { ...process.env, CLOUD_DIR: folder } });
    },
    async revive() {
      await rm(paused, { force: true });
      const Agents = z.array(z.object({ alive: z.boolean() }));
      for (let tries = 0; tries < 120; tries += 1) {
        const { agents } = await ask('GET', `${neutron}/agents?host=${host}`);
        if (Agents.parse(agents).some(({ alive }) => alive)) return;
        await sleep(500);
      }
      throw new Error(`neutron hears nothing of ${host}`);
    },
    service,
    async enable() {
      for (let tries = 0; (await migrations()).some(({ status }) => status === 'done'); tries += 1) {
        if (tries > 120) throw new Error(`nova-compute of ${host} does not clean up`);
        await sleep(500);
      }
      const { id, status, forced_down } = await service();
      if (status === 'enabled' && !forced_down) return;
      await ask('PUT', `${nova}/os-services/${id}`, { status: 'enabled', forced_down: false });
    },
    async evacuations() {
      return Object.fromEntries((await migrations()).reverse().map((one) => [one.instance_uuid, one.status]));
    },
    evacuationsOf: async (servers) => (await migrations()).map((one) => one.instance_uuid).filter((id) => servers.includes(id)),
    ports: async (server) => z.array(Port).parse((await ask('GET', `${neutron}/ports?device_id=${server}`)).ports),
  };
}
