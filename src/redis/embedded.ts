import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { UserError } from '../errors.ts';
import { answers } from './ask.ts';
import { claimFolder, describeOwner, findOwner, forgetDeadOwners, type Owner } from './owner.ts';
import { endServer, findServer, forgetServer, launchServer, readRecord, recordServer, type Server, setLimits } from './server.ts';
import { ownFolder } from './unpack.ts';

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
  /** Where commands are looked up; our own environment if left out. The server gets none of it. */
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

/**
 * Starts a private redis-server on a Unix socket, or adopts the one that a killed owner left, with what it holds. Refused
 * while another owner lives. The server has a process group of its own: Ctrl-C reaches us only, and we stop it last.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const { folder, log } = options;
  const home = homeIn(folder);
  await ownFolder(folder);
  await ownFolder(home);
  await chmod(home, 0o700);
  const claim = await claimFolder(home);
  if (!('release' in claim)) throw ownedBy(claim, folder);

  try {
    const left = await findServer(home);
    if (left && claim.foreign) throw ownedBy(claim.foreign, folder);
    await forgetDeadOwners(home);
    if (left) await setLimits(left.socket, options);
    const server = left ?? (await launchServer(home, { cache: join(folder, 'redis-server'), ...options }));
    await recordServer(home, server);
    log.info({ socket: server.socket, pid: server.pid, adopted: left !== undefined }, 'redis started');
    return keep(server, left !== undefined, async () => {
      await endServer(server, log);
      await forgetServer(home);
      await claim.release();
      log.info({ pid: server.pid }, 'redis stopped');
    });
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

  const server = await readRecord(home);
  if (server && (await answers(server.socket))) return { socket: server.socket };
  throw new UserError(
    `\`npm start\` (${describeOwner(owner)}) runs in \`${folder}\`, and its Redis does not answer yet. Try again.`,
  );
}

function homeIn(folder: string): string {
  return join(folder, 'redis');
}

function ownedBy(owner: Owner, folder: string): UserError {
  return new UserError(
    `Another \`npm start\` (${describeOwner(owner)}) owns \`${folder}\`. Stop it first, or give this one a state folder of its own.`,
  );
}

function keep({ socket, pid, ended }: Server, adopted: boolean, stop: () => Promise<void>): EmbeddedRedis {
  let stopping: Promise<void> | undefined;
  return {
    socket,
    pid,
    adopted,
    exited: ended.then((reason) => ({ expected: stopping !== undefined, reason })),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
