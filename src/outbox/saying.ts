import type { Logger } from 'pino';
import { sha256 } from '../audit/chain.ts';
import { DeliveryError } from '../errors.ts';
import type { Link, Reply, TextFile } from '../reply.ts';
import { label } from '../request.ts';
import type { Store } from '../requests/store.ts';
import type { Channel, Delivery, Posted } from './delivery.ts';
import { type Destination, PRIORITY } from './outbox.ts';
import { permalinkOf } from './permalinks.ts';
import type { Turns } from './turns.ts';

export interface Message {
  id: string;
  to: Destination;
  reply: Reply;
  version: string;
  tries: number;
  posted?: Posted;
  /** A first post was begun at this time and its answer never written down. */
  begun?: number;
  /** When it may try again, where a limit has refused it. */
  turn?: number;
  priority: number;
  /** An earlier version could not be said in its channel, and stands in another one instead. */
  elsewhere: boolean;
  /** What stands for each file that was sent with it: its content's hash, or the request whose file is read again. */
  filesSaid: string[];
}

export interface Saying {
  store: Store;
  delivery: Delivery;
  log: Logger;
  turns: Turns;
  /** The file of a request's answer that was too large to be kept: read from the cloud again. */
  fileAgain(request: number): Promise<TextFile | undefined>;
}

/** Says one message, as it should be now: posts it, or edits what is there, and sends its files. */
export async function sayNow(saying: Saying, message: Message): Promise<'said' | 'later' | 'never'> {
  const { store, delivery, log } = saying;
  const { redis, keys, clock } = store;
  const key = keys.message(message.id);
  const { to, reply } = message;
  if (to.kind === 'ephemeral') {
    // A click's or a line's quick answer; after ten seconds nobody looks there any more, and a file cannot be ephemeral.
    const file = reply.file ?? reply.fileAgain ?? delivery.overflow(reply);
    if (clock.now() <= to.until && file === undefined && (await trySayEphemeral(delivery, to, reply, log)) === 'said')
      return 'said';
    await redis.hset(key, 'to', JSON.stringify({ kind: 'direct', user: to.user } satisfies Destination));
    return sayNow(saying, { ...message, to: { kind: 'direct', user: to.user } });
  }
  const channel = message.posted ?? (await channelOf(store, delivery, to));
  if (channel === 'not yet') return 'later';
  if (channel === 'never') return 'never';
  const linked = await withLinks(saying, message);
  if (linked === 'not yet') return 'later';
  const posted = await postOrEdit(store, delivery, linked, channel);
  await sayFiles(saying, linked, posted);
  return 'said';
}

/** What is posted never waits for what it links to: two might wait for each other. */
async function withLinks({ store, delivery, log }: Saying, message: Message): Promise<Message | 'not yet'> {
  const { linksTo, ...reply } = message.reply;
  if (linksTo === undefined) return message;
  const links: Link[] = [...(reply.links ?? [])];
  for (const { label: words, message: id, waits } of linksTo) {
    const mayWait = waits === true && message.posted !== undefined;
    if (mayWait && (await isOnItsWay(store, id))) return 'not yet';
    const url = await permalinkOf({ store, delivery }, id).catch((error: unknown) => {
      if (!(error instanceof DeliveryError) || (mayWait && !error.final)) throw error;
      log.debug({ err: error, message: id }, 'no link to a message');
      return undefined;
    });
    if (url !== undefined) links.push({ label: words, url });
  }
  return { ...message, reply: { ...reply, links } };
}

/** Neither posted nor given up. */
async function isOnItsWay({ redis, keys }: Store, id: string): Promise<boolean> {
  const [version, posted, said] = await redis.hmget(keys.message(id), 'version', 'posted', 'said');
  return version !== null && posted === null && said === null;
}

/** Every byte of what the message itself has no room for; in a channel below it, in direct messages beside it. Each content once. */
async function sayFiles({ store, delivery, fileAgain }: Saying, message: Message, { channel, ts }: Posted): Promise<void> {
  const { id, to, reply, priority } = message;
  const place = { channel, ...(to.kind === 'channel' ? { thread: to.thread ?? ts } : {}) };
  const said = [...message.filesSaid];
  const send = async (mark: string, file: TextFile): Promise<void> => {
    if (said.includes(mark)) return;
    await delivery.file(place, file, file.title);
    said.push(mark);
    // At once: should the next one fail, this one is not sent again.
    await store.redis.hset(store.keys.message(id), 'filesSaid', JSON.stringify(said));
  };
  const again = reply.fileAgain;
  // Read once: a log would have grown meanwhile.
  if (again !== undefined && !said.includes(label(again))) {
    const file = await fileAgain(again);
    if (file) await send(label(again), file);
  }
  if (reply.file) await send(sha256(reply.file.content), reply.file);
  // A file for every step of a run would bury the thread; what was sent before it began holds the plan.
  const overflow = priority === PRIORITY.progress && said.length > 0 ? undefined : delivery.overflow(reply);
  if (overflow) await send(sha256(overflow.content), overflow);
}

/** A post whose answer got lost is looked for before another one is made. */
async function postOrEdit(
  { redis, keys, clock }: Store,
  delivery: Delivery,
  message: Message,
  channel: Channel,
): Promise<Posted> {
  const key = keys.message(message.id);
  const found =
    message.posted ?? (message.begun === undefined ? 'none' : await delivery.findByKey(channel, message.id, message.begun));
  if (typeof found === 'object') {
    await redis.hset(key, 'posted', JSON.stringify(found));
    await delivery.update(found, message.reply);
    return found;
  }
  await redis.hset(key, 'begun', clock.now());
  const posted = await delivery.post(channel, message.id, message.reply);
  await redis.hset(key, 'posted', JSON.stringify(posted));
  return posted;
}

async function trySayEphemeral(
  delivery: Delivery,
  to: Extract<Destination, { kind: 'ephemeral' }>,
  reply: Reply,
  log: Logger,
): Promise<'said' | 'not possible'> {
  try {
    await delivery.ephemeral(to, to.user, reply);
    return 'said';
  } catch (error) {
    if (!(error instanceof DeliveryError) || !error.final) throw error;
    log.info({ code: error.code }, 'ephemeral not possible, goes to direct messages');
    return 'not possible';
  }
}

async function channelOf(
  { redis, keys }: Store,
  delivery: Delivery,
  to: Exclude<Destination, { kind: 'ephemeral' }>,
): Promise<Channel | 'not yet' | 'never'> {
  if (to.kind === 'direct') {
    const channel = to.channel ?? (await delivery.openDirect(to.user));
    return { channel, ...(to.thread ? { thread: to.thread } : {}) };
  }
  if (to.threadOf !== undefined) {
    const [posted, said] = await redis.hmget(keys.message(to.threadOf), 'posted', 'said');
    if (!posted) return said ? 'never' : 'not yet';
    const { channel, ts } = JSON.parse(posted) as Posted;
    return { channel, thread: to.thread ?? ts, ...(to.broadcast ? { broadcast: true } : {}) };
  }
  return { channel: to.channel, ...(to.thread ? { thread: to.thread } : {}) };
}
