import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { ChainedEntry, Sealed } from './chain.ts';

export const DAY_MS = 86_400_000;

/** The first line of a day's file: which day, and the hash of the file before it. */
export interface DayHead {
  day: string;
  before: string;
}

/** Every other line: an ended request's place in the global chain, and its whole audit. */
export interface DayLine extends Sealed {
  entries: ChainedEntry[];
}

export function fileOf(day: string): string {
  return `${day}.jsonl`;
}

export function hashOfFile(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Days whose files are in this folder, in order. */
export async function listDays(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => /^(\d{4}-\d\d-\d\d)\.jsonl$/.exec(name)?.[1] ?? []).sort();
}

/** What a line has at least, or it is none of ours. */
const Line = z.object({
  at: z.number(),
  request: z.number(),
  head: z.string(),
  prev: z.string(),
  hash: z.string(),
  entries: z.array(z.object({ hash: z.string() })),
});

/** One line at a time. @throws UserError where the file is not as it was written. */
export async function* readDay(folder: string, day: string): AsyncGenerator<DayLine> {
  const stream = createReadStream(join(folder, fileOf(day)), 'utf8');
  let isHead = true;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      const parsed: unknown = JSON.parse(line);
      if (isHead) isHead = false;
      else if (Line.safeParse(parsed).success)
        yield parsed as DayLine; // our own writing; a change to it is for `audit verify` to find
      else throw new SyntaxError('it is no line of a daily file');
    }
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UserError(`${fileOf(day)} cannot be read to its end: it is not as it was written.`, { cause });
  } finally {
    stream.destroy();
  }
}

/** What Redis keeps of each day that was written: its file's hash, and the machine that has it. */
export function readKept(kept: string | undefined): { hash: string | undefined; machine: string } {
  const [, hash, machine = ''] = /^([^@]*)@(.*)$/.exec(kept ?? '') ?? [];
  return { hash, machine };
}

/** `2026-11-23`, in UTC. */
export function dayOf(ms: number): string {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}

/** @param days how many later; earlier where negative. */
export function dayPlus(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** A day of the calendar, as it is written here. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(Date.parse(text)) === text;
}
