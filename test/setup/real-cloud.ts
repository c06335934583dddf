import { access } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { readClouds } from '../../src/openstack/clouds-yaml.ts';
import { connect } from '../../src/openstack/connection.ts';
import { openSession } from '../../src/openstack/session.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** clouds.yaml of the real cloud: `real-admin`, `real-demo`, `real-alice`, `real-bob`, `real-reader`. */
    realCloudsYaml: string;
  }
}

const HOW = 'Start one with test/openstack/cloud/up, or name its clouds.yaml in OS_CLIENT_CONFIG_FILE.';

/** Finds the real cloud, or fails: a suite that passes without one would say nothing. It never leaves this machine. */
export default async function setup(project: TestProject): Promise<void> {
  const file = process.env.OS_CLIENT_CONFIG_FILE ?? '/var/tmp/openstack/clouds.yaml';
  await access(file).catch(() => {
    throw new Error(`There is no real OpenStack to test against: \`${file}\` is not there. ${HOW}`);
  });
  const settings = await (await readClouds({ file, folders: [] })).cloud('real-admin');
  if (new URL(settings.auth.url).hostname !== '127.0.0.1') {
    throw new Error(`These tests change things and speak only to 127.0.0.1, and ${file} names ${settings.auth.url}. ${HOW}`);
  }
  const connection = connect(settings);
  try {
    await openSession({ connection, mode: 'read' }).login();
  } catch (cause) {
    throw new Error(`The real OpenStack of ${file} does not answer. ${HOW}`, { cause });
  } finally {
    await connection.close();
  }
  project.provide('realCloudsYaml', file);
}
