import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { type Bodies, createBodies, discard } from './body.ts';

/** One thing that has to be so, in words that name no secret: whoever can reach the port reads them. */
export interface Check {
  name: string;
  ok: boolean;
  detail?: string;
}

export interface Health {
  /** Whether this process is of any use: where it is not, a restart may help. */
  live(): Promise<Check[]>;
  /** Whether what it depends on is there. */
  ready(): Promise<Check[]>;
}

export interface HttpOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  health: Health;
  metrics: Registry;
  /** Where things are handed in by POST, by path. */
  entrances?: Readonly<Record<string, Entrance>>;
  /** Bytes of bodies at once, at each entrance: one that is flooded keeps nobody from another. */
  inHandAtMost?: number;
  /** How long a check may take; one that hangs is an answer too. */
  checkWithinMs?: number;
}

export interface HttpServer {
  /** The one it listens on. */
  port: number;
  /** Lets running answers end, for half a second at most. */
  close(): Promise<void>;
}

export interface Page {
  status: number;
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Entrance {
  /** What nobody may hand in is refused before it is read; undefined lets it in. */
  refuse(headers: IncomingHttpHeaders): Page | undefined;
  maxBytes: number;
  /** `busy`: too much is being handed in at once. */
  take(body: string | 'too large' | 'busy', headers: IncomingHttpHeaders): Promise<Page>;
}

/** What came with it was not read, so the connection is of no further use. */
const UNREAD = { connection: 'close' };

/** /healthz, /readyz and /metrics, for probes and Prometheus; and entrances. */
export async function startHttp({
  host,
  port,
  health,
  metrics,
  entrances = {},
  inHandAtMost = 64 * 1_048_576,
  checkWithinMs = 2_000,
}: HttpOptions): Promise<HttpServer> {
  const pages: Record<string, () => Promise<Page>> = {
    '/healthz': () => checksPage(() => health.live(), checkWithinMs),
    '/readyz': () => checksPage(() => health.ready(), checkWithinMs),
    '/metrics': async () => ({ status: 200, type: metrics.contentType, body: await metrics.metrics() }),
  };
  const doors = Object.fromEntries(
    Object.entries(entrances).map(([path, entrance]) => [path, { ...entrance, bodies: createBodies(inHandAtMost) }]),
  );
  const server = createServer({ maxHeaderSize: 8_192, connectionsCheckingInterval: 1_000 }, (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const door = Object.hasOwn(doors, path) ? doors[path] : undefined;
    (door ? enter(door, request) : answer(pages, path, request))
      .catch(() => text(500, 'Something broke on my side.', UNREAD))
      .then((page) => send(request, response, page));
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  server.keepAliveTimeout = 5_000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // listen() on a host and port has an AddressInfo; a string would be a pipe.
  const { port: listening } = server.address() as AddressInfo;
  return {
    port: listening,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = new AbortController();
      const patience = sleep(500, undefined, { signal: late.signal }).then(
        () => server.closeAllConnections(),
        () => undefined,
      );
      await closed;
      late.abort();
      await patience;
    },
  };
}

async function answer(pages: Record<string, () => Promise<Page>>, path: string, { method = '' }: IncomingMessage): Promise<Page> {
  const isRead = method === 'GET' || method === 'HEAD';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page) return text(404, 'There is nothing here; try /healthz, /readyz or /metrics.', isRead ? {} : UNREAD);
  if (!isRead) return text(405, 'Only GET and HEAD.', { allow: 'GET, HEAD', ...UNREAD });
  return page();
}

async function enter({ refuse, maxBytes, take, bodies }: Entrance & { bodies: Bodies }, request: IncomingMessage): Promise<Page> {
  const refusal = request.method === 'POST' ? refuse(request.headers) : text(405, 'Only POST.', { allow: 'POST' });
  if (!refusal) return bodies.read(request, maxBytes, (body) => take(body, request.headers));
  await discard(request, maxBytes);
  return { ...refusal, headers: { ...refusal.headers, ...UNREAD } };
}

async function checksPage(look: () => Promise<Check[]>, withinMs: number): Promise<Page> {
  const late = new AbortController();
  const checks = await Promise.race([
    look().catch((): Check[] => [{ name: 'checks', ok: false, detail: 'the checks themselves broke; see the log' }]),
    sleep(withinMs, undefined, { signal: late.signal }).then((): Check[] => [
      { name: 'checks', ok: false, detail: `no answer within ${withinMs / 1_000} s` },
    ]),
  ]);
  late.abort();
  const ok = checks.every((check) => check.ok);
  return { status: ok ? 200 : 503, type: 'application/json; charset=utf-8', body: `${JSON.stringify({ ok, checks })}\n` };
}

export function text(status: number, body: string, headers: Page['headers'] = {}): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n`, headers };
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, type, body, headers }: Page): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(method === 'HEAD' ? undefined : body);
}
