import { expect, it } from 'vitest';
import { handleLine } from '../../src/planning/dispatch.ts';
import { toyBot } from '../bot.ts';
import { freezeQuietly, thawQuietly } from '../standstill/stage.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';

it('changes nothing before someone else approves, and then exactly what the card showed', async () => {
  const bot = await toyBot();

  const told = await bot.say('bob', SET);
  const asked = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.card(), 'the card');

  expect(bot.cloud.writes).toEqual([]);
  expect(told).toContain('R-1001 waits for 1 vote of approver');
  expect(asked).toContain('prod/RegionOne');
  expect(asked).toContain('change, 2 projects');
  expect(asked).toContain('Set cores to 40 in 2 projects: more load');

  const answer = await bot.approve('alice');
  await bot.until('done');

  expect(answer).toContain('You approved R-1001');
  expect(bot.cloud.writes.map(({ method }) => method)).toEqual(['PUT', 'PUT']);
  await bot.slack.waitFor(() => bot.card().includes('is done'), 'the card at its end');
  expect(bot.card()).toContain('2 projects done');
  expect(bot.card()).toContain('alice approved');
  expect(bot.card()).not.toContain('[Approve]');
  expect(bot.slack.messages('#ops').filter(({ ephemeralTo }) => !ephemeralTo)).toHaveLength(1);
  await bot.slack.waitFor(() => bot.directs('bob').some((text) => text.includes('R-1001 is done')), 'a word to the requester');
});

it('does not let the requester approve, though he is an approver', async () => {
  const bot = await toyBot();
  await bot.say('alice', SET);

  const answer = await bot.approve('alice');

  expect(answer).toContain('You asked for this yourself');
  expect((await bot.until('waiting')).votes).toEqual([]);
  expect(bot.cloud.writes).toEqual([]);
});

it('a late wake-up for its line does not plan an approved change again', async () => {
  const bot = await toyBot();
  const { core } = bot.running;
  await bot.say('bob', SET);
  await freezeQuietly(bot);
  await bot.approve('alice');
  await bot.until('queued');

  await handleLine(core, 1001);

  expect((await bot.request(1001)).state).toBe('queued');
  await thawQuietly(bot);
  // Thawed, it goes on with the sweeper's next round, every two seconds.
  expect((await bot.until('done')).votes).toHaveLength(1);
});
