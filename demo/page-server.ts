import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';
import { Asked, carryOut } from './acts.ts';
import type { Demo } from './demo.ts';
import { CAST } from './people.ts';
import type { FromServer } from './protocol.ts';
import { valuesFor } from './views.ts';
import type { User } from './workspace/model.ts';
import { findUser } from './workspace/state.ts';

/** What `vite build` made of demo/page. */
const BUILT = fileURLToPath(new URL('../page', import.meta.url));
/** The pretend cloud does not tell when it changes. */
const LOOK_MS = 250;
/** Changes that come together are sent together. */
const TOGETHER_MS = 25;
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Only what we serve ourselves runs or is styled; nobody frames it. */
const HEADERS = {
  'content-security-policy': "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export interface PageServer {
  url: string;
  stop(): Promise<void>;
}

/** Serves the page, and each of those who look at it. @throws EADDRINUSE */
export async function startPageServer(demo: Demo, port: number): Promise<PageServer> {
  const files = new Map(
    (await readdir(BUILT, { recursive: true, withFileTypes: true })).filter((one) => one.isFile()).map(addressOf),
  );
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_048_576 });
  const lookers = new Set<() => void>();
  const server = createServer((request, response) => {
    if (!isOurs(request)) return void response.writeHead(403).end('This page is for this machine alone.');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
    const [, area, id = ''] = pathname.split('/');
    if (area === 'file') return sendFile(demo, id, searchParams.get('as') ?? '', response);
    const path = files.get(pathname === '/' ? '/index.html' : pathname);
    if (path === undefined) return void response.writeHead(404).end('There is no such page.');
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'cache-control': 'no-cache',
      ...HEADERS,
    });
    createReadStream(path).pipe(response);
  });
  server.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
    const user = CAST.some(({ name }) => name === searchParams.get('as'))
      ? findUser(demo.slack.workspace, searchParams.get('as') ?? '')
      : undefined;
    if (pathname !== '/live' || !user || !isOurs(request))
      return void socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (open) => {
      const look = attend(demo, user, open);
      lookers.add(look);
      open.on('close', () => lookers.delete(look));
    });
  });

  let soon: NodeJS.Timeout | undefined;
  const lookSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined;
      for (const look of lookers) look();
    }, TOGETHER_MS);
  };
  const stopWatching = demo.slack.workspace.watch(lookSoon);
  const timer = setInterval(lookSoon, LOOK_MS);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    // A TCP server has an address of this kind.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      clearInterval(timer);
      clearTimeout(soon);
      stopWatching();
      for (const open of sockets.clients) open.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends somebody who looks all there is, then what changes; and takes what they do. @returns what looks for changes */
function attend(demo: Demo, user: User, open: WebSocket): () => void {
  let sent = new Map<string, string>();
  const send = (what: FromServer): void => open.send(JSON.stringify(what));

  function look(whole = false): void {
    const now = new Map(Object.entries(valuesFor(demo, user)).map(([key, value]) => [key, JSON.stringify(value)]));
    const changed = [...now].filter(([key, json]) => sent.get(key) !== json);
    const gone = [...sent.keys()].filter((key) => !now.has(key));
    sent = now;
    if (changed.length === 0 && gone.length === 0) return;
    // Put together as text: each value is JSON already.
    const set = changed.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',');
    open.send(`{"kind":"state","whole":${whole},"set":{${set}},"gone":${JSON.stringify(gone)}}`);
  }

  open.on('message', async (data) => {
    const asked = Asked.safeParse(parsed(String(data)));
    if (!asked.success) return open.close(1007);
    const answer = await carryOut(demo, user, asked.data.act);
    if (open.readyState === open.OPEN) send({ kind: 'answer', to: asked.data.id, ...answer });
  });
  open.on('error', () => open.terminate());
  look(true);
  return look;
}

/** A page of another origin, or a name that somebody points at this machine, may neither look nor act. */
function isOurs({ headers: { host = '', origin } }: IncomingMessage): boolean {
  const local = (name: string): boolean => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(name);
  return local(host) && (origin === undefined || origin === `http://${host}`);
}

/** A file of the pretend Slack, for those who are where it was shared. Never shown as a page of ours. */
function sendFile({ slack }: Demo, id: string, as: string, response: ServerResponse): void {
  const known = CAST.some(({ name }) => name === as);
  const file = known ? slack.files(as).find((one) => one.id === id) : undefined;
  if (!file?.content) return void response.writeHead(404, HEADERS).end('There is no such file, or it is not for you.');
  const name = encodeURIComponent(file.name);
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
    ...HEADERS,
  });
  response.end(file.content);
}

function addressOf({ parentPath, name }: { parentPath: string; name: string }): [address: string, path: string] {
  const path = join(parentPath, name);
  return [path.slice(BUILT.length).replaceAll('\\', '/'), path];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
