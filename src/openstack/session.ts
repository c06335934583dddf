import type { z } from 'zod';

export type Service = 'identity' | 'compute' | 'volume' | 'network' | 'image' | 'placement';

export interface Call<T> {
  service: Service;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the service's versioned root (`/os-quota-sets/42ab`); a cinder path is given without the project. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** The lowest that has the field and the behaviour we need. */
  microversion?: string;
  body?: unknown;
  response: z.ZodType<T>;
  /** A write-shaped read (Nova's console output action): allowed to commands. */
  reads?: true;
}

/** A connection to one cloud and region as one user. */
export interface Session {
  readonly cloud: string;
  readonly region: string;
  /** OpenStackError with a code; a read-only session throws a plain Error (a bug) on anything but a read. */
  request<T>(call: Call<T>): Promise<T>;
  /** Follows pages to the end. `key` is the list's name in the body (`servers`). */
  list<T>(call: Omit<Call<T>, 'method' | 'body' | 'reads'> & { key: string }): Promise<T[]>;
  /** The same session, whose writes are put down under this item. */
  at(item: string): Session;
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
