import { sha256 } from '../audit/chain.ts';
import { say } from '../outbox/outbox.ts';
import { type Command, commit, type Guard } from '../redis/commit.ts';
import type { Store } from '../requests/store.ts';
import { type AlertGroup, type Changed, elapse, hear, nextLook } from './group.ts';
import type { Telling } from './payload.ts';
import { type AlertsConfig, beginFor, cardId, KEEP_GROUP_SECONDS, tell } from './tell.ts';

/** A group as it was read: a change to it counts only while its revision is still this one. */
interface Stored {
  group: AlertGroup;
  revision: number;
}

/**
 * Stores what somebody tells of a group, and what Slack is to say of it, in one step. Safe to do twice.
 * @param isLate whether nobody waits for it any more: then nothing further is begun, as a newer telling may be stored by now.
 */
export async function storeTelling(
  { store, config }: { store: Store; config: AlertsConfig },
  telling: Telling,
  isLate: () => boolean,
): Promise<{ group: AlertGroup; isNews: boolean } | 'late'> {
  const { redis, keys, clock } = store;
  const key = keys.alertOf(hashOf(telling));
  while (!isLate()) {
    const number = await redis.get(key);
    const stored = number === null ? undefined : await readGroup(store, Number(number));
    if (isLate()) break;
    const now = clock.now();
    const changed = stored
      ? hear(stored.group, telling, now)
      : beginFor(config, telling, { number: await redis.incr(keys.alertNumber), now });
    if (isLate()) break;
    const guard: Guard = stored ? unchanged(store, stored) : { key, is: number };
    const step = stepOf(store, config, stored, changed, now);
    if ((await commit(redis, [guard], step.commands)) === undefined) return { group: step.group, isNews: step.isNews };
  }
  return 'late';
}

/** Acts on what came of time alone: a doubt that is over, a group that nobody tells of. Safe to do twice. */
export async function storeElapsed(
  { store, config }: { store: Store; config: AlertsConfig },
  number: number,
): Promise<AlertGroup | undefined> {
  const { redis, keys, clock } = store;
  for (;;) {
    const stored = await readGroup(store, number);
    if (!stored) {
      await redis.zrem(keys.alertsDue, number);
      await redis.zrem(keys.alertsOpen, number);
      return undefined;
    }
    const now = clock.now();
    const changed = elapse(stored.group, now, config.alerts.unheardAfter);
    const step = stepOf(store, config, stored, changed, now);
    if ((await commit(redis, [unchanged(store, stored)], step.commands)) === undefined) return step.group;
  }
}

export async function readGroup({ redis, keys }: Store, number: number): Promise<Stored | undefined> {
  const [doc, revision] = await redis.hmget(keys.alert(number), 'doc', 'revision');
  if (!doc || !revision) return undefined;
  // Our own writing, checked when it was written.
  return { group: JSON.parse(doc) as AlertGroup, revision: Number(revision) };
}

/** Two receivers may get the same group, and each of them is another card. */
export function hashOf({ receiver, groupKey }: Pick<AlertGroup, 'receiver' | 'groupKey'>): string {
  return sha256([receiver, groupKey]);
}

function unchanged({ keys }: Store, { group, revision }: Stored): Guard {
  return { key: keys.alert(group.number), field: 'revision', is: String(revision) };
}

function stepOf(
  { keys }: Store,
  config: AlertsConfig,
  stored: Stored | undefined,
  changed: Changed,
  now: number,
): { group: AlertGroup; isNews: boolean; commands: Command[] } {
  const { group, messages } = tell(config, stored?.group, changed, now);
  const { number } = group;
  const look = nextLook(group, config.alerts.unheardAfter);
  const commands: Command[] = [
    ['HSET', keys.alert(number), 'doc', JSON.stringify(group), 'revision', (stored?.revision ?? 0) + 1],
    ['EXPIRE', keys.alert(number), KEEP_GROUP_SECONDS],
    ['SET', keys.alertOf(hashOf(group)), number, 'EX', KEEP_GROUP_SECONDS],
    group.state === 'firing' ? ['ZADD', keys.alertsOpen, group.startedAt, number] : ['ZREM', keys.alertsOpen, number],
    look === undefined ? ['ZREM', keys.alertsDue, number] : ['ZADD', keys.alertsDue, look, number],
    ...messages.flatMap(([message, due]) => say(keys, message, due)),
    // A group may fire for months without a change.
    ['EXPIRE', keys.message(cardId(group)), KEEP_GROUP_SECONDS],
  ];
  return { group, isNews: messages.length > 0, commands };
}
