import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Cloud, type CloudOptions, startCloud } from '../../demo/cloud/cloud.ts';
import { type CloudSettings, readClouds } from '../../src/openstack/clouds-yaml.ts';
import { type ConnectOptions, connect } from '../../src/openstack/connection.ts';
import { openSession, type Session, type SessionOptions } from '../../src/openstack/session.ts';
import { newFolder } from '../new-folder.ts';

export interface Stage {
  cloud: Cloud;
  settings: CloudSettings;
  /** A session of its own log-in. */
  open(options?: Partial<SessionOptions> & { connect?: ConnectOptions; as?: CloudSettings }): Session;
}

/** A pretend cloud and sessions on it, gone after the test. */
export async function onStage(options: CloudOptions = {}, entry = 'pretend-admin'): Promise<Stage> {
  const cloud = await startCloud(options);
  const settings = await settingsIn(cloud.cloudsYaml, entry);
  onTestFinished(() => cloud.stop());
  return {
    cloud,
    settings,
    open({ connect: connectOptions, as, ...sessionOptions } = {}) {
      const connection = connect(as ?? settings, { backoffMs: 5, timeoutMs: 2_000, ...connectOptions });
      onTestFinished(() => connection.close());
      return openSession({ connection, mode: 'write', ...sessionOptions });
    },
  };
}

export async function settingsIn(yaml: string, entry: string): Promise<CloudSettings> {
  const file = join(newFolder(), 'clouds.yaml');
  await writeFile(file, yaml);
  return (await readClouds({ file, folders: [] })).cloud(entry);
}

/** The calls below a service's version, as `GET compute /servers/detail`. */
export function callsOf(cloud: Cloud): string[] {
  return cloud.calls.map(({ method, service, path }) => `${method} ${service} ${path}`);
}
