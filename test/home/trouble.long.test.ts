import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { noteLook } from '../../src/intake/look.ts';
import { start } from '../../src/process/start.ts';
import { eventually, toyBot } from '../bot.ts';
import { fillTo, ownRedis } from '../own-redis.ts';
import { silentProxy } from '../silent-proxy.ts';
import { carded, pagesOf, SET } from './pages.ts';

const SILENT = 'Redis does not answer, so I cannot tell what waits and what runs. This page fills by itself once it answers.';

describe('while Redis is away', () => {
  it('somebody who opens it reads so at once, and all of it once Redis is back', async () => {
    const redis = await ownRedis();
    const bot = await toyBot({ target: { socket: redis.socket } });
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await carded(bot);
    await pages.open('alice', 'Waits for you (1)');

    process.kill(redis.pid, 'SIGSTOP');
    const opened = performance.now();
    const page = await pages.open('alice', SILENT);
    const afterMs = performance.now() - opened;
    process.kill(redis.pid, 'SIGCONT');

    await pages.reads('alice', 'Waits for you (1)');
    expect(page).toBe(`⚠️ ${SILENT}`);
    expect(afterMs).toBeLessThan(3_000);
  });

  it('these words, should they come after a worker has shown it all, give way to that', async () => {
    const redis = await ownRedis();
    const between = await silentProxy(redis.socket);
    const bot = await toyBot({ target: { socket: between.socket }, prefix: 'stackhand', role: 'gateway' });
    const pages = pagesOf(bot);
    const config = loadConfig({ role: 'all', env: bot.env, file: bot.file });
    const worker = await start({ role: 'worker', config, redis: { socket: redis.socket }, log: bot.running.core.log });
    onTestFinished(worker.stop);
    // Redis knows the script from here on: one call each, whose answer the gateway does not get.
    await pages.open('carol', 'Nothing waits for you');
    between.hold();

    await pages.open('alice', 'Nothing waits for you');
    await pages.reads('alice', SILENT);
    between.release();

    await pages.reads('alice', 'Nothing waits for you');
  });
});

describe('while a process is missing', () => {
  it('without a worker whoever opens it reads so, and all of it once there is one', async () => {
    const bot = await toyBot({ role: 'gateway' });
    const pages = pagesOf(bot);

    await pages.open('alice', 'No worker of mine was heard from lately');
    await bot.another('worker');

    await pages.reads('alice', 'Nothing waits for you');
  });

  it('without a gateway whoever looks reads that clicks do not arrive, and no more once one is there', async () => {
    const bot = await toyBot({ role: 'worker' });
    const pages = pagesOf(bot);
    const { redis, keys } = bot.running.core.store;

    await noteLook(redis, keys, { user: bot.slack.id('alice'), opened: true });
    const page = await pages.reads('alice', 'No gateway of mine is connected to Slack');
    await bot.another('gateway');

    expect(page).toContain('Nothing waits for you');
    await pages.readsNoMore('alice', 'No gateway');
  });

  it('while Redis is nearly full it says what still works', async () => {
    const redis = await ownRedis();
    const bot = await toyBot({ target: { socket: redis.socket } });
    const pages = pagesOf(bot);
    await fillTo(0.93, bot.running.core.store.redis);

    await pages.open('alice', 'Redis is nearly full, so I take no new lines for now. Votes and stops still work.');
  });

  it('while Slack is behind with messages it says that cards may be', async () => {
    const bot = await toyBot({ role: 'worker' });
    const pages = pagesOf(bot);
    const { redis, keys, clock } = bot.running.core.store;
    for (let i = 0; i <= 100; i += 1) await redis.zadd(keys.outbox(1), clock.now() + 60_000 + i, `test/later-${i}`);

    await noteLook(redis, keys, { user: bot.slack.id('alice'), opened: true });

    await pages.reads('alice', 'Slack takes my messages slowly: cards in channels may be behind this page.');
  });
});

describe('while Slack refuses', () => {
  it.each([
    ['too many calls', { status: 429, retryAfter: 1 }],
    ['for reasons of its own', { status: 503 }],
    ['since its view is another by now', { error: 'hash_conflict' }],
  ])('%s, it is published once it may be', async (_why, fault) => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    bot.slack.answer('views.publish', { ...fault, times: 1 });

    await bot.slack.openHome('alice');

    await bot.slack.waitFor(() => bot.slack.home('alice') && pages.now('alice').includes('Waits for you (1)'), 'it');
  });

  it('a view whose publishing was not answered is gone over by the next', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await pages.open('alice', 'Nothing waits for you');
    bot.slack.answer('views.publish', { dropAfterEffect: true });
    await bot.say('bob', SET);
    await pages.reads('alice', 'Waits for you (1)');

    await bot.approve('carol');

    await bot.slack.waitFor(() => pages.now('alice').includes('Nothing waits for you'), 'the newest');
  });

  it('what somebody else has shown there meanwhile is gone over at the next opening', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    const { delivery } = bot.running.core;
    await pages.open('alice', 'Nothing waits for you');
    await delivery.publishHome(bot.slack.id('alice'), { notices: ['From another.'], sections: [], notes: [] });

    await pages.open('alice', 'Nothing waits for you');

    expect(pages.now('alice')).not.toContain('From another.');
  });

  it('an app without a Home tab is not asked for it again and again', async () => {
    const bot = await toyBot({ slack: { homeTab: false } });
    await bot.slack.openHome('alice');
    const { redis, keys } = bot.running.core.store;
    await bot.slack.waitFor(() => bot.slack.callsTo('views.publish').length === 1, 'the first try');
    await eventually(async () => (await redis.zcard(keys.homes)) === 0, 'it to be given up');

    await bot.say('bob', SET);

    await carded(bot);
    expect(bot.slack.callsTo('views.publish')).toHaveLength(1);
  });

  it('a card that somebody deleted is linked where it is posted anew', async () => {
    const bot = await toyBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await carded(bot);
    const first = bot.cardMessage();
    await pages.open('bob', first.ts.replace('.', ''));
    first.deleted = true;

    await bot.slack.slash('bob', '#ops', 'request cancel R-1001');
    const second = await bot.slack.waitFor(() => bot.card().includes('was cancelled') && bot.cardMessage(), 'the card anew');

    await pages.reads('bob', second.ts.replace('.', ''));
    expect(pages.now('bob')).not.toContain(first.ts.replace('.', ''));
  });
});
