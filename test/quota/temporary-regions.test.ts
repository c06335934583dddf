import { describe, expect, it } from 'vitest';
import { ENDED } from '../../src/request.ts';
import { type Bot, eventually } from '../bot.ts';
import { approved, coresOf, REGIONS, setCores, twoRegions } from '../core/clouds-stage.ts';

describe('a quota for a time in all regions', () => {
  const LINE = 'quota set alice-lab cores=40 --for 7d --reason "course" --region all';

  async function timeIsUp({ running }: Bot, region: string, kind = 'revert'): Promise<void> {
    const { redis, keys } = running.core.store;
    await redis.zadd(keys.timers, 'XX', 1, `1001|${kind} ${region}`);
  }

  async function ended(bot: Bot, number: number): Promise<string> {
    const { redis, keys } = bot.running.core.store;
    await eventually(async () => (await redis.exists(keys.request(number))) === 1, `R-${number}`);
    return (await bot.untilOf(number, ...ENDED)).state;
  }

  it('goes back in both, to what it was in each', async () => {
    const bot = await twoRegions();
    const card = await approved(bot, LINE);
    expect(coresOf(bot)).toEqual([40, 40]);

    await timeIsUp(bot, 'RegionOne');
    expect(await ended(bot, 1002)).toBe('done');
    const afterFirst = coresOf(bot);
    await timeIsUp(bot, 'RegionTwo');
    expect(await ended(bot, 1003)).toBe('done');

    expect(card).toContain('R-1001 is done · prod/RegionOne+RegionTwo');
    expect(afterFirst).toEqual([20, 40]);
    expect(coresOf(bot)).toEqual([20, 22]);
    expect(await bot.hears('bob', 'R-1003 is done')).toContain('prod/RegionTwo');
    const { redis, keys } = bot.running.core.store;
    expect(await redis.keys(keys.revert(1001, '*'))).toEqual([]);
  });

  it('leaves one region alone where somebody has changed it since', async () => {
    const bot = await twoRegions();
    await approved(bot, LINE);
    setCores(bot.cloud, 64, 'RegionOne');

    for (const region of REGIONS) await timeIsUp(bot, region);
    const states = [await ended(bot, 1002), await ended(bot, 1003)];

    expect(states.sort()).toEqual(['done', 'nothing done']);
    expect(coresOf(bot)).toEqual([64, 22]);
  });

  it('does not go back where it was not set', async () => {
    const bot = await twoRegions();
    bot.cloud.answer('compute', 'PUT', 'os-quota-sets', { region: 'RegionOne', status: 403 });
    await approved(bot, LINE);

    const { redis, keys } = bot.running.core.store;
    const timers = (await redis.zrange(keys.timers, '0', '-1')).filter((timer) => timer.includes('|revert '));
    await timeIsUp(bot, 'RegionTwo');
    await ended(bot, 1002);

    expect(timers).toEqual(['1001|revert RegionTwo']);
    expect(coresOf(bot)).toEqual([20, 22]);
  });

  it('stays in the region whose notice is answered so, and goes back in the other', async () => {
    const bot = await twoRegions();
    await approved(bot, LINE);
    await timeIsUp(bot, 'RegionTwo', 'revert-soon');
    const notice = await bot.slack.waitFor(
      () => bot.slack.directs('bob').find((message) => bot.text(message).includes('[Keep]')),
      'the notice',
    );

    await bot.slack.click('bob', notice, 'Keep');
    const card = await bot.slack.waitFor(() => bot.card().includes('R-1002 waits') && bot.cardMessage(), 'the card');
    await bot.click('alice', 'Approve', card);
    await bot.untilOf(1002, 'done');
    for (const region of REGIONS) await timeIsUp(bot, region);
    await ended(bot, 1003);
    await eventually(
      async () => (await bot.running.core.store.redis.keys(bot.running.core.store.keys.revert(1001, '*'))).length === 0,
      'nothing more to go back',
    );

    expect(bot.text(notice)).toContain('It is about prod/RegionTwo.');
    expect(bot.text(card)).toContain('prod/RegionTwo · change');
    expect(coresOf(bot)).toEqual([20, 40]);
    expect((await bot.request(1003)).region).toBe('RegionOne');
  });
});
