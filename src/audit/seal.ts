import { PRIORITY, say } from '../outbox/outbox.ts';
import type { Core } from '../process/core.ts';
import { type Command, commit } from '../redis/commit.ts';
import { code, count } from '../reply.ts';
import { findRequest, type Store } from '../requests/store.ts';
import { type Sealed, sha256 } from './chain.ts';
import { type ClosedDays, writeDailyFiles } from './files.ts';

const AT_A_TIME = 500;

/** Puts the audits of ended requests into the global chain, one after the other. Only the sweeper does this. */
export async function seal(core: Core): Promise<void> {
  const { store, auditFolder } = core;
  const { redis, keys, clock } = store;
  const numbers = await redis.lrange(keys.unsealed, 0, AT_A_TIME - 1);
  for (const number of numbers) {
    const stored = await findRequest(store, Number(number));
    const prev = await redis.get(keys.sealedHead);
    const entry = { at: clock.now(), request: Number(number), head: stored?.head ?? 'gone', prev: prev ?? '' };
    const sealed: Sealed = { ...entry, hash: sha256(entry) };
    const lost = await commit(
      redis,
      [{ key: keys.sealedHead, is: prev }],
      [
        ['RPUSH', keys.sealed, JSON.stringify(sealed)],
        ['SET', keys.sealedHead, sealed.hash],
        ['LREM', keys.unsealed, 1, number],
      ],
    );
    // Another sweeper works: leave it to that one.
    if (lost) return;
  }
  await writeDailyFiles(store, auditFolder, (closed) => tellAuditChannel(core, closed));
  await forgetOld(store);
}

/** Where Redis and files are not: whoever changes both cannot change what was said here. */
function tellAuditChannel({ store, config }: Core, { from, to, requests, head }: ClosedDays): Command[] {
  const { audit } = config.channels;
  if (audit === undefined) return [];
  const days = from === to ? to : `${from} to ${to}`;
  const reply = {
    text: `The audit of ${days} is closed: ${count(requests, 'request')}, head ${code(head)}.`,
    note: `${code(`stackhand audit verify --head ${head.slice(0, 12)}`)} says whether the audit is whole and still holds this head.`,
  };
  const message = { id: `audit/${to}`, to: { kind: 'channel' as const, channel: audit }, priority: PRIORITY.result, reply };
  return say(store.keys, message, store.clock.now());
}

/** Numbers of requests whose records have gone by age. */
async function forgetOld({ redis, keys }: Store): Promise<void> {
  const oldest = await redis.zrange(keys.byNumber, '0', '99');
  const records = oldest.map((number) => keys.request(Number(number)));
  // Nearly always all are there, and one call tells.
  if (records.length === 0 || (await redis.exists(...records)) === records.length) return;
  const there = await Promise.all(records.map((record) => redis.exists(record)));
  const gone = oldest.filter((_, index) => there[index] === 0);
  await redis.zrem(keys.byNumber, ...gone);
}
