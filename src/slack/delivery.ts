import type { HomeView } from '@slack/types';
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { DeliveryError } from '../errors.ts';
import type { Channel, Delivery, Directory, Posted } from '../outbox/delivery.ts';
import type { Reply, TextFile } from '../reply.ts';
import { type Call, limitedCalls, unlimitedCall } from './calls.ts';
import { createDirectory } from './directory.ts';
import { isDirect } from './gateway.ts';
import { renderHome } from './home.ts';
import { isOurs } from './links.ts';
import { literal, shortened } from './literal.ts';
import { overflow, type Rendered, render } from './render.ts';
import { isSlackUrl, respond } from './response-url.ts';
import { paragraph, spans } from './rich-text.ts';

export const METADATA_EVENT = 'stackhand_message';

/** Nothing in a message of ours is parsed, linked or unfolded. */
const LITERALLY = { mrkdwn: false, parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const;
/** Slack's clock and ours may differ. */
const CLOCKS_DIFFER_MS = 60_000;
const PAGES_LOOKED_AT = 5;

export interface DeliveryOptions {
  redis: Redis;
  prefix: string;
  log: Logger;
  /** Ours, and its own address. @throws DeliveryError while Slack has not told it */
  workspace(): Promise<{ teamId: string; url: string | undefined }>;
  /** A WebClient with more time, for files. */
  uploads: WebClient;
  /** Only where it is not Slack's own. */
  apiUrl?: string | undefined;
}

export interface SlackDelivery extends Delivery, Directory {
  /** The file that must go with a message, since its blocks cannot hold every byte of the reply. */
  overflow(reply: Reply): TextFile | undefined;
}

export function createDelivery(client: WebClient, options: DeliveryOptions): SlackDelivery {
  const call = limitedCalls(options);
  return {
    ...createDirectory(client, call, options),
    overflow,
    post: (to, key, reply) => post(client, call, to, key, reply),
    update: async ({ channel, ts }, reply) => {
      const { text, blocks } = render(reply);
      // Without blocks an update would remove them.
      await call({ method: 'chat.update', channel }, () =>
        client.chat.update({ channel, ts, text, blocks, parse: 'none', link_names: false }),
      );
    },
    findByKey: async (to, key, sinceMs) => findByKey(client, call, to, key, sinceMs),
    ephemeral: (to, user, reply) => ephemeral(client, call, options, to, user, render(reply)),
    openDirect: (user) => openDirect(client, call, user),
    file: (to, file, comment) => upload(options.uploads, call, to, file, comment),
    permalink: async (at) => {
      const { url: ours } = await options.workspace();
      const url = await permalink(client, call, at);
      return url !== undefined && isOurs(url, ours) ? url : undefined;
    },
    publishHome: (user, home, hash) => publish(client, call, user, renderHome(home), hash),
  };
}

/** Posts without Redis: nobody counts it among Slack's limits, and nothing is kept of it. */
export function postUnlimited(client: WebClient): (to: Channel, key: string, reply: Reply) => Promise<Posted> {
  return (to, key, reply) => post(client, unlimitedCall, to, key, reply);
}

async function post(client: WebClient, call: Call, to: Channel, key: string, reply: Reply): Promise<Posted> {
  const { channel, thread, broadcast } = to;
  const { text, blocks } = render(reply);
  const answer = await call({ method: 'chat.postMessage', channel, write: true }, () =>
    client.chat.postMessage({
      channel,
      text,
      blocks,
      ...LITERALLY,
      ...(thread === undefined ? {} : broadcast ? { thread_ts: thread, reply_broadcast: broadcast } : { thread_ts: thread }),
      metadata: { event_type: METADATA_EVENT, event_payload: { key } },
    }),
  );
  if (answer.ts === undefined) throw new DeliveryError('lost_answer', { final: false });
  return { channel: answer.channel ?? channel, ts: answer.ts };
}

async function publish(
  client: WebClient,
  call: Call,
  user: string,
  view: HomeView,
  hash: string | undefined,
): Promise<string | undefined> {
  const answer = await call({ method: 'views.publish', write: true }, () =>
    client.views.publish({ user_id: user, view, ...(hash === undefined ? {} : { hash }) }),
  );
  return answer.view?.hash;
}

/** By the response_url, then by name in the channel; in direct messages everything is for their eyes anyway. */
async function ephemeral(
  client: WebClient,
  call: Call,
  { apiUrl, log }: DeliveryOptions,
  { channel, thread, responseUrl, replace }: Parameters<Delivery['ephemeral']>[0],
  user: string,
  rendered: Rendered,
): Promise<void> {
  if (responseUrl !== undefined && isSlackUrl(responseUrl, apiUrl)) {
    try {
      return await respond(responseUrl, rendered, { thread, replace });
    } catch (error) {
      if (!(error instanceof DeliveryError) || !error.final) throw error;
      log.debug({ user }, 'response url used up');
    }
  }
  const { text, blocks } = rendered;
  const inThread = thread === undefined ? {} : { thread_ts: thread };
  if (isDirect(channel)) {
    await call({ method: 'chat.postMessage', channel, write: true }, () =>
      client.chat.postMessage({ channel, text, blocks, ...LITERALLY, ...inThread }),
    );
    return;
  }
  await call({ method: 'chat.postEphemeral', channel, write: true }, () =>
    client.chat.postEphemeral({ channel, user, text, blocks, parse: 'none', link_names: false, ...inThread }),
  );
}

async function openDirect(client: WebClient, call: Call, user: string): Promise<string> {
  const { channel } = await call({ method: 'conversations.open' }, () => client.conversations.open({ users: user }));
  if (channel?.id === undefined) throw new DeliveryError('unreachable', { final: false });
  return channel.id;
}

async function findByKey(
  client: WebClient,
  call: Call,
  to: Channel,
  key: string,
  sinceMs: number,
): Promise<Posted | 'none' | 'cannot look'> {
  const channel = /^[UW]/.test(to.channel) ? await openDirect(client, call, to.channel) : to.channel;
  const about = {
    channel,
    oldest: String(Math.max(0, sinceMs - CLOCKS_DIFFER_MS) / 1_000),
    limit: 200,
    include_all_metadata: true,
  };
  let cursor: string | undefined;
  try {
    for (let page = 0; page < PAGES_LOOKED_AT; page += 1) {
      const where = { ...about, ...(cursor === undefined ? {} : { cursor }) };
      const { messages = [], response_metadata } = await call(
        { method: to.thread === undefined ? 'conversations.history' : 'conversations.replies' },
        async () =>
          to.thread === undefined
            ? client.conversations.history(where)
            : client.conversations.replies({ ...where, ts: to.thread }),
      );
      const found = messages.find((message) => carriesKey(message, key));
      if (found?.ts !== undefined) return { channel, ts: found.ts };
      cursor = response_metadata?.next_cursor;
      if (!cursor) return 'none';
    }
  } catch (error) {
    if (error instanceof DeliveryError && error.code === 'missing_scope') return 'cannot look';
    throw error;
  }
  return 'none';
}

function carriesKey({ metadata }: { metadata?: { event_type?: string; event_payload?: object } }, key: string): boolean {
  return (
    metadata?.event_type === METADATA_EVENT &&
    Object.entries(metadata.event_payload ?? {}).some(([name, value]) => name === 'key' && value === key)
  );
}

/** The comment goes as blocks: a plain one would be parsed for formatting and pings. Slack takes no empty file. */
async function upload(
  client: WebClient,
  call: Call,
  { channel, thread }: Channel,
  file: TextFile,
  comment: string,
): Promise<void> {
  const said = paragraph(spans(shortened(literal(comment), 2_000)));
  const about = {
    channel_id: channel,
    filename: file.name,
    title: shortened(literal(file.title), 200),
    file: Buffer.from(file.content === '' ? '\n' : file.content),
    ...(said.length === 0 ? {} : { blocks: said }),
  };
  await call({ method: 'files.completeUploadExternal', channel, write: true }, () =>
    client.filesUploadV2(thread === undefined ? about : { ...about, thread_ts: thread }),
  );
}

async function permalink(client: WebClient, call: Call, { channel, ts }: Posted): Promise<string | undefined> {
  return call({ method: 'chat.getPermalink' }, async () => {
    try {
      return (await client.chat.getPermalink({ channel, message_ts: ts })).permalink;
    } catch (error) {
      if (error instanceof WebAPIPlatformError && ['message_not_found', 'channel_not_found'].includes(error.data.error))
        return undefined;
      throw error;
    }
  });
}
