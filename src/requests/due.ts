import { unansweredAt } from '../approval/unanswered.ts';
import type { Command } from '../redis/commit.ts';
import type { Keys } from '../redis/keys.ts';
import { hasBegun, type Request } from '../request.ts';

/** What happens to a request by itself. */
export type TimerKind = 'expire' | 'remind' | 'unanswered' | 'use by' | 'look' | 'sign';

/** Owners are reminded daily of what they have not signed. */
const REMIND_TO_SIGN_MS = 86_400_000;

/** When each is due, in milliseconds since 1970. It follows from the record alone, so no step can forget a timer. */
export function timersOf(request: Request): Map<TimerKind, number> {
  const { state, approval, lookAt, glass, since } = request;
  const timers = new Map<TimerKind, number>();
  if (approval && (state === 'waiting' || state === 'planned')) timers.set('expire', approval.expiresAt);
  if (approval && state === 'waiting') timers.set('remind', approval.expiresAt - Math.min(approval.expiresMs / 4, 3_600_000));
  const silentAt = unansweredAt(request);
  if (silentAt !== undefined) timers.set('unanswered', silentAt);
  if (approval && state === 'queued' && !hasBegun(request)) timers.set('use by', useByOf(request));
  if (state === 'unsigned') timers.set('sign', (glass?.remindedAt ?? since) + REMIND_TO_SIGN_MS);
  if (state === 'unknown' && lookAt !== undefined) timers.set('look', lookAt);
  return timers;
}

/** Until when an approval may be used: counted from the last vote, the typed target, the broken glass, or, where nobody was asked, the line. */
export function useByOf({ approval, votes, typedAt = 0, glass, receivedAt }: Request): number {
  if (!approval) return Number.POSITIVE_INFINITY;
  return Math.max(receivedAt, typedAt, glass?.at ?? 0, ...votes.map(({ at }) => at)) + approval.expiresMs;
}

/** The commands that make the timers in Redis follow a change of the record. */
export function timerCommands({ timers }: Pick<Keys, 'timers'>, before: Request, after: Request): Command[] {
  const old = timersOf(before);
  const now = timersOf(after);
  const name = (kind: TimerKind): string => `${after.number}|${kind}`;
  const gone = [...old.keys()].filter((kind) => !now.has(kind));
  const set = [...now].filter(([kind, at]) => old.get(kind) !== at);
  return [
    ...(gone.length > 0 ? [['ZREM', timers, ...gone.map(name)]] : []),
    ...set.map(([kind, at]): Command => ['ZADD', timers, at, name(kind)]),
  ];
}
