import type { Redis } from 'ioredis';
import type { Environment } from '../config-schema.ts';
import type { Entrance } from '../http/server.ts';
import { createIntake } from '../intake/intake.ts';
import { createForms } from '../planning/forms.ts';
import { startSlack } from '../slack/app.ts';
import type { SignedIn, SlackAccount } from '../slack/client.ts';
import { SLACK_PATH, signedHttp } from '../slack/signed-http.ts';
import { socketMode } from '../slack/sockets.ts';
import type { Transport } from '../slack/transport.ts';
import type { Core } from './core.ts';
import { listenWhenPossible } from './listen.ts';

export interface GatewayParts {
  core: Core;
  environment: Environment;
  account: SlackAccount;
  signIn(): Promise<SignedIn>;
  /** For what Slack waits for. */
  connect(): Redis;
}

export interface Gateway {
  /** For the HTTP server, by path: where Slack posts, if it does. */
  entrances: Record<string, Entrance>;
  listen(): ReturnType<typeof listenWhenPossible>;
}

/** Hears Slack. Only processes that do load this file, and with it Bolt and Express. */
export function openGateway({ core, environment, account, signIn, connect }: GatewayParts): Gateway {
  const { config, registry, clouds, wakers, metrics, log } = core;
  const { entrances, transport } = wayIn(environment, account);
  return {
    entrances,
    listen() {
      const store = { ...core.store, redis: connect() };
      const intake = createIntake({ store, wakers, registry, log, metrics });
      const forms = createForms({ config, registry, clouds, store }, account.prefix);
      return listenWhenPossible(
        async () => startSlack({ ...account, signedIn: await signIn(), transport: transport(), intake, forms }),
        log,
      );
    },
  };
}

/** One transport for each try to listen: over signed HTTP where there is a signing secret, else over sockets. */
function wayIn(
  { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret }: Environment,
  { apiUrl, log }: SlackAccount,
): { entrances: Record<string, Entrance>; transport(): Transport } {
  if (signingSecret !== undefined) {
    const { entrance, transport } = signedHttp({ signingSecret, log });
    return { entrances: { [SLACK_PATH]: entrance }, transport: () => transport };
  }
  // A socket that was refused once is of no further use.
  return { entrances: {}, transport: () => socketMode({ appToken: appToken ?? '', apiUrl, log }) };
}
