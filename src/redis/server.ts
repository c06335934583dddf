import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { becomesReady, withClient } from './ask.ts';
import { bornAt, isAlive, Process, readJson, writeWhole } from './owner.ts';
import { findRedisServer, type RedisServer, type RedisServerSearch } from './unpack.ts';

/** A running redis-server; `ended` tells, once it has, how. */
export interface Server extends Process {
  socket: string;
  ended: Promise<string>;
}

export interface ServerSettings {
  maxmemory?: string;
  appendfsync?: 'always' | 'everysec' | 'no';
}

const ServerRecord = Process.extend({ socket: z.string() });
type ServerRecord = z.infer<typeof ServerRecord>;

/** A Unix socket's path holds 108 bytes on Linux and 104 on macOS, the closing zero included (unix(7), sys/un.h). */
const LONGEST_SOCKET_PATH = 100;
const SHORT_FOLDER = 'stackhand-';
const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 20_000;

/** Which server serves the folder, or served it last. */
export async function readRecord(home: string): Promise<ServerRecord | undefined> {
  return readJson(recordIn(home), ServerRecord);
}

export async function recordServer(home: string, { pid, born, socket }: ServerRecord): Promise<void> {
  await writeWhole(recordIn(home), JSON.stringify({ pid, born, socket }));
}

/** Removes what an ended server leaves besides its data and its log. */
export async function forgetServer(home: string): Promise<void> {
  const record = await readRecord(home);
  await rm(recordIn(home), { force: true });
  if (record) await removeSocket(record.socket, home);
}

/**
 * The server that the last owner left, by its record, else by the folder's socket. Undefined where there is none. It is
 * waited for while it loads, and while it ends.
 */
export async function findServer(home: string): Promise<Server | undefined> {
  const known = await readRecord(home);
  const socket = known?.socket ?? nearSocket(home);
  const left = known && known.born !== '' && isAlive(known) ? known : await findListener(socket);
  if (!left) return undefined;
  if (await becomesReady(socket, () => isAlive(left), READY_WITHIN_MS)) {
    return { pid: left.pid, born: left.born, socket, ended: watch(left) };
  }
  if (!isAlive(left)) return undefined;
  throw new UserError(
    `A redis-server of before (pid ${left.pid}) does not answer on \`${socket}\`. End it with \`kill ${left.pid}\`.`,
  );
}

export async function launchServer(home: string, options: ServerSettings & RedisServerSearch): Promise<Server> {
  const binary = await findRedisServer(options);
  refuseOlderThanData(binary, home);
  await forgetServer(home);
  const socket = await placeSocket(home);
  const server: Server = { ...(await run(binary, home, settings(home, socket, options))), socket };
  await recordServer(home, server);
  if (await becomesReady(socket, () => isAlive(server), READY_WITHIN_MS)) return server;

  await endServer(server, options.log);
  await forgetServer(home);
  throw new UserError(`${await server.ended}. The end of \`${logIn(home)}\`:\n${await lastWords(home)}`);
}

/** What an adopted server took from its first owner's settings may have changed since. */
export async function setLimits(socket: string, { maxmemory = '512mb', appendfsync = 'always' }: ServerSettings): Promise<void> {
  await withClient(socket, async (redis) => {
    await redis.config('SET', 'maxmemory', maxmemory);
    await redis.config('SET', 'appendfsync', appendfsync);
  });
}

/** SIGTERM lets Redis write what it has; with `appendfsync always` a SIGKILL after that loses nothing either. */
export async function endServer(server: Server, log: Logger): Promise<void> {
  if (!isAlive(server)) return;
  process.kill(server.pid, 'SIGTERM');
  const late = new AbortController();
  const wait = sleep(STOPPED_WITHIN_MS, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([server.ended, wait]);
  late.abort();
  if (!isAlive(server)) return;
  log.warn({ pid: server.pid }, 'redis did not stop in time and is killed');
  process.kill(server.pid, 'SIGKILL');
  await server.ended;
}

function settings(home: string, socket: string, { maxmemory = '512mb', appendfsync = 'always' }: ServerSettings): string[] {
  return [
    ['--port', '0'],
    ['--unixsocket', socket],
    ['--unixsocketperm', '700'],
    ['--dir', home],
    ['--appendonly', 'yes'],
    ['--appendfsync', appendfsync],
    ['--save', ''],
    ['--maxmemory', maxmemory],
    ['--maxmemory-policy', 'noeviction'],
    ['--daemonize', 'no'],
  ].flat();
}

async function findListener(socket: string): Promise<Process | undefined> {
  const info = await withClient(socket, (redis) => redis.info('server')).catch(() => undefined);
  if (info === undefined) return undefined;
  const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
  const born = bornAt(pid);
  if (born !== undefined) return { pid, born };
  throw new UserError(`A redis-server of another container answers on \`${socket}\`. Stop it first: two cannot share a folder.`);
}

/** An adopted server is not our child, so nobody tells us when it ends. */
async function watch(server: Process): Promise<string> {
  while (isAlive(server)) await sleep(200, undefined, { ref: false });
  return `redis-server (pid ${server.pid}) ended`;
}

/** Before 7.0 Redis does not look into `appendonlydir`: it would start empty beside the data. */
function refuseOlderThanData(binary: RedisServer, home: string): void {
  if (Number.parseInt(binary.version, 10) >= 7 || !existsSync(join(home, 'appendonlydir'))) return;
  throw new UserError(
    `\`${home}\` was written by Redis 7 or newer, and ${binary.path} is ${binary.version}. Install the newer one again.`,
  );
}

/** It gets none of our environment, where the Slack and OpenStack credentials are. */
async function run(binary: RedisServer, home: string, args: string[]): Promise<Process & { ended: Promise<string> }> {
  await rename(logIn(home), `${logIn(home)}.1`).catch(() => undefined);
  const output = await open(logIn(home), 'w', 0o600);
  try {
    const child = spawn(binary.path, args, {
      cwd: home,
      env: binary.env,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`${binary.path} could not be run: ${error.message}`));
      child.once('exit', (code, signal) =>
        resolve(`redis-server (pid ${child.pid}) ended with ${signal ?? `exit code ${code}`}`),
      );
    });
    if (child.pid === undefined) throw new UserError(await ended);
    return { pid: child.pid, born: bornAt(child.pid) ?? 'dead', ended };
  } finally {
    await output.close();
  }
}

/** Beside the data; in a short folder of our own under the system's temporary one where that path would be too long. */
async function placeSocket(home: string): Promise<string> {
  const near = nearSocket(home);
  if (Buffer.byteLength(near) <= LONGEST_SOCKET_PATH) {
    await rm(near, { force: true });
    return near;
  }
  const far = join(await mkdtemp(join(tmpdir(), SHORT_FOLDER)), 'redis.sock'); // mkdtemp: 0700
  if (Buffer.byteLength(far) <= LONGEST_SOCKET_PATH) return far;
  await removeSocket(far, home);
  throw new UserError(`\`${home}\` and \`${tmpdir()}\` are both too long to hold a socket. Name a shorter state folder.`);
}

async function removeSocket(socket: string, home: string): Promise<void> {
  await rm(socket, { force: true });
  const folder = dirname(socket);
  if (folder !== home && basename(folder).startsWith(SHORT_FOLDER)) await rm(folder, { recursive: true, force: true });
}

function nearSocket(home: string): string {
  return join(home, 'redis.sock');
}

function recordIn(home: string): string {
  return join(home, 'server.json');
}

function logIn(home: string): string {
  return join(home, 'redis.log');
}

async function lastWords(home: string): Promise<string> {
  const lines = (await readFile(logIn(home), 'utf8')).trimEnd().split('\n');
  return lines.slice(-4).join('\n');
}
