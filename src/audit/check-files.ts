import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { checkChain, checkSealed, endsAsSealed } from './chain.ts';
import { type DayHead, type DayLine, fileOf, hashOfFile, listDays, readKept } from './day-files.ts';

/** An ended request's place in the global chain, as a file has it. */
export interface FiledSeal {
  day: string;
  request: number;
  hash: string;
}

export interface FilesChecked {
  files: number;
  requests: number;
  problems: string[];
  /** Days that another machine wrote into its own folder, in words. */
  elsewhere: string[];
  /** Days that were written and are not in this folder, whoever has them. */
  missing: string[];
  /** In the order of the chain. */
  seals: FiledSeal[];
}

/** Reads every day's file there is and says what is wrong with them, also by what Redis keeps about them (`day` → `hash@machine`). */
export async function checkDailyFiles(folder: string, kept: Record<string, string> = {}): Promise<FilesChecked> {
  const here = new Set(await listDays(folder));
  const days = [...new Set([...here, ...Object.keys(kept)])].sort();
  const checked: FilesChecked = { files: here.size, requests: 0, problems: [], elsewhere: [], missing: [], seals: [] };
  let before: Before = {};
  for (const day of days) {
    const { hash, machine } = readKept(kept[day]);
    if (here.has(day)) {
      before = checkFile(day, await readFile(join(folder, fileOf(day)), 'utf8'), { hash, before, checked });
      continue;
    }
    checked.missing.push(day);
    if (machine === hostname()) checked.problems.push(`${fileOf(day)} was written on this machine, and is not in this folder`);
    else checked.elsewhere.push(`${fileOf(day)} is not in this folder: ${machine} wrote it`);
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
  day: string,
  text: string,
  { hash: kept, before, checked }: { hash: string | undefined; before: Before; checked: FilesChecked },
): Before {
  const { problems } = checked;
  const name = fileOf(day);
  const now = hashOfFile(text);
  if (kept !== undefined && kept !== now)
    problems.push(`${name} is not the file that was written: Redis keeps another hash of it`);
  const [first = '{}', ...rest] = text.trimEnd().split('\n');
  try {
    const head = JSON.parse(first) as DayHead;
    if (before.file !== undefined && head.before !== before.file) problems.push(`${name} does not follow the file before it`);
    const lines = rest.map((line) => JSON.parse(line) as DayLine);
    checked.requests += lines.length;
    problems.push(...checkSealed(lines, name, before.chain));
    for (const { request, hash, head: end, entries } of lines) {
      checked.seals.push({ day, request, hash });
      problems.push(...checkChain(entries, `${name}, R-${request}`));
      if (!endsAsSealed(entries, end)) problems.push(`${name}: the audit of R-${request} does not end as it was sealed`);
    }
    return { file: now, chain: lines.at(-1)?.hash ?? before.chain };
  } catch {
    problems.push(`${name} cannot be read: it is not as it was written`);
    return { file: now };
  }
}
