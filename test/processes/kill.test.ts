import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import { readAudit } from '../../src/requests/store.ts';
import { eventually, startBot } from '../bot.ts';
import { ownRedis } from '../own-redis.ts';
import { startWorkerProcess } from './worker-process.ts';

const SET = 'quota set demo cores=40 volumes=20 floatingips=60 --reason "more load"';

it('a worker killed three times in one request: another finishes it, and nothing is written twice', async () => {
  const redis = await ownRedis();
  const bot = await startBot({
    target: { socket: redis.socket },
    prefix: 'stackhand',
    role: 'gateway',
    yaml: { limits: { leaseSeconds: 1 } },
  });
  const begin = () => startWorkerProcess(bot, redis.socket);
  // Each write takes long enough to die in the middle of it: it takes effect, and nobody hears the answer.
  for (const service of ['compute', 'volume', 'network'] as const) bot.cloud.answer(service, 'PUT', 'quota', { delayMs: 300 });
  let worker = await begin();
  await bot.say('bob', SET);
  await bot.approve('alice');

  for (const writes of [1, 2, 3]) {
    await eventually(() => bot.cloud.calls.filter(({ method }) => method === 'PUT').length === writes, `write ${writes}`);
    await worker.kill();
    worker = await begin();
  }
  const request = await bot.untilOf(1001, 'done');

  const wrote = bot.cloud.writes.filter(({ method }) => method === 'PUT');
  expect(wrote.map(({ service }) => service)).toEqual(['compute', 'volume', 'network']);
  expect(limitsOf(bot.cloud.state.quotas.compute, DEMO_PROJECT).cores).toBe(40);
  expect(limitsOf(bot.cloud.state.quotas.volume, DEMO_PROJECT).volumes).toBe(20);
  expect(limitsOf(bot.cloud.state.quotas.network, DEMO_PROJECT).floatingip).toBe(60);
  expect(request.attempt).toBeGreaterThanOrEqual(5);
  const audit = await readAudit(bot.running.core.store, 1001);
  expect(audit.filter(({ event }) => event === 'intent')).toHaveLength(3);
  await bot.slack.waitFor(() => bot.card().includes('is done'), 'the card at its end');
  expect(bot.slack.messages('#ops').filter(({ ephemeralTo }) => !ephemeralTo)).toHaveLength(1);
});

it('a vote whose process dies before it can wake a worker is acted on all the same', async () => {
  const redis = await ownRedis();
  const bot = await startBot({ target: { socket: redis.socket }, prefix: 'stackhand' });
  await bot.say('bob', SET);
  const script = fileURLToPath(new URL('vote-and-die.mjs', import.meta.url));

  const voter = spawn(process.execPath, [script, redis.socket, 'stackhand', '1001', bot.slack.id('alice')], { stdio: 'inherit' });
  const [, signal] = await once(voter, 'exit');
  await bot.untilOf(1001, 'done');

  expect(signal).toBe('SIGKILL');
  expect(limitsOf(bot.cloud.state.quotas.compute, DEMO_PROJECT).cores).toBe(40);
});
