import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Attempt, Transport } from './line.ts';
import type { Json, Workspace } from './model.ts';

export interface SocketMode extends Transport {
  readonly connections: number;
  /** Asks every connection (or the one at `index`) to reconnect, as Slack does every few hours; `abrupt` cuts it instead. */
  disconnect(options?: { reason?: 'warning' | 'refresh_requested' | 'link_disabled'; abrupt?: boolean; index?: number }): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): Promise<void>;
}

const Ack = z.object({ envelope_id: z.string(), payload: z.record(z.string(), z.unknown()).optional() });

const CONNECTIONS_LIMIT = 10;
const PING_MS = 10_000;
const CLOSE_MS = 250;

interface Connection {
  socket: WebSocket;
  /** It was told to go: nothing more is sent to it. */
  leaving: boolean;
}

export function createSocketMode(workspace: Workspace): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const waiting = new Map<string, (answer: Json | string) => void>();
  /** Timers that run, with what ends the wait. */
  const timers = new Map<NodeJS.Timeout, () => void>();
  let connections: Connection[] = [];
  let turn = 0;

  const pings = setInterval(() => {
    for (const { socket } of connections) socket.ping('Ping from pretend Slack');
  }, PING_MS);
  pings.unref();

  function accept(socket: WebSocket): void {
    const connection = { socket, leaving: false };
    connections.push(connection);
    socket.on('message', (data) => {
      if (!takeAck(String(data))) socket.close(1007);
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      connections = connections.filter((other) => other !== connection);
      workspace.changed();
    });
    if (connections.length > CONNECTIONS_LIMIT) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: { host: 'pretend' } }));
      connection.leaving = true;
      return;
    }
    const connection_info = { app_id: workspace.app.id };
    const debug_info = { host: 'pretend', approximate_connection_time: 18_060 };
    socket.send(JSON.stringify({ type: 'hello', num_connections: connections.length, connection_info, debug_info }));
    workspace.changed();
  }

  /** False where the app sent something that is no acknowledgement. */
  function takeAck(text: string): boolean {
    const ack = Ack.safeParse(parseJson(text));
    if (!ack.success) return false;
    waiting.get(ack.data.envelope_id)?.(ack.data.payload ?? {});
    return true;
  }

  function attempt({ type, payload, retry, reason, copies }: Attempt): Promise<Json | string> {
    const open = connections.filter((c) => !c.leaving && c.socket.readyState === c.socket.OPEN);
    if (open.length === 0) return Promise.resolve('dispatch_failed');
    turn += 1;
    const chosen = copies.everyConnection ? open : open.slice(turn % open.length).slice(0, 1);
    const envelopes: string[] = [];
    return new Promise((resolve) => {
      const done = (answer: Json | string): void => {
        clearTimeout(timer);
        timers.delete(timer);
        for (const id of envelopes) waiting.delete(id);
        resolve(answer);
        workspace.changed();
      };
      const timer = setTimeout(() => done('operation_timeout'), workspace.limits.ackTimeoutMs);
      timers.set(timer, () => done('operation_timeout'));
      for (const connection of chosen) {
        for (let copy = 0; copy < (copies.deliveries ?? 1); copy += 1) {
          const envelope_id = crypto.randomUUID();
          envelopes.push(envelope_id);
          waiting.set(envelope_id, done);
          const marked = retry + copy;
          const envelope = {
            envelope_id,
            type,
            accepts_response_payload: type !== 'events_api',
            payload,
            ...(type === 'events_api' ? { retry_attempt: marked, retry_reason: marked === 0 ? '' : reason || 'timeout' } : {}),
          };
          for (let same = 0; same < (copies.sameEnvelope ?? 1); same += 1) connection.socket.send(JSON.stringify(envelope));
        }
      }
    });
  }

  return {
    get connections() {
      return connections.filter((c) => !c.leaving).length;
    },
    attempt,
    reasonOf: (error) => (error === 'operation_timeout' ? 'timeout' : 'connection_failed'),
    disconnect: ({ reason = 'refresh_requested', abrupt = false, index } = {}) => {
      for (const connection of index === undefined ? connections : connections.slice(index, index + 1)) {
        connection.leaving = true;
        if (abrupt) connection.socket.terminate();
        else connection.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'pretend' } }));
      }
    },
    upgrade: (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://slack');
      const ticket = url.searchParams.get('ticket') ?? '';
      if (!url.pathname.startsWith('/link') || !workspace.tickets.delete(ticket)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    stop: async () => {
      clearInterval(pings);
      for (const [timer, end] of [...timers]) {
        clearTimeout(timer);
        end();
      }
      const leaving = connections.map(({ socket }) => closed(socket));
      await Promise.all(leaving);
      server.close();
    },
  };
}

/** Closes with the handshake, or after a moment without. */
function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), CLOSE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(1001);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
