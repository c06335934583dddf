import { describe, expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { setLimits } from '../../demo/cloud/state.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { remindOwners } from '../../src/approval/sign.ts';
import { readAudit } from '../../src/requests/store.ts';
import { endBegins, gate, startBot } from '../bot.ts';
import { pagesOf, section } from '../home/pages.ts';
import { freezeQuietly, thawQuietly } from '../standstill/stage.ts';
import {
  breaks,
  broken,
  clicks,
  cores,
  DAY,
  form,
  glassBot,
  MINUTE,
  reminders,
  SET,
  signs,
  unanswered,
  WHY,
  WIPE,
  withGlass,
} from './glass-stage.ts';

describe('broken glass', () => {
  it('is offered once nobody has answered, goes on at once, and tells the owners; the card says so until one has signed', async () => {
    const bot = await glassBot();
    await bot.say('bob', SET);
    const before = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.card(), 'the card');
    expect(before).not.toContain('Break glass');

    bot.later(5 * MINUTE);
    expect(await bot.shows('[Break glass]')).toContain('Nobody answered for 5 minutes.');
    expect(await breaks(bot)).toContain('R-1001 goes ahead without 1 vote of approver. The owners of Stackhand are told');
    await bot.untilOf(1001, 'unsigned');

    expect(cores(bot)).toBe(40);
    const card = await bot.shows('GLASS BROKEN by bob and UNSIGNED');
    expect(card).toContain('R-1001 is done, GLASS BROKEN by bob and UNSIGNED');
    expect(card).toContain(
      'as on-call, and went on without 1 vote of approver. It stays open until an owner of Stackhand signs it.',
    );
    expect(card).toContain(`Glass broken for: ${WHY}`);
    for (const owner of ['carol', 'dora']) {
      const told = await bot.hears(owner, 'GLASS BROKEN: R-1001 goes on without votes on prod/RegionOne');
      expect(told).toContain('bob broke the glass at');
      expect(told).toContain(WHY);
      expect(await bot.hears(owner, 'R-1001 is done, GLASS BROKEN')).toContain('[Sign]');
    }
    await bot.shows('GLASS BROKEN: R-1001', '#audit');
    expect(await bot.hears('bob', 'R-1001 is done, GLASS BROKEN by bob')).not.toContain('[Sign]');
  });

  it('stays open until an owner signs it, and ends in the state that it came to', async () => {
    const bot = await glassBot();
    await broken(bot);
    await bot.shows('UNSIGNED');
    expect(await bot.say('eve', 'request list')).toMatch(/R-1001 +is done, GLASS BROKEN by bob and UNSIGNED/);

    await signs(bot, 'dora', 'right so, thank you');
    await bot.hears('dora', 'You signed R-1001, which is closed now. It is done.');

    expect(await bot.untilOf(1001, 'done')).toMatchObject({ glass: { signed: { name: 'dora', words: 'right so, thank you' } } });
    const card = await bot.shows('R-1001 is done, GLASS BROKEN by bob, signed by dora');
    expect(card).toMatch(/Signed: dora, .*: right so, thank you/);
    expect(card).not.toMatch(/\[Sign\]|UNSIGNED/);
    await bot.hears('bob', 'signed by dora');
    await bot.shows('R-1001 was signed by dora: right so, thank you', '#audit');
    const audit = await readAudit(bot.running.core.store, 1001);
    expect(audit.map(({ event, by }) => [event, by])).toEqual(
      expect.arrayContaining([
        ['glass broken', 'U0BOB0000'],
        ['signed', 'U0DORA000'],
      ]),
    );
    expect(audit.find(({ event }) => event === 'glass broken')?.detail).toMatchObject({ reason: WHY, roles: ['on-call'] });
    expect(await bot.running.core.store.redis.zscore(bot.running.core.store.keys.open, 1001)).toBeNull();
  });

  it('holds no locks once it is over: another change of the same goes on, and so does the same again', async () => {
    const bot = await glassBot();
    await broken(bot);

    setLimits(bot.cloud.state.quotas.compute, DEMO_PROJECT, { cores: 20 });
    await bot.say('bob', SET);
    await bot.untilOf(1002, 'waiting');
    await bot.shows('R-1002 waits for approval');
    await bot.approve('alice');

    expect((await bot.untilOf(1002, 'done')).number).toBe(1002);
    expect((await bot.request(1001)).state).toBe('unsigned');
  });

  it('of a destructive plan takes its target a second time', async () => {
    const bot = await glassBot();
    await bot.say('bob', WIPE);
    await bot.typeTarget('bob', 'demo');
    await bot.untilOf(1001, 'waiting');
    bot.later(5 * MINUTE);
    await bot.shows('[Break glass]');

    const view = await form(bot, 'bob');
    expect(bot.slack.text(view)).toContain('without 1 vote of `approver`');
    const { errors } = await bot.slack.submit('bob', view, { answer: 'Demo', reason: WHY });
    expect(errors.answer).toBe('That is not demo. Capitals count.');
    await bot.slack.submit('bob', view, { answer: 'demo', reason: WHY });

    await bot.untilOf(1001, 'unsigned');
    expect(cores(bot)).toBe(40);
  });

  it('is signed as what it is where it was cancelled in time', async () => {
    const bot = await glassBot();
    await unanswered(bot);
    await freezeQuietly(bot);
    await breaks(bot);
    await bot.untilOf(1001, 'queued');

    await bot.say('alice', 'request cancel R-1001');
    await bot.untilOf(1001, 'unsigned');
    await thawQuietly(bot);
    await bot.shows('R-1001 was cancelled, GLASS BROKEN by bob and UNSIGNED');
    expect(await bot.say('alice', 'request cancel R-1001')).toContain('R-1001 has ended already: cancelled.');
    await signs(bot, 'carol');

    await bot.untilOf(1001, 'cancelled');
    expect(bot.cloud.writes).toEqual([]);
  });

  it('reminds the owners daily until one has signed', async () => {
    const bot = await glassBot();
    await broken(bot);
    await remindOwners(bot.running.core, 1001);
    expect(bot.directs('dora').join()).not.toContain('nobody has signed it');

    bot.later(DAY);
    await bot.hears('dora', 'R-1001 is done, and nobody has signed it since');
    await remindOwners(bot.running.core, 1001);
    const audit = await readAudit(bot.running.core.store, 1001);
    expect(audit.filter(({ event }) => event === 'reminded to sign')).toHaveLength(1);
    bot.later(DAY);
    await bot.slack.waitFor(() => reminders(bot, 'carol') === 2, 'the second reminder');
    await signs(bot, 'carol');
    await bot.untilOf(1001, 'done');
    await remindOwners(bot.running.core, 1001);

    expect(reminders(bot, 'dora')).toBe(2);
  });

  it('is kept by a restart: the job goes on, and then waits for a signature', async () => {
    const bot = await glassBot();
    await unanswered(bot, 'cores set demo alice-lab --cores 40 --reason "more load"');
    const slow = gate();
    bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: slow.until });
    await breaks(bot);
    await bot.untilOf(1001, 'running');
    const stopping = bot.running.stop();
    await endBegins(bot);
    slow.open();
    await stopping;

    await bot.another('all');

    expect((await bot.untilOf(1001, 'unsigned')).unsigned).toBe('done');
    expect(cores(bot)).toBe(40);
    await bot.hears('dora', 'R-1001 is done, GLASS BROKEN');
  });
});

describe('what broken glass does not lift', () => {
  it('a freeze holds it back', async () => {
    const bot = await glassBot();
    await unanswered(bot);
    await freezeQuietly(bot);

    await breaks(bot);
    await bot.untilOf(1001, 'queued');
    await bot.say('eve', 'request show R-1001');

    expect((await bot.request(1001)).state).toBe('queued');
    expect(bot.cloud.writes).toEqual([]);
    await thawQuietly(bot);
    await bot.untilOf(1001, 'unsigned');
  });

  it('what the job looks at: what drifted since is left alone', async () => {
    const bot = await glassBot();
    await unanswered(bot);
    setLimits(bot.cloud.state.quotas.compute, DEMO_PROJECT, { cores: 33 });

    await breaks(bot);

    expect((await bot.untilOf(1001, 'unsigned')).unsigned).toBe('nothing done');
    expect(cores(bot)).toBe(33);
  });

  it('a plan in the record that is not the one it was broken for', async () => {
    const bot = await glassBot();
    await unanswered(bot);
    await freezeQuietly(bot);
    await breaks(bot);
    await bot.running.stop();
    const another = { running: await bot.another('gateway') };
    const { redis, keys } = another.running.core.store;
    const doc = (await redis.hget(keys.request(1001), 'doc')) ?? '';
    await redis.hset(keys.request(1001), 'doc', doc.replaceAll('"cores":40', '"cores":400'));
    await thawQuietly(another);

    await bot.another('worker');

    expect((await bot.untilOf(1001, 'unsigned')).unsigned).toBe('void');
    expect(bot.cloud.writes).toEqual([]);
  });
});

it('votes and denials that come after are answered, and change nothing', async () => {
  const bot = await glassBot();
  await unanswered(bot);
  await freezeQuietly(bot);
  const { hash = '' } = await bot.untilOf(1001, 'waiting');
  await breaks(bot);
  await bot.untilOf(1001, 'queued');

  await clicks(bot, 'alice', { kind: 'deny', request: 1001, hash }, { reason: 'not now' });
  expect(await bot.hears('alice', 'R-1001 waits for no votes any more: bob broke the glass at')).toContain(
    'To stop it press Stop or Cancel on its card, or type request cancel R-1001.',
  );
  await thawQuietly(bot);
  await bot.untilOf(1001, 'unsigned');
  await clicks(bot, 'alice', { kind: 'approve', request: 1001, hash });

  await bot.hears('alice', 'and went on without 1 vote of approver. It is done.');
  expect(await bot.request(1001)).toMatchObject({ state: 'unsigned', votes: [] });
});

it('a vote that is faster than the form lets it go on with votes, and the form is answered', async () => {
  const bot = await glassBot();
  await unanswered(bot);
  const view = await form(bot, 'bob');
  await bot.approve('alice');
  await bot.untilOf(1001, 'done');

  await bot.slack.submit('bob', view, { answer: 'demo', reason: WHY });

  await bot.hears('bob', 'You come after its end: R-1001 is done.');
  expect((await bot.request(1001)).glass).toBeUndefined();
  expect(bot.directs('dora')).toEqual([]);
});

it('what was for a time goes back from its end on, signed or not, and can be taken back before it is signed', async () => {
  const bot = await startBot(withGlass());
  const { redis, keys } = bot.running.core.store;
  const due = (): Promise<string | null> => redis.zscore(keys.timers, '1001|revert RegionOne');
  await unanswered(bot, 'quota set demo cores=40 --for 7d --reason "more load"');
  await breaks(bot);
  const { goesBack = [] } = await bot.untilOf(1001, 'unsigned');
  const before = await due();

  bot.later(DAY);
  await bot.shows('[Sign] [Undo]');
  await signs(bot, 'dora');
  await bot.untilOf(1001, 'done');

  expect(before).toBe(String(goesBack[0]?.at));
  expect(await due()).toBe(before);
  expect((await bot.request(1001)).goesBack).toEqual(goesBack);
});

it('stands on the Home of an owner until it is signed, and not on that of who broke it', async () => {
  const bot = await glassBot({ yaml: { breakGlass: { owners: [idOf('U', 'bob'), idOf('U', 'dora')] } } });
  const pages = pagesOf(bot);
  await unanswered(bot);
  expect(section(await pages.open('alice', 'Waits for you (1)'), 'Waits for you')).toContain('Nobody answered for 5 minutes.');
  await breaks(bot);
  await bot.untilOf(1001, 'unsigned');

  const page = section(await pages.open('dora', 'Waits for you (1)'), 'Waits for you');

  expect(page).toContain('R-1001 is done, GLASS BROKEN by bob and UNSIGNED');
  expect(page).toContain(`Glass broken for: ${WHY}`);
  expect(page).toContain('[Sign]');
  expect(section(await pages.open('bob', 'You asked (1)'), 'Waits for you')).toContain('Nothing waits for you.');
});
