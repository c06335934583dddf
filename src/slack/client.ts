import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { UserError } from '../errors.ts';
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
  botUserId: string;
  botId: string;
  /** What the token may do, where Slack told. */
  scopes: string[] | undefined;
}

/** Finds out who we are. All a worker needs; a gateway also starts to listen. */
export async function signIn({ botToken, apiUrl, redis, prefix, log }: SlackAccount): Promise<SignedIn> {
  const client = new WebClient(botToken, clientOptions({ apiUrl, log, timeout: CALL_TIMEOUT_MS }));
  const uploads = new WebClient(botToken, clientOptions({ apiUrl, log, timeout: UPLOAD_TIMEOUT_MS }));
  const { team_id: teamId, user_id: botUserId, bot_id: botId, response_metadata } = await whoAmI(client);
  if (teamId === undefined || botUserId === undefined || botId === undefined) {
    throw new UserError(
      '`SLACK_BOT_TOKEN` is no bot token of one workspace. Take the one under OAuth & Permissions, which begins with `xoxb-`.',
    );
  }
  const scopes = response_metadata?.scopes;
  const missing = BOT_SCOPES.filter((scope) => scopes !== undefined && !scopes.includes(scope));
  if (missing.length > 0) log.warn({ missing }, 'slack app lacks scopes');
  const delivery = createDelivery(client, { redis, prefix, log, teamId, uploads, ...(apiUrl === undefined ? {} : { apiUrl }) });
  return { client, delivery, teamId, botUserId, botId, scopes };
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
    if (code === 'unreachable') throw new UserError(`Slack cannot be reached at ${client.slackApiUrl}.`, { cause });
    throw new UserError(
      `Slack refuses \`SLACK_BOT_TOKEN\`: \`${code}\`. Take the one under OAuth & Permissions, which begins with \`xoxb-\`.`,
      {
        cause,
      },
    );
  }
}
