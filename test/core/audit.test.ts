import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { type ChainedEntry, type Sealed, sha256 } from '../../src/audit/chain.ts';
import { writeDailyFiles } from '../../src/audit/files.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { advance, findRequest, stepOf } from '../../src/requests/store.ts';
import { eventually } from '../bot.ts';
import { newFolder } from '../new-folder.ts';
import { botWithHistory, daysAgo, inDays, sealed, storeAlone } from './audit-stage.ts';

it('a whole audit verifies, and names the head of its chain', async () => {
  const { store, folder } = await botWithHistory();

  const verified = await verifyAudit(store, folder);

  expect(verified.problems).toEqual([]);
  expect(verified.requests).toBe(2);
  expect(verified.head).toMatch(/^[0-9a-f]{64}$/);
});

it('an entry that was changed, left out or put in is found', async () => {
  const { store, folder } = await botWithHistory();
  const key = store.keys.audit(1001);
  const vote = (await store.redis.lrange(key, 0, -1)).findIndex((entry) => entry.includes('"vote"'));
  const honest = (await store.redis.lindex(key, vote)) ?? '';

  await store.redis.lset(key, vote, honest.replaceAll('alice', 'mallo'));
  expect((await verifyAudit(store, folder)).problems).toEqual([`R-1001: entry ${vote + 1} (vote) was changed`]);

  await store.redis.lrem(key, 1, honest.replaceAll('alice', 'mallo'));
  expect((await verifyAudit(store, folder)).problems[0]).toMatch(/^R-1001: entry \d+ \(.+\) does not follow the one before it$/);
});

it('a record that was set back to an earlier state is found', async () => {
  const { store, folder } = await botWithHistory();
  const key = store.keys.request(1001);
  const doc = (await store.redis.hget(key, 'doc')) ?? '';

  await store.redis.hset(key, 'doc', doc.replace('"state":"done"', '"state":"waiting"'));

  expect((await verifyAudit(store, folder)).problems).toEqual(['R-1001: its record says waiting, its audit done']);
});

it('an audit that was made anew as a whole does not fit the global chain', async () => {
  const { store, folder } = await botWithHistory();
  const entries = (await store.redis.lrange(store.keys.audit(1001), 0, -1)).map((entry) => JSON.parse(entry) as ChainedEntry);
  const shorter = entries.slice(0, -1);
  await store.redis.ltrim(store.keys.audit(1001), 0, -2);
  await store.redis.hset(store.keys.request(1001), 'head', shorter.at(-1)?.hash ?? '');

  const { problems } = await verifyAudit(store, folder);

  expect(problems).toContain('R-1001: its audit does not end as it was sealed');
});

it('a day that is over is written to a file that the next one follows, and a changed file is found', async () => {
  const { store, folder } = await botWithHistory();
  const tomorrow = inDays(store, 1);

  await writeDailyFiles(tomorrow, folder);

  const [name = ''] = await readdir(folder);
  expect(name).toMatch(/^\d{4}-\d\d-\d\d\.jsonl$/);
  const text = await readFile(join(folder, name), 'utf8');
  expect(text).toContain('"event":"vote"');
  expect((await verifyAudit(store, folder)).problems).toEqual([]);
  await writeFile(join(folder, name), text.replaceAll('more load', 'less load'));
  expect((await verifyAudit(store, folder)).problems.join('\n')).toContain(`${name}, R-1001: entry 1 (received) was changed`);
});

it('what is written and older than records are kept leaves Redis, and the rest still verifies', async () => {
  const { bot, store, folder } = await botWithHistory();
  const later = inDays(store, 91);

  await writeDailyFiles(later, folder);

  expect(await store.redis.llen(store.keys.sealed)).toBe(0);
  await bot.say('bob', 'cores show demo');
  await eventually(async () => (await store.redis.llen(store.keys.sealed)) === 1, 'the next one sealed');
  expect((await verifyAudit(store, folder)).problems).toEqual([]);
});

it('the newest file, replaced by another one that fits the chain, is found by the hash that Redis keeps', async () => {
  const { store, folder } = await botWithHistory();
  await writeDailyFiles(inDays(store, 1), folder);
  const [name = ''] = await readdir(folder);
  const lines = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');

  await writeFile(join(folder, name), `${lines.slice(0, -1).join('\n')}\n`);

  expect((await verifyAudit(store, folder)).problems).toEqual([
    `${name} is not the file that was written: Redis keeps another hash of it`,
  ]);
});

it('a day that another machine wrote is named as not here; one that this machine wrote is missed', async () => {
  const { store, folder } = await botWithHistory();
  await writeDailyFiles(inDays(store, 1), folder);
  const [day = '', kept = ''] = Object.entries(await store.redis.hgetall(store.keys.auditDays))[0] ?? [];
  const missing = await verifyAudit(store, join(folder, 'another'));
  await store.redis.hset(store.keys.auditDays, day, kept.replace(/@.*/, '@ctl-02'));

  const elsewhere = await verifyAudit(store, join(folder, 'another'));

  expect(missing.problems).toEqual([`${day}.jsonl was written on this machine, and is not in this folder`]);
  expect(elsewhere.problems).toEqual([]);
  expect(elsewhere.elsewhere).toEqual([`${day}.jsonl is not in this folder: ctl-02 wrote it`]);
});

it('two machines’ days, each in its own folder, verify on both', async () => {
  const { store } = await storeAlone();
  const [here, there] = [newFolder(), newFolder()];
  await sealed(store, [3, 2, 1]);
  await writeDailyFiles(store, here);
  await writeDailyFiles(store, there);
  await writeDailyFiles(store, here);
  const days = await store.redis.hgetall(store.keys.auditDays);
  const [, second = ''] = Object.keys(days).sort();
  await store.redis.hset(store.keys.auditDays, second, (days[second] ?? '').replace(/@.*/, '@ctl-02'));

  const verified = await verifyAudit(store, here);

  expect(Object.keys(days)).toHaveLength(3);
  expect(verified).toMatchObject({
    files: 2,
    problems: [],
    elsewhere: [`${second}.jsonl is not in this folder: ctl-02 wrote it`],
  });
});

it('a trim that is sent a second time, its answer being lost, takes nothing more', async () => {
  const { store, folder } = await storeAlone();
  const { redis, keys } = store;
  await sealed(store, [100, 100, 3, 3]);
  const twice: Redis = Object.create(redis, {
    evalsha: {
      async value(sha: string, count: number, ...args: string[]): Promise<unknown> {
        if (args[0]?.includes('LTRIM')) await redis.evalsha(sha, count, ...args);
        return redis.evalsha(sha, count, ...args);
      },
    },
  });

  await writeDailyFiles({ ...store, redis: twice }, folder);
  expect(await redis.llen(keys.sealed)).toBe(2);
  await writeDailyFiles(store, folder);

  expect(await readdir(folder)).toHaveLength(2);
  expect((await verifyAudit(store, folder)).problems).toEqual([]);
});

it('a sweep reads one entry of the chain to close a quiet day, and then nothing, however long the chain', async () => {
  const { store, folder } = await storeAlone();
  await sealed(store, [...Array.from({ length: 600 }, () => 2), ...Array.from({ length: 600 }, () => 0)]);
  await writeDailyFiles(store, folder);
  let read = 0;
  const counting: Redis = Object.create(store.redis, {
    lrange: {
      async value(key: string, from: number, to: number): Promise<string[]> {
        const entries = await store.redis.lrange(key, from, to);
        read += entries.length;
        return entries;
      },
    },
  });

  await writeDailyFiles({ ...store, redis: counting }, folder);
  expect(read).toBe(1);
  await writeDailyFiles({ ...store, redis: counting }, folder);

  expect(read).toBe(1);
  expect(await store.redis.hget(store.keys.auditFiles, 'written')).toBe('600');
});

it('progress is in the record and not in the audit, which still verifies', async () => {
  const { bot, store, folder } = await botWithHistory();

  const events = (await store.redis.lrange(store.keys.audit(1001), 0, -1)).map(
    (entry) => (JSON.parse(entry) as ChainedEntry).event,
  );

  expect((await bot.request(1001)).progress).toBe('At demo.');
  expect(events).toContain('intent');
  expect(events).not.toContain('progress');
  expect((await verifyAudit(store, folder)).problems).toEqual([]);
});

it('an entry that changes nothing in the record writes its head alone', async () => {
  const { store } = await botWithHistory();
  const stored = await findRequest(store, 1001);
  if (!stored) throw new Error('no request');

  const { commands, next } = stepOf(store, stored, () => undefined, { event: 'answer' });

  expect(commands[0]).toEqual(['HSET', store.keys.request(1001), 'head', next.head]);
});

it('how a write was answered may be put down after the end, and nothing else', async () => {
  const { store, folder } = await botWithHistory();
  const late = async (event: string): Promise<string[]> => {
    const stored = await findRequest(store, 1001);
    if (!stored) throw new Error('no request');
    await advance(store, stored, () => undefined, { event });
    return (await verifyAudit(store, folder)).problems;
  };

  expect(await late('answer')).toEqual([]);
  expect(await late('vote')).toEqual(['R-1001: its audit does not end as it was sealed']);
});

it('files and a chain that are both whole, but not of the same history, are found', async () => {
  const { store, folder } = await storeAlone();
  const { redis, keys } = store;
  await sealed(store, [3, 3, 0]);
  await writeDailyFiles(store, folder);
  expect((await verifyAudit(store, folder)).problems).toEqual([]);

  // Somebody makes the chain anew in Redis: the files still have what the audit channel was told.
  const { day = '', hash = '', written = '' } = await redis.hgetall(keys.auditFiles);
  await redis.del(keys.sealed);
  await sealed(store, [3, 3, 0]);
  const entries = (await redis.lrange(keys.sealed, 0, -1)).map((entry) => JSON.parse(entry) as Sealed);
  const anew = rechained(entries.map((entry) => ({ ...entry, at: entry.at + 1 })));
  await redis.del(keys.sealed);
  await redis.rpush(keys.sealed, ...anew.map((entry) => JSON.stringify(entry)));
  await redis.set(keys.sealedHead, anew.at(-1)?.hash ?? '');
  await redis.hset(keys.auditFiles, { day, hash, written });

  expect((await verifyAudit(store, folder)).problems).toEqual([
    `${daysAgo(store, 3)}.jsonl: R-1001 is not in the global chain that Redis keeps`,
  ]);

  // The same where Redis claims to have trimmed what the file has.
  await redis.ltrim(keys.sealed, 2, -1);
  await redis.hset(keys.auditFiles, { trimmed: anew[1]?.hash ?? '', written: 0 });

  expect((await verifyAudit(store, folder)).problems).toEqual([
    'what Redis keeps of the global chain does not follow the last daily file',
  ]);
});

it('a head is found wherever it is, by how it begins, with its day and request', async () => {
  const { store, folder } = await storeAlone();
  const { redis, keys } = store;
  await sealed(store, [200, 3, 0]);
  const hashes = (await redis.lrange(keys.sealed, 0, -1)).map((entry) => (JSON.parse(entry) as Sealed).hash);
  for (let times = 0; times < 3; times++) await writeDailyFiles(store, folder);
  expect(await redis.llen(keys.sealed)).toBe(2);

  const found = await Promise.all(hashes.map(async (hash) => (await verifyAudit(store, folder, hash.slice(0, 8))).found));

  expect(found).toEqual([
    [{ day: daysAgo(store, 200), request: 1001, hash: hashes[0] }],
    [{ day: daysAgo(store, 3), request: 1002, hash: hashes[1] }],
    [{ day: daysAgo(store, 0), request: 1003, hash: hashes[2] }],
  ]);
  expect((await verifyAudit(store, folder, 'f'.repeat(64))).found).toEqual([]);
});

function rechained(entries: readonly Sealed[]): Sealed[] {
  let prev = '';
  return entries.map(({ at, request, head }) => {
    const entry = { at, request, head, prev };
    prev = sha256(entry);
    return { ...entry, hash: prev };
  });
}
