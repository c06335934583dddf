import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Command, commit, type Guard } from '../redis/commit.ts';
import { KEEP_SECONDS, readAudit, type Store } from '../requests/store.ts';
import { type ChainedEntry, checkChain, checkSealed, endsAsSealed, type Sealed } from './chain.ts';

const DAY_MS = 86_400_000;
/** So long it is known what each day's file was. */
const KEEP_DAYS = 400;
/** Entries of the global chain that are read at once. */
const PAGE = 500;

/** The first line of a day's file: which day, and the hash of the file before it. */
interface Head {
  day: string;
  before: string;
}

/** Every other line: an ended request's place in the global chain, and its whole audit. */
interface Line extends Sealed {
  entries: ChainedEntry[];
}

/** A day that was written: how many requests ended on it, and the hash at which the global chain stood at its end. */
export interface WrittenDay {
  day: string;
  requests: number;
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
 * Writes the first day that is over, once, to `<day>.jsonl`: the audits that were sealed on it. Every file begins with the hash of the
 * one before, which Redis keeps for whichever worker writes the next. What is written and old enough is then trimmed from the global
 * chain. While there is no such day this costs two small reads. `also`: commands of the same step in which a day counts as written.
 */
export async function writeDailyFiles(
  store: Store,
  folder: string,
  also: (written: WrittenDay) => Command[] = () => [],
): Promise<void> {
  const { redis, keys, clock } = store;
  const files = await readFiles(store);
  const over = await firstDayOver(store, files, dayOf(clock.now()));
  if (!over) return;
  const { day, sealed } = over;
  const head: Head = { day, before: files.hash ?? '' };
  const lines: Line[] = [];
  for (const entry of sealed) lines.push({ ...entry, entries: await readAudit(store, entry.request) });
  const text = [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeWhole(folder, `${day}.jsonl`, text);
  const hash = hashOf(text);
  const written = String(Number(files.written ?? 0) + sealed.length);
  const lost = await commit(redis, asTheyWere(store, files), [
    ['HSET', keys.auditFiles, 'day', day, 'hash', hash, 'written', written],
    ['HSET', keys.auditDays, day, `${hash}@${hostname()}`],
    ...(await oldDays(store)),
    ...also({ day, requests: lines.length, head: lines.at(-1)?.hash ?? '' }),
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

/** Entries of the first day that is neither written nor today; with them any that the clock put before it. */
async function firstDayOver(
  store: Store,
  { day: last, written }: Files,
  today: string,
): Promise<{ day: string; sealed: Sealed[] } | undefined> {
  const sealed: Sealed[] = [];
  let day: string | undefined;
  for await (const entry of sealedFrom(store, Number(written ?? 0))) {
    const its = dayOf(entry.at);
    if (day === undefined && (last === null || its > last)) day = its;
    if (day !== undefined && (day >= today || its > day)) break;
    sealed.push(entry);
  }
  return day === undefined || day >= today ? undefined : { day, sealed };
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
  const unfinished = join(folder, `${name}.${process.pid}.part`);
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, join(folder, name));
}

export interface FilesChecked {
  files: number;
  requests: number;
  problems: string[];
  /** Days that another machine wrote into its own folder, in words. */
  elsewhere: string[];
}

/** Reads every day's file there is and says what is wrong with them, also by what Redis keeps about them (`day` → `hash@machine`). */
export async function checkDailyFiles(folder: string, kept: Record<string, string> = {}): Promise<FilesChecked> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jsonl'));
  const days = [...new Set([...names.map((name) => name.slice(0, -'.jsonl'.length)), ...Object.keys(kept)])].sort();
  const checked: FilesChecked = { files: names.length, requests: 0, problems: [], elsewhere: [] };
  let before: Before = {};
  for (const day of days) {
    const [, hash, machine = ''] = /^([^@]*)@(.*)$/.exec(kept[day] ?? '') ?? [];
    const name = `${day}.jsonl`;
    if (names.includes(name)) {
      before = checkFile(name, await readFile(join(folder, name), 'utf8'), { hash, before, checked });
      continue;
    }
    if (machine === hostname()) checked.problems.push(`${name} was written on this machine, and is not in this folder`);
    else checked.elsewhere.push(`${name} is not in this folder: ${machine} wrote it`);
    before = { file: hash };
  }
  return checked;
}

/** How the file before it ended: its hash, and the global chain's; undefined where that one is not there. */
interface Before {
  file?: string | undefined;
  chain?: string | undefined;
}

function checkFile(
  name: string,
  text: string,
  { hash, before, checked }: { hash: string | undefined; before: Before; checked: FilesChecked },
): Before {
  const { problems } = checked;
  const now = hashOf(text);
  if (hash !== undefined && hash !== now)
    problems.push(`${name} is not the file that was written: Redis keeps another hash of it`);
  const [first = '{}', ...rest] = text.trimEnd().split('\n');
  try {
    const head = JSON.parse(first) as Head;
    if (before.file !== undefined && head.before !== before.file) problems.push(`${name} does not follow the file before it`);
    const lines = rest.map((line) => JSON.parse(line) as Line);
    checked.requests += lines.length;
    problems.push(...checkSealed(lines, name, before.chain));
    for (const { request, head: end, entries } of lines) {
      problems.push(...checkChain(entries, `${name}, R-${request}`));
      if (!endsAsSealed(entries, end)) problems.push(`${name}: the audit of R-${request} does not end as it was sealed`);
    }
    return { file: now, chain: lines.at(-1)?.hash ?? before.chain };
  } catch {
    problems.push(`${name} cannot be read: it is not as it was written`);
    return { file: now };
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** `2026-11-23`, in UTC. */
function dayOf(ms: number): string {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}
