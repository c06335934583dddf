import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DeliveryError } from '../errors.ts';
import { notPostedIn } from '../outbox/undeliverable.ts';
import { code, type Reply } from '../reply.ts';

/** A group is told of once within this time, however often it is sent again meanwhile. */
const ONCE_WITHIN_MS = 5 * 60_000;
/** What may wait and be remembered, so that a storm without Redis does not fill the memory. */
const WAITING_AT_MOST = 100;
const REMEMBERED_AT_MOST = 5_000;
/** Slack takes about one message a second in a channel: https://docs.slack.dev/apis/web-api/rate-limits */
const PACE_MS = 1_000;
const TRY_AGAIN_MS = [1_000, 5_000];
const WAIT_AT_MOST_MS = 30_000;

const TOO_MANY: Reply = {
  text: 'Redis does not answer, and more alerts came than I can post one by one. Look at Alertmanager until I am back.',
};

export interface DirectOptions {
  /** Without Redis. Throws DeliveryError. */
  post(channel: string, reply: Reply): Promise<unknown>;
  /** For what cannot be posted where it belongs. */
  instead: string;
  log: Logger;
}

export interface Direct {
  /** Never waits and never throws. */
  tell(group: string, channel: string, reply: Reply): void;
  stop(): void;
}

/** Posts alerts while Redis is away, each group once in five minutes. Whoever sent them was told 503, and sends them again. */
export function createDirect(options: DirectOptions): Direct {
  const told = new Map<string, number>();
  const waiting: { group: string; channel: string; reply: Reply }[] = [];
  const end = new AbortController();
  let isPosting = false;

  async function postAll(): Promise<void> {
    isPosting = true;
    for (let next = waiting.shift(); next && !end.signal.aborted; next = waiting.shift()) {
      // Sent again, it is to be tried again.
      if (!(await postOne(options, next.channel, next.reply, end.signal))) told.delete(next.group);
      await sleep(PACE_MS, undefined, { signal: end.signal }).catch(() => undefined);
    }
    isPosting = false;
  }
  function isTold(group: string): boolean {
    const now = performance.now();
    for (const [known, at] of told) {
      if (now - at < ONCE_WITHIN_MS) break;
      told.delete(known);
    }
    if (told.has(group)) return true;
    if (told.size < REMEMBERED_AT_MOST) told.set(group, now);
    return false;
  }

  return {
    tell(group, channel, reply) {
      if (isTold(group)) return;
      if (waiting.length < WAITING_AT_MOST) waiting.push({ group, channel, reply });
      else if (!isTold(`more in ${channel}`)) waiting.push({ group: `more in ${channel}`, channel, reply: TOO_MANY });
      if (!isPosting) void postAll();
    },
    stop: () => end.abort(),
  };
}

/** @returns whether Slack has it. */
async function postOne(
  { post, instead, log }: DirectOptions,
  channel: string,
  reply: Reply,
  signal: AbortSignal,
): Promise<boolean> {
  for (const waitMs of [...TRY_AGAIN_MS, undefined]) {
    try {
      await post(channel, reply);
      return true;
    } catch (error) {
      const { code, final, retryAfterMs } =
        error instanceof DeliveryError ? error : new DeliveryError('broke', { final: true, cause: error });
      if (final && channel !== instead) return postOne({ post, instead, log }, instead, elsewhere(reply, channel, code), signal);
      if (final || waitMs === undefined || signal.aborted) {
        log.error({ err: error, channel }, 'alert could not be posted');
        return false;
      }
      await sleep(Math.min(retryAfterMs ?? waitMs, WAIT_AT_MOST_MS), undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}

function elsewhere(reply: Reply, channel: string, why: string): Reply {
  return { ...reply, warnings: [notPostedIn(`its channel ${code(channel)}`, why), ...(reply.warnings ?? [])] };
}
