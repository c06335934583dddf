import { expect, it } from 'vitest';
import { ADMIN_PROJECT, ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import { readAudit } from '../../src/requests/store.ts';
import { type Bot, endBegins, eventually, gate, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const SET_THREE = 'cores set demo alice-lab admin --cores 40 --reason "more load"';

function cores({ cloud }: Bot, project: string): number | undefined {
  return limitsOf(cloud.state.quotas.compute, project).cores;
}

async function history({ running }: Bot, number = 1001): Promise<string[]> {
  return (await readAudit(running.core.store, number)).map(({ event }) => event);
}

async function writing({ cloud }: Bot): Promise<void> {
  await eventually(() => cloud.calls.some(({ method }) => method === 'PUT'), 'the write');
}

it('writes down each write before it is sent, and its answer after it', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  await bot.approve('alice');

  await bot.until('done');

  const audit = await readAudit(bot.running.core.store, 1001);
  const written = audit.filter(({ event }) => event === 'intent' || event === 'answer');
  expect(written.map(({ event, detail }) => [event, detail?.item])).toEqual([
    ['intent', DEMO_PROJECT],
    ['answer', DEMO_PROJECT],
    ['intent', ALICE_LAB],
    ['answer', ALICE_LAB],
  ]);
  expect(bot.cloud.writes.map(({ requestId }) => requestId)).toEqual(
    written.filter(({ event }) => event === 'intent').map(({ detail }) => detail?.requestId),
  );
});

it('does the rest when one item fails, and says which', async () => {
  const bot = await toyBot();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, {
    status: 403,
    body: { forbidden: { code: 403, message: "Policy doesn't allow it" } },
  });
  await bot.say('bob', SET);
  await bot.approve('alice');

  const request = await bot.until('partly done');

  expect(cores(bot, DEMO_PROJECT)).toBe(20);
  expect(cores(bot, ALICE_LAB)).toBe(40);
  expect(request.result?.text).toBe('Cores: 1 project done, 1 project failed.');
  await bot.slack.waitFor(() => bot.card().includes('was PARTLY done'), 'the card');
});

it('an answer that got lost after the write is read back, not sent again', async () => {
  const bot = await toyBot();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { dropAfterEffect: true });
  await bot.say('bob', SET);
  await bot.approve('alice');

  const request = await bot.until('done');

  expect(request.result?.text).toBe('Cores: 2 projects done.');
  expect(bot.cloud.writes.filter(({ path }) => path.includes(DEMO_PROJECT))).toHaveLength(1);
});

it('leaves alone what is no longer as it was approved', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  await bot.slack.waitFor(() => bot.card().includes('[Approve]'), 'the card');
  bot.cloud.state.quotas.compute.own.set(DEMO_PROJECT, { cores: 33 });

  await bot.approve('alice');
  const request = await bot.until('partly done');

  expect(cores(bot, DEMO_PROJECT)).toBe(33);
  expect(cores(bot, ALICE_LAB)).toBe(40);
  expect(request.result?.text).toBe('Cores: 1 project done, 1 project drifted.');
});

it('a second request for the same thing waits for the first, and says for which', async () => {
  const bot = await toyBot();
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET);
  const first = await bot.slack.waitFor(() => bot.cardMessage(), 'the first card');
  await bot.say('carol', 'cores set demo --cores 50 --reason "even more"');
  const second = await bot.slack.waitFor(() => bot.cardMessage() !== first && bot.cardMessage(), 'the second card');

  await bot.click('alice', 'Approve', first);
  await bot.slack.waitFor(() => bot.text(first).includes('is running'), 'the first one running');
  await bot.click('alice', 'Approve', second);

  await bot.slack.waitFor(() => bot.text(second).includes('It waits for R-1001'), 'the second one waiting');
  write.open();
  await bot.slack.waitFor(() => bot.text(first).includes('is done'), 'the end of the first one');
  // The plan of the second one was made before the first one changed the number.
  await bot.slack.waitFor(() => bot.text(second).includes('did nothing'), 'the end of the second one');
  expect(cores(bot, DEMO_PROJECT)).toBe(40);
});

it('a stop ends a run before its next item, and says what was and was not done', async () => {
  const bot = await toyBot();
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET_THREE);
  await bot.approve('alice');
  await writing(bot);

  const answer = await bot.say('bob', 'request cancel R-1001');
  write.open();
  const request = await bot.untilOf(1001, 'cancelled');

  expect(answer).toContain('R-1001');
  expect(cores(bot, DEMO_PROJECT)).toBe(40);
  expect(cores(bot, ADMIN_PROJECT)).toBe(20);
  expect(request.result?.text).toBe('Stopped by bob. Done: demo. Not done: alice-lab, admin.');
  expect(request.locks).toEqual([]);
});

it('every running card has Stop, for whoever may use any change command and for nobody else', async () => {
  const bot = await toyBot();
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET_THREE);
  await bot.approve('alice');
  await writing(bot);
  await bot.shows('[Stop]');

  expect(await bot.click('eve', 'Stop')).toContain('someone who may use a change command, may stop R-1001');
  expect(await bot.click('carol', 'Stop')).toContain('R-1001 stops before its next item.');
  write.open();

  expect((await bot.until('cancelled')).result?.text).toBe('Stopped by carol. Done: demo. Not done: alice-lab, admin.');
});

it('on SIGTERM a run finishes its item, hands itself over, and another worker does the rest', async () => {
  const bot = await toyBot({ role: 'gateway' });
  const first = await bot.another('worker');
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET);
  await bot.approve('alice');
  await writing(bot);

  const stopping = first.stop();
  await endBegins(bot);
  write.open();
  await bot.another('worker');
  await stopping;
  await bot.until('done');

  expect(bot.cloud.writes).toHaveLength(2);
  expect(await history(bot)).toContain('handed back');
});

it('with what waited before it gone, the next one that waits for a lock is woken as soon as that is free', async () => {
  const bot = await toyBot();
  const { redis, keys } = bot.running.core.store;
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET);
  const first = await bot.slack.waitFor(() => bot.cardMessage(), 'the first card');
  await bot.say('carol', 'cores set demo --cores 50 --reason "even more"');
  const second = await bot.slack.waitFor(() => bot.cardMessage() !== first && bot.cardMessage(), 'the second card');
  await bot.click('alice', 'Approve', first);
  await bot.slack.waitFor(() => bot.text(first).includes('is running'), 'the first one running');
  await bot.click('alice', 'Approve', second);
  const waiters = await eventuallyOne(() => redis.keys(keys.waiters('*')));
  await redis.zadd(waiters, 0, '999');
  // Nobody sweeps any more, who would wake it too.
  await redis.set(keys.sweeper, 'somebody who died');

  write.open();
  await bot.untilOf(1001, 'done');
  await bot.untilOf(1002, 'nothing done');

  expect(await redis.zcard(waiters)).toBe(0);
});

it('what waits for a lock does so in a list that goes by itself', async () => {
  const bot = await toyBot();
  const { redis, keys } = bot.running.core.store;
  await redis.set(keys.lock(`prod/project/${DEMO_PROJECT}`), '900');
  await bot.say('bob', 'cores set demo --cores 50 --reason "even more"');
  await bot.approve('alice');

  const waiters = await eventuallyOne(() => redis.keys(keys.waiters('*')));

  expect(await redis.ttl(waiters)).toBeGreaterThan(0);
});

async function eventuallyOne(look: () => Promise<string[]>): Promise<string> {
  let found: string | undefined;
  await eventually(async () => {
    [found] = await look();
    return found !== undefined;
  }, 'one of them');
  return found ?? '';
}
