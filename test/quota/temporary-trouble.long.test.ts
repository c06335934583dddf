import { describe, expect, it } from 'vitest';
import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import type { Request } from '../../src/request.ts';
import { type Bot, endBegins, eventually, gate, startBot } from '../bot.ts';
import { freezeQuietly, thawQuietly } from '../standstill/stage.ts';
import { appears, approved, BEFORE, DURING, LINE, limits, notice, reverted, timeIsUp } from './temporary-stage.ts';

/** What Redis still has of reverts. */
async function traces({ running }: Bot): Promise<string[]> {
  const { redis, keys } = running.core.store;
  const timers = (await redis.zrange(keys.timers, '0', '-1')).filter((name) => name.includes('revert'));
  return [
    ...(await redis.keys(keys.revert(1001, '*'))),
    ...(await redis.keys(keys.revertEnded(1001, '*'))),
    ...(await redis.keys(keys.revertsOf('*'))),
    ...timers,
  ];
}

/** The request that takes R-1001 back, once it waits. */
async function fired(bot: Bot, number: number): Promise<Request> {
  await timeIsUp(bot, 1001);
  await appears(number, bot.running);
  return bot.request(number);
}

describe('a change for a time that was not done to its end', () => {
  it('handed over half done and cancelled then, goes back as far as it was done, and says so', async () => {
    const bot = await startBot();
    const write = gate();
    bot.cloud.answer('compute', 'PUT', 'quota', { until: write.until });
    await bot.slack.slash('bob', '#ops', LINE);
    await bot.slack.waitFor(() => bot.card().includes('[Approve]'), 'the card');
    await bot.approve('alice');
    await eventually(() => bot.cloud.calls.some(({ method }) => method === 'PUT'), 'the write');
    const stopped = bot.running.stop();
    await endBegins(bot);
    write.open();
    await stopped;
    const another = { running: await bot.another('all') };
    await freezeQuietly(another);

    await bot.click('bob', 'Cancel');
    const card = await bot.shows('R-1001 was cancelled');

    expect(card).toContain(
      'Cancelled by bob. What was done stays so. It was handed over. Dealt with so far: Nova. Not begun: Cinder.',
    );
    expect(card).toContain('Undo: quota set');
    expect(card).toMatch(/On 20.* UTC, unless somebody decides otherwise before: Set back in project alice-lab: cores 20/);
    expect(limits(bot)).toEqual({ ...DURING, volumes: 10 });
    await thawQuietly(another);
    const { store } = another.running.core;
    await store.redis.zadd(store.keys.timers, 'XX', 1, '1001|revert RegionOne');
    await bot.hears('bob', 'R-1002 is done');
    expect(limits(bot)).toEqual(BEFORE);
  });

  it('cancelled before anything was done has nothing to go back', async () => {
    const bot = await startBot();
    await bot.say('bob', LINE);
    await bot.slack.waitFor(() => bot.card().includes('[Cancel]'), 'the card');

    await bot.click('bob', 'Cancel');
    await bot.until('cancelled');

    expect(await traces(bot)).toEqual([]);
  });
});

describe('what takes a change back', () => {
  it('is tried again when its own outcome was left unknown', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    bot.cloud.answer('compute', 'PUT', ALICE_LAB, { dropBefore: true, times: 99 });
    bot.cloud.answer('compute', 'GET', ALICE_LAB, { after: 1, dropBefore: true, times: 9_999 });
    await fired(bot, 1002);
    await bot.untilOf(1002, 'unknown');

    await bot.say('bob', 'request cancel R-1002');
    const told = await bot.hears('bob', 'R-1002 ended UNKNOWN');
    bot.cloud.clearFaults();
    await timeIsUp(bot, 1001);
    await reverted(bot, 1004);

    expect(told).toMatch(/I try again at 20.* UTC\. To keep what has not gone back type quota set/);
    expect(limits(bot)).toEqual(BEFORE);
    expect(await traces(bot)).toEqual([]);
  });

  it('is put off by a Cancel, and only a decision keeps what it is about', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    await freezeQuietly(bot);
    await fired(bot, 1002);

    const told = await bot.say('carol', 'request cancel R-1002');
    await bot.hears('bob', 'R-1002 was cancelled');
    await thawQuietly(bot);
    expect(told).toMatch(/I try again at 20.* UTC\. To keep what has not gone back type quota set/);
    expect(limits(bot)).toEqual(DURING);
    await timeIsUp(bot, 1001);
    await reverted(bot, 1004);

    expect(limits(bot)).toEqual(BEFORE);
  });

  it('gives up in the end, and says so', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    await bot.cloud.away('volume');
    for (let number = 1002; number <= 1006; number += 1) {
      await timeIsUp(bot, 1001);
      await reverted(bot, number);
    }
    await timeIsUp(bot, 1001);
    await reverted(bot, 1007);

    expect(await bot.hears('bob', 'I do not try again. Look at it, and set it by hand.')).toContain('R-1007');
    expect(await traces(bot)).toEqual([]);
  });

  it('leaves alone what somebody decides about while it waits for that decision to be carried out', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    await bot.slack.slash('bob', '#ops', 'quota set alice-lab cores=40 ram=80G volumes=20 --reason "to stay"');
    const card = await bot.slack.waitFor(() => bot.card().includes('R-1002 waits') && bot.cardMessage(), 'the card');
    const look = gate();
    bot.cloud.answer('compute', 'GET', ALICE_LAB, { until: look.until });
    await bot.click('alice', 'Approve', card);
    await bot.untilOf(1002, 'running');
    await fired(bot, 1003);
    await bot.shows('It waits for R-1002, which holds the same target.');

    look.open();
    await bot.untilOf(1002, 'done');
    const child = await reverted(bot, 1003);

    expect(child.state).toBe('nothing done');
    expect(child.result?.text).toBe('Nothing goes back in project `alice-lab`: somebody has decided otherwise since.');
    expect(limits(bot)).toEqual(DURING);
    expect(await traces(bot)).toEqual([]);
  });
});

it('what somebody has decided about since is named neither before it goes back nor by what takes it back', async () => {
  const bot = await startBot();
  await approved(bot, LINE, 1001);
  await approved(bot, 'quota set alice-lab cores=50 --reason "for good"', 1002);

  await timeIsUp(bot, 1001, { kind: 'revert-soon' });
  const told = await notice(bot, 'Keep');
  const { plan } = await fired(bot, 1003);
  await reverted(bot, 1003);

  expect(bot.text(told)).toContain('Set back in project alice-lab: ram 50 GiB, volumes 10.');
  expect(plan?.text).toBe('Set back in project `alice-lab`: ram 50 GiB, volumes 10.');
  await bot.slack.click('bob', told, 'Keep');
  await bot.slack.waitFor(() => bot.card().includes('Change 2 quotas of project alice-lab: ram'), 'the plan of what was left');
  expect(limits(bot).cores).toBe(50);
});

describe('what somebody else has made so for good', () => {
  const FOR_GOOD = 'quota set alice-lab cores=40 --reason "to stay"';
  const FOR_A_WEEK = 'quota set alice-lab cores=40 --for 7d --reason "course"';

  /** Asks for both, and has the second one approved first. */
  async function secondFirst(bot: Bot, first: string, second: string): Promise<Request> {
    await bot.say('bob', first);
    const card = await bot.slack.waitFor(() => bot.card().includes('R-1001 waits') && bot.cardMessage(), 'the first card');
    await approved(bot, second, 1002);
    await bot.click('alice', 'Approve', card);
    return bot.untilOf(1001, 'nothing done');
  }

  it('does not go back with a change for a time that found it so', async () => {
    const bot = await startBot();

    await secondFirst(bot, FOR_A_WEEK, FOR_GOOD);

    expect(bot.card()).not.toContain('unless somebody decides otherwise');
    expect(await traces(bot)).toEqual([]);
    expect(limits(bot).cores).toBe(40);
  });

  it('stays, also where it was so for a time when it was carried out', async () => {
    const bot = await startBot();

    await secondFirst(bot, FOR_GOOD, FOR_A_WEEK);
    await timeIsUp(bot, 1002);
    const { redis, keys } = bot.running.core.store;
    await eventually(async () => (await redis.exists(keys.revert(1002, 'RegionOne'))) === 0, 'the revert that has ended');

    expect(limits(bot).cores).toBe(40);
    expect(await redis.exists(keys.request(1003))).toBe(0);
  });
});

it('settled only after its time was up, it has gone back by then, and promises nothing more', async () => {
  const bot = await startBot();
  bot.cloud.answer('compute', 'PUT', ALICE_LAB, { dropAfterEffect: true });
  bot.cloud.answer('compute', 'GET', ALICE_LAB, { after: 2, dropBefore: true, times: 9_999 });
  await bot.say('bob', 'quota set alice-lab cores=40 --for 10m --reason "a moment"');
  await bot.approve('alice');
  await bot.until('unknown');
  const [due] = (await bot.request(1001)).goesBack ?? [];
  await fired(bot, 1002);

  bot.cloud.clearFaults();
  bot.later(60_000);
  const settled = await bot.untilOf(1001, 'done');
  await reverted(bot, 1002);

  expect(settled.goesBack).toEqual([due]);
  expect(limits(bot).cores).toBe(20);
  expect(await traces(bot)).toEqual([]);
});
