import { expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { readAudit } from '../../src/requests/store.ts';
import { type Bot, eventually, gate, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const SAME = 'cores set demo alice-lab --cores=40 --reason "I see it too"';

/** What carol, who as an approver also gets cards, is told with these words. */
async function ask(bot: Bot, line: string, words: string): Promise<string> {
  await bot.slack.slash('carol', '#ops', line);
  return bot.hears('carol', words);
}

function coresOf({ cloud }: Bot, project: string): number | undefined {
  return cloud.state.quotas.compute.own.get(project)?.cores;
}

function open({ running }: Bot): Promise<number> {
  const { redis, keys } = running.core.store;
  return redis.zcard(keys.open);
}

it('the second asker of the same gets the link to the first one, and hears of its end', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  await bot.shows('[Approve]');

  const told = await ask(bot, SAME, 'R-1001 does just this, and waits for approval: Set cores to 40 in 2 projects: more load');

  expect(told).toContain('bob asked for it already. You hear from me when it ends; request show R-1001 shows how far it is.');
  expect(told).toMatch(/Open the card \(https:\/\/home\.slack\.example\/archives\/C0OPS0000\/p\d+\)/);
  expect((await bot.request(1002)).state).toBe('nothing to do');
  expect(await bot.shows('Also asked for by')).toContain('Also asked for by: carol');
  expect(await open(bot)).toBe(1);

  await bot.approve('alice');

  // Not the approver's card, which says so too.
  await bot.slack.waitFor(
    () => bot.directs('carol').filter((text) => text.includes('R-1001 is done')).length === 2,
    'the word of the end',
  );
  expect(await bot.hears('carol', 'R-1001 is done')).toContain('Cores: 2 projects done.');
  expect(bot.cloud.writes).toHaveLength(2);
  const events = (await readAudit(bot.running.core.store, 1001)).map(({ event, by }) => [event, by]);
  expect(events).toContainEqual(['followed', idOf('U', 'carol')]);
});

it('who asks twice is told so, and hears once', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  expect(await bot.say('bob', SET)).toContain('You asked for it already.');

  expect((await bot.request(1001)).followers).toBeUndefined();
  await bot.approve('alice');
  await bot.hears('bob', 'R-1001 is done');
});

it('asked at the same moment it is one request all the same', async () => {
  const bot = await toyBot();
  bot.cloud.answer('compute', 'GET', DEMO_PROJECT, { delayMs: 300 });

  await Promise.all([bot.slack.slash('bob', '#ops', SET), bot.slack.slash('carol', '#ops', SAME)]);

  await eventually(
    async () => (await bot.request(1001)).plan !== undefined || (await bot.request(1002)).plan !== undefined,
    'a plan',
  );
  await bot.slack.waitFor(
    () =>
      ['bob', 'carol'].some((who) => bot.slack.ephemerals(who).some((message) => bot.text(message).includes('does just this'))),
    'the other one told',
  );
  const states = [(await bot.request(1001)).state, (await bot.request(1002)).state];
  expect(states.toSorted()).toEqual(['nothing to do', 'waiting']);
});

it('what has ended is no longer the same: it can be asked for again', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  await bot.deny('alice', 'not today');
  await bot.until('rejected');

  await ask(bot, SAME, 'R-1002 waits for 1 vote of approver');
  const { redis, keys } = bot.running.core.store;
  expect(await redis.get(keys.same((await bot.request(1002)).same ?? ''))).toBe('1002');
});

it('something else on the same target is planned, and waits for the lock; what its approvers saw is gone by then, so it is left alone', async () => {
  const bot = await toyBot();
  const write = gate();
  bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
  await bot.say('bob', SET);
  await bot.approve('alice');
  await bot.untilOf(1001, 'running');

  await ask(bot, 'cores set demo alice-lab --cores 50 --reason "more load"', 'R-1002 waits for 1 vote');
  await bot.shows('R-1002 waits for approval');
  await bot.approve('alice');

  await bot.shows('It waits for R-1001, which holds the same target.');
  expect((await bot.request(1002)).state).toBe('queued');
  write.open();
  await bot.untilOf(1001, 'done');
  expect((await bot.untilOf(1002, 'nothing done')).result?.text).toContain('2 projects');
  expect(bot.cloud.writes).toHaveLength(2);
  expect(coresOf(bot, DEMO_PROJECT)).toBe(40);
  expect(coresOf(bot, ALICE_LAB)).toBe(40);
});

it('changed into the same, with other words, it takes the place of the one it was', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  const card = await bot.slack.waitFor(() => bot.card().includes('[Change]') && bot.cardMessage(), 'the card');
  await bot.slack.click('bob', card, 'Change');
  const form = await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form');
  await bot.slack.submit('bob', form, { answer: SET.replace('more load', 'much more load') });

  await bot.untilOf(1001, 'cancelled');

  expect((await bot.request(1002)).state).toBe('waiting');
  await ask(bot, SAME, 'R-1002 does just this');
});
