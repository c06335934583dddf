import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { z } from 'zod';
import { OpenStackError } from '../errors.ts';
import type { Login } from './auth.ts';
import type { Connection } from './connection.ts';
import { callName, exchange, isRead, noteOnce, parse, unlessAborted } from './exchange.ts';
import type { VersionRange } from './microversions.ts';
import { isTruncated, itemsOf, nextPage } from './pages.ts';

export type Service = 'identity' | 'compute' | 'volume' | 'network' | 'image' | 'placement';

/** A name with several values stands in the URL once for each. */
export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

export interface Call<T> {
  service: Service;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the service's versioned root (`/os-quota-sets/42ab`); a cinder path is given without the project. */
  path: string;
  query?: Query;
  /** The lowest that has the field and the behaviour we need. */
  microversion?: string;
  /** What the answer lacks on an older cloud. Reads that say so are asked in the cloud's own version and the loss goes to `notes`. */
  older?: string;
  body?: unknown;
  /** Besides those that every call has. */
  headers?: Readonly<Record<string, string>>;
  response: z.ZodType<T>;
  /** A write-shaped read (Nova's console output action): allowed to commands. */
  reads?: true;
}

/** A connection to one cloud and region as one user. */
export interface Session {
  readonly cloud: string;
  readonly region: string;
  /** What got lost because the cloud is older than a read would have it, in sentences for people. */
  readonly notes: readonly string[];
  /** OpenStackError with a code; a read-only session throws a plain Error (a bug) on anything but a read. */
  request<T>(call: Call<T>): Promise<T>;
  /** Follows pages to the end. `key` is the list's name in the body (`servers`). */
  list<T>(call: Omit<Call<T>, 'method' | 'body' | 'reads'> & { key: string }): Promise<T[]>;
  /** The same session, whose writes are put down under this item. */
  at(item: string): Session;
  /** Who we are here and what we may: keystone's answer to the log-in, without the token. */
  login(): Promise<Login>;
  /** The API versions that the service's root names. */
  versions(service: Service): Promise<VersionRange>;
  /**
   * What the service's own clock said with its last answer to this session, in milliseconds since 1970: heartbeats are told by it, and
   * ours may differ. Undefined before its first answer, and where it tells no time (keystone and placement in Zed).
   */
  clock(service: Service): number | undefined;
}

/** Stands before every write: it may throw, and then nothing is sent. */
export interface WriteHook {
  before(write: Write): Promise<void>;
  after(write: Write, answer: { status?: number; requestId?: string; error?: string }): Promise<void>;
}

export interface Write {
  item?: string;
  /** "PUT compute /os-quota-sets/42ab" */
  call: string;
  /** Ours, `req-<uuid>`. */
  requestId: string;
}

export interface SessionOptions {
  connection: Connection;
  /** Left out: the first one of clouds.yaml. */
  region?: string;
  mode: 'read' | 'write';
  hook?: WriteHook;
  /** Once aborted, no further call is sent, be it a second try, and reads under way stop; a write that was sent is waited for. */
  signal?: AbortSignal;
}

/** More pages than any list has: a service that never ends its list must not hold a worker for ever. */
const MOST_PAGES = 10_000;

/** Cheap: token, catalogue and sockets belong to the connection, which all sessions of a cloud share. */
export function openSession(options: SessionOptions): Session {
  // Calls that run at the same time all listen for the end of it: more than Node's ten are no leak.
  if (options.signal) setMaxListeners(0, options.signal);
  return sessionAt(options, undefined, { notes: [], clocks: new Map() });
}

/** What a session and those made of it by `at` learn together. */
interface Learned {
  notes: string[];
  clocks: Map<Service, number>;
}

function sessionAt(options: SessionOptions, item: string | undefined, learned: Learned): Session {
  const { connection, mode, hook, signal } = options;
  const { notes, clocks } = learned;
  const region = options.region ?? connection.cloud.regions[0] ?? '';

  async function ask(call: Call<unknown>, requestId: string): ReturnType<typeof exchange> {
    const answer = await exchange({ connection, region, call, requestId, signal, notes });
    if (answer.at !== undefined) clocks.set(call.service, answer.at);
    return answer;
  }

  async function read<T>(call: Call<T>): Promise<unknown> {
    return (await ask(call, newRequestId())).body;
  }

  async function write<T>(call: Call<T>): Promise<T> {
    const put: Write = { ...(item === undefined ? {} : { item }), call: callName(call), requestId: newRequestId() };
    signal?.throwIfAborted();
    await hook?.before(put);
    let answer: Awaited<ReturnType<typeof exchange>>;
    let value: T;
    try {
      answer = await ask(call, put.requestId);
      value = parse(call, answer);
    } catch (error) {
      // The write's own error says more than one of the audit: that one stops the next write.
      await hook?.after(put, outcomeOf(error)).catch(() => undefined);
      throw error;
    }
    await hook?.after(put, { status: answer.status, requestId: answer.requestId ?? put.requestId });
    return value;
  }

  return {
    cloud: connection.cloud.name,
    region,
    notes,

    async request<T>(call: Call<T>): Promise<T> {
      if (isRead(call)) return parse(call, await ask(call, newRequestId()));
      if (mode === 'read') throw new Error(`A read-only session was asked for ${callName(call)}`);
      return write(call);
    },

    async list<T>(list: Omit<Call<T>, 'method' | 'body' | 'reads'> & { key: string }): Promise<T[]> {
      const { key, ...rest } = list;
      const call: Call<T> = { ...rest, method: 'GET' };
      const items: T[] = [];
      const seen = new Set<string>();
      let query = call.query;
      for (let page = 0; page < MOST_PAGES; page++) {
        const body = await read({ ...call, ...(query ? { query } : {}) });
        items.push(...itemsOf(call, key, body));
        if (isTruncated(body)) noteOnce(notes, `Keystone ends its list of ${key} after ${items.length}: there are more.`);
        const next = nextPage(body);
        if (!next) return items;
        const mark = JSON.stringify(next);
        if (seen.has(mark)) throw endless(call, 'a page names itself as the next one');
        seen.add(mark);
        query = next;
      }
      throw endless(call, `more than ${MOST_PAGES} pages`);
    },

    at: (name) => sessionAt(options, name, learned),
    login: async () => (await unlessAborted(connection.token(signal), signal)).login,
    versions: (service) => connection.versions(service, region, signal),
    clock: (service) => clocks.get(service),
  };
}

/** Services keep an ID that came from outside only in this form. */
function newRequestId(): string {
  return `req-${randomUUID()}`;
}

function outcomeOf(error: unknown): { status?: number; requestId?: string; error?: string } {
  if (!(error instanceof OpenStackError)) return { error: error instanceof Error ? error.message : String(error) };
  return {
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    error: error.message,
  };
}

function endless(call: Call<unknown>, why: string): OpenStackError {
  return new OpenStackError({ code: 'bad_answer', call: callName(call), fault: `the list does not end: ${why}` });
}
