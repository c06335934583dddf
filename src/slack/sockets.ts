import type { Logger } from 'pino';
import { SlackAway, UserError } from '../errors.ts';
import { deliveryError } from './calls.ts';
import { createLink } from './link.ts';
import type { Transport } from './transport.ts';

export interface SocketOptions {
  appToken: string;
  apiUrl: string | undefined;
  log: Logger;
  /** Slack renews a connection every few hours: with two, one is always there. Slack allows an app ten over all its gateways. */
  sockets?: number;
}

/** Socket Mode: we connect to Slack. */
export function socketMode({ sockets = 2, ...options }: SocketOptions): Transport {
  let take: Parameters<Transport['start']>[0] = () => undefined;
  const links = Array.from({ length: sockets }, () => createLink(options, (envelope) => take(envelope)));
  return {
    async start(taking) {
      take = taking;
      try {
        await Promise.all(links.map((link) => link.start()));
      } catch (cause) {
        throw refused(cause);
      }
    },
    connected: () => links.some((link) => link.connected()),
    async stop(answered) {
      await answered;
      await Promise.all(links.map((link) => link.stop()));
    },
  };
}

function refused(cause: unknown): Error {
  const { code: why } = deliveryError(cause, false);
  if (why === 'unreachable') return new SlackAway('Slack gives no connection: it cannot be reached.', { cause });
  return new UserError(
    `Slack refuses \`SLACK_APP_TOKEN\`: \`${why}\`. Take the app-level token with \`connections:write\`, which begins with \`xapp-\`.`,
    { cause },
  );
}
