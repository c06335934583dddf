import type { Command } from '../redis/commit.ts';
import type { Keys } from '../redis/keys.ts';
import type { Reply } from '../reply.ts';

/** Approvals before results before alerts, of which a machine may send a thousand, before progress. */
export const PRIORITY = { approval: 0, result: 1, alert: 2, progress: 3 } as const;
export type Priority = (typeof PRIORITY)[keyof typeof PRIORITY];
export const PRIORITIES: readonly Priority[] = [0, 1, 2, 3];

/** Messages and files are kept a week since their last version, unless what they tell of lives longer. */
export const KEEP_MESSAGE_SECONDS = 7 * 86_400;
/** Progress is said this late, so that what comes in between coalesces (chat.update is a tier 3 method: about one a second). */
export const PROGRESS_DELAY_MS = 1_000;

/**
 * Where a message goes.
 * - `channel`: edited in place as it changes. `threadOf` puts it below another message, once that one is said; with `thread`, into
 *   the thread in which that one stands. It is not said where that one cannot be. `broadcast`: shown in the channel as well.
 * - `direct`: to a user, edited likewise.
 * - `ephemeral`: once, to one user where they asked; from `until` on to their direct messages instead.
 */
export type Destination =
  /** Where it goes when it cannot be said there: to `tell` in direct messages, or into the channel `instead`. */
  | { kind: 'channel'; channel: string; thread?: string; threadOf?: string; broadcast?: true; tell?: string; instead?: string }
  | { kind: 'direct'; user: string; channel?: string; thread?: string }
  /** `replace`: the message from which the response_url came. */
  | { kind: 'ephemeral'; user: string; channel: string; thread?: string; responseUrl?: string; replace?: true; until: number };

export interface Outgoing {
  /** Says what it is: `R-1042/card`. The same ID is the same message. */
  id: string;
  to: Destination;
  priority: Priority;
  reply: Reply;
  /** How long it can be edited in place; a later version is a new message. Never less than a week. */
  keepSeconds?: number;
}

/**
 * The commands that make Slack say this: put them into the same atomic step as the change they tell of. Only the newest version is
 * ever said, so edits coalesce and restarts repeat nothing. `due`: from when on, by Redis's clock; an earlier one stays.
 */
export function say(keys: Keys, { id, to, priority, reply, keepSeconds = 0 }: Outgoing, due: number): Command[] {
  const message = keys.message(id);
  return [
    // Where it goes is settled by its first version; a later one may have lost a response_url or gained nothing.
    ['HSETNX', message, 'to', JSON.stringify(to)],
    ['HSET', message, 'body', JSON.stringify(reply), 'priority', priority],
    ['HINCRBY', message, 'version', 1],
    ['EXPIRE', message, Math.max(KEEP_MESSAGE_SECONDS, Math.ceil(keepSeconds))],
    ...PRIORITIES.filter((other) => other !== priority).map((other): Command => ['ZREM', keys.outbox(other), id]),
    ['ZADD', keys.outbox(priority), 'LT', due, id],
    ['PUBLISH', keys.kick, id],
  ];
}
