import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Command, commit, type Guard } from '../redis/commit.ts';
import { KEEP_SECONDS } from '../request.ts';
import { readAudit, type Store } from '../requests/store.ts';
import type { Sealed } from './chain.ts';
import { DAY_MS, type DayHead, type DayLine, dayOf, dayPlus, fileOf, hashOfFile } from './day-files.ts';

/** So long it is known what each day's file was. */
const KEEP_DAYS = 400;
/** Entries of the global chain that are read at once. */
const PAGE = 500;

/** Days that are over for good: one that was written, or one or more in a row on which nothing ended. */
export interface ClosedDays {
  from: string;
  to: string;
  /** How many ended on them. */
  requests: number;
  /** The hash at which the global chain stood at their end. */
  head: string;
}

/** What Redis keeps about the files. Whoever changes it does so only while it is still this. */
interface Files {
  day: string | null;
  hash: string | null;
  /** So many entries of the global chain, from its beginning, are in files. */
  written: string | null;
  trimmed: string | null;
}

/**
 * Closes days that are over, each once: first those on which nothing ended, without a file (if they were passed over, a day that somebody
 * hides would look like one of them), then the next one, whose sealed audits go to `<day>.jsonl`. Every file begins with the hash of the
 * one before, which Redis keeps for whichever worker writes the next. What is written and old enough is then trimmed from the global
 * chain. While no further day is over this costs one small read. `also`: commands of the same step in which days count as closed.
 */
export async function writeDailyFiles(
  store: Store,
  folder: string,
  also: (closed: ClosedDays) => Command[] = () => [],
): Promise<void> {
  const today = dayOf(store.clock.now());
  const files = await closeQuietDays(store, await readFiles(store), today, also);
  if (files) await writeNextDay(store, folder, files, today, also);
}

/** @returns what Redis then keeps; undefined where another worker was faster. */
async function closeQuietDays(
  store: Store,
  files: Files,
  today: string,
  also: (closed: ClosedDays) => Command[],
): Promise<Files | undefined> {
  const { redis, keys } = store;
  if (files.day === null || dayPlus(files.day, 1) >= today) return files;
  const from = dayPlus(files.day, 1);
  const head = await redis.get(keys.sealedHead);
  const [next] = await redis.lrange(keys.sealed, Number(files.written ?? 0), Number(files.written ?? 0));
  const first = next === undefined ? undefined : (JSON.parse(next) as Sealed);
  const busy = first === undefined || dayOf(first.at) > today ? today : dayOf(first.at);
  if (busy <= from) return files;
  const to = dayPlus(busy, -1);
  const lost = await commit(
    redis,
    // What another worker seals meanwhile is of today.
    [...asTheyWere(store, files), ...(first ? [] : [{ key: keys.sealedHead, is: head }])],
    [['HSET', keys.auditFiles, 'day', to], ...also({ from, to, requests: 0, head: first?.prev ?? head ?? '' })],
  );
  return lost ? undefined : { ...files, day: to };
}

async function writeNextDay(
  store: Store,
  folder: string,
  files: Files,
  today: string,
  also: (closed: ClosedDays) => Command[],
): Promise<void> {
  const { redis, keys } = store;
  const over = await nextDayOver(store, files, today);
  if (!over) return;
  const { day, sealed } = over;
  const head: DayHead = { day, before: files.hash ?? '' };
  const lines: DayLine[] = [];
  for (const entry of sealed) lines.push({ ...entry, entries: await readAudit(store, entry.request) });
  const text = [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeWhole(folder, fileOf(day), text);
  const hash = hashOfFile(text);
  const written = String(Number(files.written ?? 0) + sealed.length);
  const lost = await commit(redis, asTheyWere(store, files), [
    ['HSET', keys.auditFiles, 'day', day, 'hash', hash, 'written', written],
    ['HSET', keys.auditDays, day, `${hash}@${hostname()}`],
    ...(await oldDays(store)),
    ...also({ from: day, to: day, requests: lines.length, head: lines.at(-1)?.hash ?? '' }),
  ]);
  if (!lost) await trim(store, { ...files, day, hash, written });
}

async function readFiles({ redis, keys }: Store): Promise<Files> {
  const [day = null, hash = null, written = null, trimmed = null] = await redis.hmget(
    keys.auditFiles,
    'day',
    'hash',
    'written',
    'trimmed',
  );
  return { day, hash, written, trimmed };
}

/** A step that is sent a second time, since its answer got lost, finds it otherwise and does nothing. */
function asTheyWere({ keys }: Store, { day, written, trimmed }: Files): Guard[] {
  return Object.entries({ day, written, trimmed }).map(([field, is]) => ({ key: keys.auditFiles, field, is }));
}

/** Entries of the day after the last one closed, if that is over; with them any that the clock put before it. */
async function nextDayOver(
  store: Store,
  { day: last, written }: Files,
  today: string,
): Promise<{ day: string; sealed: Sealed[] } | undefined> {
  const sealed: Sealed[] = [];
  let day = last === null ? undefined : dayPlus(last, 1);
  if (day !== undefined && day >= today) return undefined;
  for await (const entry of sealedFrom(store, Number(written ?? 0))) {
    const its = dayOf(entry.at);
    day ??= its;
    if (day >= today || its > day) break;
    sealed.push(entry);
  }
  return day === undefined || sealed.length === 0 ? undefined : { day, sealed };
}

/** The global chain from an entry on; the first one alone, since mostly it tells enough. */
async function* sealedFrom({ redis, keys }: Store, from: number): AsyncGenerator<Sealed> {
  for (let next = from, page = 1; ; next += page, page = PAGE) {
    const entries = await redis.lrange(keys.sealed, next, next + page - 1);
    for (const entry of entries) yield JSON.parse(entry) as Sealed;
    if (entries.length < page) return;
  }
}

/** What is in a file and older than records are kept; the hash before the first one left stays known. */
async function trim(store: Store, files: Files): Promise<void> {
  const { redis, keys, clock } = store;
  const oldest = clock.now() - KEEP_SECONDS * 1_000;
  const written = Number(files.written ?? 0);
  let gone = 0;
  let newest: Sealed | undefined;
  for await (const entry of sealedFrom(store, 0)) {
    if (gone === written || entry.at >= oldest) break;
    gone += 1;
    newest = entry;
  }
  if (!newest) return;
  await commit(redis, asTheyWere(store, files), [
    ['LTRIM', keys.sealed, gone, -1],
    ['HSET', keys.auditFiles, 'trimmed', newest.hash, 'written', written - gone],
  ]);
}

async function oldDays({ redis, keys, clock }: Store): Promise<Command[]> {
  const oldest = dayOf(clock.now() - KEEP_DAYS * DAY_MS);
  const old = (await redis.hkeys(keys.auditDays)).filter((day) => day < oldest);
  return old.length === 0 ? [] : [['HDEL', keys.auditDays, ...old]];
}

/** A crash leaves the old file or the new one, never half of one. */
async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Containers that share a folder may have the same process ID.
  const unfinished = join(folder, `${name}.${randomUUID()}.part`);
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, join(folder, name));
}
