import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import { readAudit } from '../../src/requests/store.ts';
import type { Bot } from '../bot.ts';
import { mappedBot, typesAs } from './stage.ts';

const SET = 'cores set demo --cores 40 --reason "more load"';
const BREAK = ['break-glass', 'R-1001'];
const WHY = 'customers are down, nobody wakes up';
const MINUTE = 60_000;

/** Bob, on call, has asked for a change in Slack; alice owns Stackhand. */
async function waitingBot(onCall: Record<string, unknown> = { users: [idOf('U', 'bob')] }): Promise<Bot> {
  const bot = await mappedBot({
    yaml: {
      roles: { operator: { users: [idOf('U', 'bob')] }, approver: { users: [idOf('U', 'carol')] }, 'on-call': onCall },
      rules: [{ effects: ['read', 'change'], roles: ['operator'], breakGlass: ['on-call'] }],
      breakGlass: { owners: [idOf('U', 'alice')] },
    },
  });
  await bot.say('bob', SET);
  await bot.until('waiting');
  return bot;
}

/** From here on Slack answers nothing. */
async function withoutSlack(bot: Bot): Promise<Bot> {
  await bot.running.stop();
  for (const method of ['users.info', 'usergroups.users.list', 'chat.postMessage', 'chat.update', 'conversations.open'])
    bot.slack.answer(method, { status: 503, times: 999 });
  const running = await bot.another('worker');
  return { ...bot, running };
}

describe('breaking the glass at a terminal', () => {
  it('shows the whole plan, asks for its target and the reason, and goes on with Slack away', async () => {
    const bot = await withoutSlack(await waitingBot());
    bot.later(5 * MINUTE);
    await bot.untilOf(1001, 'waiting');

    const { status, out, err } = await typesAs(bot, 'bob', BREAK, ['demo', WHY]);

    expect([status, out]).toEqual([
      0,
      'You broke the glass: R-1001 goes ahead without 1 vote of approver. The owners of Stackhand are told, and one of them has to sign it.\n',
    ]);
    expect(err).toContain('Set cores to 40 in 1 project: more load');
    expect(err).toContain('Type demo to go on alone: demo');
    const { glass, unsigned } = await bot.until('unsigned');
    expect([glass?.unixUser, glass?.roles, glass?.reason, unsigned]).toEqual(['bob', ['on-call'], WHY, 'done']);
    expect(bot.cloud.writes).toHaveLength(1);
    const audit = await readAudit(bot.running.core.store, 1001);
    expect(audit.find(({ event }) => event === 'glass broken')).toMatchObject({
      by: idOf('U', 'bob'),
      detail: { unixUser: 'bob' },
    });
    const { redis, keys } = bot.running.core.store;
    expect(await redis.hget(keys.message(`R-1001/glass/${idOf('U', 'alice')}`), 'body')).toContain('GLASS BROKEN: R-1001');
  });

  it('with a role by user group does not go on while Slack does not say who is in it', async () => {
    const bot = await withoutSlack(await waitingBot({ groups: [idOf('S', 'operators')] }));
    bot.later(5 * MINUTE);

    const { status, out } = await typesAs(bot, 'bob', BREAK, ['demo', WHY]);

    expect([status, out]).toEqual([
      1,
      'To go on alone takes on-call, and you hold operator. Slack did not say who is in the user group of on-call.\n',
    ]);
    expect(bot.cloud.writes).toEqual([]);
  });

  it('takes its reason on the line, and says when it is too early', async () => {
    const bot = await waitingBot();

    const { status, out, err } = await typesAs(bot, 'bob', [...BREAK, '--reason', WHY], ['demo']);

    expect(status).toBe(1);
    expect(out).toContain('R-1001 can go on alone once nobody has answered for 5 minutes, which is at');
    expect(err).not.toContain('Why can it not wait?');
    expect((await bot.until('waiting')).glass).toBeUndefined();
  });

  it.each([
    [['alice-lab'], 'That is not demo. Nothing was done: R-1001 still waits for votes.'],
    [[], 'Nothing was done: R-1001 still waits for votes.'],
    [['demo', 'no'], 'Nothing was done: R-1001 still waits for votes. To break the glass takes a reason of 3 to 500 characters.'],
  ])('after %j does nothing', async (typed, said) => {
    const bot = await waitingBot();
    bot.later(5 * MINUTE);

    const { status, out, err } = await typesAs(bot, 'bob', BREAK, typed);

    expect([status, out]).toEqual([1, '']);
    expect(err).toContain(said);
    const { redis, keys } = bot.running.core.store;
    expect(await redis.get(keys.clickNumber)).toBeNull();
  });

  it('says what is not there or does not wait', async () => {
    const bot = await waitingBot();

    expect((await typesAs(bot, 'bob', ['break-glass', 'R-2000'])).err).toContain('There is no R-2000');
    await bot.click('bob', 'Cancel');
    await bot.until('cancelled');
    expect((await typesAs(bot, 'bob', BREAK)).err).toContain('R-1001 was cancelled; there are no votes to go on without.');
  });

  it.each([
    [['break-glass'], 'break-glass takes the number of a request'],
    [['break-glass', 'cmp-3'], 'break-glass takes the number of a request, such as R-1042, and not "cmp-3"'],
    [[...BREAK, '--yes'], 'break-glass takes no --yes'],
    [[...BREAK, '--reason', 'x'], '--reason takes a reason of 3 to 500 characters'],
  ])('does not understand %j', async (args, said) => {
    const bot = await waitingBot();

    expect(await typesAs(bot, 'bob', args)).toMatchObject({ status: 2, err: expect.stringContaining(said) });
  });
});

it('whoever waits at the terminal for a change sees that it went on without votes, and leaves', async () => {
  const bot = await waitingBot();
  const other = SET.replace('40', '50');
  const running = typesAs(bot, 'bob', ['run', other]);
  await bot.untilOf(1002, 'waiting');
  bot.later(5 * MINUTE);
  await typesAs(bot, 'bob', ['break-glass', 'R-1002', '--reason', WHY], ['demo']);

  const { status, err } = await running;

  expect(status).toBe(0);
  expect(err).toContain('R-1002 is done, GLASS BROKEN by bob and UNSIGNED.');
});
