import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePort } from '../../demo/free-port.ts';
import { type AlertBot, alertBot } from '../alerts/sender.ts';
import { eventually } from '../bot.ts';
import { ownRedis } from '../own-redis.ts';
import { startWorkerProcess, type WorkerProcess } from '../processes/worker-process.ts';
import { startAlertmanager } from './server.ts';

const PATIENCE_MS = 20_000;
const A = { host: 'cmp-03' };
const B = { host: 'cmp-04' };
const C = { host: 'cmp-05' };

async function cardReads(bot: AlertBot, words: string): Promise<string> {
  const read = (): string => bot.cards().map(bot.text).join('\n');
  return bot.slack.waitFor(() => read().includes(words) && read(), `a card with ${words}`, PATIENCE_MS);
}

it('fires, grows, is resolved and fires again: one card, edited in place, its history below it', async () => {
  const bot = await alertBot();
  const alertmanager = await startAlertmanager({ port: bot.running.port });

  await alertmanager.fire(A);
  const first = await cardReads(bot, 'FIRING');
  await alertmanager.fire(B);
  await cardReads(bot, 'FIRING 2 of 2');
  await alertmanager.resolve(A);
  await cardReads(bot, 'FIRING 1 of 2');
  await alertmanager.resolve(B);
  const over = await cardReads(bot, 'RESOLVED');
  await alertmanager.fire(A);
  await cardReads(bot, '🔥 A-1 FIRING');
  const again = await bot.slack.waitFor(() => bot.slack.messages('#ops')[1], 'the channel to be told', PATIENCE_MS);

  expect(first).toContain('critical · HostDown · host cmp-03: Compute host cmp-03 is down');
  expect(first).toContain(`group {}:{alertname="HostDown"} · receiver stackhand · from http://`);
  expect(over).toMatch(/Fired from .* to .*, \d+ seconds?\./);
  expect(bot.text(again)).toContain('FIRING AGAIN');
  expect(bot.cards()).toHaveLength(1);
  for (const words of ['1 more firing (cmp-04)', '1 resolved (cmp-03)', 'all is resolved, after']) {
    await bot.slack.waitFor(() => bot.thread().join('\n').includes(words), `a thread with ${words}`, PATIENCE_MS);
  }
});

it('is killed while an alert fires: what Alertmanager tries again later arrives', async () => {
  const redis = await ownRedis();
  const bot = await alertBot({ target: { socket: redis.socket }, prefix: 'stackhand', role: 'gateway' });
  const port = await freePort();
  const file = bot.file.replace('stackhand.yaml', 'other.yaml');
  await writeFile(file, stringify({ ...parse(await readFile(bot.file, 'utf8')), http: { port } }));
  const begin = (): Promise<WorkerProcess> => startWorkerProcess({ env: bot.env, file }, redis.socket);
  const alertmanager = await startAlertmanager({ port });

  const worker = await begin();
  await alertmanager.fire(A);
  await cardReads(bot, 'FIRING');
  // A post whose answer nobody wrote down is made again, where the bot may not look for it.
  const { redis: store, keys } = bot.running.core.store;
  await eventually(async () => (await store.hexists(keys.message('A-1/card'), 'posted')) === 1, 'the post to be written down');
  await worker.kill();
  await alertmanager.fire(B);
  await eventually(async () => (await failed(alertmanager.url)) > 0, 'Alertmanager to have tried in vain', PATIENCE_MS);
  await begin();

  await cardReads(bot, 'FIRING 2 of 2');
  expect(bot.cards()).toHaveLength(1);
});

it('is answered 503 while Redis stands still, and tells it again by itself', async () => {
  const redis = await ownRedis();
  const bot = await alertBot({ target: { socket: redis.socket } });
  const alertmanager = await startAlertmanager({ port: bot.running.port });

  process.kill(redis.pid, 'SIGSTOP');
  await alertmanager.fire(A);
  const direct = await cardReads(bot, 'Redis does not answer');
  process.kill(redis.pid, 'SIGCONT');

  expect(direct).toContain('🔥 FIRING · critical · HostDown · host cmp-03');
  const both = await cardReads(bot, 'A-1 FIRING');
  expect(both.match(/FIRING/g)).toHaveLength(2);
});

it('that silences one of them leaves it out of the next post, and the card says so', async () => {
  const bot = await alertBot();
  const alertmanager = await startAlertmanager({ port: bot.running.port });
  await alertmanager.fire(A, B);
  await cardReads(bot, 'FIRING 2 of 2');

  await alertmanager.silence(B);
  await alertmanager.fire(C);

  const card = await cardReads(bot, 'FIRING 2 of 3');
  expect(card).toContain('Alertmanager tells no more of 1 alert: silenced or inhibited.');
  expect(card).toMatch(/^cmp-04 +left out/m);
});

it('with max_alerts says how many it left out', async () => {
  const bot = await alertBot();
  const alertmanager = await startAlertmanager({ port: bot.running.port, webhook: { max_alerts: 2 } });

  await alertmanager.fire(A, B, C);

  expect(await cardReads(bot, 'FIRING 2 of 2')).toContain('Alertmanager left out 1 alert (max_alerts), which may fire or not.');
});

it('and another one that know nothing of each other and tell the same are one card', async () => {
  const bot = await alertBot();
  const pair = await Promise.all([startAlertmanager({ port: bot.running.port }), startAlertmanager({ port: bot.running.port })]);

  for (const one of pair) await one.fire(A, B);
  await cardReads(bot, 'FIRING 2 of 2');
  for (const one of pair) await one.resolve(A, B);
  await cardReads(bot, 'RESOLVED');

  expect(bot.slack.messages('#ops')).toHaveLength(1);
});

/** How often it posted in vain. */
async function failed(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/alertmanager_notification_requests_failed_total\{integration="webhook"\} (\d+)/.exec(text)?.[1] ?? 0);
}
