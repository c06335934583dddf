import { describe, expect, it } from 'vitest';
import { attach, detach, wholeSeconds } from '../../demo/cloud/floating-ip-changes.ts';
import { idleOf } from '../../src/floating-ips/idle.ts';
import { bookAfter, LOOK_EVERY_MS } from '../../src/floating-ips/looks.ts';
import { type Bot, eventually } from '../bot.ts';
import { addIdle, DAY_MS, idleBot, ipOf, LINE } from './stage.ts';

const A = '203.0.113.101';

/** As if an hour had passed: the next look is due, and is waited for. */
async function lookAgain({ running }: Bot): Promise<void> {
  const { redis, keys } = running.core.store;
  const book = keys.seen('floating-ips', 'prod', 'RegionOne');
  const before = await redis.hget(book, 'looked at');
  await redis.del(keys.check('floating-ips', 'prod', 'RegionOne'));
  await eventually(async () => (await redis.hget(book, 'looked at')) !== before, 'the look');
}

/** The first look comes an hour after the start; until then somebody holds its key. */
async function untilChecksRun({ running }: Bot): Promise<void> {
  const { redis, keys } = running.core.store;
  await eventually(async () => (await redis.exists(keys.check('floating-ips', 'prod', 'RegionOne'))) === 1, 'the first turn');
}

async function answerOf(bot: Bot): Promise<string> {
  await bot.slack.slash('bob', '#ops', `${LINE} --dry-run`);
  const request = await bot.until('answered', 'nothing to do');
  return `${request.result?.text} ${request.result?.lines?.join(' ')} ${JSON.stringify(request.result?.table?.rows ?? [])}`;
}

describe('the hourly looks', () => {
  it('are what the evidence of an idle address names', async () => {
    const bot = await idleBot({ [A]: 30 });
    expect(await answerOf(bot)).toContain('There was no hourly look yet');
    await untilChecksRun(bot);

    await lookAgain(bot);

    const answer = await answerOf(bot);
    expect(answer).toMatch(/unchanged in Neutron, unused at each hourly look since 20/);
    expect(answer).toContain('The last hourly look was 0s ago.');
  });

  it('count from the first one that found it unused, where one before it found it in use and Neutron moved no time', async () => {
    const bot = await idleBot({ [A]: 30 });
    const { state } = bot.cloud;
    const port = state.ports.find(
      (one) => one.deviceOwner.startsWith('compute') && !state.floatingIps.some((ip) => ip.portId === one.id),
    );
    await untilChecksRun(bot);
    attach(state, ipOf(bot, A), port?.id ?? '');
    await lookAgain(bot);
    detach(ipOf(bot, A));
    ipOf(bot, A).updated = wholeSeconds(Date.now() - 30 * DAY_MS);
    expect(await answerOf(bot)).toContain('There are no floating IPs');
    bot.later(LOOK_EVERY_MS);
    await lookAgain(bot);

    expect(await answerOf(bot)).toContain('There are no floating IPs');
    bot.later(7 * DAY_MS);
    expect(await answerOf(bot)).toMatch(/Delete 1 floating IP .*unused at each hourly look since 20.*, in use before/);
  });

  it('are all there is where Neutron tells no time', async () => {
    const bot = await idleBot({});
    addIdle(bot, A, 0);
    Object.assign(ipOf(bot, A), { updated: null });
    await untilChecksRun(bot);
    expect(await answerOf(bot)).toContain('Of 1 other nothing tells since when');
    await lookAgain(bot);
    expect(await answerOf(bot)).toContain('There are no floating IPs');

    for (let day = 0; day < 7; day += 1) {
      // No look for more than three hours is a break, from which on it counts anew.
      for (let hours = 0; hours < 24; hours += 3) {
        bot.later(3 * LOOK_EVERY_MS - 60_000);
        await lookAgain(bot);
      }
    }

    expect(await answerOf(bot)).toContain('There are no floating IPs');
    bot.later(3 * LOOK_EVERY_MS - 60_000);
    await lookAgain(bot);
    expect(await answerOf(bot)).toMatch(/Delete 1 floating IP .*Neutron tells no time/);
  });

  it('that fail change nothing', async () => {
    const bot = await idleBot({ [A]: 30 });
    await untilChecksRun(bot);
    await lookAgain(bot);
    const { redis, keys } = bot.running.core.store;
    const book = keys.seen('floating-ips', 'prod', 'RegionOne');
    const before = await redis.hgetall(book);
    bot.cloud.answer('network', 'GET', '/floatingips', { status: 500, body: {}, times: 99 });

    await redis.del(keys.check('floating-ips', 'prod', 'RegionOne'));
    await eventually(() => bot.cloud.calls.filter(({ status }) => status === 500).length > 0, 'a look that fails');

    expect(await redis.hgetall(book)).toEqual(before);
  });
});

describe('the book of looks', () => {
  const at = (hours: number): number => hours * LOOK_EVERY_MS;
  const ip = (in_use: boolean) => ({ id: 'ip', in_use, updated_at: null });
  const found = (looks: [hours: number, inUse: boolean][]): Map<string, string> =>
    looks.reduce((book, [hours, inUse]) => bookAfter(book, [ip(inUse)], at(hours)), new Map<string, string>());

  it('begins anew after a break, and where it was found in use', () => {
    expect(
      idleOf(
        ip(false),
        found([
          [1, false],
          [2, false],
          [4, false],
        ]),
        at(9),
      )?.since,
    ).toBe(at(1));
    expect(
      idleOf(
        ip(false),
        found([
          [1, false],
          [2, false],
          [6, false],
        ]),
        at(9),
      )?.since,
    ).toBe(at(6));
    expect(
      idleOf(
        ip(false),
        found([
          [1, false],
          [2, true],
          [3, false],
        ]),
        at(9),
      )?.since,
    ).toBe(at(3));
  });

  it('does not make an address of which Neutron tells idle for less, unless it was seen in use', () => {
    const told = { ...ip(false), updated_at: new Date(0).toISOString() };

    expect(
      idleOf(
        told,
        found([
          [5, false],
          [20, false],
        ]),
        at(30),
      )?.since,
    ).toBe(0);
    expect(
      idleOf(
        told,
        found([
          [5, true],
          [6, false],
        ]),
        at(30),
      )?.since,
    ).toBe(at(6));
    expect(
      idleOf(
        { ...told, updated_at: new Date(at(9)).toISOString() },
        found([
          [5, true],
          [6, false],
        ]),
        at(30),
      )?.since,
    ).toBe(at(9));
  });

  it('forgets what is gone', () => {
    expect([...bookAfter(found([[1, false]]), [], at(2)).keys()]).toEqual(['looked at']);
  });
});
