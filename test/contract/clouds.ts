import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudOptions, type Cloud as PretendCloud, startCloud } from '../../demo/cloud/cloud.ts';
import { type CloudSettings, readClouds } from '../../src/openstack/clouds-yaml.ts';
import { listHypervisorsOfHost, listServersNamed } from '../../src/openstack/compute.ts';
import { type Connection, connect } from '../../src/openstack/connection.ts';
import type { Http } from '../../src/openstack/http.ts';
import { resolveProject } from '../../src/openstack/kinds.ts';
import { listNetworks } from '../../src/openstack/networks.ts';
import { openSession, type Session } from '../../src/openstack/session.ts';
import { listUsers } from '../../src/openstack/users.ts';
import type { Who, World } from './case.ts';
import type { WireAnswer } from './outcome.ts';

/** A cloud under test: a writing session for each kind of user, and where the things of the cases are. */
export interface CloudUnderTest {
  session(who: Who): Session;
  /** What came over the wire since this was asked last. */
  wire(): WireAnswer[];
  world: World;
  close(): Promise<void>;
}

/** How long the real cloud is left alone between two looks. */
const LOOK_MS = 250;

const ENTRIES: Record<Who, string> = {
  admin: 'admin',
  member: 'demo',
  reader: 'reader',
  'other member': 'alice',
  stranger: 'demo',
};

/** `prefix` is that of the entries: `real` for `real-admin`. */
export async function openCloud(file: string, prefix: 'real' | 'pretend'): Promise<CloudUnderTest> {
  const clouds = await readClouds({ file, folders: [] });
  const connections = new Map<Who, Connection>();
  for (const who of ['admin', 'member', 'reader', 'other member', 'stranger'] as const) {
    const settings = await clouds.cloud(`${prefix}-${ENTRIES[who]}`);
    connections.set(who, connect(who === 'stranger' ? withWrongPassword(settings) : settings, { backoffMs: 20 }));
  }
  const wire: WireAnswer[] = [];
  function session(who: Who): Session {
    const connection = connections.get(who);
    if (!connection) throw new Error(`no connection for ${who}`);
    return openSession({ connection: { ...connection, http: tapped(connection.http, wire) }, mode: 'write' });
  }
  const admin = session('admin');
  const idOf = ([found]: { id: string }[], name: string): string => found?.id ?? `${name} is missing: seed the cloud`;
  const server = async (name: string): Promise<string> => idOf(await listServersNamed(admin, name), name);
  return {
    session,
    wire: () => wire.splice(0),
    world: {
      demo: (await resolveProject(admin, 'demo')).id,
      aliceLab: (await resolveProject(admin, 'alice-lab')).id,
      web1: await server('web-1'),
      broken1: await server('broken-1'),
      aliceServer: await server('alice-vm-1'),
      bob: idOf(await listUsers(admin, { name: 'bob' }), 'bob'),
      compute1: idOf(await listHypervisorsOfHost(admin, 'compute1'), 'compute1'),
      publicNetwork: idOf(await listNetworks(admin, { external: true, name: 'public' }), 'public'),
      nextSecond: () => sleep(1_020 - (Date.now() % 1_000)),
      betweenLooks: () => (prefix === 'real' ? sleep(LOOK_MS) : Promise.resolve()),
    },
    async close() {
      for (const connection of connections.values()) await connection.close();
    },
  };
}

export async function openPretendCloud(options: CloudOptions = {}): Promise<CloudUnderTest & { cloud: PretendCloud }> {
  const cloud = await startCloud(options);
  const folder = await mkdtemp(join(tmpdir(), 'stackhand-clouds-'));
  const file = join(folder, 'clouds.yaml');
  await writeFile(file, cloud.cloudsYaml);
  const opened = await openCloud(file, 'pretend');
  await rm(folder, { recursive: true });
  return {
    ...opened,
    cloud,
    async close() {
      await opened.close();
      await cloud.stop();
    },
  };
}

function tapped(http: Http, wire: WireAnswer[]): Http {
  return {
    ...http,
    async send(request) {
      const outcome = await http.send(request);
      if ('answer' in outcome) wire.push({ call: `${request.method} ${new URL(request.url).pathname}`, ...outcome.answer });
      return outcome;
    },
  };
}

function withWrongPassword(settings: CloudSettings): CloudSettings {
  const user = { name: 'demo', domain: { name: 'Default' }, password: 'wrong' };
  return { ...settings, auth: { ...settings.auth, identity: { methods: ['password'], password: { user } } } };
}
