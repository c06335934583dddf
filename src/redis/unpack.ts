import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { UserError } from '../errors.ts';
import { naturally } from '../natural-order.ts';

const run = promisify(execFile);

/** A redis-server that answers `--version`, and what it needs in its environment to do so. */
export type RedisServer = { path: string; version: string; env: Record<string, string> };

/** `cache`: where an unpacked server is kept, best one folder per user. `env`: where commands are looked up; ours by default. */
export type RedisServerSearch = { cache: string; log: Logger; env?: NodeJS.ProcessEnv | undefined };

/** Streams, ACLs and the Lua we use need no more, and Debian 12 and Ubuntu 24.04 are past it. */
export const OLDEST_REDIS = '6.2';

const THREE_WAYS = `Get a Redis of ${OLDEST_REDIS} or newer in one of three ways, then start again:
  1. your package manager: \`apt install redis-server\`, \`dnf install valkey\`, \`brew install redis\`
  2. Docker: \`docker run -d -p 127.0.0.1:6379:6379 -v stackhand:/data redis:7 --appendonly yes --appendfsync always --maxmemory-policy noeviction\`, and \`REDIS_URL=redis://127.0.0.1:6379\`
  3. a Redis that you run already: \`REDIS_URL=rediss://user:password@host:6379\``;

/** The server on PATH if it is new enough, else the one unpacked before, else one unpacked now from Debian's or Ubuntu's packages. */
export async function findRedisServer(search: RedisServerSearch): Promise<RedisServer> {
  const reasons: string[] = [];
  for (const name of ['redis-server', 'valkey-server']) {
    const server = await findOnPath(name, search.env);
    if (server && isRecent(server.version)) return server;
    if (server) reasons.push(`${server.path} is ${server.version}`);
  }
  try {
    await ownFolder(search.cache);
    return (await findUnpacked(search.cache)) ?? (await unpackRedisServer(search));
  } catch (cause) {
    reasons.push(cause instanceof Error ? cause.message : String(cause));
    throw new UserError(`There is no Redis server to start: ${reasons.join('; ')}.\n${THREE_WAYS}`, { cause });
  }
}

/** Made with mode 0700 where it is missing. One that somebody else can write is refused: we run what lies in it. */
export async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  if (uid !== process.getuid?.()) throw new UserError(`\`${folder}\` belongs to another user: name another folder, or remove it`);
  if ((mode & 0o022) !== 0) await chmod(folder, 0o700);
}

async function findOnPath(name: string, env: NodeJS.ProcessEnv | undefined): Promise<RedisServer | undefined> {
  try {
    const { stdout } = await run('/bin/sh', ['-c', `command -v ${name}`], { env });
    return await probe(stdout.trim(), {});
  } catch {
    return undefined;
  }
}

async function findUnpacked(cache: string): Promise<RedisServer | undefined> {
  const names = (await readdir(cache)).filter((name) => name.startsWith('redis-') && name.endsWith(`-${process.arch}`));
  for (const name of names.sort(naturally).reverse()) {
    const server = await probeUnpacked(join(cache, name)).catch(() => undefined);
    if (server && isRecent(server.version)) return server;
  }
  return undefined;
}

/** Everything happens in a folder of this call's own, and one rename puts it in place, so two starts at once do no harm. */
async function unpackRedisServer({ cache, log, env }: RedisServerSearch): Promise<RedisServer> {
  const work = await mkdtemp(join(cache, 'unpacking-'));
  try {
    log.info({ cache }, 'redis-server being unpacked from the distribution packages');
    const root = join(work, 'root');
    await mkdir(root);
    for (const file of await download(work, env)) await step('dpkg-deb', ['-x', file, root], work, env);
    const { version } = await probeUnpacked(root);
    if (!isRecent(version)) throw new Error(`this distribution's redis-server is ${version}`);

    const place = join(cache, `redis-${version}-${process.arch}`);
    await putInPlace(root, place, work);
    log.info({ version, folder: place }, 'redis-server unpacked');
    return await probeUnpacked(place);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What lies there already stays if it works: another start was faster. */
async function putInPlace(root: string, place: string, work: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await rename(root, place);
    } catch (error) {
      if (await probeUnpacked(place).catch(() => undefined)) return;
      if (tries === 5) throw error;
      await rename(place, join(work, `broken-${tries}`)).catch(() => undefined);
    }
  }
}

/** With apt's own lists; where those are empty or out of date, with lists fetched into `work`, which needs no root either. */
async function download(work: string, env: NodeJS.ProcessEnv | undefined): Promise<string[]> {
  try {
    await downloadWith([], work, env);
  } catch {
    const [lists, archives] = [join(work, 'lists'), join(work, 'cache')];
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(archives, 'archives', 'partial'), { recursive: true });
    const ownLists = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${archives}`, '-o', 'Debug::NoLocking=1'];
    // One broken source of many is no reason to stop: the download tells whether the one that counts is there.
    const updated = await step('apt-get', [...APT, ...ownLists, 'update'], work, env).catch((error: Error) => error);
    await downloadWith(ownLists, work, env).catch((error: unknown) => {
      throw updated instanceof Error ? updated : error;
    });
  }
  return (await readdir(work)).filter((name) => name.endsWith('.deb')).map((name) => join(work, name));
}

const APT = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::https::Timeout=20'];

async function downloadWith(options: string[], work: string, env: NodeJS.ProcessEnv | undefined): Promise<void> {
  const packages = ['redis-server', 'redis-tools'];
  const listed = await step('apt-cache', [...options, 'depends', ...packages], work, env);
  // Not libc6: the loader is the system's, and takes only the libc it came with.
  const libraries = [...listed.matchAll(/Depends: (lib(?!c6)[^\s:<>]+)/g)].flatMap(([, name]) => name ?? []);
  const missing = await notInstalled([...new Set(libraries)], env);
  await step('apt-get', [...APT, ...options, 'download', ...packages, ...missing], work, env);
}

async function notInstalled(packages: string[], env: NodeJS.ProcessEnv | undefined): Promise<string[]> {
  const listed = await run('dpkg-query', ['-W', `-f=\${db:Status-Abbrev} \${Package}\\n`, ...packages], { env }).catch(
    (error: { stdout?: string }) => error,
  );
  const installed = new Set([...(listed.stdout ?? '').matchAll(/^ii +(\S+)$/gm)].map(([, name]) => name));
  return packages.filter((name) => !installed.has(name));
}

async function step(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv | undefined): Promise<string> {
  try {
    const { stdout } = await run(command, args, { cwd, env, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (cause) {
    throw new Error(`${command} ${whatItSaid(cause)}`, { cause });
  }
}

/** The last lines that say what is wrong: apt's start with `E:`. */
function whatItSaid(error: unknown): string {
  const { code, killed, stderr = '' } = error as { code?: unknown; killed?: boolean; stderr?: string }; // execFile's error
  if (code === 'ENOENT') return 'is not on this machine';
  if (killed) return 'took longer than two minutes';
  const lines = stderr.trim().split('\n');
  return `said: ${lines.find((line) => line.startsWith('E:')) ?? lines.at(-1) ?? String(code)}`;
}

async function probeUnpacked(root: string): Promise<RedisServer> {
  const folders: string[] = [];
  for (const libraries of [join(root, 'usr', 'lib'), join(root, 'lib')]) {
    const names = await readdir(libraries).catch(() => []);
    folders.push(...names.filter((name) => name.includes('-linux-')).map((name) => join(libraries, name)));
  }
  return probe(join(root, 'usr', 'bin', 'redis-server'), { LD_LIBRARY_PATH: folders.join(':') });
}

async function probe(path: string, env: Record<string, string>): Promise<RedisServer> {
  const { stdout } = await run(path, ['--version'], { env, timeout: 10_000, cwd: dirname(path) }).catch((cause: unknown) => {
    throw new Error(`${path} ${whatItSaid(cause)}`, { cause });
  });
  const version = /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${path} does not name its version`);
  return { path, version, env };
}

export function isRecent(version: string): boolean {
  return naturally(version, OLDEST_REDIS) >= 0;
}
