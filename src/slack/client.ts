import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { DeliveryError, SlackAway, UserError } from '../errors.ts';
import { deliveryError } from './calls.ts';
import { createDelivery, type SlackDelivery } from './delivery.ts';
import { slackLogger } from './logger.ts';
import { BOT_SCOPES } from './scopes.ts';

const CALL_TIMEOUT_MS = 10_000;
const UPLOAD_TIMEOUT_MS = 120_000;

export interface SlackAccount {
  botToken: string;
  /** Only where it is not Slack's own. */
  apiUrl?: string;
  /** Slack's limits are counted there, for all processes together. */
  redis: Redis;
  prefix: string;
  log: Logger;
}

export interface SignedIn {
  client: WebClient;
  delivery: SlackDelivery;
  teamId: string;
  /** The workspace's own address, where Slack told. */
  url: string | undefined;
  botUserId: string;
  botId: string;
  /** What the token may do, where Slack told. */
  scopes: string[] | undefined;
}

export interface SlackAccess {
  client: WebClient;
  /** Speaks for us once Slack can be reached. */
  delivery: SlackDelivery;
  /** Finds out who we are, once. @throws UserError where Slack refuses the token, SlackAway where it does not answer */
  signIn(): Promise<SignedIn>;
}

/** All a worker needs, also while Slack is away; a gateway has to be signed in. */
export function openSlack({ botToken, apiUrl, redis, prefix, log }: SlackAccount): SlackAccess {
  const client = new WebClient(botToken, clientOptions({ apiUrl, log, timeout: CALL_TIMEOUT_MS }));
  const uploads = new WebClient(botToken, clientOptions({ apiUrl, log, timeout: UPLOAD_TIMEOUT_MS }));
  let asked: ReturnType<typeof whoWeAre> | undefined;
  const us = (): ReturnType<typeof whoWeAre> => {
    asked ??= whoWeAre(client, log).catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
  const workspace = (): ReturnType<typeof whoWeAre> =>
    us().catch((cause: unknown) => {
      throw new DeliveryError('unreachable', { final: false, cause });
    });
  const delivery = createDelivery(client, { redis, prefix, log, workspace, uploads, apiUrl });
  return { client, delivery, signIn: async () => ({ client, delivery, ...(await us()) }) };
}

async function whoWeAre(client: WebClient, log: Logger): Promise<Omit<SignedIn, 'client' | 'delivery'>> {
  const { team_id: teamId, user_id: botUserId, bot_id: botId, url, response_metadata } = await whoAmI(client);
  if (teamId === undefined || botUserId === undefined || botId === undefined) {
    throw new UserError(
      '`SLACK_BOT_TOKEN` is no bot token of one workspace. Take the one under OAuth & Permissions, which begins with `xoxb-`.',
    );
  }
  const scopes = response_metadata?.scopes;
  const missing = BOT_SCOPES.filter((scope) => scopes !== undefined && !scopes.includes(scope));
  if (missing.length > 0) log.warn({ missing }, 'slack app lacks scopes');
  return { teamId, url, botUserId, botId, scopes };
}

/** Never retries: what is to be said again is the outbox's to know, and a handler must not hang for hours. */
export function clientOptions({
  apiUrl,
  log,
  timeout,
}: {
  apiUrl: string | undefined;
  log: Logger;
  timeout: number;
}): WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    logger: slackLogger(log),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout,
  };
}

async function whoAmI(client: WebClient): ReturnType<WebClient['auth']['test']> {
  try {
    return await client.auth.test();
  } catch (cause) {
    const { code } = deliveryError(cause, false);
    if (code === 'unreachable') throw new SlackAway(`Slack cannot be reached at ${client.slackApiUrl}.`, { cause });
    throw new UserError(
      `Slack refuses \`SLACK_BOT_TOKEN\`: \`${code}\`. Take the one under OAuth & Permissions, which begins with \`xoxb-\`.`,
      {
        cause,
      },
    );
  }
}
