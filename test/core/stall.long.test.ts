import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { toyBot } from '../bot.ts';
import { ownRedis } from '../own-redis.ts';
import { silentProxy } from '../silent-proxy.ts';

/** Five seconds of silence are the subject; so these tests take as long. */
const SILENCE_MS = 5_000;

it('with Redis stopped the asker is told at once, and afterwards that the line was not taken', async () => {
  const redis = await ownRedis();
  const bot = await toyBot({ target: { socket: redis.socket } });
  const told = (): string => bot.slack.ephemerals('bob').map(bot.text).join('\n');

  process.kill(redis.pid, 'SIGSTOP');
  const typed = performance.now();
  const sent = await bot.slack.slash('bob', '#ops', 'cores show demo');
  await bot.slack.waitFor(() => told().includes('Redis does not answer'), 'word of the silence');
  const toldAfterMs = performance.now() - typed;
  await sleep(SILENCE_MS - toldAfterMs);
  process.kill(redis.pid, 'SIGCONT');
  await bot.slack.waitFor(() => told().includes('was not taken'), 'the truth');

  expect(toldAfterMs).toBeLessThan(3_000);
  expect(sent.acked).toBe(true);
  expect(bot.slack.troubles('bob')).toEqual([]);
  expect(await bot.running.core.store.redis.exists(bot.running.core.store.keys.request(1001))).toBe(0);
  expect(bot.cloud.calls).toEqual([]);
});

it('a line that Redis took, but whose answer never came, is told as taken and then answered', async () => {
  const redis = await ownRedis();
  const between = await silentProxy(redis.socket);
  const bot = await toyBot({ target: { socket: between.socket } });
  const told = (): string => bot.slack.ephemerals('bob').concat(bot.slack.directs('bob')).map(bot.text).join('\n');

  // Redis knows the script from here on: one call each.
  await bot.say('bob', 'help');
  between.hold();
  await bot.slack.slash('bob', '#ops', 'cores show demo');
  await bot.slack.waitFor(() => told().includes('Redis does not answer'), 'word of the silence');
  between.release();
  await bot.slack.waitFor(() => told().includes('was taken as R-1002'), 'the truth');
  await bot.slack.waitFor(() => told().includes('has 20 cores'), 'the answer');

  expect(bot.slack.troubles('bob')).toEqual([]);
  expect(await bot.running.core.store.redis.get(bot.running.core.store.keys.number)).toBe('1002');
});
