import { expect, it } from 'vitest';
import { alertBot, payload, TOKEN } from '../alerts/sender.ts';
import { ownRedis } from '../own-redis.ts';
import { startWorkerProcess } from './worker-process.ts';

it('an alert whose process is killed right after it answered, while Slack is away, is said by the next one', async () => {
  const redis = await ownRedis();
  const bot = await alertBot({ target: { socket: redis.socket }, prefix: 'stackhand', role: 'gateway' });
  const begin = () => startWorkerProcess(bot, redis.socket);
  const worker = await begin();
  const port = /"port":(\d+)[^\n]*stackhand is ready/.exec(worker.output())?.[1];
  await bot.slack.outage();

  const answer = await fetch(`http://127.0.0.1:${port}/alerts/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(payload({ alerts: [{ labels: { host: 'a' } }] })),
  });
  await worker.kill();
  await bot.slack.recover();
  await begin();

  expect(answer.status).toBe(200);
  await bot.shows('A-1 FIRING');
  expect(bot.cards()).toHaveLength(1);
});
