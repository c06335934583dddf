import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { type Slack, startWorkspace } from '../demo/workspace/workspace.ts';
import { cacheFolder } from '../src/process/state-folder.ts';
import { joinEmbeddedRedis, startEmbeddedRedis } from '../src/redis/embedded.ts';
import { keysOf } from '../src/redis/keys.ts';

const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const READY_WITHIN_MS = 30_000;
/** Longer than Stackhand itself takes to give up waiting. */
const STOP_WITHIN_MS = 35_000;

export interface Stackhand {
  slack: Slack;
  /** How many lines Redis holds. */
  taken(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * A Stackhand as in production, in one process or in two, over a pretend Slack and an OpenStack that takes connections and is silent.
 * `profile` is the folder for a CPU profile of each process.
 */
export async function startStackhand(processes: 'one process' | 'two processes', profile?: string): Promise<Stackhand> {
  const endings: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'stackhand-bench-'));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    const slack = await startWorkspace();
    endings.push(slack.stop);
    const cloud = await startSilence();
    const env = await configure(folder, slack, cloud.port);
    if (processes === 'two processes') {
      const redis = await startEmbeddedRedis({ folder, cache: cacheFolder(), log: pino({ level: 'silent' }) });
      endings.push(redis.stop);
    }
    for (const role of processes === 'two processes' ? ['worker', 'gateway'] : ['all']) {
      endings.push(await startProcess(role, join(folder, 'stackhand.yaml'), env, profile));
    }
    // Ended first: whoever waits for OpenStack would hold up the stop.
    endings.push(cloud.stop);
    return { slack, stop, taken: () => taken(folder) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function configure(folder: string, slack: Slack, cloudPort: number): Promise<Record<string, string>> {
  const cloudsFile = join(folder, 'clouds.yaml');
  const auth = { auth_url: `http://127.0.0.1:${cloudPort}/v3`, username: 'bench', password: 'bench', project_name: 'bench' };
  await writeFile(cloudsFile, stringify({ clouds: { silent: { auth, region_name: 'RegionOne' } } }));
  await writeFile(
    join(folder, 'stackhand.yaml'),
    stringify({
      clouds: [{ name: 'silent' }],
      roles: { operator: { groups: [slack.id('@operators')] } },
      rules: [{ effects: ['read'], roles: ['operator'] }],
      channels: { approvals: slack.id('#ops') },
      http: { port: 0 },
    }),
  );
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    OS_CLIENT_CONFIG_FILE: cloudsFile,
    STACKHAND_STATE: folder,
  };
}

/** @returns how to end it, by its own ID alone. */
export async function startProcess(
  role: string,
  file: string,
  env: Record<string, string>,
  profile?: string,
): Promise<() => Promise<void>> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', join(profile, role)];
  const child = spawn(process.execPath, [...profiling, MAIN, 'start', '--role', role, '--config', file], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): Promise<void> => end(child);
  try {
    await ready(child, role);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function ready(child: ChildProcess, role: string): Promise<void> {
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${role} ${why}:\n${output}`));
    timer = setTimeout(fail, READY_WITHIN_MS, `was not ready within ${READY_WITHIN_MS} ms`);
    child.once('exit', () => fail('ended'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        // It is read to the end; only the beginning is kept.
        if (output.length < 100_000) output += chunk.toString();
        if (output.includes('stackhand is ready')) resolve();
      });
    }
  }).finally(() => clearTimeout(timer));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}

/** A server that takes every connection and never answers. */
async function startSilence(): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

async function taken(folder: string): Promise<number> {
  const { socket } = await joinEmbeddedRedis(folder);
  const redis = new Redis({ path: socket });
  try {
    return await redis.zcard(keysOf('stackhand').byNumber);
  } finally {
    redis.disconnect();
  }
}
