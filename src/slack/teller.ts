import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Reply } from '../reply.ts';
import { isDirect } from './gateway.ts';
import { render } from './render.ts';
import { isSlackUrl, respond } from './response-url.ts';

const TRY_AGAIN_MS = [0, 1_000, 5_000, 15_000];

/** Where to tell somebody something: anything that is known will do. */
export interface Ear {
  user: string;
  channel?: string;
  thread?: string;
  responseUrl?: string;
}

export type Tell = (ear: Ear, reply: Reply) => Promise<void>;

/**
 * Tells one person something now, without outbox, limiter or Redis: for when those do not answer. By the response_url, else for their
 * eyes in the channel, else in their direct messages. Never throws.
 */
export function createTeller(client: WebClient, { apiUrl, log }: { apiUrl: string | undefined; log: Logger }): Tell {
  return async ({ user, channel, thread, responseUrl }, reply) => {
    const rendered = render(reply);
    const { text, blocks } = rendered;
    const inThread = thread === undefined ? {} : { thread_ts: thread };
    const literally = { parse: 'none', link_names: false } as const;
    const ways: (() => Promise<unknown>)[] = [];
    if (responseUrl !== undefined && isSlackUrl(responseUrl, apiUrl)) ways.push(() => respond(responseUrl, rendered, { thread }));
    if (channel !== undefined && isDirect(channel))
      ways.push(() => client.chat.postMessage({ channel, text, blocks, ...literally, ...inThread }));
    else if (channel !== undefined)
      ways.push(() => client.chat.postEphemeral({ channel, user, text, blocks, ...literally, ...inThread }));
    ways.push(() => client.chat.postMessage({ channel: user, text, blocks, ...literally }));

    let last: unknown;
    for (const wait of TRY_AGAIN_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      for (const way of ways) {
        try {
          await way();
          return;
        } catch (error) {
          last = error;
        }
      }
    }
    log.error({ err: last, user }, 'asker could not be told');
  };
}
