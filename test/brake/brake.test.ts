import { describe, expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { readAudit } from '../../src/requests/store.ts';
import { type Bot, eventually, gate, startBot } from '../bot.ts';
import { bigCloud, bringBack, isBraked, look, loseHosts, nodes } from './stage.ts';

const SET = 'quota set demo cores=40 volumes=20 --reason "more load"';
const LIFT = 'brake lift --reason "RabbitMQ is back"';
const MINUTE = 60_000;

function limits({ cloud }: Bot): [cores: number | undefined, volumes: number | undefined] {
  const { compute, volume } = cloud.state.quotas;
  return [limitsOf(compute, DEMO_PROJECT).cores, limitsOf(volume, DEMO_PROJECT).volumes];
}

/** Asks for it, types the cloud's name, and has both others approve it. */
async function lift(bot: Bot): Promise<void> {
  await bot.say('bob', LIFT);
  await typeTarget(bot, 'bob', 'prod');
  await bot.approve('alice');
  await bot.approve('carol');
  await bot.shows('The brake of prod is lifted by');
}

/** Of a long plan the requester's own card is in their direct messages. */
async function typeTarget({ slack }: Bot, who: string, target: string): Promise<void> {
  const asked = (): Message | undefined =>
    [...slack.ephemerals(who), ...slack.directs(who)].findLast((one) => slack.text(one).includes('[Type the target]'));
  await slack.click(who, await slack.waitFor(asked, 'the question'), 'Type the target');
  const modal = await slack.waitFor(() => slack.modal(who), 'the form');
  await slack.submit(who, modal, { answer: target });
}

describe('with 140 of 300 compute hosts down', () => {
  it('the check pulls the brake by itself, and tells the channel what is down and what to do', async () => {
    const bot = await bigCloud();
    const { redis, keys } = bot.running.core.store;
    loseHosts(bot.cloud, 140);

    await redis.del(keys.check('mass-down', 'prod', 'RegionOne'));

    const told = await bot.shows('I pulled the brake of prod');
    expect(told).toMatch(/^I pulled the brake of prod: 140 of 300 compute services are down in RegionOne at once\./);
    expect(told).toContain('an incident of the message queue, the database or the network, not of single hosts');
    expect(told).toContain('brake lift --cloud prod --reason "…"; two others approve that.');
    expect(told).toContain('nova-compute node-001');
    expect(told).toContain('and 120 others.');
    expect(await bot.say('eve', 'cloud list')).toMatch(/prod.*brake is on/);
  });

  it('new changes are refused, with why and what to type; reads go on', async () => {
    const bot = await bigCloud();
    loseHosts(bot.cloud, 140);
    await look(bot);

    const refused = await bot.say('bob', SET);

    expect(refused).toMatch(
      /^prod has the brake on since .* UTC: 140 of 300 compute services are down in RegionOne\. Nothing was/m,
    );
    expect(refused).toContain('brake lift --cloud prod');
    expect((await bot.request(1001)).state).toBe('refused');
    expect(await bot.say('eve', 'quota show demo')).toContain('cores');
  });

  it('what waits for votes, for its target or for its turn is void, and says why', async () => {
    const bot = await bigCloud();
    await bot.say('bob', SET);
    await bot.say('carol', 'quota set alice-lab cores=40 --reason "course"');
    await bot.slack.waitFor(() => bot.card().includes('R-1002') && bot.card().includes('[Approve]'), 'the second card');
    const { redis, keys } = bot.running.core.store;
    // Something else holds the second one's target.
    const lock = `prod/project/${(await bot.request(1002)).plan?.touches[0]?.id}`;
    await redis.set(keys.lock(lock), '900');
    await bot.approve('alice');
    await bot.untilOf(1002, 'queued');
    loseHosts(bot.cloud, 140);

    await look(bot);

    const card = await bot.shows('R-1001 is void');
    expect(card).toContain('prod has the brake on since');
    expect(card).toContain('140 of 300 compute services are down in RegionOne.');
    expect(card).toContain('What was approved or asked for before that counts no longer. Nothing was changed.');
    await bot.hears('bob', 'R-1001 is void');
    await bot.shows('R-1002 is void');
    await redis.del(keys.lock(lock));
    expect(bot.cloud.writes).toEqual([]);
  });

  it('what runs hands itself back before its next write, waits, and goes on after the lift; nothing is written twice', async () => {
    const bot = await bigCloud();
    const write = gate();
    bot.cloud.answer('compute', 'PUT', 'quota', { until: write.until });
    await bot.say('bob', SET);
    await bot.approve('alice');
    await eventually(() => bot.cloud.calls.some(({ method }) => method === 'PUT'), 'the first write');
    const lost = loseHosts(bot.cloud, 140);

    await look(bot);
    await bot.shows("It hands itself back before its next write, and waits for the brake's lift.");
    write.open();
    const held = await bot.shows("It waits for the brake's lift.");

    expect(held).toContain('R-1001 is queued');
    expect(limits(bot)).toEqual([40, 10]);
    const history = await readAudit(bot.running.core.store, 1001);
    expect(history.find(({ event }) => event === 'handed back')?.detail).toEqual({ why: 'frozen' });
    await look(bot);
    expect((await bot.request(1001)).state).toBe('queued');

    bringBack(lost);
    await lift(bot);
    await bot.untilOf(1001, 'done');
    expect(limits(bot)).toEqual([40, 20]);
    expect(bot.cloud.writes).toHaveLength(2);
  });

  it('what runs and has written nothing yet is void as soon as it hands itself back', async () => {
    const bot = await bigCloud();
    await bot.say('bob', SET);
    const read = gate();
    bot.cloud.answer('compute', 'GET', 'quota', { until: read.until });
    await bot.approve('alice');
    await bot.untilOf(1001, 'running');
    loseHosts(bot.cloud, 140);

    await look(bot);
    read.open();

    await bot.untilOf(1001, 'void');
    await bot.shows('R-1001 is void');
    expect(bot.cloud.writes).toEqual([]);
  });

  it('a worker that died between the brake and what waits is mended by the next look, though nova does not answer that', async () => {
    const bot = await bigCloud();
    await bot.say('bob', SET);
    const { redis, keys } = bot.running.core.store;
    const brake = { region: 'RegionOne', what: '140 of 300 compute services are down in RegionOne', at: Date.now() };
    await redis.set(keys.brake('prod'), JSON.stringify(brake));
    await bot.cloud.away('compute');

    await look(bot).catch(() => undefined);

    await bot.shows('R-1001 is void');
    await bot.cloud.back('compute');
  });
});

describe('states that flap', () => {
  it('add up: what was down in a look of the last five minutes counts as down, and no longer', async () => {
    const bot = await bigCloud();
    const first = loseHosts(bot.cloud, 10);
    await look(bot);
    expect(await isBraked(bot)).toBe(false);
    bringBack(first);

    bot.later(5 * MINUTE + 1_000);
    const second = loseHosts(bot.cloud, 10, 10);
    await look(bot);
    expect(await isBraked(bot)).toBe(false);
    bringBack(second);

    bot.later(4 * MINUTE);
    loseHosts(bot.cloud, 10, 20);
    await look(bot);

    expect(await isBraked(bot)).toBe(true);
    expect(await bot.shows('I pulled the brake')).toContain('20 of 300 compute services are down');
  });

  it('hosts that people forced down, and that report, pull no brake', async () => {
    const bot = await bigCloud();
    for (const host of nodes(bot.cloud.state.hosts).slice(0, 140)) host.forcedDown = true;

    await look(bot);

    expect(await isBraked(bot)).toBe(false);
    expect(await bot.say('bob', SET)).toContain('R-1001 waits for');
  });
});

describe('of conductors, schedulers and network agents', () => {
  it.each(['nova-conductor', 'nova-scheduler'])('the only %s that was heard today pulls it', async (binary) => {
    const bot = await startBot();
    for (const one of bot.cloud.state.controllers) if (one.binary === binary) one.silentSince = Date.now() - 10 * MINUTE;

    await look(bot);

    expect(await bot.shows('I pulled the brake')).toContain(`all of 1 ${binary} is down in RegionOne`);
  });

  it('most agents pull it, though nova is well', async () => {
    const bot = await startBot();
    for (const agent of bot.cloud.state.agents.slice(0, 3)) agent.silentSince = Date.now() - 10 * MINUTE;

    await look(bot);

    expect(await bot.shows('I pulled the brake')).toContain('3 of 5 network agents are down');
  });

  it('a cloud without neutron is looked at all the same', async () => {
    const bot = await startBot({ cloud: { without: ['network'] } });
    for (const one of bot.cloud.state.controllers) one.silentSince = Date.now() - 10 * MINUTE;

    await look(bot);

    expect(await isBraked(bot)).toBe(true);
  });
});

describe('brake lift', () => {
  it('takes two others whatever the rules ask, and a reason; one is not enough', async () => {
    const rules = [{ effects: ['read', 'change', 'destructive'], roles: ['operator'], approvals: [] }];
    const bot = await bigCloud({ yaml: { rules } });
    loseHosts(bot.cloud, 140);
    await look(bot);

    expect(await bot.say('bob', 'brake lift')).toContain('reason');
    await bot.say('bob', LIFT);
    await typeTarget(bot, 'bob', 'prod');
    const card = await bot.shows('waits for approval');
    expect(card).toMatch(/R-1002 waits for approval · prod · destructive, 1 cloud\. Warning: 140 services still down/);
    expect(card).toContain('Still needed: 2 votes of approver');
    expect(await bot.approve('bob')).toContain('You asked for this yourself');
    expect(await bot.approve('alice')).toContain('Still needed: 1 vote of approver');
    expect(await isBraked(bot)).toBe(true);

    await bot.approve('carol');
    await bot.shows('The brake of prod is lifted by R-1002, which bob asked for and others approved.');
    expect(await isBraked(bot)).toBe(false);
    expect((await bot.request(1002)).state).toBe('done');
  });

  it('makes what is down then known: it pulls no brake again, while as many more do', async () => {
    const bot = await bigCloud();
    loseHosts(bot.cloud, 140);
    await look(bot);
    await lift(bot);

    await look(bot);
    loseHosts(bot.cloud, 8, 140);
    await look(bot);
    expect(await isBraked(bot)).toBe(false);
    loseHosts(bot.cloud, 1, 148);
    await look(bot);

    expect(await isBraked(bot)).toBe(true);
    await bot.shows('9 of 160 compute services are down in RegionOne at once');
  });

  it('what is known and up again for five minutes counts anew', async () => {
    const bot = await bigCloud();
    const lost = loseHosts(bot.cloud, 140);
    await look(bot);
    await lift(bot);
    bringBack(lost);
    await look(bot);
    bot.later(6 * MINUTE);
    await look(bot);

    loseHosts(bot.cloud, 16);
    await look(bot);

    expect(await isBraked(bot)).toBe(true);
  });

  it('of another brake than the one that was approved lifts nothing', async () => {
    const bot = await bigCloud();
    loseHosts(bot.cloud, 140);
    await look(bot);
    await bot.say('bob', LIFT);
    await typeTarget(bot, 'bob', 'prod');
    await bot.approve('alice');
    const { redis, keys } = bot.running.core.store;
    await redis.set(keys.brake('prod'), JSON.stringify({ region: 'RegionOne', what: 'something else', at: Date.now() }));

    await bot.approve('carol');

    await bot.hears('bob', 'The brake of prod is no longer the one that this was approved for.');
    expect((await bot.until('refused')).state).toBe('refused');
    expect(await isBraked(bot)).toBe(true);
  });

  it('without a brake is nothing to do', async () => {
    const bot = await startBot();

    expect(await bot.say('bob', LIFT)).toContain('prod has no brake on.');
  });
});
