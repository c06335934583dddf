import { describe, expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { decideAndAdvance, readAudit } from '../../src/requests/store.ts';
import { letGoOfDeadRun } from '../../src/running/dead-run.ts';
import { lockName } from '../../src/target.ts';
import { type Bot, eventually, gate, startBot } from '../bot.ts';
import { twoClouds } from '../core/clouds-stage.ts';
import { pagesOf } from '../home/pages.ts';
import { freezeQuietly } from './stage.ts';

const SET = 'quota set demo cores=40 volumes=20 --reason "more load"';
const FREEZE = 'freeze --reason "storage is on fire"';

function limits({ cloud }: Bot): [cores: number | undefined, volumes: number | undefined] {
  const { compute, volume } = cloud.state.quotas;
  return [limitsOf(compute, DEMO_PROJECT).cores, limitsOf(volume, DEMO_PROJECT).volumes];
}

/** Asks for a thaw, and has somebody approve it. */
async function thaw(bot: Bot, asks = 'carol', approves = 'alice'): Promise<void> {
  await bot.say(asks, 'thaw');
  await bot.shows('Thaw prod');
  await bot.approve(approves);
  await bot.shows('prod is thawed by');
}

const DEAD_RUN = { stop: false, leased: false };

/** As a worker leaves it that dies after a write was begun; the cloud is frozen by then. @returns the keys of its locks */
async function diesInFreeze(bot: Bot, { stop, leased } = DEAD_RUN): Promise<string[]> {
  const { store } = bot.running.core;
  await bot.say('bob', SET);
  await freezeQuietly(bot);
  await bot.approve('alice');
  const { plan } = await bot.untilOf(1001, 'queued');
  const locks = [...new Set(plan?.touches.map((target) => lockName('prod', target)))];
  await decideAndAdvance(store, 1001, () => ({
    change: (draft) => {
      Object.assign(draft, { state: 'running', locks });
      if (stop) draft.stop = { by: 'carol', at: store.clock.now() };
    },
    give: undefined,
    move: {
      event: 'intent',
      detail: { region: 'RegionOne', item: 'compute' },
      also: () => [
        ...locks.map((lock) => ['SET', store.keys.lock(lock), 1001]),
        ...(leased ? [['SET', store.keys.lease(1001), 'another', 'PX', 60_000]] : []),
      ],
    },
  }));
  return locks.map(store.keys.lock);
}

it('is taken even when Redis is nearly full, and so is a cancel', async () => {
  // Nobody takes up what is taken, and no sweeper looks whether Redis is full.
  const { slack, running, until, request } = await startBot({ role: 'gateway' });
  const { redis, keys } = running.core.store;
  await redis.set(keys.full, '1');

  await slack.slash('bob', '#ops', SET);
  const refusal = await slack.waitFor(() => slack.ephemerals('bob')[0], 'the refusal');
  expect(slack.text(refusal)).toContain('Redis is nearly full');
  await slack.slash('bob', '#ops', FREEZE);
  expect((await until('received')).line).toBe(FREEZE);
  await slack.slash('bob', '#ops', 'request cancel R-1');

  await eventually(async () => (await redis.get(keys.number)) === '1002', 'the cancel');
  expect((await request(1002)).line).toBe('request cancel R-1');
});

describe('a run whose worker died, with its cloud frozen by then', () => {
  it('is handed back, without its locks, and can be stopped', async () => {
    const bot = await startBot();
    const { redis } = bot.running.core.store;
    const locks = await diesInFreeze(bot);

    const { progress, begun } = await bot.untilOf(1001, 'queued');

    expect(progress).toMatch(/^It was handed over\. A write had begun.*: look at the cloud before you go on\.$/);
    expect(begun).toHaveLength(1);
    expect(locks).not.toEqual([]);
    expect(await redis.exists(...locks)).toBe(0);
    const history = await readAudit(bot.running.core.store, 1001);
    expect(history.find(({ event }) => event === 'handed back')?.detail).toEqual({ why: 'worker died' });
    await bot.say('carol', 'request cancel R-1001');
    expect((await bot.untilOf(1001, 'cancelled')).result?.text).toContain('What was done stays so. It was handed over.');
  });

  it('ends where it was told to stop', async () => {
    const bot = await startBot();
    const locks = await diesInFreeze(bot, { ...DEAD_RUN, stop: true });

    const { result } = await bot.untilOf(1001, 'cancelled');

    expect(result?.text).toMatch(/^Stopped by carol\. A write had begun/);
    expect(await bot.running.core.store.redis.exists(...locks)).toBe(0);
  });

  it('is left alone while somebody has its lease', async () => {
    const bot = await startBot();
    await diesInFreeze(bot, { ...DEAD_RUN, leased: true });

    await letGoOfDeadRun(bot.running.core, 1001);

    expect((await bot.request(1001)).state).toBe('running');
  });
});

describe('freeze', () => {
  it('takes no vote, and says what is frozen, to whoever typed it and in the channel of the approvals', async () => {
    const bot = await startBot();

    const said = await bot.say('bob', FREEZE);

    expect(said).toContain('prod is frozen: storage is on fire.');
    expect(said).toContain('To go on, thaw --cloud prod');
    const told = await bot.shows('bob froze prod: storage is on fire.');
    expect(told).toContain('New changes there are refused.');
  });

  it('refuses new changes, with who, when, why and what to type; reads go on', async () => {
    const bot = await startBot();
    await bot.say('bob', FREEZE);

    const refused = await bot.say('carol', SET);

    // The cloud may be what burns: it is not even asked.
    expect(bot.cloud.calls).toEqual([]);
    expect(refused).toMatch(
      /^prod is frozen by bob since \d{4}-\d\d-\d\d \d\d:\d\d UTC: storage is on fire\. Nothing was changed, and nothing new is begun there before the thaw\.$/m,
    );
    expect(refused).toContain('To go on there type thaw --cloud prod; somebody else approves that.');
    expect((await bot.request(1002)).state).toBe('refused');
    expect(await bot.say('eve', 'quota show demo')).toContain('cores');
    expect(bot.cloud.writes).toEqual([]);
  });

  it('heads a dry run, which shows the plan all the same', async () => {
    const bot = await startBot();
    await bot.say('bob', FREEZE);

    const said = await bot.say('bob', `${SET} --dry-run`);

    expect(said).toMatch(/^Dry run on prod\/RegionOne: nothing was changed and nobody was asked\. prod is frozen by bob since/);
    expect(said).toContain('Change 2 quotas of project demo');
    expect(said).toContain('Until that is over it would be refused.');
  });

  it('what waits for votes says so, still takes them, and is carried out after the thaw', async () => {
    const bot = await startBot();
    await bot.say('bob', SET);
    await bot.slack.waitFor(() => bot.card().includes('[Approve]'), 'the card');
    const card = bot.cardMessage();

    await bot.say('carol', FREEZE);
    await bot.slack.waitFor(() => bot.text(card).includes('prod is frozen by carol since'), 'the card to say it');
    expect(bot.text(card)).toMatch(/^R-1001 waits for approval · prod\/RegionOne · change, 1 project\. prod is frozen by carol/);
    expect(bot.text(card)).toContain('Votes count, and it starts after the thaw.');
    await bot.click('alice', 'Approve', card);
    await bot.slack.waitFor(() => bot.text(card).includes('It waits for the thaw.'), 'it to wait for the thaw');
    expect(await bot.say('eve', 'request show R-1001')).toMatch(/^R-1001: waits for the thaw\.\n.* It waits for the thaw\.$/m);
    expect(bot.cloud.writes).toEqual([]);
    // Nobody sweeps any more, who would wake it too.
    const { redis, keys } = bot.running.core.store;
    await redis.set(keys.sweeper, 'somebody who died');

    await thaw(bot, 'bob', 'alice');
    const request = await bot.untilOf(1001, 'done');

    expect(limits(bot)).toEqual([40, 20]);
    expect(request.standstill).toBeUndefined();
  });

  it('what runs hands itself back before its next write, says so, and goes on after the thaw; nothing is written twice', async () => {
    const bot = await startBot();
    const write = gate();
    bot.cloud.answer('compute', 'PUT', 'quota', { until: write.until });
    await bot.say('bob', SET);
    await bot.approve('alice');
    await eventually(() => bot.cloud.calls.some(({ method }) => method === 'PUT'), 'the first write');

    await bot.say('carol', FREEZE);
    await bot.shows('It hands itself back before its next write, and waits for the thaw.');
    write.open();
    const held = await bot.shows('It waits for the thaw.');

    expect(held).toContain('R-1001 is queued');
    expect(limits(bot)).toEqual([40, 10]);
    expect((await bot.request(1001)).progress).toContain('Dealt with so far: Nova. Not begun: Cinder.');
    const history = await readAudit(bot.running.core.store, 1001);
    expect(history.find(({ event }) => event === 'handed back')?.detail).toEqual({ why: 'frozen' });

    await thaw(bot, 'bob', 'alice');
    await bot.untilOf(1001, 'done');
    expect(limits(bot)).toEqual([40, 20]);
    expect(bot.cloud.writes).toHaveLength(2);
  });

  it('is for whoever may use any change command; a viewer is refused', async () => {
    const bot = await startBot();

    expect(await bot.say('eve', FREEZE)).toContain('Only who may use a change command there may freeze prod. Nothing is frozen.');
    expect(await bot.say('bob', SET)).toContain('R-1002 waits for');
  });

  it('twice is once: the second one reads whose freeze it is', async () => {
    const bot = await startBot();
    await bot.say('bob', FREEZE);

    const said = await bot.say('carol', 'freeze --reason "me too"');

    expect(said).toContain('Nothing was frozen by this: it was already.');
    expect(said).toContain('prod is frozen by bob since');
  });

  it('a change that was planned just before it does not begin to wait after it', async () => {
    const bot = await startBot();
    const look = gate();
    bot.cloud.answer('compute', 'GET', 'quota', { until: look.until });
    await bot.slack.slash('bob', '#ops', SET);
    await eventually(() => bot.cloud.calls.some(({ path }) => path.includes('quota')), 'the look');
    await bot.say('carol', FREEZE);

    look.open();

    expect(await bot.hears('bob', 'prod is frozen by carol')).toContain('Nothing was changed');
    expect((await bot.request(1001)).state).toBe('refused');
  });

  it('an approval is used within its time or not at all, frozen or not', async () => {
    const bot = await startBot({ yaml: { defaults: { change: { approvals: [{ roles: ['approver'] }], expires: '10m' } } } });
    await bot.say('bob', SET);
    await bot.say('carol', FREEZE);
    await bot.approve('alice');
    await bot.untilOf(1001, 'queued');

    bot.later(11 * 60_000);
    const request = await bot.untilOf(1001, 'void');

    expect(request.result?.text).toContain('It could not start within 10 minutes of its approval');
    await bot.shows('R-1001 is void');
    expect(bot.card()).not.toContain('It waits for the thaw.');
  });

  it('what died before it told the requests that wait is told by the next freeze, or by the next look', async () => {
    const bot = await startBot();
    await bot.say('bob', SET);
    const { redis, keys } = bot.running.core.store;
    const at = Date.parse('2026-11-23T06:40:00Z');
    await redis.set(keys.freeze('prod'), JSON.stringify({ by: 'U', name: 'carol', reason: 'half', at, request: 900 }));

    await redis.del(keys.check('mass-down', 'prod', 'RegionOne'));

    expect(await bot.shows('prod is frozen by carol since 2026-11-23 06:40 UTC: half.')).toContain('R-1001 waits for approval');
  });
});

describe('where else it is told', () => {
  it('Home says it above all, and with each request that waits for the thaw; it goes with the thaw', async () => {
    const bot = await startBot();
    const pages = pagesOf(bot);
    await bot.say('bob', SET);
    await bot.say('carol', FREEZE);

    const home = await pages.open('bob', 'prod is frozen by carol since');
    expect(home.indexOf('prod is frozen')).toBeLessThan(home.indexOf('R-1001'));
    await pages.reads('bob', 'Votes count, and it starts after the thaw.');
    await thaw(bot, 'bob', 'alice');
    await pages.readsNoMore('bob', 'prod is frozen');
  });

  it('/metrics tells which clouds are', async () => {
    const bot = await startBot();
    await bot.say('carol', FREEZE);
    const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${bot.running.port}/metrics`)).text();

    await eventually(
      async () => (await metrics()).includes('stackhand_cloud_standstill{cloud="prod",by="freeze"} 1'),
      'the metric',
    );

    expect(await metrics()).toContain('stackhand_cloud_standstill{cloud="prod",by="brake"} 0');
  });
});

describe('freeze of one cloud or of all', () => {
  it('is of all without --cloud, whatever the channel means; of one with it', async () => {
    const { bot } = await twoClouds({
      yaml: { channels: { approvals: idOf('C', 'ops'), clouds: { [idOf('C', 'ops')]: 'prod/RegionOne' } } },
    });

    const all = await bot.say('bob', FREEZE);
    expect(all).toContain('prod and edge are frozen: storage is on fire.');
    expect(await bot.say('bob', 'quota set demo cores=40 --cloud edge --reason "more load"')).toContain('edge is frozen by bob');
    expect(await bot.say('eve', 'cloud list')).toMatch(/edge.*frozen/);

    await bot.say('carol', 'thaw --cloud edge');
    await bot.approve('alice');
    await bot.shows('edge is thawed by');
    expect(await bot.say('bob', 'quota set demo cores=40 --reason "more load"')).toContain('prod is frozen by bob');
    expect(await bot.say('bob', 'quota set demo cores=40 --cloud edge --reason "more load"')).toContain('waits for 1 vote');
  });

  it('takes a change command on that very cloud, and names those that are left alone', async () => {
    const rules = [
      { effects: ['read'], roles: ['operator', 'viewer'] },
      { effects: ['change'], roles: ['operator'], clouds: ['edge'] },
    ];
    const { bot } = await twoClouds({ yaml: { rules } });

    const said = await bot.say('bob', FREEZE);

    expect(said).toContain('edge is frozen: storage is on fire.');
    expect(said).toContain('prod is not frozen: you may use no change command there.');
    expect(await bot.say('bob', 'freeze --cloud prod --reason "no right"')).toContain('may freeze prod. Nothing is frozen.');
  });

  it('of a cloud that is not there freezes nothing, and says which there are', async () => {
    const { bot } = await twoClouds();

    const said = await bot.say('bob', 'freeze --cloud prd --reason "typo"');

    expect(said).toContain('There is no cloud prd, and nothing is frozen. Type --cloud prod or --cloud edge');
  });
});
