import { expect, it } from 'vitest';
import type { CallFault } from '../../demo/cloud/faults.ts';
import { ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import type { Request } from '../../src/request.ts';
import { readAudit } from '../../src/requests/store.ts';
import { type Bot, eventually, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';

/** A change of which one item's write gets lost in this way, and cannot be read back. */
async function unknownAfter(fault: CallFault, leaseSeconds = 2): Promise<{ bot: Bot; request: Request }> {
  const bot = await toyBot({ yaml: { limits: { leaseSeconds } } });
  await bot.say('bob', SET);
  await bot.slack.waitFor(() => bot.card().includes('[Approve]'), 'the card');
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, fault);
  // The look before the write is answered, none after it.
  bot.cloud.answer('compute', 'GET', DEMO_PROJECT, { after: 1, status: 500, times: 10_000 });
  await bot.approve('alice');
  return { bot, request: await bot.until('unknown') };
}

/** As if its time had come, for this look: a sweep that is still at the one before must not take it for that. */
async function timeForALook({ running }: Bot, look: number): Promise<void> {
  const { redis, keys, clock } = running.core.store;
  const doc = (await redis.hget(keys.request(1001), 'doc')) ?? '';
  await redis.hset(keys.request(1001), 'doc', doc.replace(/"lookAt":\d+/, `"lookAt":${clock.now() - 1}`));
  await redis.zadd(keys.timers, 'XX', look, '1001|look');
}

async function history({ running }: Bot): Promise<string[]> {
  return (await readAudit(running.core.store, 1001)).map(({ event }) => event);
}

function cores({ cloud }: Bot, project: string): number | undefined {
  return limitsOf(cloud.state.quotas.compute, project).cores;
}

it('an outcome that cannot be read back is told as unknown, and keeps its targets from others', async () => {
  const { bot, request } = await unknownAfter({ dropAfterEffect: true });

  expect(request.result?.text).toContain('1 project unknown');
  expect(await bot.hears('bob', 'R-1001 is UNKNOWN: look at the cloud before you go on')).toContain('1 project unknown');
  await bot.slack.waitFor(() => bot.card().includes('I look at it again, next at 20'), 'the card');
  expect(request.locks).toEqual([`prod/project/${ALICE_LAB}`, `prod/project/${DEMO_PROJECT}`].sort());
});

it('a later look that finds it done ends it as done, tells its requester, and lets the next one in', async () => {
  const { bot } = await unknownAfter({ dropAfterEffect: true });
  const first = await bot.slack.waitFor(() => bot.cardMessage(), 'the first card');
  await bot.say('carol', 'cores set alice-lab --cores 50 --reason "even more"');
  const second = await bot.slack.waitFor(() => bot.cardMessage() !== first && bot.cardMessage(), 'the second card');
  await bot.click('alice', 'Approve', second);
  await bot.slack.waitFor(() => bot.text(second).includes('It waits for R-1001'), 'the second one waiting');
  bot.cloud.clearFaults();
  bot.later(60_000);

  const request = await bot.untilOf(1001, 'done');

  expect(request.result?.text).toBe('Cores: 2 projects done.');
  expect(bot.cloud.writes.filter(({ path }) => path.includes(DEMO_PROJECT))).toHaveLength(1);
  await bot.hears('bob', 'R-1001 is done');
  expect((await bot.untilOf(1002, 'done')).result?.text).toBe('Cores: 1 project done.');
  expect(await history(bot)).toContain('looked at again');
});

it('a later look that finds it not done ends it as partly done, and does not write', async () => {
  const { bot } = await unknownAfter({ dropBefore: true });
  bot.cloud.clearFaults();
  bot.later(60_000);

  const request = await bot.untilOf(1001, 'partly done');

  expect(request.result?.text).toBe('Cores: 1 project done, 1 project failed.');
  expect(cores(bot, DEMO_PROJECT)).toBe(20);
  expect(cores(bot, ALICE_LAB)).toBe(40);
  expect(bot.cloud.writes.filter(({ path }) => path.includes(DEMO_PROJECT))).toHaveLength(1);
  await bot.hears('bob', 'R-1001 was PARTLY done');
  expect(await bot.running.core.store.redis.exists(bot.running.core.store.keys.lock(`prod/project/${DEMO_PROJECT}`))).toBe(0);
});

it('what five looks cannot settle is left to people, and its targets are free again', async () => {
  // So long that no look comes by itself.
  const { bot } = await unknownAfter({ dropAfterEffect: true }, 60);
  const { redis, keys } = bot.running.core.store;
  await eventually(async () => (await redis.exists(keys.lease(1001))) === 0, 'nobody running it');
  const takenUp = async (): Promise<number> => (await history(bot)).filter((event) => event === 'taken up').length;
  const before = await takenUp();
  for (let look = 1; look <= 5; look += 1) {
    await timeForALook(bot, look);
    await eventually(async () => (await takenUp()) === before + look, `look ${look}`);
    await eventually(async () => (await redis.exists(keys.lease(1001))) === 0, 'nobody looking');
  }

  await timeForALook(bot, 6);
  const request = await bot.untilOf(1001, 'left unknown');

  expect(request.result?.text).toContain('I looked 5 more times, and could not settle it. Look at the cloud before you go on.');
  expect(request.locks).toEqual([]);
  expect(await redis.zcard(keys.timers)).toBe(0);
  await bot.slack.waitFor(() => bot.card().includes('R-1001 ended UNKNOWN'), 'the card');
  expect(bot.card()).not.toContain('[Look no more]');
});

it('somebody may end the looking, and the looks go on over a restart until then', async () => {
  const { bot } = await unknownAfter({ dropAfterEffect: true });
  await bot.running.stop();
  await bot.another('all');
  await eventually(async () => ((await bot.request(1001)).looks ?? 0) > 0, 'a look after the restart');

  const answer = await bot.click('bob', 'Look no more');

  expect(answer).toBe('R-1001 is looked at no more, and what it changed is still unknown.');
  const request = await bot.untilOf(1001, 'left unknown');
  expect(request.result?.text).toContain('bob told me to look no more. Look at the cloud before you go on.');
  expect(request.locks).toEqual([]);
});
