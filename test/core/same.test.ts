import { describe, expect, it } from 'vitest';
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

/** Whoever is on call needs no vote, and is nobody else. */
const ON_CALL = {
  roles: {
    operator: { users: [idOf('U', 'bob'), idOf('U', 'carol')] },
    oncall: { users: [idOf('U', 'eve')] },
    approver: { users: [idOf('U', 'alice')] },
  },
  rules: [
    { roles: ['operator'], effects: ['read', 'change', 'disruptive', 'destructive'] },
    { roles: ['oncall'], effects: ['read', 'change', 'disruptive', 'destructive'], approvals: [] },
    { roles: ['approver'], effects: ['read'] },
  ],
};

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

it('changed into what another one does already, it is taken back all the same', async () => {
  const bot = await toyBot();
  await bot.say('carol', SAME);
  await bot.say('bob', SET.replace('--cores 40', '--cores 60'));
  const card = await bot.slack.waitFor(
    () => bot.slack.messages('#ops').find((one) => bot.text(one).includes('R-1002 waits') && bot.text(one).includes('[Change]')),
    'the card',
  );
  await bot.slack.click('bob', card, 'Change');
  const form = await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form');
  await bot.slack.submit('bob', form, { answer: SET });

  await bot.untilOf(1002, 'cancelled');

  expect((await bot.request(1003)).state).toBe('nothing to do');
  await bot.hears('bob', 'Changed into R-1003 by bob. Nothing was changed by this one.');
});

describe('whoever needs no vote', () => {
  it('waits for none: theirs runs, and takes the place of what waits; its asker, approvers and followers are told', async () => {
    const bot = await toyBot({ yaml: ON_CALL });
    await bot.say('bob', SET);
    await ask(bot, SAME, 'R-1001 does just this');
    await bot.shows('Also asked for by: carol');

    const told = await bot.say('eve', SAME.replace('I see it too', 'incident'));

    expect(told).toContain('R-1003 is queued: Set cores to 40 in 2 projects: incident');
    expect(told).toContain('It takes the place of R-1001, which does the same and waited for votes.');
    await bot.untilOf(1003, 'done');
    expect(coresOf(bot, DEMO_PROJECT)).toBe(40);
    expect(bot.cloud.writes).toHaveLength(2);
    expect((await bot.request(1001)).state).toBe('cancelled');
    const ended = 'eve asked for the same with R-1003, which takes no vote and took its place. Nothing was changed by this one.';
    for (const who of ['bob', 'carol']) {
      await bot.hears(who, ended);
      await bot.hears(who, 'R-1003 is done');
    }
    // The approver's copy of the card, where nothing is to be decided any more.
    expect(await bot.hears('alice', ended)).not.toContain('[Approve]');
    expect(await bot.shows('Also asked for by: bob, carol')).toContain('R-1003');
    expect(await open(bot)).toBe(0);
  });

  it('follows what was approved already', async () => {
    const bot = await toyBot({ yaml: ON_CALL });
    const write = gate();
    bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
    await bot.say('bob', SET);
    await bot.approve('alice');
    await bot.untilOf(1001, 'running');

    expect(await bot.say('eve', SAME)).toContain('R-1001 does just this, and is running');

    write.open();
    await bot.hears('eve', 'R-1001 is done');
  });

  it('with a target to type has decided nothing before that: theirs goes beside what waits, and the later one finds it done', async () => {
    const WIPE = 'cores wipe demo --cores 40 --reason "more load"';
    const bot = await toyBot({ yaml: ON_CALL });
    await bot.say('bob', WIPE);
    await bot.typeTarget('bob', 'demo');
    await bot.untilOf(1001, 'waiting');

    expect(await bot.say('eve', WIPE)).toContain('R-1002 waits for its requester to type the target');

    expect((await bot.request(1001)).state).toBe('waiting');
    await bot.typeTarget('eve', 'demo');
    await bot.untilOf(1002, 'done');
    expect(bot.cloud.writes).toHaveLength(1);
  });
});

it('who may not wait for the one that they follow can end it, and asks anew', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const told = await ask(bot, SAME, 'R-1001 does just this');

  expect(told).toContain('To ask anew, end it first with request cancel R-1001, and type your line again.');
  await ask(bot, 'request cancel R-1001', 'is cancelled');
  await ask(bot, SAME, 'R-1004 waits for 1 vote');
});
