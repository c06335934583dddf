import { createHash } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { createIntake } from '../../src/intake/intake.ts';
import { countUnsaid } from '../../src/outbox/unsaid.ts';
import { eventually, gate, startBot, toyBot } from '../bot.ts';
import { fillTo, ownRedis } from '../own-redis.ts';

const SET = 'cores set demo --cores 40 --reason "more load"';

/** With the lease of production: on a busy machine so long a log may take a single turn longer than the short one of other tests. */
const LONG_LOG = { yaml: { limits: { leaseSeconds: 15 } } };

it('a console log of 5 MB arrives byte for byte, and Redis does not keep it', async () => {
  const bot = await startBot(LONG_LOG);
  const server = bot.cloud.state.servers.find(({ name }) => name === 'web-1');
  const line = (number: number): string => `[${number}] ${createHash('sha256').update(String(number)).digest('hex').repeat(6)}`;
  const log = `${Array.from({ length: 13_000 }, (_, number) => line(number)).join('\n')}\n`;
  bot.cloud.state.consoles.set(server?.id ?? '', log);

  await bot.slack.slash('bob', '#ops', 'console log show web-1');
  const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0], 'the file');

  expect(log.length).toBeGreaterThan(5_000_000);
  expect(
    createHash('sha256')
      .update(file.content ?? '')
      .digest('hex'),
  ).toBe(createHash('sha256').update(log).digest('hex'));
  const { store } = bot.running.core;
  expect((await store.redis.hget(store.keys.message('R-1001/answer'), 'body'))?.length).toBeLessThan(100_000);
  expect((await store.redis.hget(store.keys.request(1001), 'doc'))?.length).toBeLessThan(100_000);
});

it('a file that takes long to be read again holds up nobody else’s message', async () => {
  const bot = await startBot(LONG_LOG);
  const server = bot.cloud.state.servers.find(({ name }) => name === 'web-1');
  bot.cloud.state.consoles.set(server?.id ?? '', 'x'.repeat(79).concat('\n').repeat(20_000));
  const again = gate();
  bot.cloud.answer('compute', 'POST', /\/action$/, { after: 1, until: again.until });
  await bot.slack.slash('bob', '#ops', 'console log show web-1');
  await bot.until('answered');
  await eventually(() => bot.directs('bob').length > 0, 'the answer whose file is being read');

  await bot.slack.slash('eve', '#ops', 'whoami');

  await bot.hears('eve', 'eve');
  expect(bot.slack.files('bob')).toEqual([]);
  again.open();
  await bot.slack.waitFor(() => bot.slack.files('bob')[0], 'the file');
});

it('with Redis nearly full new lines are refused, votes and runs go on, and lines come again with room', async () => {
  const redis = await ownRedis();
  const bot = await toyBot({ target: { socket: redis.socket } });
  const { store } = bot.running.core;
  await bot.say('bob', SET);
  await fillTo(0.93, store.redis);
  await eventually(async () => (await store.redis.exists(store.keys.full)) === 1, 'the sweeper to see it');

  const refused = await bot.say('bob', 'cores show demo');
  await createIntake(bot.running.core).click({
    dedupe: ['button'],
    act: { kind: 'line', line: 'cores show demo' },
    user: idOf('U', 'bob'),
    team: '',
    place: { kind: 'channel', team: '', channel: idOf('C', 'ops') },
  });
  await bot.hears('bob', 'Nothing came of your click');
  await bot.approve('alice');
  await bot.hears('bob', 'R-1001 is done');

  expect(refused).toContain('Redis is nearly full, so I take no new lines for now');
  expect(limitsOf(bot.cloud.state.quotas.compute, DEMO_PROJECT).cores).toBe(40);
  await bot.slack.waitFor(() => bot.card('#audit').startsWith('Redis is nearly full: 9'), 'the alert');
  await store.redis.config('SET', 'maxmemory', '512mb');
  await eventually(async () => (await store.redis.exists(store.keys.full)) === 0, 'the sweeper to see the room');
  expect(await bot.say('bob', 'cores show demo')).toContain('has 40 cores');
  await bot.slack.waitFor(() => bot.card('#audit').startsWith('Redis has room again'), 'the end of the alert');
  expect(bot.slack.messages('#audit')).toHaveLength(1);
});

it('that Redis gets worse is a new message, and what goes up and down is not said anew each time', async () => {
  const redis = await ownRedis();
  const bot = await toyBot({ target: { socket: redis.socket } });
  const { store } = bot.running.core;
  const fill = (share: number): Promise<void> => fillTo(share, store.redis);
  const told = (): string[] => bot.slack.messages('#audit').map((message) => bot.text(message).replace(/:.*/s, ''));
  const tells = (...words: string[]): Promise<unknown> =>
    bot.slack.waitFor(() => JSON.stringify(told()) === JSON.stringify(words), words.join(', '));

  await fill(0.84);
  await tells('Redis is filling up');
  await fill(0.94);
  await tells('Redis is filling up', 'Redis is nearly full');
  await fill(0.84);
  await tells('Redis is filling up', 'Redis is filling up');
  await fill(0.94);
  await tells('Redis is filling up', 'Redis is nearly full');
  await fill(0.1);
  await tells('Redis is filling up', 'Redis has room again');
  bot.later(11 * 60_000);
  await fill(0.94);

  await tells('Redis is filling up', 'Redis has room again', 'Redis is nearly full');
});

it('twenty lines held at once are no leak to warn of', async () => {
  const bot = await toyBot();
  const warnings: string[] = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  bot.cloud.answer('compute', 'GET', DEMO_PROJECT, { hang: true, times: 20 });

  for (let line = 0; line < 20; line += 1) await bot.slack.slash('bob', '#ops', 'cores show demo');
  await eventually(() => bot.cloud.calls.filter(({ path }) => path.includes(DEMO_PROJECT)).length >= 20, 'all to hang');

  expect(warnings).toEqual([]);
});

it('a plan that was changed in Redis after its approval does not run', async () => {
  const bot = await toyBot({ role: 'gateway' });
  const worker = await bot.another('worker');
  await bot.say('bob', SET);
  const { store } = bot.running.core;
  await bot.until('waiting');
  const key = store.keys.request(1001);
  const doc = (await store.redis.hget(key, 'doc')) ?? '';

  await store.redis.hset(key, 'doc', doc.replaceAll('"cores":40', '"cores":400'));
  await bot.approve('alice');
  const request = await bot.until('void');

  expect(request.result?.text).toContain('The plan in my record is not the one that was approved.');
  expect(bot.cloud.writes).toEqual([]);
  await worker.stop();
});

it('everything has an end: what is kept goes by itself', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  await bot.approve('alice');
  await bot.until('done');
  const { store } = bot.running.core;
  await eventually(async () => (await store.redis.llen(store.keys.unsealed)) === 0, 'the seal');
  await bot.slack.waitFor(() => bot.card().includes('is done'), 'the card');
  await eventually(async () => (await countUnsaid(store)) === 0, 'everything to be said');

  const day = 86_400;
  const keys = (await store.redis.keys(`${store.keys.number.replace(/number$/, '')}*`)).filter((key) => !key.includes(':bull:'));
  const ends = new Map(await Promise.all(keys.map(async (key) => [key, await store.redis.ttl(key)] as const)));

  const name = (key: string): string => key.split(':').slice(1).join(':');
  const endless = [...ends].filter(([, ttl]) => ttl < 0).map(([key]) => name(key));
  // Counters and indexes, which do not grow with what is kept in them or are trimmed.
  expect(endless.sort()).toEqual(['by-number', 'click-number', 'number', 'sealed', 'sealed-head', 'token']);
  expect(Math.max(...[...ends.values()])).toBeLessThanOrEqual(90 * day);
  expect(ends.get(store.keys.request(1001))).toBeGreaterThan(89 * day);
});
