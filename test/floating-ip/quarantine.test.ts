import { describe, expect, it } from 'vitest';
import { attach, change, detach } from '../../demo/cloud/floating-ip-changes.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import type { Request } from '../../src/request.ts';
import { type Bot, eventually, gate } from '../bot.ts';
import { appears, reverted, timeIsUp } from '../quota/temporary-stage.ts';
import { freezeQuietly, thawQuietly } from '../standstill/stage.ts';
import { approvedAndRun, cleanedUp, DAY_MS, idleBot, ipOf, isThere, LINE, planned } from './stage.ts';

const HOUR_MS = 3_600_000;
const A = '203.0.113.101';
const B = '203.0.113.102';
const OF_ALICE = '203.0.113.201';
const GRACE = `${LINE} --grace 3d`;
const TAG = 'stackhand-quarantine-R-1001';

/** Dan and frank have no role: dan is told of demo, and a channel of alice-lab. */
async function told(idle: Record<string, number>): Promise<Bot> {
  return idleBot(idle, {
    slack: { users: { dan: {}, frank: {} } },
    yaml: {
      projects: {
        demo: { owners: [idOf('U', 'frank')], contact: { user: idOf('U', 'dan') } },
        'alice-lab': { owners: [idOf('U', 'frank')] },
      },
    },
  });
}

function message(bot: Bot, who: string, words: string): Promise<Message> {
  return bot.slack.waitFor(
    () => bot.slack.directs(who).find((one) => bot.text(one).includes(words)),
    `${who} to be told "${words}"`,
  );
}

/** The time is up; waits for what comes of it. */
async function graceEnds(bot: Bot, child: number): Promise<Request> {
  await timeIsUp(bot, 1001);
  return reverted(bot, child);
}

/** Its time is up while the cloud is frozen: what deletes is there, and waits. */
async function endsInFreeze(bot: Bot): Promise<void> {
  await freezeQuietly(bot);
  await timeIsUp(bot, 1001);
  await appears(1002, bot.running);
}

describe('floating ip cleanup --grace', () => {
  it('tags, tells the contacts, and deletes when the time is up, all of it approved once', async () => {
    const bot = await told({ [A]: 30, [OF_ALICE]: 20 });
    const request = await planned(bot, GRACE, '2 addresses');
    expect(await bot.shows('R-1001 waits for approval')).toContain(
      'Put 2 floating IPs that led nowhere for at least 7d into quarantine, and after 3d delete those that still lead nowhere',
    );
    expect(bot.cloud.writes).toEqual([]);

    const { since } = await approvedAndRun(bot, request);

    expect(ipOf(bot, A).tags).toEqual([TAG]);
    expect(ipOf(bot, OF_ALICE).tags).toEqual([TAG]);
    const toDan = bot.text(await message(bot, 'dan', 'unless somebody keeps them'));
    expect(toDan).toContain(`Delete floating IPs: ${A}.`);
    expect(toDan).not.toContain(OF_ALICE);
    expect(toDan).toContain('1 floating IP of project demo leads nowhere');
    expect(toDan).toContain('Why they are asked for: pool is full.');
    expect(bot.text(await message(bot, 'frank', 'unless somebody keeps them'))).toContain(OF_ALICE);
    const { redis, keys } = bot.running.core.store;
    expect(Number(await redis.zscore(keys.timers, '1001|revert RegionOne')) - since).toBe(3 * DAY_MS);
    const child = await graceEnds(bot, 1002);
    expect(child).toMatchObject({ state: 'done', parent: 1001, effect: 'destructive' });
    expect(child.result?.text).toBe('2 of 2 floating IPs were deleted.');
    expect([A, OF_ALICE].map((address) => isThere(bot, address))).toEqual([false, false]);
  });

  it('keeps what its contact keeps, who has no role, at a click and without a vote', async () => {
    const bot = await told({ [A]: 30, [B]: 30, [OF_ALICE]: 30 });
    await cleanedUp(bot, GRACE, '3 addresses');
    const shown = await message(bot, 'dan', 'unless somebody keeps them');

    await bot.slack.click('dan', shown, `Keep ${B}`);
    await bot.hears('dan', `1 floating IP is kept: ${B}.`);
    const child = await graceEnds(bot, 1003);

    expect([A, B, OF_ALICE].map((address) => isThere(bot, address))).toEqual([false, true, false]);
    expect(ipOf(bot, B).tags).toEqual(['keep']);
    expect(child.result?.text).toBe('2 of 3 floating IPs were deleted, 1 was kept.');
    expect(await bot.request(1002)).toMatchObject({ command: 'floating ip keep', state: 'answered', askedBy: 'dan' });
  });

  it('of which all is kept deletes nothing, and marks it', async () => {
    const bot = await told({ [A]: 30, [B]: 30 });
    await cleanedUp(bot, GRACE, '2 addresses');

    await bot.slack.click('dan', await message(bot, 'dan', 'unless somebody keeps them'), 'Keep all');
    await bot.hears('dan', '2 floating IPs are kept');
    const child = await graceEnds(bot, 1003);

    expect(child.state).toBe('nothing done');
    expect([ipOf(bot, A).tags, ipOf(bot, B).tags]).toEqual([['keep'], ['keep']]);
    expect(bot.cloud.writes.filter(({ method, path }) => method === 'DELETE' && !path.includes('/tags/'))).toEqual([]);
  });

  it('lets any operator keep by a line, and nobody else who was not told', async () => {
    const bot = await told({ [A]: 30, [OF_ALICE]: 30 });
    await cleanedUp(bot, GRACE, '2 addresses');

    await bot.slack.slash('eve', '#ops', `floating ip keep ${A} --of R-1001`);
    expect((await bot.untilOf(1002, 'refused')).result?.text).toContain('may keep them');
    await bot.slack.slash('dan', '#ops', `floating ip keep ${OF_ALICE} --of R-1001`);
    expect((await bot.untilOf(1003, 'refused')).askedBy).toBe('dan');
    await bot.slack.slash('dan', '#ops', 'floating ip keep --of R-1001');
    expect((await bot.untilOf(1004, 'refused')).askedBy).toBe('dan');
    await bot.slack.slash('bob', '#ops', 'floating ip keep 203.0.113.9 --of R-1001');
    await bot.hears('bob', 'R-1001 is not about to delete 203.0.113.9');
    await bot.slack.slash('bob', '#ops', `floating ip keep ${A} --of R-1001`);
    await bot.hears('bob', `1 floating IP is kept: ${A}.`);
    await graceEnds(bot, 1007);

    expect([A, OF_ALICE].map((address) => isThere(bot, address))).toEqual([true, false]);
    await bot.slack.slash('bob', '#ops', `floating ip keep ${OF_ALICE} --of R-1001`);
    await bot.hears('bob', `R-1001 is not about to delete ${OF_ALICE}`);
  });

  it('leaves alone what was used since, and what somebody took the tag off or marked', async () => {
    const bot = await told({ [A]: 30, [B]: 30, '203.0.113.103': 30, '203.0.113.104': 30, '203.0.113.105': 30 });
    await cleanedUp(bot, GRACE, '5 addresses');
    const { state } = bot.cloud;
    const free = (): string =>
      state.ports.find((port) => port.deviceOwner.startsWith('compute') && !state.floatingIps.some((ip) => ip.portId === port.id))
        ?.id ?? '';

    attach(state, ipOf(bot, A), free());
    attach(state, ipOf(bot, B), free());
    detach(ipOf(bot, B));
    ipOf(bot, B).updated = new Date(Date.now() + DAY_MS).toISOString();
    change(ipOf(bot, '203.0.113.103'), { tags: [] });
    change(ipOf(bot, '203.0.113.104'), { tags: [TAG, 'keep'] });
    const child = await graceEnds(bot, 1002);

    expect(child.state).toBe('partly done');
    expect(state.floatingIps.some(({ address }) => address === '203.0.113.105')).toBe(false);
    const said = child.result?.lines?.join('\n') ?? '';
    expect(ipOf(bot, A).tags).toEqual([]);
    expect(said).toContain(`\`${A}\`: left alone. It is in use again.`);
    expect(said).toContain(`\`${B}\`: left alone. It was used or changed since`);
    expect(said).toContain('`203.0.113.103`: left alone. Somebody took the quarantine tag off.');
    expect(said).toContain('`203.0.113.104`: left alone. It is to be kept: tag `keep`.');
  });

  it('does not put into quarantine what was attached before its tag, nor delete it later', async () => {
    const bot = await told({ [A]: 30, [B]: 30 });
    const request = await planned(bot, GRACE, '2 addresses');
    change(ipOf(bot, A), { description: 'in use soon' });

    await approvedAndRun(bot, request);
    await graceEnds(bot, 1002);

    expect(ipOf(bot, A).tags).toEqual([]);
    expect([A, B].map((address) => isThere(bot, address))).toEqual([true, false]);
  });

  it('is not asked for twice: what is in quarantine is shown apart', async () => {
    const bot = await told({ [A]: 30, [B]: 30 });
    await cleanedUp(bot, `${GRACE} --limit 1`, '1 address');
    const [inQuarantine] = bot.cloud.state.floatingIps.filter(({ tags }) => tags.includes(TAG));
    Object.assign(inQuarantine ?? {}, { updated: '2020-01-01T00:00:00Z' });

    await planned(bot, LINE, '1 address');

    const { plan } = await bot.until('waiting');
    expect(plan?.lines?.join('\n')).toContain(`In quarantine already: \`${inQuarantine?.address}\` (R-1001).`);
    expect(plan?.touches.map(({ name }) => name)).not.toContain(inQuarantine?.address);
  });

  it('tells contacts and requester again before it ends, of what is not kept', async () => {
    const bot = await told({ [A]: 30, [B]: 30 });
    await cleanedUp(bot, GRACE, '2 addresses');
    await bot.slack.slash('bob', '#ops', `floating ip keep ${A} --of R-1001`);
    await bot.hears('bob', `1 floating IP is kept: ${A}.`);

    await timeIsUp(bot, 1001, { kind: 'revert-soon' });

    await eventually(() => bot.directs('dan').length === 2, 'the second message');
    const last = bot.directs('dan').at(-1) ?? '';
    expect(last).toContain(`Delete floating IPs: ${B}.`);
    expect(last).toContain('[Keep all]');
    const toBob = await bot.hears('bob', 'R-1001 gave 3d of grace, which ends in');
    expect(toBob).toContain(B);
    expect(toBob).not.toContain(A);
  });

  it('asks a channel where that is the contact, and whoever reads there may keep', async () => {
    const bot = await idleBot(
      { [A]: 30, [B]: 30 },
      { yaml: { projects: { demo: { owners: [idOf('U', 'alice')], contact: { channel: idOf('C', 'audit') } } } } },
    );
    await cleanedUp(bot, GRACE, '2 addresses');
    const shown = await bot.slack.waitFor(
      () => bot.slack.messages('#audit').find((one) => bot.text(one).includes('unless somebody keeps them')),
      'the message in the channel',
    );

    await bot.slack.click('eve', shown, `Keep ${A}`);
    await bot.hears('eve', `1 floating IP is kept: ${A}.`);
    await graceEnds(bot, 1003);

    expect([A, B].map((address) => isThere(bot, address))).toEqual([true, false]);
  });

  it('that is stopped while it deletes does not come again', async () => {
    const bot = await told({ [A]: 30 });
    await cleanedUp(bot, GRACE, '1 address');
    const held = gate();
    bot.cloud.answer('network', 'GET', '/floatingips', { until: held.until });
    await timeIsUp(bot, 1001);
    await appears(1002, bot.running);
    await bot.untilOf(1002, 'running');

    await bot.slack.slash('bob', '#ops', 'request cancel R-1002');
    const { redis, keys } = bot.running.core.store;
    await eventually(async () => (await bot.request(1002)).stop !== undefined, 'the stop');
    held.open();
    await bot.untilOf(1002, 'cancelled');

    expect(isThere(bot, A)).toBe(true);
    expect(await redis.exists(keys.revert(1001, 'RegionOne'))).toBe(0);
  });

  it('whose end waits may still be kept from, and only the rest is deleted', async () => {
    const bot = await told({ [A]: 30, [B]: 30 });
    await cleanedUp(bot, GRACE, '2 addresses');
    await endsInFreeze(bot);

    await bot.slack.click('dan', await message(bot, 'dan', 'unless somebody keeps them'), `Keep ${B}`);
    expect(await bot.hears('dan', '1 floating IP is kept')).toContain('with the tag keep when R-1002 goes on.');
    await thawQuietly(bot);
    const child = await bot.untilOf(1002, 'done');

    expect(child.result?.text).toBe('1 of 2 floating IPs were deleted, 1 was kept.');
    expect([A, B].map((address) => isThere(bot, address))).toEqual([false, true]);
    expect(ipOf(bot, B).tags).toEqual(['keep']);
  });

  it('whose end waits is void under the brake, and tried again by itself until that is lifted', async () => {
    const bot = await told({ [A]: 30 });
    const { redis, keys, clock } = bot.running.core.store;
    const due = async (): Promise<number> => Number(await redis.zscore(keys.timers, '1001|revert RegionOne'));
    await cleanedUp(bot, GRACE, '1 address');
    await endsInFreeze(bot);

    await redis.set(keys.brake('prod'), JSON.stringify({ region: 'RegionOne', what: 'half of it is down', at: clock.now() }));
    const child = await bot.untilOf(1002, 'void');
    expect(child.result?.text).toContain('what is left may still be kept, and I try again by myself');
    expect(await due()).toBe(child.again);
    expect(Number(child.again) - child.since).toBeGreaterThan(HOUR_MS - 1_000);
    await thawQuietly(bot);
    await timeIsUp(bot, 1001);
    await eventually(async () => (await due()) > clock.now(), 'it to be put off once more');
    expect(await redis.exists(keys.request(1003))).toBe(0);
    expect(isThere(bot, A)).toBe(true);

    await redis.del(keys.brake('prod'));
    expect((await graceEnds(bot, 1003)).state).toBe('done');
    expect(isThere(bot, A)).toBe(false);
  });

  it('warns of a project of which nobody is told', async () => {
    const bot = await idleBot({ [A]: 30 });

    await planned(bot, GRACE, '1 address');

    expect((await bot.until('waiting')).plan?.warnings).toContain(
      'Nobody is told of 1 address of project `demo`: stackhand.yaml names no owner of it',
    );
  });

  it('a tag whose answer gets lost is there once', async () => {
    const bot = await told({ [A]: 30 });
    bot.cloud.answer('network', 'PUT', '/tags/', { dropAfterEffect: true });

    const { state } = await cleanedUp(bot, GRACE, '1 address');

    expect(state).toBe('done');
    expect(ipOf(bot, A).tags).toEqual([TAG]);
    expect(bot.cloud.writes.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('is tried again later where Neutron was away, with what is left alone', async () => {
    const bot = await told({ [A]: 30, [B]: 30 });
    await cleanedUp(bot, GRACE, '2 addresses');
    bot.cloud.answer('network', 'DELETE', ipOf(bot, B).id, { status: 403, body: {} });

    expect((await graceEnds(bot, 1002)).state).toBe('partly done');
    await graceEnds(bot, 1003);

    expect([A, B].map((address) => isThere(bot, address))).toEqual([false, false]);
  });
});
