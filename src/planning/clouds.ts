import type { StackhandYaml } from '../config-schema.ts';
import { type CloudsPlaces, readClouds } from '../openstack/clouds-yaml.ts';
import { type Connection, type ConnectOptions, connect } from '../openstack/connection.ts';
import { openSession, type Session, type WriteHook } from '../openstack/session.ts';

/** The clouds of stackhand.yaml, with a reader for commands and a writer for jobs. */
export interface Clouds {
  names: readonly string[];
  regionsOf(cloud: string): readonly string[];
  /** Throws on anything but a read. */
  reader(cloud: string, region: string, signal?: AbortSignal): Session;
  /** Each write passes the hook first; once the signal is aborted nothing is sent any more. */
  writer(cloud: string, region: string, hook: WriteHook, signal: AbortSignal): Session;
  close(): Promise<void>;
}

interface Connected {
  regions: readonly string[];
  reader: Connection;
  writer: Connection;
}

/** @throws UserError naming file and key where clouds.yaml lacks what stackhand.yaml names. */
export async function openClouds(
  configured: StackhandYaml['clouds'],
  places: CloudsPlaces,
  options: ConnectOptions = {},
): Promise<Clouds> {
  const file = await readClouds(places);
  const clouds = new Map<string, Connected>();
  for (const { name, writer: writerName, regions } of configured) {
    const settings = await file.cloud(name);
    const reader = connect(settings, options);
    const writer = writerName === undefined ? reader : connect(await file.cloud(writerName), options);
    clouds.set(name, { regions: regions ?? settings.regions, reader, writer });
  }
  function find(name: string): Connected {
    const cloud = clouds.get(name);
    if (!cloud) throw new Error(`no cloud ${name}`);
    return cloud;
  }
  return {
    names: [...clouds.keys()],
    regionsOf: (cloud) => find(cloud).regions,
    reader: (cloud, region, signal) =>
      openSession({ connection: find(cloud).reader, region, mode: 'read', ...(signal ? { signal } : {}) }),
    writer: (cloud, region, hook, signal) => openSession({ connection: find(cloud).writer, region, mode: 'write', hook, signal }),
    async close() {
      const connections = new Set([...clouds.values()].flatMap(({ reader, writer }) => [reader, writer]));
      await Promise.all([...connections].map((connection) => connection.close()));
    },
  };
}

/** For commands that need no cloud: whatever they would ask of one is a bug. */
export function noSession(command: string): Session {
  const refuse = (): never => {
    throw new Error(`${command} says that it needs no cloud, and asked one`);
  };
  return {
    cloud: '',
    region: '',
    notes: [],
    request: refuse,
    list: refuse,
    at: refuse,
    login: refuse,
    versions: refuse,
    clock: () => undefined,
  };
}
