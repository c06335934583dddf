import { expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { countUnsaid } from '../../src/outbox/unsaid.ts';
import { findRequest } from '../../src/requests/store.ts';
import { endBegins, eventually, gate, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';

it('a worker that ends says what there is to say before it goes', async () => {
  const bot = await toyBot({ role: 'gateway' });
  const worker = await bot.another('worker');
  const { store } = bot.running.core;
  await bot.say('bob', SET);
  const write = gate();
  const update = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.approve('alice');
  // The flusher is busy with the run's beginning while the run comes to its end.
  bot.slack.answer('chat.update', { until: update.until });
  await bot.until('running');

  const stopping = worker.stop();
  await endBegins(bot);
  write.open();
  // By the gateway's store: the worker's own connections end with it.
  await eventually(async () => (await findRequest(store, 1001))?.request.state === 'queued', 'the run to be handed over');
  update.open();
  await stopping;

  expect(await countUnsaid(store, store.clock.now())).toBe(0);
});

it('a run that is handed over with a write begun says so to whoever cancels it', async () => {
  const bot = await toyBot({ role: 'gateway' });
  const worker = await bot.another('worker');
  const { registry } = worker.core;
  const job = registry.findJob('cores/set');
  // A job that breaks where none of ours does: after its run was told to end.
  registry.findJob = () =>
    job && {
      ...job,
      run: async (payload, context) => {
        await job.run(payload, context);
        throw new Error('broke midway');
      },
    };
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET);
  await bot.approve('alice');
  await eventually(() => bot.cloud.calls.some(({ method }) => method === 'PUT'), 'the write');

  const stopping = worker.stop();
  await endBegins(bot);
  write.open();
  await stopping;

  const handed = await findRequest(bot.running.core.store, 1001);
  expect(handed?.request.state).toBe('queued');
  expect(handed?.request.progress).toBe('It was handed over. A write had begun for demo: look at the cloud before you go on.');
});

it('a run that is given up after an earlier one wrote does not say that nothing was changed', async () => {
  const bot = await toyBot({ role: 'gateway' });
  const worker = await bot.another('worker');
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET);
  await bot.approve('alice');
  await eventually(() => bot.cloud.calls.some(({ method }) => method === 'PUT'), 'the write');
  const stopping = worker.stop();
  await endBegins(bot);
  write.open();
  await stopping;
  const { redis, keys } = bot.running.core.store;
  const doc = (await redis.hget(keys.request(1001), 'doc')) ?? '';
  await redis.hset(keys.request(1001), 'doc', doc.replaceAll('"cores":40', '"cores":400'));
  await bot.another('worker');
  const { result } = await bot.untilOf(1001, 'left unknown');

  expect(result?.text).toBe(
    'The plan in my record is not the one that was approved. A write had begun for demo: look at the cloud before you go on.',
  );
  expect(bot.cloud.writes.some(({ path }) => path.includes(ALICE_LAB))).toBe(false);
});
