import { UserError } from '../errors.ts';
import { label } from '../request.ts';
import { readAudit, type Store } from '../requests/store.ts';
import type { ChainedEntry, Sealed } from './chain.ts';
import { dayOf, fileOf, listDays, readDay, readKept } from './day-files.ts';

/** Which part of the audit: what was sealed on these days (UTC, `2026-11-23`), or one request. */
export interface Wanted {
  from?: string | undefined;
  to?: string | undefined;
  request?: number | undefined;
}

/** The first line: what was asked for and when, and the global head then (empty where nothing has ended yet). */
export interface ExportHead extends Wanted {
  at: number;
  head: string;
}

export type Exported =
  | { kind: 'head'; head: ExportHead }
  | { kind: 'entry'; request: number; entry: ChainedEntry }
  /** After the last entry of a request that has ended: its place in the global chain. */
  | { kind: 'seal'; seal: Sealed }
  /** For whoever exports. `missing`: something in the range cannot be given. */
  | { kind: 'said'; text: string; missing: boolean };

/**
 * The audit in the order of the global chain, from the daily files and Redis together, one request after the other and each entry once;
 * at the end what is open or not sealed yet, which belongs to today. A request belongs to the day whose head in the audit channel covers
 * it, so that two such heads say what lies between them. Holds one request at a time, and the seals of the days that Redis still has.
 * @throws UserError where the request, or the day to begin with, is not there.
 */
export async function* exportAudit(store: Store, folder: string, wanted: Wanted): AsyncGenerator<Exported> {
  const snapshot = await takeSnapshot(store, folder);
  yield* wanted.request === undefined ? exportDays(snapshot, wanted) : exportRequest(snapshot, wanted.request);
}

/** What there is at one moment; audits are read from Redis as they are needed. */
interface Snapshot {
  store: Store;
  folder: string;
  at: number;
  today: string;
  /** The global chain, as far as Redis has it. */
  sealed: Sealed[];
  head: string;
  /** The hash before its first entry. */
  trimmed: string;
  /** Requests that are in no chain yet, oldest first. */
  open: number[];
  /** Days whose files are here. */
  days: string[];
  /** Each day that was written → its file's hash and machine. */
  kept: Record<string, string>;
}

async function takeSnapshot(store: Store, folder: string): Promise<Snapshot> {
  const { redis, keys, clock } = store;
  const at = clock.now();
  const reading = redis
    .multi()
    .lrange(keys.sealed, 0, -1)
    .get(keys.sealedHead)
    .hget(keys.auditFiles, 'trimmed')
    .lrange(keys.unsealed, 0, -1)
    .zrange(keys.open, '0', '-1')
    .hgetall(keys.auditDays);
  const [sealed, head, trimmed, unsealed, open, kept] = ((await reading.exec()) ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
  const waiting = [...(unsealed as string[]), ...(open as string[])].map(Number);
  return {
    store,
    folder,
    at,
    today: dayOf(at),
    sealed: (sealed as string[]).map((entry) => JSON.parse(entry) as Sealed),
    head: (head as string | null) ?? '',
    trimmed: (trimmed as string | null) ?? '',
    open: waiting.sort((a, b) => a - b),
    // After Redis: a day that is closed meanwhile is in both.
    days: await listDays(folder),
    kept: kept as Record<string, string>,
  };
}

async function* exportDays(snapshot: Snapshot, { from, to }: Wanted): AsyncGenerator<Exported> {
  const { store, today, head, at } = snapshot;
  if (from !== undefined && from > today) throw new UserError(`${from} has not come yet: it is ${today} now, in UTC.`);
  const isWanted = (day: string): boolean => (from === undefined || day >= from) && (to === undefined || day <= to);
  yield { kind: 'head', head: { at, from, to, head } };
  for (const day of Object.keys(snapshot.kept).sort()) {
    if (isWanted(day) && !snapshot.days.includes(day)) yield sayElsewhere(snapshot, day);
  }
  let before = from === undefined ? '' : undefined;
  let place = 'the beginning';
  for await (const given of inOrder(snapshot, isWanted)) {
    if ('kind' in given) {
      yield given;
      continue;
    }
    const { seal, filed } = given;
    const name = label(seal.request);
    if (before !== undefined && seal.prev !== before) yield missing(`Between ${place} and ${name} something is missing.`);
    yield* giveRequest(store, seal, filed);
    before = seal.hash;
    place = name;
  }
  if (to !== undefined && to < today) return;
  if (before !== undefined && before !== head) yield missing(`After ${place} something is missing.`);
  for (const request of snapshot.open) yield* giveEntries(request, await readAudit(store, request));
}

/** A seal, and the audit that is in a file with it. */
interface Given {
  seal: Sealed;
  filed?: ChainedEntry[];
}

/** Seals of the wanted days as they follow each other: what is in no file here, but still in Redis, comes where it belongs. */
async function* inOrder(
  { folder, days, sealed }: Snapshot,
  isWanted: (day: string) => boolean,
): AsyncGenerator<Given | Extract<Exported, { kind: 'said' }>> {
  const places = new Map(sealed.map(({ hash }, index) => [hash, index]));
  let next = 0;
  const upTo = (end: number): Given[] => {
    const between = sealed.slice(next, end).filter(({ at }) => isWanted(dayOf(at)));
    next = Math.max(next, end);
    return between.map((seal) => ({ seal }));
  };
  for (const day of days.filter(isWanted)) {
    try {
      for await (const { entries: filed, ...seal } of readDay(folder, day)) {
        const index = places.get(seal.hash);
        if (index !== undefined) {
          yield* upTo(index);
          next = index + 1;
        }
        yield { seal, filed };
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      yield missing(error.message);
    }
  }
  yield* upTo(sealed.length);
}

async function* giveRequest(store: Store, seal: Sealed, filed: ChainedEntry[] = []): AsyncGenerator<Exported> {
  const entries = await withLateOnes(store, seal.request, filed);
  yield* giveEntries(seal.request, entries);
  if (entries.length === 0 && seal.head !== 'gone')
    yield missing(`The audit of ${label(seal.request)} is neither in a file of this folder nor in Redis any more.`);
  yield { kind: 'seal', seal };
}

function* giveEntries(request: number, entries: readonly ChainedEntry[]): Generator<Exported> {
  for (const entry of entries) yield { kind: 'entry', request, entry };
}

/** After its file was written a worker may still have put down how its last write was answered. */
async function withLateOnes(store: Store, request: number, filed: ChainedEntry[]): Promise<ChainedEntry[]> {
  const kept = await readAudit(store, request);
  const last = filed.at(-1);
  if (last === undefined) return kept;
  const at = kept.findIndex(({ hash }) => hash === last.hash);
  return at === -1 ? filed : [...filed, ...kept.slice(at + 1)];
}

/** A day that was written, and whose file is not in this folder. */
function sayElsewhere({ kept, sealed, trimmed }: Snapshot, day: string): Exported {
  const { machine } = readKept(kept[day]);
  const where = `${fileOf(day)} is not in this folder: ${machine} wrote it.`;
  const [first] = sealed;
  if (trimmed === '' || (first !== undefined && dayOf(first.at) < day))
    return { kind: 'said', text: `${where} What ended on that day comes from Redis.`, missing: false };
  return missing(`${where} What ended on that day is not in Redis any more: export it there.`);
}

function missing(text: string): Extract<Exported, { kind: 'said' }> {
  return { kind: 'said', text, missing: true };
}

async function* exportRequest(snapshot: Snapshot, request: number): AsyncGenerator<Exported> {
  const { store, open, at, head } = snapshot;
  const kept = await readAudit(store, request);
  const isOpen = open.includes(request);
  const found = isOpen ? undefined : await findSealed(snapshot, request, kept);
  if (!found && kept.length === 0) throw notThere(snapshot, request);
  yield { kind: 'head', head: { at, request, head } };
  if (found) return yield* giveRequest(store, found.seal, found.filed);
  yield* giveEntries(request, kept);
  if (!isOpen)
    yield missing(`The place of ${label(request)} in the global chain is neither in Redis nor in this folder any more.`);
}

/** From Redis, where it is there as a whole; else from a file, the newest first. @throws UserError where it is in none that can be read. */
async function findSealed(
  { folder, days, sealed }: Snapshot,
  request: number,
  kept: readonly ChainedEntry[],
): Promise<Given | undefined> {
  const seal = sealed.find((one) => one.request === request);
  if (seal && kept.length > 0) return { seal };
  let unreadable: UserError | undefined;
  for (const day of days.toReversed()) {
    try {
      for await (const { entries: filed, ...its } of readDay(folder, day))
        if (its.request === request) return { seal: its, filed };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable = error;
    }
  }
  if (unreadable) throw unreadable;
  return undefined;
}

function notThere({ kept, days }: Snapshot, request: number): UserError {
  const elsewhere = Object.keys(kept)
    .filter((day) => !days.includes(day))
    .sort();
  const more = elsewhere.map((day) => `\n  ${fileOf(day)}: ${readKept(kept[day]).machine} wrote it`).join('');
  const where = more && ` Days that are not in this folder:${more}`;
  return new UserError(`There is no ${label(request)} in Redis, nor in the daily files of this folder.${where}`);
}
