import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';

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
  /** How long a check may take; one that hangs is an answer too. */
  checkWithinMs?: number;
}

export interface HttpServer {
  /** The one it listens on. */
  port: number;
  /** Lets running answers end, for half a second at most. */
  close(): Promise<void>;
}

interface Page {
  status: number;
  type: string;
  body: string;
}

/** /healthz, /readyz and /metrics, for probes and Prometheus. */
export async function startHttp({ host, port, health, metrics, checkWithinMs = 2_000 }: HttpOptions): Promise<HttpServer> {
  const pages: Record<string, () => Promise<Page>> = {
    '/healthz': () => checksPage(() => health.live(), checkWithinMs),
    '/readyz': () => checksPage(() => health.ready(), checkWithinMs),
    '/metrics': async () => ({ status: 200, type: metrics.contentType, body: await metrics.metrics() }),
  };
  const server = createServer({ maxHeaderSize: 8_192, connectionsCheckingInterval: 1_000 }, (request, response) => {
    answer(pages, request)
      .catch(() => text(500, 'Something broke on my side.'))
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

async function answer(pages: Record<string, () => Promise<Page>>, { method = '', url = '' }: IncomingMessage): Promise<Page> {
  const path = url.split('?', 1)[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page) return text(404, 'There is nothing here; try /healthz, /readyz or /metrics.');
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'Only GET and HEAD.');
  return page();
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

function text(status: number, body: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, type, body }: Page): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    // What came with it was not read, so the connection is of no further use.
    ...(method === 'GET' || method === 'HEAD' ? {} : { connection: 'close' }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
