import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Logger, pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { becomesReady, withClient } from '../../src/redis/ask.ts';
import { checkRedis } from '../../src/redis/check.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { startEmbeddedRedis } from '../../src/redis/embedded.ts';
import { findRedisServer } from '../../src/redis/unpack.ts';
import type { RedisTarget } from '../../src/redis/url.ts';
import { eventually } from '../bot.ts';
import { newFolder } from '../new-folder.ts';
import { redisCache } from '../setup/redis-cache.ts';
import { testRedis } from '../setup/redis-client.ts';

const silent = pino({ level: 'silent' });
const toEnd: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end();
});

function connect(target: RedisTarget, log = silent): Redis {
  const redis = connectRedis(target, 'commands', log);
  toEnd.push(() => redis.disconnect());
  return redis;
}

/** A server with settings of the test's own, on a socket unless they say otherwise. */
async function startServer(folder: string, ...settings: string[]): Promise<{ socket: string }> {
  const server = await findRedisServer({ cache: await redisCache(), log: silent });
  const socket = join(folder, 'redis.sock');
  const args = [...settings, '--unixsocket', socket, '--dir', folder, '--save', ''];
  endLater(
    spawn(server.path, settings.includes('--port') ? args : [...args, '--port', '0'], { env: server.env, stdio: 'ignore' }),
  );
  expect(await becomesReady(socket, () => true, 5_000)).toBe(true);
  return { socket };
}

function endLater(child: ChildProcess): void {
  const ended = once(child, 'exit');
  toEnd.push(() => {
    child.kill('SIGKILL');
    return ended;
  });
}

/** Answers INFO with what it is given, or nothing at all; otherwise an old Redis, as far as a connection notices. */
async function pretendRedis(info: Record<string, string> | 'silent'): Promise<RedisTarget> {
  const server = createServer((connection) => {
    toEnd.push(() => connection.destroy());
    connection.on('error', () => undefined);
    connection.on('data', (data) => {
      if (info === 'silent') return;
      for (const [, name = ''] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g))
        connection.write(answer(name.toUpperCase(), info));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  toEnd.push(() => server.close());
  const address = server.address();
  return { host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0, db: 0, tls: false };
}

function answer(name: string, info: Record<string, string>): string {
  if (name === 'HELLO') return "-ERR unknown command 'HELLO'\r\n";
  if (name !== 'INFO') return '+OK\r\n';
  const text = Object.entries(info)
    .map(([field, value]) => `${field}:${value}\r\n`)
    .join('');
  return `$${text.length}\r\n${text}\r\n`;
}

const GOOD = { redis_version: '6.2.0', cluster_enabled: '0', role: 'master', aof_enabled: '1', maxmemory_policy: 'noeviction' };

function listeningLog(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { log: pino({}, { write: (line: string) => lines.push(JSON.parse(line)) }), lines };
}

it('names each thing that is wrong with a Redis, and how to mend it', async () => {
  const { socket } = await startServer(newFolder(), '--maxmemory-policy', 'allkeys-lru', '--replicaof', '127.0.0.1 1');

  const problems = await checkRedis(connect({ socket }));

  expect(problems.map(({ certain, what }) => `${certain} ${what}`)).toEqual([
    'true This is a replica, which takes no writes.',
    'true The append-only file is off, so a restart of Redis forgets requests and votes.',
    'true A full Redis would drop keys of ours (maxmemory-policy is allkeys-lru).',
  ]);
  expect(problems.map(({ mend }) => mend)).toEqual([
    expect.stringContaining('master'),
    expect.stringContaining('appendonly yes'),
    expect.stringContaining('maxmemory-policy noeviction'),
  ]);
});

it('refuses a cluster', async () => {
  const { socket } = await startServer(
    newFolder(),
    '--port',
    String(await freePort()),
    '--bind',
    '127.0.0.1',
    '--cluster-enabled',
    'yes',
    '--appendonly',
    'yes',
  );

  const problems = await checkRedis(connect({ socket }));

  expect(problems.map(({ what }) => what)).toEqual(['This is a Redis Cluster, which Stackhand does not work with.']);
});

it('refuses a Redis that is too old, and takes the oldest that is not', async () => {
  const old = connect(await pretendRedis({ ...GOOD, redis_version: '6.0.16' }));
  const enough = connect(await pretendRedis(GOOD));

  expect(await checkRedis(old)).toEqual([
    { certain: true, what: 'Redis is 6.0.16, and 6.2 is the oldest that works.', mend: 'Upgrade it, or use Valkey.' },
  ]);
  expect(await checkRedis(enough)).toEqual([]);
});

it('says what it could not see rather than that it is wrong', async () => {
  const { aof_enabled: _, ...untold } = GOOD;
  const { socket } = await startServer(newFolder());
  await connect({ socket }).acl('SETUSER', 'default', '-info');

  const partly = await checkRedis(connect(await pretendRedis(untold)));
  const nothing = await checkRedis(connect({ socket }));

  expect(partly).toEqual([
    { certain: false, what: 'Redis does not tell its `aof_enabled`.', mend: expect.stringContaining('appendonly yes') },
  ]);
  expect(nothing).toEqual([
    { certain: false, what: expect.stringContaining('does not let this user see INFO'), mend: expect.stringContaining('+info') },
  ]);
});

it('says so when Redis does not answer in time', async () => {
  const problems = await checkRedis(connect(await pretendRedis('silent')), 50);

  expect(problems).toEqual([
    { certain: true, what: 'Redis does not answer within 0.05 s.', mend: expect.stringContaining('REDIS_URL') },
  ]);
});

it('tells a refused login, and nobody the password', async () => {
  const port = await freePort();
  const { socket } = await startServer(newFolder(), '--port', String(port), '--bind', '127.0.0.1');
  await withClient(socket, (redis) => redis.config('SET', 'requirepass', 'right'));
  const { log, lines } = listeningLog();

  const wrong = connect({ url: `redis://:hunter2@127.0.0.1:${port}` }, log);
  const copy = wrong.duplicate();
  toEnd.push(() => copy.disconnect());
  const errors = [
    await wrong.get('key').catch((refused: unknown) => refused),
    await copy.get('key').catch((refused: unknown) => refused),
  ];

  // What is sent before the refused login has come back is told that it lacks one.
  expect(await checkRedis(wrong)).toEqual([
    { certain: true, what: expect.stringMatching(/^Redis refuses the login: (WRONGPASS|NOAUTH)/), mend: expect.any(String) },
  ]);
  expect(await checkRedis(connect({ socket }))).toMatchObject([{ what: expect.stringContaining('NOAUTH') }]);
  for (const err of errors) log.error({ err }, 'as a caller might log it');
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'redis out of reach', why: expect.stringContaining('WRONGPASS') }));
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

it('no error of a refused command carries its arguments to whoever logs it', async () => {
  const { target, prefix } = testRedis();
  const { log, lines } = listeningLog();
  const redis = connect(target);
  const copy = redis.duplicate();
  toEnd.push(() => copy.disconnect());
  const key = `${prefix}:text`;
  await redis.set(key, 'not a list');

  const refused = [
    redis.rpush(key, 'hunter2'),
    copy.rpush(key, 'hunter2'),
    redis.eval("return redis.call('RPUSH', ARGV[1], ARGV[2])", 0, key, 'hunter2'),
    redis.multi().rpush(key, 'hunter2').call('NOSUCH', 'hunter2').exec(),
  ];
  for (const outcome of await Promise.allSettled(refused)) {
    expect(outcome.status).toBe('rejected');
    log.error({ err: outcome.status === 'rejected' ? outcome.reason : undefined }, 'as a caller might log it');
  }
  for (const [err] of (await redis.pipeline().rpush(key, 'hunter2').exec()) ?? []) log.error({ err }, 'of a pipeline');

  expect(lines).toHaveLength(5);
  // Redis itself names the arguments of a command that it does not know.
  expect(JSON.stringify(lines).replaceAll(/ERR unknown command[^"]*hunter2/g, '')).not.toContain('hunter2');
});

it('waits for a Redis that went away, and tells each change once', async () => {
  const folder = newFolder();
  const cache = await redisCache();
  const first = await startEmbeddedRedis({ folder, cache, log: silent });
  const { log, lines } = listeningLog();
  const redis = connect({ socket: first.socket }, log);
  await redis.set('key', 'kept');

  const closed = new Promise((resolve) => redis.once('close', resolve));
  await first.stop();
  await closed;
  const waiting = redis.get('key');
  await eventually(() => lines.some(({ msg }) => msg === 'redis out of reach'), 'a try that fails');
  const second = await startEmbeddedRedis({ folder, cache, log: silent });
  toEnd.push(second.stop);

  expect(await waiting).toBe('kept');
  expect(lines.map(({ msg }) => msg)).toEqual([
    'redis connected',
    'redis connection lost',
    'redis out of reach',
    'redis connected',
  ]);
  expect(lines[0]).toMatchObject({ redis: `unix://${first.socket}`, purpose: 'commands' });
});

it('says nothing of a connection that we close', async () => {
  const { log, lines } = listeningLog();
  const redis = connectRedis(testRedis().target, 'gateway', log);
  await redis.ping();

  await redis.quit();

  expect(lines.map(({ msg }) => msg)).toEqual(['redis connected']);
});

it('carries BullMQ', async () => {
  const { target, prefix } = testRedis();
  const queue = new Queue('lines', { connection: connect(target), prefix });
  const worker = new Worker('lines', async (job) => job.data.text, {
    connection: connectRedis(target, 'commands', silent),
    prefix,
  });
  toEnd.push(
    () => queue.close(),
    () => worker.close(),
  );

  await queue.add('line', { text: 'server list' }, { jobId: 'R-1000-plan-1' });
  const [job] = await once(worker, 'completed');

  expect(job).toMatchObject({ id: 'R-1000-plan-1', returnvalue: 'server list' });
});

it('asks the Sentinels for the master', async () => {
  const [folder, masterPort, sentinelPort] = [newFolder(), await freePort(), await freePort()];
  await startServer(folder, '--port', String(masterPort), '--bind', '127.0.0.1');
  const configuration = join(folder, 'sentinel.conf');
  const socket = join(folder, 'sentinel.sock');
  await writeFile(
    configuration,
    `port ${sentinelPort}\nbind 127.0.0.1\nunixsocket ${socket}\nsentinel monitor stackhand 127.0.0.1 ${masterPort} 1\n`,
  );
  const server = await findRedisServer({ cache: await redisCache(), log: silent });
  endLater(spawn(server.path, [configuration, '--sentinel'], { env: server.env, stdio: 'ignore' }));
  expect(await becomesReady(socket, () => true, 5_000)).toBe(true);

  const redis = connect({ url: `redis-sentinel://127.0.0.1:${sentinelPort}/stackhand` });

  expect(await redis.config('GET', 'port')).toEqual(['port', String(masterPort)]);
  expect(await checkRedis(connect({ socket }))).toMatchObject([{ what: 'This is a Sentinel.' }]);
});
