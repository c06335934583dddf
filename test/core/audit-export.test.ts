import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { exportAudit, type Wanted } from '../../src/audit/export.ts';
import { writeDailyFiles } from '../../src/audit/files.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { writeExport } from '../../src/cli/export.ts';
import { advance, findRequest, type Store } from '../../src/requests/store.ts';
import { toyBot } from '../bot.ts';
import { terminal } from '../cli/system.ts';
import { botWithHistory, daysAgo, inDays, sealed, storeAlone } from './audit-stage.ts';

type Line = Record<string, unknown> & { request: number; prev: string; hash: string; head?: string; event?: string };

/** Exports as the terminal does. */
async function exported(
  store: Store,
  folder: string,
  wanted: Wanted = {},
): Promise<{ status: number; head: Record<string, unknown>; lines: Line[]; err: string; out: string }> {
  const system = terminal();
  const status = await writeExport(exportAudit(store, folder, wanted), 'jsonl', system);
  const [head, ...lines] = system
    .stdout()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { status, head, lines, err: system.stderr(), out: system.stdout() };
}

/** JSON as a stranger writes it: keys in order, no spaces. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}

/** What a stranger finds wrong, with nothing but the lines. */
function strangerFinds(lines: Line[]): string[] {
  const wrong: string[] = [];
  const ends = new Map<number, string>();
  let global: string | undefined;
  for (const { hash, ...line } of lines) {
    const { request, ...entry } = line;
    const isSeal = line.head !== undefined;
    const own = createHash('sha256')
      .update(canonical(isSeal ? line : entry))
      .digest('hex');
    if (own !== hash) wrong.push(`R-${request}: ${isSeal ? 'its seal' : line.event} was changed`);
    if (isSeal) {
      if (global !== undefined && line.prev !== global) wrong.push(`R-${request}: its seal does not follow`);
      if (line.head !== ends.get(request)) wrong.push(`R-${request}: it does not end as it was sealed`);
      global = hash;
      continue;
    }
    if (line.prev !== (ends.get(request) ?? '0'.repeat(64))) wrong.push(`R-${request}: ${line.event} does not follow`);
    ends.set(request, hash);
  }
  return wrong;
}

function requests(lines: Line[]): number[] {
  return [...new Set(lines.map(({ request }) => request))];
}

describe('an export of the audit', () => {
  it('is all of it, oldest first, what is open last, and a stranger can check it', async () => {
    const { bot, store, folder } = await botWithHistory();
    await bot.say('bob', 'cores set alice-lab --cores 40 --reason "more load"');
    await bot.until('waiting');

    const { status, head, lines, err } = await exported(store, folder);

    const { head: globalHead, entries } = await verifyAudit(store, folder);
    expect([status, err]).toEqual([0, '']);
    expect(head).toMatchObject({ export: 'stackhand audit', from: null, to: null, head: globalHead });
    expect(requests(lines)).toEqual([1001, 1002, 1003]);
    expect(lines.filter(({ event }) => event !== undefined)).toHaveLength(entries);
    expect(new Set(lines.map(({ hash }) => hash)).size).toBe(lines.length);
    expect(lines.map(({ request, event }) => `${request} ${event ?? 'sealed'}`)).toEqual([
      ...['received', 'taken up', 'planned', 'vote', 'taken up', 'intent', 'answer', 'done', 'sealed'].map((e) => `1001 ${e}`),
      ...['received', 'taken up', 'answered', 'sealed'].map((e) => `1002 ${e}`),
      ...['received', 'taken up', 'planned'].map((e) => `1003 ${e}`),
    ]);
    expect(lines.findLast((line) => line.head !== undefined)?.hash).toBe(globalHead);
    expect(strangerFinds(lines)).toEqual([]);
    const vote = lines.findIndex(({ event }) => event === 'vote');
    expect(strangerFinds(lines.map((line, index) => (index === vote ? { ...line, by: 'U0MALLORY' } : line)))).toEqual([
      'R-1001: vote was changed',
    ]);
    expect(strangerFinds(lines.toSpliced(vote, 1))).toEqual(['R-1001: taken up does not follow']);
  });

  it('is the same from daily files alone, once Redis has forgotten it', async () => {
    const { store, folder } = await botWithHistory();
    const { redis, keys } = store;
    const before = await exported(store, folder);
    await writeDailyFiles(inDays(store, 91), folder);
    await redis.del(keys.request(1001), keys.audit(1001), keys.request(1002), keys.audit(1002));
    expect(await redis.llen(keys.sealed)).toBe(0);

    const after = await exported(store, folder);

    expect([after.status, after.err]).toEqual([0, '']);
    expect(after.lines).toEqual(before.lines);
  });

  it('has each entry once where file and Redis both have it, also one that came after the file', async () => {
    const { bot, store, folder } = await botWithHistory();
    await writeDailyFiles(inDays(store, 1), folder);
    const stored = await findRequest(store, 1001);
    if (!stored) throw new Error('no request');
    await advance(store, stored, () => undefined, { event: 'answer', detail: { status: 'late' } });
    await bot.say('bob', 'cores show demo');
    await bot.until('answered');

    const { status, lines } = await exported(store, folder);

    expect(status).toBe(0);
    expect(new Set(lines.map(({ hash }) => hash)).size).toBe(lines.length);
    expect(lines.filter(({ request }) => request === 1001).map(({ event }) => event ?? 'sealed')).toEqual([
      ...['received', 'taken up', 'planned', 'vote', 'taken up', 'intent', 'answer', 'done', 'answer', 'sealed'],
    ]);
    expect(requests(lines)).toEqual([1001, 1002, 1003]);
  });

  it('of some days has what was closed on them, between the heads that were posted', async () => {
    const { store, folder } = await storeAlone();
    await sealed(store, [9, 5, 5, 3, 0]);
    for (let times = 0; times < 5; times++) await writeDailyFiles(store, folder);
    const of = async (from?: number, to?: number): Promise<number[]> => {
      const day = (ago: number | undefined): string | undefined => (ago === undefined ? undefined : daysAgo(store, ago));
      const { lines, status, head } = await exported(store, folder, { from: day(from), to: day(to) });
      expect(status).toBe(0);
      expect(head).toMatchObject({ from: day(from) ?? null, to: day(to) ?? null });
      return lines.map(({ request }) => request);
    };

    expect(await of()).toEqual([1001, 1002, 1003, 1004, 1005]);
    expect(await of(5, 5)).toEqual([1002, 1003]);
    expect(await of(8, 6)).toEqual([]);
    expect(await of(undefined, 5)).toEqual([1001, 1002, 1003]);
    expect(await of(4)).toEqual([1004, 1005]);
    expect(await of(0, 0)).toEqual([1005]);
  });

  it('of days that are over has nothing of what is open', async () => {
    const { bot, store, folder } = await botWithHistory();
    await bot.say('bob', 'cores set alice-lab --cores 40 --reason "more load"');
    const tomorrow = inDays(store, 1);

    expect(requests((await exported(tomorrow, folder, { to: daysAgo(store, 0) })).lines)).toEqual([1001, 1002]);
    expect(requests((await exported(tomorrow, folder, { from: daysAgo(store, -1) })).lines)).toEqual([1003]);
  });

  it('of a day that has not come is refused', async () => {
    const { store, folder } = await storeAlone();

    await expect(exported(store, folder, { from: daysAgo(store, -1) })).rejects.toThrow(
      `${daysAgo(store, -1)} has not come yet: it is ${daysAgo(store, 0)} now, in UTC.`,
    );
  });

  it('before anything was asked is a head alone', async () => {
    const { store, folder } = await storeAlone();

    expect(await exported(store, folder)).toMatchObject({ status: 0, head: { head: '' }, lines: [], err: '' });
  });

  it('holds one request at a time', async () => {
    const { store, folder } = await botWithHistory();
    let read = 0;
    const counting: Redis = Object.create(store.redis, {
      lrange: {
        value(...args: Parameters<Redis['lrange']>) {
          read += 1;
          return store.redis.lrange(...args);
        },
      },
    });

    const lines = exportAudit({ ...store, redis: counting }, folder, {});
    for await (const { kind } of lines) if (kind === 'entry') break;

    expect(read).toBe(1);
  });
});

describe('where something is not here', () => {
  /** Three days of requests, all in files; the middle one was written by another machine. */
  async function twoMachines(ago: number[]): Promise<{ store: Store; folder: string; day: string }> {
    const { store, folder } = await storeAlone();
    await sealed(store, ago);
    for (let times = 0; times < 6; times++) await writeDailyFiles(store, folder);
    const day = daysAgo(store, ago[1] ?? 0);
    const kept = (await store.redis.hget(store.keys.auditDays, day)) ?? '';
    await store.redis.hset(store.keys.auditDays, day, kept.replace(/@.*/, '@ctl-02'));
    await rm(join(folder, `${day}.jsonl`));
    return { store, folder, day };
  }

  it('and Redis still has it, it comes from there, in its place', async () => {
    const { store, folder, day } = await twoMachines([5, 4, 3]);

    const { status, lines, err } = await exported(store, folder);

    expect(lines.map(({ request }) => request)).toEqual([1001, 1002, 1003]);
    expect(status).toBe(0);
    expect(err).toBe(`${day}.jsonl is not in this folder: ctl-02 wrote it. What ended on that day comes from Redis.\n`);
  });

  it('and Redis has it no more, the export says so and ends with 1', async () => {
    const { store, folder, day } = await twoMachines([200, 150, 100, 3]);

    const { status, lines, err } = await exported(store, folder);

    expect(lines.map(({ request }) => request)).toEqual([1001, 1003, 1004]);
    expect(status).toBe(1);
    expect(err).toContain(`${day}.jsonl is not in this folder: ctl-02 wrote it. What ended on that day is not in Redis any more`);
    expect(err).toContain('Between R-1001 and R-1003 something is missing.');
    // Nothing of the other days is.
    expect((await exported(store, folder, { from: daysAgo(store, 120) })).status).toBe(0);
    expect((await exported(store, folder, { to: daysAgo(store, 180) })).status).toBe(0);
    expect((await exported(store, folder, { from: day, to: day })).status).toBe(1);
  });

  it('a beginning or an end that is missing is said, whatever else is known of it', async () => {
    const { store, folder } = await storeAlone();
    const { redis, keys } = store;
    await sealed(store, [200, 150, 3]);
    for (let times = 0; times < 6; times++) await writeDailyFiles(store, folder);
    await rm(join(folder, `${daysAgo(store, 200)}.jsonl`));
    await redis.hdel(keys.auditDays, daysAgo(store, 200));
    await redis.rpop(keys.sealed);
    await rm(join(folder, `${daysAgo(store, 3)}.jsonl`));
    await redis.hdel(keys.auditDays, daysAgo(store, 3));

    const { status, err } = await exported(store, folder);

    expect(status).toBe(1);
    expect(err).toBe('Between the beginning and R-1002 something is missing.\nAfter R-1002 something is missing.\n');
  });

  it.each([
    ['was cut off', (text: string) => text.slice(0, -40)],
    ['has something else in it', (text: string) => text.replace(/\n[^\n]*\n$/, '\n{"request":"R-1002"}\n')],
  ])('a file that %s is named, and the rest is given', async (_how, spoilt) => {
    const { store, folder } = await botWithHistory();
    await writeDailyFiles(inDays(store, 1), folder);
    const [name = ''] = await readdir(folder);
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), spoilt(text));

    const { status, lines, err } = await exported(store, folder);

    expect(status).toBe(1);
    expect(err).toContain(`${name} cannot be read to its end: it is not as it was written.`);
    expect(requests(lines)).toEqual([1001, 1002]);
    expect(strangerFinds(lines)).toEqual([]);
  });

  it('an audit that went by age while its file is elsewhere is missed', async () => {
    const { store, folder } = await botWithHistory();
    await store.redis.del(store.keys.audit(1001));

    const { status, err } = await exported(store, folder);

    expect(status).toBe(1);
    expect(err).toBe('The audit of R-1001 is neither in a file of this folder nor in Redis any more.\n');
  });
});

describe('one request', () => {
  it('is given whole, from Redis or from its file', async () => {
    const { bot, store, folder } = await botWithHistory();
    await bot.say('bob', 'cores set alice-lab --cores 40 --reason "more load"');
    await bot.until('waiting');
    const { head, lines: fromRedis } = await exported(store, folder, { request: 1001 });
    const { lines: open } = await exported(store, folder, { request: 1003 });
    await writeDailyFiles(inDays(store, 91), folder);
    await store.redis.del(store.keys.audit(1001), store.keys.request(1001));

    const { status, lines: fromFile } = await exported(store, folder, { request: 1001 });

    expect(head).toMatchObject({ export: 'stackhand audit', request: 1001 });
    expect(head).not.toHaveProperty('from');
    expect(fromRedis.at(-1)).toMatchObject({ request: 1001, head: fromRedis.at(-2)?.hash });
    expect(strangerFinds(fromRedis)).toEqual([]);
    expect(fromFile).toEqual(fromRedis);
    expect(status).toBe(0);
    expect(open.map(({ event }) => event)).toEqual(['received', 'taken up', 'planned']);
  });

  it('that is nowhere is refused, before anything is written', async () => {
    const { store, folder } = await botWithHistory();
    await writeDailyFiles(inDays(store, 1), folder);
    const [day = '', kept = ''] = Object.entries(await store.redis.hgetall(store.keys.auditDays))[0] ?? [];
    const system = terminal();

    await expect(writeExport(exportAudit(store, folder, { request: 2000 }), 'jsonl', system)).rejects.toThrow(
      /^There is no R-2000 in Redis, nor in the daily files of this folder\.$/,
    );
    await rm(join(folder, `${day}.jsonl`));
    await store.redis.hset(store.keys.auditDays, day, kept.replace(/@.*/, '@ctl-02'));
    await expect(writeExport(exportAudit(store, folder, { request: 2000 }), 'jsonl', system)).rejects.toThrow(
      `There is no R-2000 in Redis, nor in the daily files of this folder. Days that are not in this folder:\n  ${day}.jsonl: ctl-02 wrote it`,
    );
    expect(system.stdout()).toBe('');
  });

  it('whose place in the chain has gone is given without it, and missed', async () => {
    const { store, folder } = await botWithHistory();
    await store.redis.lpop(store.keys.sealed);

    const { status, lines, err } = await exported(store, folder, { request: 1001 });

    expect(status).toBe(1);
    expect(lines.at(-1)?.event).toBe('done');
    expect(err).toBe('The place of R-1001 in the global chain is neither in Redis nor in this folder any more.\n');
  });
});

it('as CSV it has the same lines, with times that people read', async () => {
  const { store, folder } = await botWithHistory();
  const system = terminal();
  const { lines, head } = await exported(store, folder);

  expect(await writeExport(exportAudit(store, folder, { from: daysAgo(store, 0) }), 'csv', system)).toBe(0);

  const [names, first = '', ...rows] = system.stdout().trimEnd().split('\n');
  expect(names).toBe('request,time,event,from,to,by,detail,head,prev,hash');
  expect(first.split(',').slice(2)).toEqual(['export', daysAgo(store, 0), '', '', '', head.head, '', '']);
  expect(rows).toHaveLength(lines.length);
  const hashes = rows.map((row) => row.slice(row.lastIndexOf(',') + 1));
  expect(hashes).toEqual(lines.map(({ hash }) => hash));
  const received = rows[0] ?? '';
  expect(received).toMatch(/^1001,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,received,,,U0BOB0000,"\{""line"":""cores set demo/);
  expect(rows.find((row) => row.includes(',taken up,queued,running,'))).toBeDefined();
  expect(Number(Date.parse(received.split(',')[1] ?? ''))).toBe(lines[0]?.at);
});

it.each(['jsonl', 'csv'] as const)('as %s it sends no control character of a line to a terminal', async (format) => {
  const bot = await toyBot();
  await bot.say('bob', 'cores show demo \u009b31m\u202e');
  const { store, auditFolder } = bot.running.core;
  const system = terminal({ columns: 200 });

  expect(await writeExport(exportAudit(store, auditFolder, { request: 1001 }), format, system)).toBe(0);

  expect(system.stdout()).toContain('cores show demo');
  expect(system.stdout()).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
});
