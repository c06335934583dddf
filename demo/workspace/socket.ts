import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Json, Workspace } from './model.ts';

/** How one line, click or event reached the app, and what the app said. */
export interface Delivery {
  acked: boolean;
  /** From the first sending to the acknowledgement. */
  ms: number;
  /** What the acknowledgement carried. */
  payload: Json;
  /** `operation_timeout`, or `dispatch_failed` where no app is connected. */
  error?: string;
  attempts: number;
}

/** The first attempt's outcome; an event that failed is tried again, and `final` tells how that ended. */
export interface Sent extends Delivery {
  final: Promise<Delivery>;
}

/** How often and where the same thing arrives; Slack promises "at least once" only. */
export interface Copies {
  /** Sends it this many times in all, each in an envelope of its own and marked as a retry, without waiting. */
  deliveries?: number;
  /** Sends the very same envelope this many times. */
  sameEnvelope?: number;
  /** Sends it to every connection at once. */
  everyConnection?: boolean;
}

export type EnvelopeType = 'events_api' | 'slash_commands' | 'interactive';

export interface SocketMode {
  readonly connections: number;
  /** Sends and waits for the acknowledgement; events go out again as Slack's schedule says. */
  deliver(type: EnvelopeType, payload: Json, copies?: Copies): Promise<Sent>;
  /** Asks every connection (or the one at `index`) to reconnect, as Slack does every few hours; `abrupt` cuts it instead. */
  disconnect(options?: { reason?: 'warning' | 'refresh_requested' | 'link_disabled'; abrupt?: boolean; index?: number }): void;
  /** Slack does not see the next `times` acknowledgements: each counts as waited for in vain, without the wait. */
  loseAcks(times: number): void;
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
  let stopped = false;
  let acksToLose = 0;

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
    const lost = acksToLose > 0;
    if (lost) acksToLose -= 1;
    waiting.get(ack.data.envelope_id)?.(lost ? 'operation_timeout' : (ack.data.payload ?? {}));
    return true;
  }

  /** Sends one attempt; answers the acknowledgement's payload, or why there is none. */
  function attempt(type: EnvelopeType, payload: Json, retry: number, reason: string, copies: Copies): Promise<Json | string> {
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

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        timers.delete(timer);
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      timers.set(timer, done);
    });
  }

  async function tryOnce(type: EnvelopeType, payload: Json, retry: number, reason: string, copies: Copies): Promise<Delivery> {
    const started = performance.now();
    const answer = await attempt(type, payload, retry, reason, copies);
    const ms = performance.now() - started;
    if (typeof answer !== 'string') return { acked: true, ms, payload: answer, attempts: retry + 1 };
    return { acked: false, ms, payload: {}, error: answer, attempts: retry + 1 };
  }

  async function tryAgain(first: Delivery, type: EnvelopeType, payload: Json, copies: Copies): Promise<Delivery> {
    let last = first;
    for (const wait of type === 'events_api' ? workspace.limits.retryAfterMs : []) {
      if (last.acked) break;
      if (wait > 0) await pause(wait);
      if (stopped) break;
      const reason = last.error === 'operation_timeout' ? 'timeout' : 'connection_failed';
      last = await tryOnce(type, payload, last.attempts, reason, copies);
    }
    return last;
  }

  async function deliver(type: EnvelopeType, payload: Json, copies: Copies = {}): Promise<Sent> {
    const first = await tryOnce(type, payload, 0, '', copies);
    return { ...first, final: tryAgain(first, type, payload, copies) };
  }

  return {
    get connections() {
      return connections.filter((c) => !c.leaving).length;
    },
    deliver,
    disconnect: ({ reason = 'refresh_requested', abrupt = false, index } = {}) => {
      for (const connection of index === undefined ? connections : connections.slice(index, index + 1)) {
        connection.leaving = true;
        if (abrupt) connection.socket.terminate();
        else connection.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'pretend' } }));
      }
    },
    loseAcks: (times) => {
      acksToLose = times;
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
      stopped = true;
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
