import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import { labelOf } from '../alerts/card.ts';
import { readPayload, type Telling } from '../alerts/payload.ts';
import type { Taken } from '../alerts/take.ts';
import type { AlertOutcome, Metrics } from '../process/metrics.ts';
import { NO_ANSWER } from '../redis/within.ts';
import { type Entrance, type Page, text } from './server.ts';

export const ALERTMANAGER_PATH = '/alerts/alertmanager';
/** A group of 500 alerts is about 1 MiB. */
const MAX_BYTES = 8 * 1_048_576;
/** Alertmanager waits by itself, and tries again only after 5xx: after a 429 it waits a whole `group_interval`. */
const COME_AGAIN = { 'retry-after': '5' };

export interface AlertEntranceOptions {
  token: string;
  take(telling: Telling): Promise<Taken>;
  metrics: Pick<Metrics, 'alertTold'>;
  log: Logger;
}

/** Where Alertmanager posts to: 2xx only for what is stored. What it cannot mend by trying again is 4xx, and in the log. */
export function alertEntrance({ token, take, metrics, log }: AlertEntranceOptions): Entrance {
  const refused = (because: AlertOutcome, status: number, why: string, headers: Page['headers'] = {}): Page => {
    metrics.alertTold(because);
    log.warn({ because, why }, 'alerts refused');
    return text(status, why, headers);
  };
  return {
    maxBytes: MAX_BYTES,

    refuse(headers) {
      if (!hasToken(headers, token)) {
        const why = 'Send ALERTS_TOKEN as a bearer token: http_config.authorization.credentials in alertmanager.yml.';
        return refused('unauthorized', 401, why, { 'www-authenticate': 'Bearer' });
      }
      if (isPlainJson(headers)) return undefined;
      return refused('wrong type', 415, 'The body must be application/json, and not compressed.');
    },

    async take(body) {
      if (body === 'busy') return refused('busy', 503, 'Too much is being handed in at once; send it again.', COME_AGAIN);
      if (body === 'too large') {
        return refused(
          'too large',
          413,
          `The body is larger than ${MAX_BYTES / 1_048_576} MiB: set max_alerts in alertmanager.yml.`,
        );
      }
      const telling = readPayload(body);
      if ('because' in telling) {
        const why = telling.because === 'not json' ? 'The body is no JSON.' : telling.problems.join('\n');
        return refused(telling.because, 400, why);
      }
      const taken = await take(telling);
      if (taken === NO_ANSWER) {
        return refused(NO_ANSWER, 503, 'It could not be stored, since Redis does not answer; send it again.', COME_AGAIN);
      }
      metrics.alertTold(taken.isNews ? 'taken' : 'unchanged');
      return text(200, `${labelOf(taken.group)}: ${taken.group.state}`);
    },
  };
}

/** The same path where nobody may hand in anything. */
export function closedEntrance(why: string): Entrance {
  return { maxBytes: MAX_BYTES, refuse: () => text(403, why), take: async () => text(403, why) };
}

/** Compared in the same time however much of it is right; digests have the same length whatever was sent. */
function hasToken({ authorization = '' }: IncomingHttpHeaders, token: string): boolean {
  const [, sent = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(sent), digest(token));
}

function isPlainJson({ 'content-type': type = '', 'content-encoding': encoding = 'identity' }: IncomingHttpHeaders): boolean {
  return /^application\/json *(;|$)/i.test(type.trim()) && encoding.toLowerCase() === 'identity';
}
