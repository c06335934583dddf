import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import type { Check } from '../../src/http/server.ts';
import { type Running, start } from '../../src/process/start.ts';
import { type Bot, type BotOptions, eventually, slackUrl, startBot, toyBot } from '../bot.ts';
import { pagesOf } from '../home/pages.ts';
import { ownRedis } from '../own-redis.ts';
import { testRedis } from '../setup/redis-client.ts';
import { silentProxy } from '../silent-proxy.ts';

const SET = 'cores set demo --cores 40 --reason "more load"';

/** Slack reaches it by signed HTTP alone. */
async function httpBot(options: BotOptions = {}): Promise<Bot> {
  const bot = await toyBot({ transport: 'http', ...options });
  expect(bot.slack.connections).toBe(0);
  return bot;
}

/** What /readyz says of Slack. */
async function slackCheck({ port }: Running): Promise<Check | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { checks } = (await answer.json()) as { checks: Check[] };
  return checks.find(({ name }) => name === 'slack');
}

it('a change is asked for by slash command, approved with a button, and done', async () => {
  const bot = await httpBot();

  await bot.say('bob', SET);
  const told = await bot.approve('alice');
  await bot.until('done');

  expect(told).toContain('You approved R-1001');
  expect(await bot.shows('R-1001 is done')).toContain('alice approved');
  expect(bot.cloud.writes).toHaveLength(1);
  expect(bot.slack.callsTo('apps.connections.open')).toEqual([]);
  expect(['bob', 'alice'].flatMap((who) => bot.slack.troubles(who))).toEqual([]);
});

it('a form says below its fields what is wrong, offers names, and then asks', async () => {
  const bot = await startBot({ transport: 'http' });
  await bot.slack.slash('bob', '#ops', 'quota set cores=40');
  await bot.slack.click('bob', await bot.slack.sees('bob', '[Fill in]'), 'Fill in');
  const form = await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form');

  let names: string[] = [];
  await eventually(async () => {
    names = await bot.slack.suggestions('bob', form, 'project', 'alice');
    return names.length > 1;
  }, 'names of projects');
  const wrong = await bot.slack.submit('bob', form, { project: 'alice-lab', reason: 'x' });
  await bot.slack.submit('bob', form, { reason: 'more load' });

  expect(names).toEqual(['alice', 'alice-lab']);
  expect(wrong.errors).toEqual({ 'arg:reason': 'reason: x is too short; type at least 3 characters.' });
  expect(await bot.shows('[Approve]')).toContain('Change 1 quota of project alice-lab: cores 20 → 40.');
  expect(bot.slack.modal('bob')).toBeUndefined();
});

it('a Home tab that is opened shows what waits', async () => {
  const bot = await httpBot();
  await bot.say('bob', SET);

  const page = await pagesOf(bot).open('alice', 'Waits for you (1)');

  expect(page).toContain('Set cores to 40 in 1 project: more load');
});

it('a mention in a thread is answered there, a direct message where it was written', async () => {
  const bot = await httpBot();
  const { message } = await bot.slack.say('alice', '#ops', 'is demo full?');

  await bot.slack.mention('bob', '#ops', 'cores show demo', { thread: message });
  await bot.slack.waitFor(() => bot.slack.thread(message).length === 3, 'the answer in the thread');
  await bot.slack.direct('eve', 'cores show demo');
  await bot.hears('eve', 'demo has 20 cores');

  expect(bot.text(bot.slack.thread(message)[2] ?? message)).toContain('demo has 20 cores');
});

it('whatever comes several times is one request, and one vote', async () => {
  const bot = await httpBot({ slack: { limits: { retryAfterMs: [0, 0, 0] } } });
  const copies = { deliveries: 3, sameEnvelope: 2 };
  bot.slack.loseAcks(2);

  const lost = await bot.slack.mention('bob', '#ops', 'cores show demo');
  const retried = await lost.final;
  await bot.slack.mention('bob', '#ops', 'cores show demo', copies);
  await bot.slack.direct('bob', 'cores show demo', copies);
  await bot.slack.slash('bob', '#ops', SET, copies);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.cardMessage(), 'the card');
  await bot.slack.click('alice', card, 'Approve', copies);
  const done = await bot.untilOf(1004, 'done');

  expect(retried).toMatchObject({ acked: true, attempts: 3 });
  expect(done.votes).toHaveLength(1);
  expect(await bot.running.core.store.redis.get(bot.running.core.store.keys.number)).toBe('1004');
  expect(bot.cloud.writes).toHaveLength(1);
});

it('a command that is not ours is answered', async () => {
  const bot = await httpBot({ slack: { command: '/cloud' } });

  await bot.slack.slash('bob', '#ops', 'cores show demo');

  expect(bot.slack.ephemerals('bob').map(bot.text)).toEqual(['I do not answer /cloud. Type /stack help.']);
});

it('with Redis stopped the asker is told within three seconds, and afterwards what became of the line', async () => {
  const redis = await ownRedis();
  const bot = await httpBot({ target: { socket: redis.socket } });

  process.kill(redis.pid, 'SIGSTOP');
  const sent = await bot.slack.slash('bob', '#ops', 'cores show demo');
  process.kill(redis.pid, 'SIGCONT');

  expect(sent.acked).toBe(true);
  expect(await bot.hears('bob', 'Redis does not answer')).toContain('I tell you here as soon as it answers.');
  // Taken or not: Redis may have woken at the very end of its time.
  await bot.hears('bob', 'Redis answers again: your line was');
  expect(bot.slack.troubles('bob')).toEqual([]);
});

it('a line that is on its way when the process ends is answered before its server closes', async () => {
  const redis = await ownRedis();
  const between = await silentProxy(redis.socket);
  const bot = await httpBot({ role: 'gateway', target: { socket: between.socket } });
  const { keys } = bot.running.core.store;
  const beside = new Redis({ path: redis.socket });
  onTestFinished(() => beside.disconnect());
  // Redis knows the script from here on: one call, whose answer the gateway does not get.
  await bot.slack.slash('bob', '#ops', 'help');
  between.hold();
  const sent = bot.slack.slash('bob', '#ops', 'cores show demo');
  await eventually(async () => (await beside.get(keys.number)) === '1002', 'the line');

  const stopped = bot.running.stop();
  const { acked } = await sent;
  between.release();
  await stopped;

  expect(acked).toBe(true);
  expect(bot.slack.ephemerals('bob').map(bot.text).join()).toContain('Redis does not answer, so I do not know yet');
});

it('an event that finds the gateway ended comes again, to the next one', async () => {
  const bot = await httpBot({ role: 'worker', slack: { limits: { retryAfterMs: Array(500).fill(20) } } });
  const first = await bot.another('gateway');
  await first.stop();

  const sent = await bot.slack.mention('bob', '#ops', 'cores show demo');
  const typed = await bot.slack.slash('bob', '#ops', 'cores show demo');
  await bot.another('gateway');

  expect(sent).toMatchObject({ acked: false, error: 'dispatch_failed' });
  expect(typed).toMatchObject({ acked: false, error: 'dispatch_failed' });
  expect(await sent.final).toMatchObject({ acked: true });
  await bot.hears('bob', 'demo has 20 cores');
  expect(await bot.running.core.store.redis.get(bot.running.core.store.keys.number)).toBe('1001');
});

it('is ready once it listens and Slack has said who it is', async () => {
  const bot = await httpBot({ role: 'worker' });
  await bot.slack.outage();
  const { target, prefix } = testRedis();
  const config = loadConfig({ role: 'gateway', env: bot.env, file: bot.file });
  const gateway = await start({ role: 'gateway', config, redis: target, prefix, log: bot.running.core.log });
  onTestFinished(gateway.stop);

  const away = await slackCheck(gateway);
  const refused = await fetch(slackUrl(gateway), { method: 'POST' });
  await bot.slack.recover();
  await eventually(async () => (await slackCheck(gateway))?.ok === true, 'it to listen');
  await bot.slack.postTo(slackUrl(gateway));

  expect(away).toEqual({ name: 'slack', ok: false, detail: 'not connected' });
  expect([refused.status, await refused.text()]).toEqual([503, 'Refused: not listening.\n']);
});
