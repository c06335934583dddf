import { expect, it } from 'vitest';
import { eventually, startBot } from '../bot.ts';
import { ownRedis } from '../own-redis.ts';
import { startWorkerProcess } from './worker-process.ts';

it('on SIGTERM a line that hangs on OpenStack is let go, and the next worker answers it', async () => {
  const redis = await ownRedis();
  const bot = await startBot({ target: { socket: redis.socket }, prefix: 'stackhand', role: 'gateway' });
  const begin = () => startWorkerProcess(bot, redis.socket);
  bot.cloud.answer('compute', 'GET', '/os-quota-sets', { hang: true });
  const worker = await begin();
  await bot.slack.slash('bob', '#ops', 'quota show demo');
  await eventually(() => bot.cloud.calls.some(({ path }) => path.includes('/os-quota-sets')), 'the call that hangs');

  const asked = performance.now();
  const status = await worker.end();
  const tookMs = performance.now() - asked;
  await begin();

  expect((await bot.untilOf(1001, 'answered')).result?.text).toContain('demo');
  expect(status).toBe(0);
  expect(tookMs).toBeLessThan(5_000);
});
