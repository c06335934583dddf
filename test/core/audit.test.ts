import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ChainedEntry } from '../../src/audit.ts';
import { writeDailyFiles } from '../../src/audit-files.ts';
import { verifyAudit } from '../../src/audit-verify.ts';
import { seal } from '../../src/seal.ts';
import type { Store } from '../../src/store.ts';
import { type Bot, eventually, toyBot } from '../bot.ts';

const DAY_MS = 86_400_000;

/** A request that was approved and done, another that was only read, both sealed. */
async function botWithHistory(): Promise<{ bot: Bot; store: Store; folder: string }> {
  const bot = await toyBot();
  const { store, auditFolder } = bot.running.core;
  await bot.say('bob', 'cores set demo --cores 40 --reason "more load"');
  await bot.approve('alice');
  await bot.until('done');
  await bot.say('bob', 'cores show demo');
  await eventually(async () => (await store.redis.llen(store.keys.sealed)) === 2, 'both requests sealed');
  return { bot, store, folder: auditFolder };
}

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
  const tomorrow: Store = { ...store, clock: { ...store.clock, now: () => store.clock.now() + DAY_MS } };

  await writeDailyFiles(tomorrow, folder);

  const [name = ''] = await readdir(folder);
  expect(name).toMatch(/^\d{4}-\d\d-\d\d\.jsonl$/);
  const text = await readFile(join(folder, name), 'utf8');
  expect(text).toContain('"event":"vote"');
  expect((await verifyAudit(store, folder)).problems).toEqual([]);
  await writeFile(join(folder, name), text.replaceAll('more load', 'less load'));
  expect((await verifyAudit(store, folder)).problems.join('\n')).toContain(`${name}, R-1001: entry 1 (received) was changed`);
});

it("the audit channel hears each day's head, once", async () => {
  const { bot, store } = await botWithHistory();
  const tomorrow: Store = { ...store, clock: { ...store.clock, now: () => store.clock.now() + DAY_MS } };
  const { head } = await verifyAudit(store, '');

  await seal({ ...bot.running.core, store: tomorrow });
  await seal({ ...bot.running.core, store: tomorrow });
  // It is due by tomorrow's clock.
  const [message = ''] = await store.redis.zrangebyscore(store.keys.outbox(1), store.clock.now() + DAY_MS / 2, '+inf');
  await store.redis.zadd(store.keys.outbox(1), 'XX', store.clock.now(), message);

  await bot.slack.waitFor(() => bot.slack.messages('#audit').length > 0, 'the head in the audit channel');
  const [said, ...more] = bot.slack.messages('#audit').map(bot.text);
  expect(said).toMatch(new RegExp(`^The audit of [-\\d]+ is closed: 2 requests, head ${head}\\.`));
  expect(more).toEqual([]);
});

it('what is written and older than records are kept leaves Redis, and the rest still verifies', async () => {
  const { bot, store, folder } = await botWithHistory();
  const later: Store = { ...store, clock: { ...store.clock, now: () => store.clock.now() + 91 * DAY_MS } };

  await writeDailyFiles(later, folder);

  expect(await store.redis.llen(store.keys.sealed)).toBe(0);
  await bot.say('bob', 'cores show demo');
  await eventually(async () => (await store.redis.llen(store.keys.sealed)) === 1, 'the next one sealed');
  expect((await verifyAudit(store, folder)).problems).toEqual([]);
});
