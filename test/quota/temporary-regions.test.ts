import { describe, expect, it } from 'vitest';
import { ENDED } from '../../src/request.ts';
import { type Bot, eventually } from '../bot.ts';
import { approved, coresOf, REGIONS, setCores, twoRegions } from '../core/clouds-stage.ts';
import { appears, notice, timeIsUp } from './temporary-stage.ts';

describe('a quota for a time in all regions', () => {
  const LINE = 'quota set alice-lab cores=40 --for 7d --reason "course" --region all';

  async function ended(bot: Bot, number: number): Promise<string> {
    await appears(number, bot.running);
    return (await bot.untilOf(number, ...ENDED)).state;
  }

  it('goes back in both, to what it was in each', async () => {
    const bot = await twoRegions();
    const card = await approved(bot, LINE);
    expect(coresOf(bot)).toEqual([40, 40]);

    await timeIsUp(bot, 1001, { region: 'RegionOne' });
    expect(await ended(bot, 1002)).toBe('done');
    const afterFirst = coresOf(bot);
    await timeIsUp(bot, 1001, { region: 'RegionTwo' });
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

    for (const region of REGIONS) await timeIsUp(bot, 1001, { region });
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
    await timeIsUp(bot, 1001, { region: 'RegionTwo' });
    await ended(bot, 1002);

    expect(timers).toEqual(['1001|revert RegionTwo']);
    expect(coresOf(bot)).toEqual([20, 22]);
  });

  it('stays in the region whose notice is answered so, and goes back in the other', async () => {
    const bot = await twoRegions();
    await approved(bot, LINE);
    await timeIsUp(bot, 1001, { kind: 'revert-soon', region: 'RegionTwo' });
    const told = await notice(bot, 'Keep');

    await bot.slack.click('bob', told, 'Keep');
    const card = await bot.slack.waitFor(() => bot.card().includes('R-1002 waits') && bot.cardMessage(), 'the card');
    await bot.click('alice', 'Approve', card);
    await bot.untilOf(1002, 'done');
    for (const region of REGIONS) await timeIsUp(bot, 1001, { region });
    await ended(bot, 1003);
    await eventually(
      async () => (await bot.running.core.store.redis.keys(bot.running.core.store.keys.revert(1001, '*'))).length === 0,
      'nothing more to go back',
    );

    expect(bot.text(told)).toContain('It is about prod/RegionTwo.');
    expect(bot.text(card)).toContain('prod/RegionTwo · change');
    expect(coresOf(bot)).toEqual([20, 40]);
    expect((await bot.request(1003)).region).toBe('RegionOne');
  });
});
