import { expect, it } from 'vitest';
import { readAudit } from '../../src/requests/store.ts';
import { type Bot, eventually } from '../bot.ts';
import { approved, coresOf, setCores, twoRegions } from './clouds-stage.ts';

const SET = 'quota set alice-lab cores=40 --reason "more load" --region all';

/** Which regions were written to, in this order. */
function written({ cloud }: Bot): string[] {
  return cloud.writes.map(({ region }) => region);
}

/** Approved, and in the middle of its write to the first region. */
async function inRegionOne(bot: Bot): Promise<void> {
  bot.cloud.answer('compute', 'PUT', 'os-quota-sets', { region: 'RegionOne', delayMs: 1_000 });
  await bot.say('bob', SET);
  await bot.approve('alice');
  await eventually(() => written(bot).length === 1, 'the write to RegionOne');
}

it('a stop ends it before the next region, and says in which it was and was not done', async () => {
  const bot = await twoRegions();
  await inRegionOne(bot);

  await bot.say('bob', 'request cancel R-1001');
  const { result, locks } = await bot.untilOf(1001, 'cancelled');

  expect(result?.text).toBe('Stopped by bob. Done: Nova in RegionOne. Not done: Nova in RegionTwo.');
  expect(coresOf(bot)).toEqual([40, 22]);
  expect(locks).toEqual([]);
});

it('for a time and stopped between two regions, it goes back where it was done alone, and the card says where', async () => {
  const bot = await twoRegions();
  bot.cloud.answer('compute', 'PUT', 'os-quota-sets', { region: 'RegionOne', delayMs: 1_000 });
  await bot.say('bob', SET.replace('--reason', '--for 7d --reason'));
  await bot.approve('alice');
  await eventually(() => written(bot).length === 1, 'the write to RegionOne');

  await bot.say('bob', 'request cancel R-1001');
  await bot.untilOf(1001, 'cancelled');
  const card = await bot.shows('R-1001 was cancelled');

  expect(card).toMatch(
    /RegionOne: On 20.* UTC, unless somebody decides otherwise before: Set back in project alice-lab: cores 20\./,
  );
  expect(card).not.toContain('RegionTwo: On');
  const { redis, keys } = bot.running.core.store;
  expect(await redis.exists(keys.revert(1001, 'RegionOne'), keys.revert(1001, 'RegionTwo'))).toBe(1);
});

it('on SIGTERM it is handed over between two regions, and another worker does the other one alone', async () => {
  const bot = await twoRegions({ role: 'gateway' });
  const first = await bot.another('worker');
  await inRegionOne(bot);

  const stopping = first.stop();
  await bot.another('worker');
  await stopping;
  await bot.untilOf(1001, 'done');

  expect(written(bot)).toEqual(['RegionOne', 'RegionTwo']);
  expect(coresOf(bot)).toEqual([40, 40]);
  expect((await readAudit(bot.running.core.store, 1001)).map(({ event }) => event)).toContain('handed back');
});

it('an answer that got lost in one region is read back there, and not sent again', async () => {
  const bot = await twoRegions();
  bot.cloud.answer('compute', 'PUT', 'os-quota-sets', { region: 'RegionTwo', dropAfterEffect: true });

  expect(await approved(bot, SET)).toContain('R-1001 is done');

  expect(written(bot)).toEqual(['RegionOne', 'RegionTwo']);
  expect(coresOf(bot)).toEqual([40, 40]);
});

it('what it did in one region does not count as done in another, where somebody else did it', async () => {
  const bot = await twoRegions();
  await bot.say('bob', SET);
  setCores(bot.cloud, 40, 'RegionTwo');

  await bot.approve('alice');
  await bot.until('done');

  expect(await bot.shows('R-1001 is done')).toContain('RegionTwo: Nova: was so before.');
  expect(written(bot)).toEqual(['RegionOne']);
});

it('an outcome that is unknown in one region leaves it unknown as a whole, and is settled by looking there', async () => {
  const bot = await twoRegions();
  bot.cloud.answer('compute', 'PUT', 'os-quota-sets', { region: 'RegionTwo', dropAfterEffect: true });
  await bot.say('bob', SET);
  // The look before the write is answered well, those after it are not.
  bot.cloud.answer('compute', 'GET', 'os-quota-sets', { region: 'RegionTwo', after: 1, times: 99, status: 500 });
  await bot.approve('alice');
  const { result } = await bot.untilOf(1001, 'unknown');

  bot.cloud.clearFaults();
  await bot.untilOf(1001, 'done');

  expect(result?.text).toContain('RegionOne: Project `alice-lab` now has cores 40.');
  expect(result?.text).toContain('RegionTwo: The quotas of project `alice-lab` were perhaps set in Nova.');
  expect(written(bot)).toEqual(['RegionOne', 'RegionTwo']);
  expect(coresOf(bot)).toEqual([40, 40]);
});
