import { DeliveryError } from '../errors.ts';
import { type Command, commit } from '../redis/commit.ts';
import { code, type Reply } from '../reply.ts';
import type { Store } from '../requests/store.ts';
import { type Destination, PRIORITIES, PRIORITY, say } from './outbox.ts';
import type { Message, Saying } from './saying.ts';

const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** Somebody deleted it, or the workspace lets nobody edit what is that old: https://docs.slack.dev/reference/methods/chat.update#errors */
const CANNOT_EDIT = new Set(['message_not_found', 'edit_window_closed', 'cant_update_message']);

export async function later({ redis, keys, clock }: Store, id: string, ms: number): Promise<void> {
  for (const priority of PRIORITIES) await redis.zadd(keys.outbox(priority), 'XX', clock.now() + ms, id);
}

export async function atTurn({ redis, keys, clock }: Store, id: string, turn: number): Promise<void> {
  await redis.hset(keys.message(id), 'turn', turn);
  await later({ redis, keys, clock }, id, turn - clock.now());
}

/** What comes of a message that Slack did not take. `given up`: it is said elsewhere, where it may be, and is done with. */
export async function giveUpOrRetry(
  { store, turns, log }: Saying,
  message: Message,
  error: unknown,
  lane: string,
): Promise<'again' | 'given up'> {
  const { redis, keys, clock } = store;
  const { id, to, tries } = message;
  const again = async (ms: number): Promise<'again'> => {
    await later(store, id, ms);
    return 'again';
  };
  if (!(error instanceof DeliveryError)) {
    // A bug must hold up this message alone.
    log.error({ err: error, message: id }, 'message broke');
    await redis.hset(keys.message(id), 'tries', tries + 1);
    return again(retryMs(tries));
  }
  if (!error.final) {
    if (error.retryAfterMs === undefined) {
      await redis.hset(keys.message(id), 'tries', tries + 1);
      return again(retryMs(tries));
    }
    // A limit is not a failed try.
    const now = clock.now();
    await atTurn(store, id, turns.refused(lane, { now, turn: message.turn, waitMs: error.retryAfterMs }));
    return 'again';
  }
  if (CANNOT_EDIT.has(error.code) && message.posted) {
    // Say it anew.
    await redis.hdel(keys.message(id), 'posted', 'begun', 'permalink');
    return again(0);
  }
  if (error.code === 'thread_not_found' && to.kind === 'channel' && to.threadOf !== undefined && to.thread === undefined) {
    await sayAnew(store, to.threadOf);
    return again(retryMs(tries));
  }
  log.error({ message: id, code: error.code }, 'message cannot be said');
  await commit(redis, [], insteadOf(store, message, error.code));
  return 'given up';
}

function retryMs(tries: number): number {
  return RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 30_000;
}

/** Somebody deleted the message whose thread this is. */
async function sayAnew({ redis, keys, clock }: Store, id: string): Promise<void> {
  const key = keys.message(id);
  const [posted, priority] = await redis.hmget(key, 'posted', 'priority');
  // It is being said anew already.
  if (!posted) return;
  await commit(
    redis,
    [{ key, field: 'posted', is: posted }],
    [
      ['HDEL', key, 'posted', 'begun', 'permalink', 'said'],
      ['ZADD', keys.outbox(Number(priority ?? PRIORITY.result)), 'LT', clock.now(), id],
    ],
  );
}

export function notPostedIn(where: string, why = 'no'): string {
  return `I could not post this in ${where}: Slack says ${why}. Invite me there with /invite.`;
}

/** Whoever is to hear of it reads it in direct messages, or in another channel, and why. */
export function insteadOf({ keys, clock }: Store, { id, to, reply }: Message, why?: string): Command[] {
  const other = elsewhere(id, to);
  if (to.kind !== 'channel' || other === undefined) return [];
  const warning = notPostedIn(to.instead === undefined ? 'its channel' : `its channel ${code(to.channel)}`, why);
  // What a channel's message notes is about its thread, which is not there.
  const { note: _, ...said } = reply;
  const told: Reply = why === undefined ? said : { ...said, warnings: [warning, ...(reply.warnings ?? [])] };
  return [
    ['HSET', keys.message(id), 'elsewhere', 1],
    ...say(keys, { ...other, priority: PRIORITY.result, reply: told }, clock.now()),
  ];
}

/** It stands in its own channel by now: what was said instead must not go on looking like the state of things. */
export function nowInPlace({ keys, clock }: Store, { id, to, reply }: Message): Command[] {
  const other = elsewhere(id, to);
  if (other === undefined) return [];
  const told: Reply = { text: `This is in its own channel now, and I keep it up to date there: ${reply.text}` };
  return [
    ['HDEL', keys.message(id), 'elsewhere'],
    ...say(keys, { ...other, priority: PRIORITY.result, reply: told }, clock.now()),
  ];
}

function elsewhere(id: string, to: Destination): { id: string; to: Destination } | undefined {
  if (to.kind !== 'channel') return undefined;
  if (to.tell !== undefined) return { id: `${id}/direct`, to: { kind: 'direct', user: to.tell } };
  if (to.instead === undefined || to.instead === to.channel) return undefined;
  const below = to.threadOf === undefined ? {} : { threadOf: `${to.threadOf}/instead` };
  const { broadcast } = to;
  return { id: `${id}/instead`, to: { kind: 'channel', channel: to.instead, ...below, ...(broadcast ? { broadcast } : {}) } };
}
