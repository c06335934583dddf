import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Stands before the real Nova and passes everything on, but for what a test takes from it. Ends with the test. */
export interface NovaProxy {
  /** In the place of Nova's own address. */
  url: string;
  /** Carries out the next evacuation that is asked for, and breaks the connection instead of answering. */
  loseNextAnswer(): void;
  /** Passes on so many evacuations that are asked for, and is away from then on. */
  passOnly(count: number): void;
  /** Connections are refused, also those that are open. */
  away(): void;
  back(): Promise<void>;
}

/** @param nova its address in the catalogue, on this machine */
export async function novaProxy(nova: string): Promise<NovaProxy> {
  const { hostname, port, pathname } = new URL(nova);
  let server: Server | undefined;
  let loses = false;
  let left = Number.POSITIVE_INFINITY;

  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await wholeOf(asked);
    const evacuates = asked.method === 'POST' && body.includes('"evacuate"');
    if (!server || (evacuates && left === 0)) return void asked.socket.destroy();
    if (evacuates) left -= 1;
    const breaks = evacuates && loses;
    if (breaks) loses = false;
    const { method, url: path, headers } = asked;
    const passed = request({ hostname, port, method, path, headers }).end(body);
    const [given] = (await once(passed, 'response')) as [IncomingMessage];
    const text = await wholeOf(given);
    if (breaks) return void asked.socket.destroy();
    answer.writeHead(given.statusCode ?? 502, given.headers).end(text);
    if (left === 0) away();
  }
  async function listen(at: number): Promise<number> {
    const opened = createServer((asked, answer) => void pass(asked, answer).catch(() => asked.socket.destroy()));
    await once(opened.listen(at, '127.0.0.1'), 'listening');
    server = opened;
    return (opened.address() as AddressInfo).port; // a TCP server has one of this kind
  }
  function away(): void {
    server?.close();
    server?.closeAllConnections();
    server = undefined;
  }

  const at = await listen(0);
  onTestFinished(away);
  return {
    url: `http://127.0.0.1:${at}${pathname}`,
    loseNextAnswer() {
      loses = true;
    },
    passOnly(count) {
      left = count;
    },
    away,
    async back() {
      left = Number.POSITIVE_INFINITY;
      await listen(at);
    },
  };
}

async function wholeOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer); // no encoding is set
  return Buffer.concat(parts);
}
