import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import {
  bornAt,
  claimFolder,
  describeOwner,
  findOwner,
  forgetDeadOwners,
  isAlive,
  type Owner,
  Process,
  readJson,
  writeWhole,
} from './owner.ts';
import { findRedisServer, ownFolder, type RedisServer } from './unpack.ts';

export interface EmbeddedRedisOptions {
  /** The state folder; ours is `redis` in it. */
  folder: string;
  /** Where an unpacked redis-server is kept, best one folder per user; in `folder` if left out. */
  cache?: string;
  log: Logger;
  /** As Redis writes it. 512mb if left out. */
  maxmemory?: string;
  /** Anything but `always` may lose what was acknowledged, and is for tests. */
  appendfsync?: 'always' | 'everysec' | 'no';
  /** Where commands are looked up; ours if left out. */
  env?: NodeJS.ProcessEnv;
}

export interface EmbeddedRedis {
  socket: string;
  pid: number;
  /** It was left running by an owner that was killed. */
  adopted: boolean;
  /** Settles when the server has ended: `expected` if `stop` asked for it. */
  exited: Promise<{ expected: boolean; reason: string }>;
  stop(): Promise<void>;
}

/** A running server: which process, and how to learn that it ended. */
interface Server extends Process {
  socket: string;
  ended: Promise<string>;
}

const ServerRecord = Process.extend({ socket: z.string() });

/** A Unix socket's path holds 108 bytes on Linux and 104 on macOS, the closing zero included (unix(7), sys/un.h). */
const LONGEST_SOCKET_PATH = 100;
const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 20_000;

/**
 * Starts a private redis-server on a Unix socket, or adopts the one that a killed owner left, with what it holds. Refused
 * while another owner lives. The server has a process group of its own: Ctrl-C reaches us only, and we stop it last.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const home = homeIn(options.folder);
  await ownFolder(options.folder);
  await ownFolder(home);
  await chmod(home, 0o700);
  const claim = await claimFolder(home);
  if (!('release' in claim)) throw ownedBy(claim, options.folder);

  try {
    const left = await findRunning(home);
    if (left && claim.foreign) throw ownedBy(claim.foreign, options.folder);
    await forgetDeadOwners(home);
    const server = left ?? (await launch(home, options));
    if (left) await setLimits(left.socket, options);
    await record(home, server);
    options.log.info({ socket: server.socket, pid: server.pid, adopted: left !== undefined }, 'redis started');
    return keep({ home, server, adopted: left !== undefined, log: options.log, release: claim.release });
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/** For the command line and for `--role`: the socket of the server that a running `npm start` owns. */
export async function joinEmbeddedRedis(folder: string): Promise<{ socket: string }> {
  const home = homeIn(folder);
  const owner = await findOwner(home).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') return undefined;
    throw new UserError(
      `\`${home}\` belongs to another user. Run this as the user that runs \`npm start\`, or set \`REDIS_URL\`.`,
    );
  });
  if (!owner) throw new UserError(`Nothing runs in \`${folder}\`. Run \`npm start\` first, or set \`REDIS_URL\`.`);

  const server = await readJson(recordIn(home), ServerRecord);
  if (server && (await answers(server.socket))) return { socket: server.socket };
  throw new UserError(
    `\`npm start\` (${describeOwner(owner)}) runs in \`${folder}\`, and its Redis does not answer yet. Try again.`,
  );
}

function homeIn(folder: string): string {
  return join(folder, 'redis');
}

function recordIn(home: string): string {
  return join(home, 'server.json');
}

function logIn(home: string): string {
  return join(home, 'redis.log');
}

function ownedBy(owner: Owner, folder: string): UserError {
  return new UserError(
    `Another \`npm start\` (${describeOwner(owner)}) owns \`${folder}\`. Stop it first, or give this one a state folder of its own.`,
  );
}

function keep(held: {
  home: string;
  server: Server;
  adopted: boolean;
  log: Logger;
  release: () => Promise<void>;
}): EmbeddedRedis {
  const { home, server, adopted, log, release } = held;
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    await end(server, log);
    await rm(recordIn(home), { force: true });
    await removeSocket(server.socket, home);
    await release();
    log.info({ pid: server.pid }, 'redis stopped');
  }

  return {
    socket: server.socket,
    pid: server.pid,
    adopted,
    exited: server.ended.then((reason) => ({ expected: stopping !== undefined, reason })),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** SIGTERM lets Redis write what it has; with `appendfsync always` a SIGKILL after that loses nothing either. */
async function end(server: Server, log: Logger): Promise<void> {
  if (!isAlive(server)) return;
  process.kill(server.pid, 'SIGTERM');
  const late = new AbortController();
  const inTime = await Promise.race([
    server.ended.then(() => true),
    sleep(STOPPED_WITHIN_MS, false, { signal: late.signal }).catch(() => false),
  ]);
  late.abort();
  if (inTime || !isAlive(server)) return;
  log.warn({ pid: server.pid }, 'redis did not stop in time and is killed');
  process.kill(server.pid, 'SIGKILL');
  await server.ended;
}

/**
 * The server that the last owner left, by its record, else by the folder's socket. Undefined where there is none; it is
 * waited for while it loads, and while it ends.
 */
async function findRunning(home: string): Promise<Server | undefined> {
  const known = await readJson(recordIn(home), ServerRecord);
  const socket = known?.socket ?? join(home, 'redis.sock');
  const process = known && known.born !== '' && isAlive(known) ? known : await findListener(socket);
  if (!process) return undefined;
  if (!(await becomesReady(socket, () => isAlive(process)))) {
    if (!isAlive(process)) return undefined;
    throw new UserError(
      `A redis-server from before (pid ${process.pid}) does not answer on \`${socket}\`. End it with \`kill ${process.pid}\`.`,
    );
  }
  return { pid: process.pid, born: process.born, socket, ended: watch(process) };
}

async function findListener(socket: string): Promise<Process | undefined> {
  try {
    const info = await withClient(socket, (redis) => redis.info('server'));
    const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
    const born = bornAt(pid);
    return born === undefined ? undefined : { pid, born };
  } catch {
    return undefined;
  }
}

/** An adopted server is not our child, so nobody tells us when it ends. */
async function watch(server: Process): Promise<string> {
  while (isAlive(server)) await sleep(200, undefined, { ref: false });
  return `redis-server (pid ${server.pid}) ended`;
}

async function launch(home: string, options: EmbeddedRedisOptions): Promise<Server> {
  const { folder, cache = join(folder, 'redis-server'), log, env } = options;
  const binary = await findRedisServer({ cache, log, env });
  refuseOlderThanData(binary, home);
  const old = await readJson(recordIn(home), ServerRecord);
  if (old) await removeSocket(old.socket, home);
  const socket = await placeSocket(home);
  const server = await run(binary, home, settings(home, socket, options));
  const started: Server = { ...server, socket };
  await record(home, started);
  if (await becomesReady(socket, () => isAlive(started))) return started;

  await end(started, log);
  await rm(recordIn(home), { force: true });
  await removeSocket(socket, home);
  throw new UserError(`${await started.ended}. The end of \`${logIn(home)}\`:\n${await lastWords(home)}`);
}

function settings(home: string, socket: string, { maxmemory = '512mb', appendfsync = 'always' }: EmbeddedRedisOptions): string[] {
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

/** What an adopted server took from its first owner's settings may have changed since. */
async function setLimits(socket: string, { maxmemory = '512mb', appendfsync = 'always' }: EmbeddedRedisOptions): Promise<void> {
  await withClient(socket, async (redis) => {
    await redis.config('SET', 'maxmemory', maxmemory);
    await redis.config('SET', 'appendfsync', appendfsync);
  });
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

async function record(home: string, { pid, born, socket }: Server): Promise<void> {
  await writeWhole(recordIn(home), JSON.stringify({ pid, born, socket }));
}

/** Beside the data; in a short folder of our own under the system's temporary one where that path would be too long. */
async function placeSocket(home: string): Promise<string> {
  const near = join(home, 'redis.sock');
  if (Buffer.byteLength(near) <= LONGEST_SOCKET_PATH) {
    await rm(near, { force: true });
    return near;
  }
  const far = join(await mkdtemp(join(tmpdir(), SHORT_FOLDER)), 'redis.sock'); // mkdtemp: 0700
  if (Buffer.byteLength(far) <= LONGEST_SOCKET_PATH) return far;
  await removeSocket(far, home);
  throw new UserError(`\`${home}\` and \`${tmpdir()}\` are both too long to hold a socket. Name a shorter state folder.`);
}

const SHORT_FOLDER = 'stackhand-';

async function removeSocket(socket: string, home: string): Promise<void> {
  await rm(socket, { force: true });
  const folder = dirname(socket);
  if (folder !== home && basename(folder).startsWith(SHORT_FOLDER)) await rm(folder, { recursive: true, force: true });
}

async function lastWords(home: string): Promise<string> {
  const lines = (await readFile(logIn(home), 'utf8')).trimEnd().split('\n');
  return lines.slice(-4).join('\n');
}

/** False when the server ended, or does not answer in time. LOADING is an answer to wait on. */
async function becomesReady(socket: string, isUp: () => boolean): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (let pauseMs = 5; isUp() && Date.now() < deadline; pauseMs = Math.min(pauseMs * 2, 100)) {
    if (await answers(socket)) return true;
    await sleep(pauseMs);
  }
  return false;
}

async function answers(socket: string): Promise<boolean> {
  return withClient(socket, (redis) => redis.ping()).then(
    (answer) => answer === 'PONG',
    () => false,
  );
}

async function withClient<T>(socket: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    path: socket,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    connectTimeout: 2_000,
    commandTimeout: 5_000,
  });
  redis.on('error', () => undefined); // told by the command's own rejection
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
