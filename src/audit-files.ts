import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChainedEntry, checkChain, checkSealed, type Sealed } from './audit.ts';
import { type Command, commit } from './redis/commit.ts';
import { KEEP_SECONDS, readAudit, type Store } from './store.ts';

const DAY_MS = 86_400_000;

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

/**
 * Writes each day that is over, once, to `<day>.jsonl`: the audits that were sealed on it. Every file begins with the hash of the one
 * before, which Redis keeps for whichever worker writes the next. What is written and old enough is then trimmed from the global chain.
 * `also`: commands of the same step in which a day counts as written.
 */
export async function writeDailyFiles(
  store: Store,
  folder: string,
  also: (written: WrittenDay) => Command[] = () => [],
): Promise<void> {
  const { redis, keys, clock } = store;
  const today = dayOf(clock.now());
  const last = await redis.hget(keys.auditFiles, 'day');
  const first = await firstUnwritten(store, last);
  if (first === undefined || first >= today) return;
  const sealed = (await readSealed(store)).filter(({ at }) => dayOf(at) === first);
  const before = (await redis.hget(keys.auditFiles, 'hash')) ?? '';
  const head: Head = { day: first, before };
  const lines: Line[] = [];
  for (const entry of sealed) lines.push({ ...entry, entries: await readAudit(store, entry.request) });
  const text = [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeWhole(folder, `${first}.jsonl`, text);
  const lost = await commit(
    redis,
    [{ key: keys.auditFiles, field: 'day', is: last }],
    [
      ['HSET', keys.auditFiles, 'day', first, 'hash', hashOf(text)],
      ...also({ day: first, requests: lines.length, head: lines.at(-1)?.hash ?? '' }),
    ],
  );
  if (!lost) await trim(store, first);
}

async function firstUnwritten(store: Store, last: string | null): Promise<string | undefined> {
  return (await readSealed(store)).map(({ at }) => dayOf(at)).find((day) => last === null || day > last);
}

export async function readSealed({ redis, keys }: Store): Promise<Sealed[]> {
  return (await redis.lrange(keys.sealed, 0, -1)).map((entry) => JSON.parse(entry) as Sealed);
}

/** What is in a file and older than records are kept; the hash before the first one left stays known. */
async function trim(store: Store, written: string): Promise<void> {
  const { redis, keys, clock } = store;
  const oldest = clock.now() - KEEP_SECONDS * 1_000;
  const gone = (await readSealed(store)).filter(({ at }) => at < oldest && dayOf(at) <= written);
  const newest = gone.at(-1);
  if (!newest) return;
  await commit(
    redis,
    [],
    [
      ['LTRIM', keys.sealed, gone.length, -1],
      ['HSET', keys.auditFiles, 'trimmed', newest.hash],
    ],
  );
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

/** Reads every day's file there is and says what is wrong with them. */
export async function checkDailyFiles(folder: string): Promise<{ files: number; requests: number; problems: string[] }> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort();
  const problems: string[] = [];
  let requests = 0;
  let before: string | undefined;
  let chainBefore: string | undefined;
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8');
    const [first = '{}', ...rest] = text.trimEnd().split('\n');
    try {
      const head = JSON.parse(first) as Head;
      if (before !== undefined && head.before !== before) problems.push(`${name} does not follow the file before it`);
      const lines = rest.map((line) => JSON.parse(line) as Line);
      requests += lines.length;
      problems.push(...checkSealed(lines, name, chainBefore));
      for (const { request, head: end, entries } of lines) {
        problems.push(...checkChain(entries, `${name}, R-${request}`));
        if (entries.at(-1)?.hash !== end) problems.push(`${name}: the audit of R-${request} does not end as it was sealed`);
      }
      chainBefore = lines.at(-1)?.hash ?? chainBefore;
    } catch {
      problems.push(`${name} cannot be read: it is not as it was written`);
    }
    before = hashOf(text);
  }
  return { files: names.length, requests, problems };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** `2026-11-23`, in UTC. */
function dayOf(ms: number): string {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}
