import { SocketModeClient } from '@slack/socket-mode';
import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Logger } from 'pino';
import { clientOptions } from './client.ts';
import { slackLogger } from './logger.ts';
import type { Envelope } from './transport.ts';

const OPEN_TIMEOUT_MS = 10_000;
const HELLO_TIMEOUT_MS = 15_000;
const RECONNECT_MS = [50, 200, 500, 1_000, 2_000, 5_000];

/** One Socket Mode connection that comes back by itself for ever. */
export interface Link {
  connected(): boolean;
  /** Throws where the first connection is refused. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The library's own reconnecting is off: it waits five seconds or more, and a refused reconnection is a promise nobody
 * holds, which ends the process. So are its retries, a hundred of which it would add to the options it is given.
 */
export function createLink(
  { appToken, apiUrl, log }: { appToken: string; apiUrl: string | undefined; log: Logger },
  take: (envelope: Envelope) => void,
): Link {
  const client = new SocketModeClient({
    appToken,
    autoReconnectEnabled: false,
    logger: slackLogger(log),
    clientOptions: clientOptions({ apiUrl, log, timeout: OPEN_TIMEOUT_MS }),
  });
  let up = false;
  let stopped = false;
  let connecting = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    connecting = true;
    // A peer that takes the connection and never says hello.
    const patience = setTimeout(() => client.disconnect(), HELLO_TIMEOUT_MS);
    try {
      await client.start();
    } finally {
      clearTimeout(patience);
      connecting = false;
    }
  }

  function reconnectSoon(atLeastMs = 0): void {
    if (stopped || connecting || timer !== undefined) return;
    const backOff = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)] ?? 0;
    timer = setTimeout(
      () => {
        timer = undefined;
        connect().catch((err: unknown) => {
          failures += 1;
          if (failures === 1) log.warn({ err }, 'slack connection not possible');
          reconnectSoon(err instanceof WebAPIRateLimitedError ? err.retryAfter * 1_000 : 0);
        });
      },
      Math.max(atLeastMs, backOff * (0.5 + Math.random() / 2)),
    );
  }

  client.on('connected', () => {
    up = true;
    failures = 0;
    log.info('slack connected');
  });
  client.on('disconnected', () => {
    if (up && !stopped) log.info('slack connection lost');
    up = false;
    reconnectSoon();
  });
  client.on('slack_event', take);

  return {
    connected: () => up,
    start: connect,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client.disconnect();
    },
  };
}
