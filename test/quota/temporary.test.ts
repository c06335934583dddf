import { describe, expect, it } from 'vitest';
import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import { planHash } from '../../src/planning/plan-hash.ts';
import type { FrozenPlan } from '../../src/request.ts';
import { eventually, startBot } from '../bot.ts';
import { approved, BEFORE, DURING, LINE, limits, notice, reverted, timeIsUp } from './temporary-stage.ts';

describe('a quota for a time', () => {
  it('says on its card what goes back when, as part of what is approved', async () => {
    const bot = await startBot();
    await bot.say('bob', LINE);

    const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.card(), 'the card');

    expect(card).toContain('Change 3 quotas of project alice-lab for 7d: cores 20 → 40, ram 50 GiB → 80 GiB, volumes 10 → 20.');
    expect(card).toContain('After 7d: Set back in project alice-lab: cores 20, ram 50 GiB, volumes 10.');
    const { plan, hash } = await bot.until('waiting');
    const [job] = plan?.jobs ?? [];
    if (!plan || !job?.later) throw new Error('a plan has the job, and what comes later');
    const longer: FrozenPlan = { ...plan, jobs: [{ ...job, later: { ...job.later, afterMs: 1 } }] };
    expect(planHash('prod', 'RegionOne', plan)).toBe(hash);
    expect(planHash('prod', 'RegionOne', longer)).not.toBe(hash);
  });

  it('goes back when its time is up, without another vote, over a restart, and tells its requester', async () => {
    const bot = await startBot();
    const { since } = await approved(bot, LINE, 1001);
    expect(limits(bot)).toEqual(DURING);
    expect(await bot.shows('R-1001 is done')).toMatch(
      /On 20\d\d-\d\d-\d\d \d\d:\d\d UTC, unless somebody decides otherwise before: Set back in project alice-lab: cores 20/,
    );
    expect(bot.card()).toContain('Undo: quota set');
    const { redis, keys } = bot.running.core.store;
    expect(Number(await redis.zscore(keys.timers, '1001|revert RegionOne')) - since).toBe(7 * 86_400_000);
    await bot.running.stop();
    const next = await bot.another('all');

    await next.core.store.redis.zadd(keys.timers, 'XX', 1, '1001|revert RegionOne');
    const child = await reverted(bot, 1002, next);

    expect(limits(bot)).toEqual(BEFORE);
    expect(child).toMatchObject({ state: 'done', parent: 1001, requester: { kind: 'schedule', name: 'R-1001' } });
    const told = await bot.hears('bob', 'R-1002 is done');
    expect(told).toContain('Project alice-lab now has cores 20, ram 50 GiB, volumes 10.');
    expect(told).toContain('Asked by: the plan of R-1001, which bob asked for');
    await bot.slack.waitFor(() => bot.card().includes('R-1002 is done'), 'its card');
    expect(await bot.say('bob', 'request show R-1001')).toContain('Followed by: R-1002');
    expect(await next.core.store.redis.keys(keys.revert(1001, '*'))).toEqual([]);
  });

  it('is really timed: what is for two seconds goes back after two seconds', async () => {
    const bot = await startBot();
    await approved(bot, 'quota set alice-lab cores=40 --for 2s --reason "a moment"', 1001);

    await reverted(bot, 1002);

    expect(limits(bot)).toEqual(BEFORE);
  });

  it('leaves and names what somebody has changed since, and what more is used of than fits', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    bot.cloud.state.quotas.compute.own.set(ALICE_LAB, { cores: 64, ram: 81_920 });
    bot.cloud.state.quotas.volume.used.set(ALICE_LAB, { volumes: 15 });

    await timeIsUp(bot, 1001);
    const child = await reverted(bot, 1002);

    expect(child.state).toBe('partly done');
    expect(limits(bot)).toEqual({ cores: 64, ram: 51_200, volumes: 20 });
    const told = await bot.hears('bob', 'R-1002 was PARTLY done');
    expect(told).toContain('Nova, cores: left alone. cores is 64 and was 40 when this was approved.');
    expect(told).toContain('Cinder: left alone. volumes is to be 10, and by now 15 are in use.');
  });

  it('is tried again later where a service failed, without what went back already', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    await bot.cloud.away('volume');
    await timeIsUp(bot, 1001);
    const child = await reverted(bot, 1002);
    await bot.cloud.back('volume');

    const { redis, keys, clock } = bot.running.core.store;
    const again = Number(await redis.zscore(keys.timers, '1001|revert RegionOne')) - clock.now();
    await timeIsUp(bot, 1001);
    await reverted(bot, 1003);

    expect(child.state).toBe('partly done');
    expect(again).toBeGreaterThan(200_000);
    expect(again).toBeLessThanOrEqual(300_000);
    expect(limits(bot)).toEqual(BEFORE);
  });

  it('of which nothing was set has nothing to go back', async () => {
    const bot = await startBot();
    for (const service of ['compute', 'volume'] as const)
      bot.cloud.answer(service, 'PUT', 'quota', { status: 403, body: {}, times: 9 });

    const { state } = await approved(bot, LINE, 1001);

    const { redis, keys } = bot.running.core.store;
    expect(state).toBe('failed');
    expect(await redis.keys(keys.revert(1001, '*'))).toEqual([]);
    expect((await redis.zrange(keys.timers, '0', '-1')).filter((name) => name.includes('revert'))).toEqual([]);
  });
});

describe('before a quota goes back', () => {
  it('its requester is told a day ahead, and keeps it for as long again: the first old value stays the one', async () => {
    const bot = await startBot();
    const { since } = await approved(bot, LINE, 1001);
    const { redis, keys } = bot.running.core.store;
    expect(Number(await redis.zscore(keys.timers, '1001|revert-soon RegionOne')) - since).toBe(6 * 86_400_000);
    await timeIsUp(bot, 1001, { kind: 'revert-soon' });
    const told = await notice(bot, 'Extend');
    expect(bot.text(told)).toMatch(/R-1001 was for 7d, and goes back in \dd( \d+h)?: Set back in project alice-lab: cores 20/);

    await bot.slack.click('bob', told, 'Extend');
    const card = await bot.slack.waitFor(() => bot.card().includes('R-1002 waits') && bot.cardMessage(), 'the card');
    expect(bot.text(card)).toContain(
      'Change 3 quotas of project alice-lab for 7d: cores stays 40, ram stays 80 GiB, volumes stays 20.',
    );
    expect(bot.text(card)).toMatch(
      /R-1001 set cores until 20.* UTC, and then back to 20\. This takes its place, and goes back to the same 20\./,
    );
    await bot.click('alice', 'Approve', card);
    await bot.untilOf(1002, 'done');
    await timeIsUp(bot, 1001);
    await timeIsUp(bot, 1002);
    await reverted(bot, 1003);

    expect(limits(bot)).toEqual(BEFORE);
    expect(await redis.exists(keys.request(1004))).toBe(0);
  });

  it('somebody keeps it for good', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    await timeIsUp(bot, 1001, { kind: 'revert-soon' });
    const told = await notice(bot, 'Keep');

    await bot.slack.click('bob', told, 'Keep');
    const card = await bot.slack.waitFor(() => bot.card().includes('R-1002 waits') && bot.cardMessage(), 'the card');
    await bot.click('alice', 'Approve', card);
    const kept = await bot.untilOf(1002, 'done');
    await timeIsUp(bot, 1001);
    const { redis, keys } = bot.running.core.store;
    await eventually(
      async () => (await redis.zscore(keys.timers, '1001|revert RegionOne')) === null,
      'the revert that is none any more',
    );

    expect(kept.result?.text).toBe('Project `alice-lab` now has cores 40, ram 80 GiB, volumes 20.');
    expect(limits(bot)).toEqual(DURING);
    expect(await redis.exists(keys.request(1003))).toBe(0);
  });

  it('a second change of one value for good ends it for that value alone', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    const second = await approved(bot, 'quota set alice-lab cores=50 --reason "for good"', 1002);
    expect(second.plan?.lines?.join()).toMatch(/R-1001 set cores until .* back to 20\. This ends that: it stays\./);

    await timeIsUp(bot, 1001);
    await reverted(bot, 1003);

    expect(limits(bot)).toEqual({ cores: 50, ram: 51_200, volumes: 10 });
  });

  it('a second change that fails ends nothing', async () => {
    const bot = await startBot();
    await approved(bot, LINE, 1001);
    bot.cloud.answer('compute', 'PUT', 'quota', { status: 403, body: {} });
    await approved(bot, 'quota set alice-lab cores=50 --reason "for good"', 1002);

    await timeIsUp(bot, 1001);
    await reverted(bot, 1003);

    expect(limits(bot)).toEqual(BEFORE);
  });
});
