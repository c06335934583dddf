import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { answers, withClient } from '../../src/redis/ask.ts';
import { checkRedis } from '../../src/redis/check.ts';
import {
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
  joinEmbeddedRedis,
  startEmbeddedRedis,
} from '../../src/redis/embedded.ts';
import { findRedisServer } from '../../src/redis/unpack.ts';
import { newFolder } from '../new-folder.ts';
import { redisCache } from '../setup/redis-cache.ts';

const log = pino({ level: 'silent' });
const NOTHING = { PATH: '/nowhere' };
/** A process ID that is in use, by a process that began at another time. */
const DEAD_OWNER = JSON.stringify({ pid: process.pid, born: '1', host: hostname() });
const toEnd: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end();
});

async function start(folder: string, options: Partial<EmbeddedRedisOptions> = {}): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis({ folder, cache: await redisCache(), log, ...options });
  toEnd.push(redis.stop);
  return redis;
}

interface OtherOwner {
  pid: number;
  socket: string;
  serverPid: number;
  kill(): Promise<void>;
}

/** An `npm start` of another process, as far as Redis is concerned. */
async function startElsewhere(folder: string): Promise<OtherOwner> {
  const script = fileURLToPath(new URL('owner-process.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, folder, await redisCache()], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  async function kill(): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }
  toEnd.push(kill);
  const [line] = await once(createInterface(child.stdout), 'line');
  const { socket, pid } = JSON.parse(line);
  return { pid: child.pid ?? 0, socket, serverPid: pid, kill };
}

async function set(socket: string, value: string): Promise<void> {
  await withClient(socket, (redis) => redis.set('kept', value));
}

async function get(socket: string): Promise<string | null> {
  return withClient(socket, (redis) => redis.get('kept'));
}

async function mode(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

it('starts a Redis that nobody else can reach and that passes our own check', async () => {
  const folder = newFolder();

  const { socket, adopted } = await start(folder);

  expect(adopted).toBe(false);
  expect([await mode(join(folder, 'redis')), await mode(socket)]).toEqual(['700', '700']);
  await withClient(socket, async (redis) => {
    expect(await checkRedis(redis)).toEqual([]);
    expect(await redis.config('GET', 'port')).toEqual(['port', '0']);
    expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
    expect(await redis.config('GET', 'maxmemory')).toEqual(['maxmemory', String(512 * 1024 ** 2)]);
  });
});

it('gives the server none of our environment', async () => {
  const { pid } = await start(newFolder(), { env: { ...process.env, SLACK_BOT_TOKEN: 'xoxb-not-for-redis' } });

  const environment = await readFile(`/proc/${pid}/environ`, 'utf8');

  expect(environment.split('\0').filter((line) => line !== '' && !line.startsWith('LD_LIBRARY_PATH='))).toEqual([]);
});

it('stops its server and leaves only data and log', async () => {
  const folder = newFolder();
  const redis = await start(folder);

  await redis.stop();

  expect(await redis.exited).toEqual({ expected: true, reason: expect.stringContaining('exit code 0') });
  expect((await readdir(join(folder, 'redis'))).sort()).toEqual(['appendonlydir', 'redis.log']);
});

it('keeps what it acknowledged when the server is killed, and says that it was', async () => {
  const folder = newFolder();
  const redis = await start(folder);
  await set(redis.socket, 'before');

  process.kill(redis.pid, 'SIGKILL');
  expect(await redis.exited).toEqual({ expected: false, reason: expect.stringContaining('SIGKILL') });
  await redis.stop();
  const next = await start(folder);

  expect(next.adopted).toBe(false);
  expect(await get(next.socket)).toBe('before');
});

it('loads a file whose end a power cut tore off', async () => {
  const folder = newFolder();
  const redis = await start(folder);
  await set(redis.socket, 'whole');
  await set(redis.socket, 'torn');
  await redis.stop();
  const file = join(folder, 'redis', 'appendonlydir', 'appendonly.aof.1.incr.aof');
  await truncate(file, (await stat(file)).size - 3);

  const { socket } = await start(folder);

  expect(await get(socket)).toBe('whole');
});

it('says what Redis said when it refuses its data', async () => {
  const folder = newFolder();
  await (await start(folder)).stop();
  await writeFile(join(folder, 'redis', 'appendonlydir', 'appendonly.aof.1.incr.aof'), 'no commands\r\n*1\r\n$4\r\nPING\r\n');

  await expect(start(folder)).rejects.toThrow(/ended with exit code 1\. The end of .*redis\.log`:\n[\s\S]*Bad file format/);
});

it('adopts, with its data, the server of an owner that was killed, and stops it', async () => {
  const folder = newFolder();
  const owner = await startElsewhere(folder);
  await set(owner.socket, 'by the first owner');
  await owner.kill();

  const redis = await start(folder, { maxmemory: '64mb' });

  expect({ adopted: redis.adopted, pid: redis.pid }).toEqual({ adopted: true, pid: owner.serverPid });
  expect(await get(redis.socket)).toBe('by the first owner');
  expect(await withClient(redis.socket, (client) => client.config('GET', 'maxmemory'))).toEqual([
    'maxmemory',
    String(64 * 1024 ** 2),
  ]);
  await redis.stop();
  expect(await redis.exited).toMatchObject({ expected: true });
  expect(await answers(redis.socket)).toBe(false);
});

it('adopts by the socket when the killed owner had not written down its server', async () => {
  const folder = newFolder();
  const owner = await startElsewhere(folder);
  await owner.kill();
  await rm(join(folder, 'redis', 'server.json'));

  const redis = await start(folder);

  expect({ adopted: redis.adopted, pid: redis.pid }).toEqual({ adopted: true, pid: owner.serverPid });
});

it('refuses a folder whose owner lives, and leaves its server alone', async () => {
  const folder = newFolder();
  const owner = await startElsewhere(folder);

  await expect(start(folder)).rejects.toThrow(`Another \`npm start\` (pid ${owner.pid}) owns \`${folder}\`.`);

  expect(await answers(owner.socket)).toBe(true);
  await owner.kill();
  await (await start(folder)).stop();
});

it('takes a claim under a process ID that is in use again for a dead one', async () => {
  const folder = newFolder();
  await mkdir(join(folder, 'redis'));
  await writeFile(join(folder, 'redis', 'owner-1-00000000.json'), DEAD_OWNER);

  const { adopted } = await start(folder);

  expect(adopted).toBe(false);
});

it('lets one of two starts at once win', async () => {
  const folder = newFolder();

  const starts = await Promise.allSettled([start(folder), start(folder)]);

  expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(starts.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { name: 'UserError' } });
});

it('puts the socket into a short folder of its own where the path would be too long', async () => {
  const parent = newFolder();
  const folder = join(parent, 'x'.repeat(100));

  const redis = await start(folder);

  expect(redis.socket.startsWith(tmpdir())).toBe(true);
  expect(await mode(join(redis.socket, '..'))).toBe('700');
  expect(await joinEmbeddedRedis(folder)).toEqual({ socket: redis.socket });
  await redis.stop();
  await expect(stat(join(redis.socket, '..'))).rejects.toThrow('ENOENT');
});

it('joins the server of a running owner', async () => {
  const folder = newFolder();
  const { socket } = await start(folder);

  expect(await joinEmbeddedRedis(folder)).toEqual({ socket });
});

it('says what to run when there is nobody to join', async () => {
  const folder = newFolder();
  await (await start(folder)).stop();
  await writeFile(join(folder, 'redis', 'owner-1-00000000.json'), DEAD_OWNER);

  await expect(joinEmbeddedRedis(folder)).rejects.toThrow(
    `Nothing runs in \`${folder}\`. Run \`npm start\` first, or set \`REDIS_URL\`.`,
  );
  await expect(joinEmbeddedRedis(join(folder, 'nowhere'))).rejects.toThrow('Run `npm start` first');
});

/** What unpacking takes, and no redis-server, which this machine may have. */
async function onlyApt(): Promise<{ PATH: string }> {
  const folder = newFolder();
  for (const tool of ['sh', 'apt-get', 'apt-cache', 'dpkg', 'dpkg-query', 'dpkg-deb', 'tar', 'rm'])
    await symlink(`/usr/bin/${tool}`, join(folder, tool));
  return { PATH: folder };
}

it('unpacks the distribution’s redis-server once, though two ask for it at once and a damaged one is in the way', async () => {
  const cache = newFolder();
  const env = await onlyApt();
  const { version } = await findRedisServer({ cache: newFolder(), log, env });
  await mkdir(join(cache, `redis-${version}-${process.arch}`, 'usr', 'bin'), { recursive: true });

  const found = await Promise.all([findRedisServer({ cache, log, env }), findRedisServer({ cache, log, env })]);

  expect(found[0]).toEqual(found[1]);
  expect(await readdir(cache)).toEqual([`redis-${version}-${process.arch}`]);
  expect(await findRedisServer({ cache, log, env: NOTHING })).toEqual(found[0]);
});

it('takes a server that is on PATH', async () => {
  const cache = newFolder();
  const path = await pretendServer(newFolder(), 'valkey-server', 'Valkey server v=8.1.3 sha=00000000:0');

  expect(await findRedisServer({ cache, log, env: { PATH: path } })).toEqual({
    path: join(path, 'valkey-server'),
    version: '8.1.3',
    env: {},
  });
});

it('names the three ways to a Redis when the one on PATH is too old and there is no apt', async () => {
  const cache = newFolder();
  const path = await pretendServer(newFolder(), 'redis-server', 'Redis server v=6.0.16 sha=00000000:0');

  await expect(findRedisServer({ cache, log, env: { PATH: path } })).rejects.toThrow(
    new RegExp(
      `^There is no Redis server to start: ${path}/redis-server is 6\\.0\\.16; apt-get is not on this machine\\.[\\s\\S]*apt install[\\s\\S]*docker run[\\s\\S]*REDIS_URL`,
    ),
  );
  expect(await readdir(cache)).toEqual([]);
});

it('will not run a server out of a folder that belongs to somebody else', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('root owns every folder it can make');

  await expect(findRedisServer({ cache: '/usr', log, env: NOTHING })).rejects.toThrow('belongs to another user');
});

it('does not start an old server beside data that it cannot read', async () => {
  const folder = newFolder();
  await (await start(folder)).stop();
  const path = await pretendServer(newFolder(), 'redis-server', 'Redis server v=6.2.14 sha=00000000:0');

  await expect(start(folder, { env: { PATH: path } })).rejects.toThrow('was written by Redis 7 or newer');
});

async function pretendServer(folder: string, name: string, says: string): Promise<string> {
  await writeFile(join(folder, name), `#!/bin/sh\necho '${says}'\n`);
  await chmod(join(folder, name), 0o755);
  return folder;
}
