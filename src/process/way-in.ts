import type { Logger } from 'pino';
import type { Environment } from '../config-schema.ts';
import type { Entrance } from '../http/server.ts';
import { SLACK_PATH, signedHttp } from '../slack/signed-http.ts';
import { socketMode } from '../slack/sockets.ts';
import type { Transport } from '../slack/transport.ts';

export interface WayIn {
  /** For the HTTP server, by path. */
  entrances: Record<string, Entrance>;
  /** One for each try to listen. */
  transport(): Transport;
}

/** Which way Slack reaches us: over signed HTTP where there is a signing secret, else over sockets. */
export function wayIn(
  { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: apiUrl }: Environment,
  log: Logger,
): WayIn {
  if (signingSecret !== undefined) {
    const { entrance, transport } = signedHttp({ signingSecret, log });
    return { entrances: { [SLACK_PATH]: entrance }, transport: () => transport };
  }
  // A socket that was refused once is of no further use.
  return { entrances: {}, transport: () => socketMode({ appToken: appToken ?? '', apiUrl, log }) };
}
