import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { parseRedisUrl, type RedisAddress, type RedisTarget } from './url.ts';

/** `gateway`: what Slack waits for, so it comes back soonest. */
export type RedisPurpose = 'commands' | 'gateway';

const SLOWEST_RETRY_MS = { commands: 2_000, gateway: 1_000 } as const;

/** A peer that vanished without a word is noticed after this; BullMQ's longest wait for work is 10 s. */
const SILENCE_MS = 30_000;

/**
 * A connection that comes back by itself for ever. Commands wait for it without end: the caller races a deadline of its
 * own. One that was on its way when the connection broke is sent again, so a script may run twice, and has to be safe
 * for that.
 */
export function connectRedis(target: RedisTarget, purpose: RedisPurpose, log: Logger): Redis {
  const address = 'url' in target ? parseRedisUrl(target.url) : target;
  const redis = new Redis({
    ...where(address),
    connectionName: `stackhand-${purpose}`,
    disableClientInfo: true, // its name says more than which library it is, and this is two calls for each connection
    maxRetriesPerRequest: null, // BullMQ refuses anything else: it waits for work on duplicates of it
    maxLoadingRetryTime: 1_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times - 1, 10), SLOWEST_RETRY_MS[purpose]),
    // After a failover, what the old master did not take goes to the new one.
    reconnectOnError: (error) => (error.message.includes('READONLY') ? 2 : false),
  });
  keepArguments(redis);
  tellChanges(redis, log.child({ redis: describeAddress(address), purpose }));
  return redis;
}

/**
 * ioredis puts a refused command with its arguments on the error: the password of a login, the text of a message, a response_url. It
 * goes to whoever's command it ended, who may log it; so it is taken off before. BullMQ duplicates the connections it is given, so a
 * duplicate is treated likewise.
 */
function keepArguments(redis: Redis): Redis {
  redis.on('error', withoutCommand);
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    const reject = command.reject;
    command.reject = (error) => reject(withoutCommand(error));
    return send(command, stream);
  };
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (options) => keepArguments(duplicate(options));
  return redis;
}

function withoutCommand(error: Error & { command?: unknown }): Error {
  delete error.command;
  return error;
}

/** The address without its password: for logs and people. */
export function describeAddress(address: RedisAddress): string {
  if ('socket' in address) return `unix://${address.socket}`;
  const tls = address.tls ? 's' : '';
  if ('host' in address) return `redis${tls}://${address.host}:${address.port}/${address.db}`;
  const sentinels = address.sentinels.map(({ host, port }) => `${host}:${port}`);
  return `redis${tls}-sentinel://${sentinels.join(',')}/${address.name}/${address.db}`;
}

function where(address: RedisAddress): Omit<RedisOptions, 'replyMapping'> {
  if ('socket' in address) return { path: address.socket, db: address.db ?? 0 };
  const { username, password, db, tls } = address;
  const account = { username, password, db, socketTimeout: SILENCE_MS, ...(tls ? { tls: {} } : {}) };
  if ('host' in address) return { ...account, host: address.host, port: address.port };
  return {
    ...account,
    sentinels: address.sentinels,
    name: address.name,
    sentinelUsername: address.sentinelUsername,
    sentinelPassword: address.sentinelPassword,
    sentinelCommandTimeout: 2_000,
    failoverDetector: true,
    ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  };
}

/** One line for each change, not for each try. */
function tellChanges(redis: Redis, log: Logger): void {
  let up = false;
  let told: string | undefined;
  redis.on('ready', () => {
    up = true;
    told = undefined;
    log.info('redis connected');
  });
  redis.on('close', () => {
    if (up && redis.status !== 'end') log.warn('redis connection lost');
    up = false;
  });
  redis.on('error', (error: Error & { code?: string }) => {
    const why = error.message || (error.code ?? error.name); // a refused localhost has two errors and no message
    if (why === told) return;
    told = why;
    log.warn({ why }, 'redis out of reach');
  });
}
