import { UserError } from '../errors.ts';

/** Where Redis is. `url` as a person writes it (`REDIS_URL`), or its parts. */
export type RedisTarget = { url: string } | RedisAddress;
export type RedisAddress = SocketAddress | ServerAddress | SentinelAddress;

export interface SocketAddress {
  socket: string;
  db?: number;
}

interface Account {
  username?: string;
  password?: string;
  db: number;
  tls: boolean;
}

export interface ServerAddress extends Account {
  host: string;
  port: number;
}

export interface SentinelAddress extends Account {
  sentinels: { host: string; port: number }[];
  /** The master's name, as the Sentinels have it. */
  name: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
}

const FORMS = `It may be
  redis://user:password@host:6379/0
  rediss://user:password@host:6379/0 (TLS)
  unix:///run/redis/redis.sock
  redis-sentinel://user:password@host:26379,host:26379/master-name/0 (rediss-sentinel:// for TLS)
and characters such as @ : / # ? % in a password are written in percent code: @ is %40.`;

/** Takes `REDIS_URL` apart. What it complains of never holds a part of it past its scheme: the rest may be the password. */
export function parseRedisUrl(url: string): RedisAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'redis':
    case 'rediss':
      return parseServer(url, scheme === 'rediss');
    case 'unix':
      return parseSocket(url);
    case 'redis-sentinel':
    case 'rediss-sentinel':
      return parseSentinel(url, scheme === 'rediss-sentinel');
    default:
      throw wrong(scheme === undefined ? 'does not begin with `redis://`' : `begins with \`${scheme}://\``);
  }
}

function parseServer(url: string, tls: boolean): ServerAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || parsed.hostname === '') throw wrong('names no host');
  if (parsed.search !== '' || parsed.hash !== '') throw wrong('has `?` or `#` in it');
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    ...account(parsed.username, parsed.password),
    db: database(parsed.pathname.slice(1)),
    tls,
  };
}

function parseSocket(url: string): SocketAddress {
  const [, path, db = ''] = /^unix:\/\/(\/[^?]+)(?:\?db=(.+))?$/i.exec(url) ?? [];
  if (path === undefined) throw wrong('names no absolute path');
  return { socket: decoded(path), db: database(db) };
}

function parseSentinel(url: string, tls: boolean): SentinelAddress {
  const parts = /^[a-z-]+:\/\/(?:([^@/]*)@)?([^@/?]+)\/([^@/?]+)(?:\/([^@/?]*))?(?:\?([^@/?]*))?$/i.exec(url);
  const [, login = '', hosts = '', name = '', db = '', query = ''] = parts ?? [];
  if (!parts) throw wrong("does not name the Sentinels and the master's name");
  const [username = '', ...password] = login.split(':');
  return {
    sentinels: hosts.split(',').map(parseHost),
    name: decoded(name),
    ...account(username, password.join(':')),
    ...sentinelAccount(query),
    db: database(db),
    tls,
  };
}

function parseHost(text: string): { host: string; port: number } {
  const [, inBrackets, plain, port = '26379'] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = inBrackets ?? plain;
  if (host === undefined || Number(port) > 65_535) throw wrong('has a Sentinel that is not `host` or `host:port`');
  return { host, port: Number(port) };
}

/** Sentinels have accounts of their own: `?sentinelUsername=…&sentinelPassword=…`. */
function sentinelAccount(query: string): Pick<SentinelAddress, 'sentinelUsername' | 'sentinelPassword'> {
  const { sentinelUsername, sentinelPassword, ...others } = Object.fromEntries(new URLSearchParams(query));
  if (Object.keys(others).length > 0) throw wrong('has an option that is not `sentinelUsername` or `sentinelPassword`');
  return { ...(sentinelUsername ? { sentinelUsername } : {}), ...(sentinelPassword ? { sentinelPassword } : {}) };
}

function account(username: string, password: string): Pick<Account, 'username' | 'password'> {
  return { ...(username ? { username: decoded(username) } : {}), ...(password ? { password: decoded(password) } : {}) };
}

function database(text: string): number {
  if (!/^\d{0,5}$/.test(text)) throw wrong('has something other than a database number at its end');
  return Number(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('has a `%` that begins no percent code');
  }
}

function wrong(what: string): UserError {
  return new UserError(`\`REDIS_URL\` ${what}. ${FORMS}`);
}
