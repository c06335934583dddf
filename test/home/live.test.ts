import { describe, expect, it } from 'vitest';
import { toyBot } from '../bot.ts';
import { asking, carded, pagesOf, SET, section } from './pages.ts';

const OTHER = 'cores set demo --cores 30 --reason "less load"';

describe('while somebody looks', () => {
  it('what another approves changes before their eyes', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await pages.open('carol', 'Waits for you (1)');
    await pages.open('bob', 'R-1001 waits for 1 vote of approver');

    await bot.approve('alice');

    expect(section(await pages.reads('carol', 'Nothing waits for you'), 'Waits for you')).not.toContain('R-1001');
    await pages.reads('bob', 'R-1001 is done');
  });

  it('what is asked of them appears, and their card is linked once it stands in the channel', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await pages.open('alice', 'Nothing waits for you');
    bot.slack.answer('chat.postMessage', { status: 503, times: 99, when: ({ channel }) => channel === bot.slack.id('#ops') });

    await bot.say('bob', SET);

    expect(await pages.reads('alice', 'R-1001')).not.toContain('Open the card');
    bot.slack.clearFaults();
    await pages.reads('alice', 'Open the card (https://home.slack.example/archives/');
  });

  it('it is published again only where what it shows has changed', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await carded(bot);
    await pages.open('alice', 'Open the card');
    await pages.open('eve', 'Nothing waits for you');
    const before = pages.published('alice');
    for (let i = 0; i < 5; i += 1) await bot.say('bob', 'cores show demo');

    await bot.say('bob', OTHER);

    await pages.reads('alice', 'Waits for you (2)');
    await bot.slack.waitFor(() => (pages.now('alice').match(/Open the card/g) ?? []).length === 2, 'the second link');
    // The request itself and, where its card was posted after that, its link.
    expect(pages.published('alice') - before).toBeLessThanOrEqual(2);
    expect(pages.published('eve')).toBe(1);
  });

  it('nobody else’s is published', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await pages.open('alice', 'Nothing waits for you');

    await bot.say('bob', SET);

    await pages.reads('alice', 'Waits for you (1)');
    expect(bot.slack.home('carol')).toBeUndefined();
    expect(bot.slack.home('bob')).toBeUndefined();
  });

  it('ten minutes after they last looked it is left alone, until they open it again or click in it', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    const { redis, keys, clock } = bot.running.core.store;
    await bot.say('bob', SET);
    await carded(bot);
    await pages.open('alice', 'Open the card');
    await pages.open('carol', 'Open the card');
    await redis.zadd(keys.homes, clock.now() - 600_001, bot.slack.id('alice'));

    await bot.say('bob', OTHER);
    await pages.reads('carol', 'Waits for you (2)');
    expect(pages.now('alice')).toContain('Waits for you (1)');
    await pages.click('alice', 'Approve', 'You approved R-1001');

    await pages.reads('alice', 'R-1002');
    await pages.reads('alice', 'Waits for you (1)');
  });
});

describe('with several processes', () => {
  it('of two workers one publishes, and once', async () => {
    const bot = await toyBot();
    await bot.another('worker');
    await bot.another('worker');
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await carded(bot);

    await pages.open('alice', 'Open the card');
    await bot.approve('carol');
    await pages.reads('alice', 'Nothing waits for you');

    expect(pages.published('alice')).toBe(2);
  });

  it('when the one that published ends another goes on', async () => {
    const bot = await toyBot({ role: 'worker' });
    await bot.another('gateway');
    const pages = pagesOf(bot);
    await pages.open('alice', 'Nothing waits for you');

    await bot.another('worker');
    await bot.running.stop();
    await bot.say('bob', SET);

    await pages.reads('alice', 'Waits for you (1)');
  });

  it('a restart repeats nothing, and goes on', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await carded(bot);
    await pages.open('alice', 'Open the card');
    await bot.running.stop();

    await bot.another('all');
    await bot.approve('carol');

    await pages.reads('alice', 'Nothing waits for you');
    expect(pages.published('alice')).toBe(2);
    expect(bot.slack.callsTo('chat.getPermalink')).toHaveLength(1);
  });
});

describe('clicks in it', () => {
  it('a vote counts once, however often it arrives, and is answered in direct messages', async () => {
    const bot = await asking([{ count: 2, roles: ['approver'] }]);
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await pages.open('alice', '[Approve]');

    await bot.slack.click('alice', pages.view('alice'), 'Approve', { deliveries: 3, everyConnection: true });

    await bot.hears('alice', 'You approved R-1001. Still needed: 1 vote of approver.');
    await pages.reads('alice', 'Nothing waits for you');
    expect((await bot.request(1001)).votes.map(({ name }) => name)).toEqual(['alice']);
    expect(bot.directs('alice').filter((text) => text.includes('You approved'))).toHaveLength(1);
    expect(bot.slack.ephemerals('alice')).toEqual([]);
    expect(bot.cloud.writes).toEqual([]);
  });

  it('a vote on what has been decided meanwhile does not count, and says so', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await pages.open('carol', '[Approve]');
    const behind = structuredClone(pages.view('carol'));
    await bot.approve('alice');
    await bot.until('done');

    await bot.slack.click('carol', behind, 'Approve');

    await bot.hears('carol', 'Your vote came after the end: R-1001 is done');
    expect((await bot.request(1001)).votes).toHaveLength(1);
  });

  it('Deny asks why, and ends it with the reason', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await pages.open('alice', '[Deny]');

    await bot.slack.click('alice', pages.view('alice'), 'Deny');
    const form = await bot.slack.waitFor(() => bot.slack.modal('alice'), 'the form');
    await bot.slack.submit('alice', form, { answer: 'not before the audit' });

    await bot.hears('alice', 'You denied R-1001.');
    expect((await bot.until('rejected')).votes).toMatchObject([{ verdict: 'deny', reason: 'not before the audit' }]);
    await pages.reads('alice', 'Nothing waits for you');
  });

  it('Change asks anew as the clicker, whose plan then waits for others', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await pages.open('alice', '[Change]');

    await bot.slack.click('alice', pages.view('alice'), 'Change');
    const form = await bot.slack.waitFor(() => bot.slack.modal('alice'), 'the form');
    expect(bot.slack.text(form)).toContain(`<${SET}>`);
    await bot.slack.submit('alice', form, { answer: OTHER });

    await bot.hears('alice', 'R-1002 waits for 1 vote of approver');
    const page = await pages.reads('alice', 'R-1002 waits for 1 vote of approver');
    expect(page).toContain('Nothing waits for you');
    expect((await bot.request(1001)).state).toBe('cancelled');
  });
});
