import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/redis/embedded.ts';
import { findOwner } from '../../src/redis/owner.ts';
import { readRecord } from '../../src/redis/server.ts';
import { redisCache } from './redis-cache.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    redisSocket: string;
  }
}

const FOLDERS = 'stackhand-run-';

/** One real Redis for the whole run; `testRedis()` gives each test keys of its own. */
export default async function startTestRedis(project: TestProject): Promise<() => Promise<void>> {
  await endLeftovers();
  const folder = await mkdtemp(join(tmpdir(), FOLDERS));
  const redis = await start(folder);
  project.provide('redisSocket', redis.socket);
  return () => end(redis, folder);
}

async function start(folder: string): Promise<EmbeddedRedis> {
  return startEmbeddedRedis({ folder, cache: await redisCache(), log: pino({ level: 'silent' }), appendfsync: 'no' });
}

async function end(redis: EmbeddedRedis, folder: string): Promise<void> {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
}

/** A run that was killed leaves its Redis behind. Another run may be ending the same one: then that one does. */
async function endLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(FOLDERS) || !(await isLeft(folder))) continue;
    await start(folder)
      .then((redis) => end(redis, folder))
      .catch(() => undefined);
  }
}

async function isLeft(folder: string): Promise<boolean> {
  const home = join(folder, 'redis');
  const owner = await findOwner(home).catch(() => undefined);
  return owner === undefined && (await readRecord(home)) !== undefined;
}
