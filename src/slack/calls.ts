import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { DeliveryError } from '../errors.ts';
import { closeFor, takePermit } from '../redis/rate-limit.ts';

/** Slack's own troubles, and tokens that an administrator can put right: the same call may work later. */
const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'ratelimited',
]);
const TOKEN_TROUBLE = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'ekm_access_denied',
]);
const TOKEN_WAIT_MS = 60_000;
/** "It's possible some aspect of the operation succeeded before the error was raised": the reference of chat.postMessage. */
const PERHAPS_DONE = new Set(['internal_error', 'fatal_error']);
/** The connection was never made, so nothing was done. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
/** The limiter only spares us 429s: where Redis does not answer, what is urgent goes out without it. */
const LIMITER_PATIENCE_MS = 500;

export interface CallOptions {
  method: string;
  channel?: string;
  /** A write whose answer got lost may have been done. */
  write?: boolean;
}

export type Call = <T>(options: CallOptions, run: () => Promise<T>) => Promise<T>;

/** Calls Slack once: with leave of the limiter that all processes share, and with every failure as a DeliveryError. */
export function limitedCalls({ redis, prefix, log }: { redis: Redis; prefix: string; log: Logger }): Call {
  return async ({ method, channel, write = false }, run) => {
    const wait = await inTime(takePermit(redis, prefix, method, channel)).catch((err) => {
      log.warn({ err, method }, 'slack limiter does not answer');
      return 0;
    });
    if (wait > 0) throw new DeliveryError('ratelimited', { final: false, retryAfterMs: wait });
    try {
      return await run();
    } catch (error) {
      if (error instanceof WebAPIRateLimitedError) {
        await inTime(closeFor(redis, prefix, method, error.retryAfter * 1_000, channel)).catch((err) => {
          log.warn({ err, method }, 'slack limiter does not answer');
        });
      }
      throw deliveryError(error, write);
    }
  };
}

/** Without the limiter, for what must go out while Redis is away. */
export const unlimitedCall: Call = async ({ write = false }, run) => {
  try {
    return await run();
  } catch (error) {
    throw deliveryError(error, write);
  }
};

export function deliveryError(error: unknown, write: boolean): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (error instanceof WebAPIRateLimitedError) {
    return new DeliveryError('ratelimited', { final: false, retryAfterMs: error.retryAfter * 1_000, cause: error });
  }
  const lost = write ? 'lost_answer' : 'unreachable';
  if (error instanceof WebAPIPlatformError) return platformError(error, lost);
  if (error instanceof WebAPIHTTPError) {
    if (error.statusCode >= 500) return new DeliveryError(lost, { final: false, cause: error });
    return new DeliveryError(`http_${error.statusCode}`, { final: true, cause: error });
  }
  if (error instanceof WebAPIRequestError && NOT_SENT.has(connectionCode(error.original))) {
    return new DeliveryError('unreachable', { final: false, cause: error });
  }
  return new DeliveryError(lost, { final: false, cause: error });
}

function platformError(error: WebAPIPlatformError, lost: string): DeliveryError {
  const code = error.data.error;
  // A proxy's page instead of Slack's JSON.
  if (!/^[a-z][a-z0-9_]*$/.test(code)) return new DeliveryError(lost, { final: false, cause: error });
  if (TOKEN_TROUBLE.has(code)) return new DeliveryError(code, { final: false, retryAfterMs: TOKEN_WAIT_MS, cause: error });
  if (PERHAPS_DONE.has(code)) return new DeliveryError(lost === 'lost_answer' ? lost : code, { final: false, cause: error });
  return new DeliveryError(code, { final: !PASSING.has(code), cause: error });
}

/** undici hides the system's code in the cause, and the causes of several addresses in an AggregateError. */
function connectionCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return connectionCode(error.errors[0]);
  return connectionCode(error.cause);
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${LIMITER_PATIENCE_MS} ms`)), LIMITER_PATIENCE_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
