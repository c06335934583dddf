import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readAudit, type Store } from '../../src/requests/store.ts';
import { type Bot, defaultYaml, eventually } from '../bot.ts';
import { mappedBot, shows, types, typesAs } from './stage.ts';
import { type Terminal, terminal } from './system.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const WIPE = 'cores wipe demo --cores 40 --reason "more load"';
const APPROVE = ['approve', 'R-1001'];
const DENY = ['deny', 'R-1001'];
const OPERATOR = { effects: ['read', 'change', 'disruptive', 'destructive'], roles: ['operator'] };
const TWO_NEEDED = { rules: [{ ...OPERATOR, approvals: [{ count: 2, roles: ['approver'] }] }] };

/** A change that bob asked for in Slack waits for a vote. */
async function waitingBot(options: Parameters<typeof mappedBot>[0] = {}, line = SET): Promise<Bot> {
  const bot = await mappedBot(options);
  await bot.say('bob', line);
  return bot;
}

async function clicks({ running }: Bot): Promise<number> {
  const { redis, keys } = running.core.store;
  return Number(await redis.get(keys.clickNumber)) || 1_000;
}

describe('a vote at a terminal', () => {
  it('is asked for below the whole plan, counts like a click, and is answered like one', async () => {
    const bot = await waitingBot();
    // Too narrow for the table: what is cut off would be approved unseen.
    const system = terminal({ user: 'alice', typed: ['yes'], columns: 20 });

    expect(await types(bot, system, APPROVE)).toBe(0);

    const { hash = '', votes } = await bot.until('done');
    expect(system.stdout()).toBe('You approved R-1001, and it goes ahead now.\n');
    const shown = system.stderr();
    for (const words of ['Set cores to 40 in 2 projects: more load', 'Undo:', `Plan:         ${hash.slice(0, 12)}`]) {
      expect(shown).toContain(words);
    }
    expect(shown).toMatch(/\nproject +cores +then\n-+ +-+ +-+\ndemo +20 +40\nalice-lab +20 +40\n/);
    expect(shown).toMatch(/Approve R-1001\? Type yes: yes\n$/);
    expect(votes).toMatchObject([
      { user: 'U0ALICE00', unixUser: 'alice', verdict: 'approve', roles: ['approver', 'operator'], hash },
    ]);
    expect(bot.cloud.writes).toHaveLength(2);
    await bot.slack.waitFor(() => bot.card().includes('Votes: alice approved at a terminal'), 'the vote on the card');
  });

  it('is in the audit with its Unix user, and in the history', async () => {
    const bot = await waitingBot();
    await typesAs(bot, 'alice', APPROVE, ['yes']);
    await bot.until('done');

    const audit = await readAudit(bot.running.core.store, 1001);

    const [vote] = audit.filter(({ event }) => event === 'vote');
    expect(vote).toMatchObject({ by: 'U0ALICE00', detail: { unixUser: 'alice', verdict: 'approve' } });
    await bot.slack.slash('bob', '#ops', 'request show R-1001');
    await bot.hears('bob', 'Approved by alice (approver, operator) at a terminal, as Unix user alice');
  });

  it.each([['no'], [''], ['y'], ['R-1001']])('is not given where somebody types %j instead of yes', async (typed) => {
    const bot = await waitingBot();

    const { status, out, err } = await typesAs(bot, 'alice', APPROVE, [typed]);

    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/Nothing was done: R-1001 still waits for votes\.\n$/);
    expect(await clicks(bot)).toBe(1_000);
    expect((await bot.until('waiting')).votes).toEqual([]);
  });

  it('is not given where nobody sits there, and what a script may type is said', async () => {
    const bot = await waitingBot();
    const { hash = '' } = await bot.until('waiting');

    const { status, out, err } = await typesAs(bot, 'alice', APPROVE);

    expect([status, out]).toEqual([1, '']);
    expect(err).toContain('Nothing was done: R-1001 still waits for votes.\n');
    expect(err).toContain(`  stackhand approve R-1001 --plan ${hash.slice(0, 12)} --yes\n`);
    expect(await clicks(bot)).toBe(1_000);
  });

  it('against it asks why, which the card and its requester are told', async () => {
    const bot = await waitingBot();

    const { status, out, err } = await typesAs(bot, 'alice', DENY, ['not on a Friday']);

    expect([status, out]).toEqual([0, 'You denied R-1001. Its requester is told.\n']);
    expect(err).toContain('Why do you deny R-1001? It stands on its card and in the audit: not on a Friday\n');
    await bot.until('rejected');
    await bot.hears('bob', 'Denied by alice: not on a Friday');
    expect(bot.cloud.writes).toEqual([]);
  });

  it('against it with its reason on the line is asked for as any other', async () => {
    const bot = await waitingBot();
    const denying = [...DENY, '--reason', 'not on a Friday'];

    expect((await typesAs(bot, 'alice', denying, ['no'])).status).toBe(1);
    expect((await bot.until('waiting')).votes).toEqual([]);
    expect((await typesAs(bot, 'alice', denying, ['yes'])).status).toBe(0);
    await bot.until('rejected');
  });

  it('against it without a reason is none', async () => {
    const bot = await waitingBot();

    const { status, err } = await typesAs(bot, 'alice', DENY, ['no']);

    expect(status).toBe(1);
    expect(err).toContain('A denial takes a reason of 3 to 500 characters.');
    expect((await bot.until('waiting')).votes).toEqual([]);
  });

  it('of a script is for the plan that somebody saw, and asks nothing', async () => {
    const bot = await waitingBot();
    const { hash = '' } = await bot.until('waiting');
    const other = hash.startsWith('0') ? 'f'.repeat(12) : '0'.repeat(12);

    const refused = await typesAs(bot, 'alice', [...APPROVE, '--plan', other, '--yes']);
    const counted = await typesAs(bot, 'alice', [...APPROVE, '--plan', hash.slice(0, 12).toUpperCase(), '--yes']);

    expect([refused.status, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain(`The plan of R-1001 is ${hash.slice(0, 12)}, not ${other}.`);
    expect([counted.status, counted.out]).toEqual([0, 'You approved R-1001, and it goes ahead now.\n']);
    expect(counted.err).not.toContain('Type yes');
    await bot.until('done');
  });

  it('with --plan alone is asked for all the same', async () => {
    const bot = await waitingBot();
    const { hash = '' } = await bot.until('waiting');

    const { status, err } = await typesAs(bot, 'alice', [...APPROVE, '--plan', hash], ['no']);

    expect(status).toBe(1);
    expect(err).toContain('Approve R-1001? Type yes: no\n');
  });
});

describe('the rules of a vote at a terminal', () => {
  it('its requester does not vote, whether they asked in Slack or at a terminal', async () => {
    const bot = await mappedBot({ yaml: { roles: everybody() } });
    await bot.say('bob', SET);
    expect((await typesAs(bot, 'bob', ['run', SET.replace('40', '50'), '--no-wait'])).status).toBe(0);
    await bot.untilOf(1002, 'waiting');

    for (const name of ['R-1001', 'R-1002']) {
      const { status, out } = await typesAs(bot, 'bob', ['approve', name], ['yes']);
      expect([status, out]).toEqual([
        1,
        'You asked for this yourself, so somebody else must decide. To take it back, cancel it.\n',
      ]);
    }
    expect(bot.cloud.writes).toEqual([]);
  });

  it('who lacks the role reads what it takes', async () => {
    const bot = await waitingBot();

    const { status, out } = await typesAs(bot, 'eve', APPROVE, ['yes']);

    expect(status).toBe(1);
    expect(out).toBe('Your vote does not count here: this takes approver, and you hold viewer.\n');
    expect((await bot.until('waiting')).votes).toEqual([]);
  });

  it('one person has one vote, in Slack and at terminals together', async () => {
    const bot = await waitingBot({ yaml: { ...TWO_NEEDED, terminal: { alice: 'U0ALICE00', root: 'U0ALICE00' } } });
    expect(await bot.approve('alice')).toContain('Still needed: 1 vote of approver');

    for (const user of ['alice', 'root']) {
      expect(await typesAs(bot, user, APPROVE, ['yes'])).toMatchObject({
        status: 1,
        out: 'You have voted on R-1001 already.\n',
      });
    }
    expect((await bot.until('waiting')).votes).toHaveLength(1);
  });

  it('who approved may still deny, and one denial ends it', async () => {
    const bot = await waitingBot({ yaml: TWO_NEEDED });

    expect(await typesAs(bot, 'alice', APPROVE, ['yes'])).toMatchObject({
      status: 0,
      out: 'You approved R-1001. Still needed: 1 vote of approver.\n',
    });
    expect((await typesAs(bot, 'alice', DENY, ['I looked again'])).status).toBe(0);

    await bot.until('rejected');
  });

  it('whom only the stackhand.yaml of the terminal maps is refused by the worker, which says so', async () => {
    const bot = await waitingBot();
    const file = join(bot.env.STACKHAND_STATE ?? '', 'posing.yaml');
    await writeFile(file, stringify({ ...defaultYaml(bot.slack), terminal: { mallory: 'U0ALICE00' } }));
    const system = terminal({ user: 'mallory', typed: ['yes'] });

    expect(await types(bot, system, APPROVE, file)).toBe(1);

    expect(system.stdout()).toContain('The Unix user mallory is no Slack user in the stackhand.yaml of this Stackhand.');
    expect((await bot.until('waiting')).votes).toEqual([]);
  });

  it('whom nobody maps is asked nothing and shown nothing', async () => {
    const bot = await waitingBot();

    const { status, out, err } = await typesAs(bot, 'mallory', APPROVE, ['yes']);

    expect([status, out]).toEqual([1, '']);
    expect(err).toContain('The Unix user mallory is no Slack user yet');
    expect(err).not.toContain('cores');
  });

  it.each(['deleted', 'teamId'] as const)('whom Slack no longer has as a member decides nothing (%s)', async (how) => {
    const bot = await waitingBot({ yaml: { roles: everybody() } });
    const alice = bot.slack.workspace.users.get('U0ALICE00');
    if (!alice) throw new Error('no alice');
    if (how === 'deleted') alice.deleted = true;
    else alice.teamId = 'T0OTHER00';

    expect(await typesAs(bot, 'alice', APPROVE, ['yes'])).toMatchObject({
      status: 1,
      out: 'Only members of this workspace decide here.\n',
    });
    expect((await bot.until('waiting')).votes).toEqual([]);
  });

  it.each([
    ['does not exist', ['approve', 'R-2000'], 'There is no R-2000; ended requests are kept for 90 days.'],
    ['has ended', APPROVE, 'R-1001 was cancelled; there is nothing to vote on.'],
  ])('what %s is said, and nothing asked', async (_what, args, said) => {
    const bot = await waitingBot();
    await bot.click('bob', 'Cancel');
    await bot.until('cancelled');

    const { status, err } = await typesAs(bot, 'alice', args, ['yes']);

    expect(status).toBe(1);
    expect(err).toContain(said);
    expect(err).not.toContain('Type yes');
  });

  it('a plan whose target is not typed yet is shown to nobody else', async () => {
    const bot = await waitingBot({}, WIPE);

    const { status, err } = await typesAs(bot, 'alice', APPROVE, ['yes']);

    expect(status).toBe(1);
    expect(err).toBe('R-1001 waits for its requester to type the target; there is nothing to vote on.\n');
  });

  it('a vote that comes after the end is answered as in Slack', async () => {
    const bot = await waitingBot();
    const system = terminal({ user: 'carol' });
    system.ask = async () => {
      await bot.approve('alice');
      await bot.until('done');
      return 'yes';
    };

    expect(await types(bot, system, APPROVE)).toBe(1);

    expect(system.stdout()).toBe('Your vote came after the end: R-1001 is done.\n');
  });
});

describe('a vote that is not decided yet', () => {
  it('with no worker running: the terminal ends with 3, and the vote counts once one runs', async () => {
    const bot = await waitingBot();
    await bot.running.stop();
    const running = await bot.another('gateway');

    const { status, out, err } = await typesAs({ ...bot, running }, 'alice', APPROVE, ['yes']);

    expect([status, out]).toEqual([3, '']);
    expect(err).toContain('Your vote was taken. No worker is running to count it, so it waits until one does: stackhand start.');
    expect(err).toContain("  stackhand run 'request show R-1001'\n");
    await bot.another('worker');
    await bot.until('done');
  });

  /** A worker was heard from, and has something else to do. */
  async function votingWhileBusy(): Promise<{ bot: Bot; system: Terminal; voting: Promise<number>; store: Store }> {
    const bot = await waitingBot();
    await bot.running.stop();
    const running = await bot.another('gateway');
    const { store } = running.core;
    await store.redis.zadd(store.keys.workers, store.clock.now(), 'one that is busy');
    const system = terminal({ user: 'alice', typed: ['yes'] });
    const voting = types({ ...bot, running }, system, APPROVE);
    await eventually(async () => (await store.redis.hlen(store.keys.clicks)) === 1, 'the click to be taken');
    return { bot, system, voting, store };
  }

  it('after Ctrl-C: the terminal ends with 3, and the vote stays', async () => {
    const { bot, system, voting } = await votingWhileBusy();

    system.pressCtrlC();

    expect(await voting).toBe(3);
    expect(system.stderr()).toContain('Your vote was taken, and is not decided yet.');
    await bot.another('worker');
    await bot.until('done');
  });

  it('whose answer is not kept any more: the terminal says so, and ends with 3', async () => {
    const { system, voting, store } = await votingWhileBusy();

    await store.redis.del(store.keys.clicks);

    expect(await voting).toBe(3);
    expect(system.stderr()).toContain('Your vote was decided, and how is not kept any more.');
  });

  it('is kept for the terminal alone, and not for long', async () => {
    const bot = await waitingBot();
    await typesAs(bot, 'alice', APPROVE, ['yes']);
    const { redis, keys } = bot.running.core.store;

    expect(await redis.ttl(keys.clickAnswer(1001))).toBeGreaterThan(300);
    expect(await redis.ttl(keys.clickAnswer(1001))).toBeLessThanOrEqual(600);
    await bot.until('done');
    await bot.hears('bob', 'R-1001 is done');
    expect(bot.directs('alice').filter((text) => text.includes('You approved'))).toEqual([]);
  });
});

describe('a target that is typed at a terminal', () => {
  it('in vain, says why', async () => {
    const bot = await mappedBot();
    const system = terminal({ user: 'bob' });
    const { redis, keys } = bot.running.core.store;
    system.ask = async () => {
      const bobInSlack = bot.slack.workspace.users.get('U0BOB0000');
      if (bobInSlack) bobInSlack.deleted = true;
      return 'demo';
    };

    const running = types(bot, system, ['run', WIPE]);
    await shows(system, 'Only members of this workspace decide here.\n');
    system.pressCtrlC();

    expect(await running).toBe(3);
    expect(await redis.hlen(keys.clicks)).toBe(0);
    expect((await bot.until('planned')).votes).toEqual([]);
  });

  it('is in the audit with its Unix user', async () => {
    const bot = await mappedBot();
    const system = terminal({ user: 'bob', typed: ['demo'] });
    const running = types(bot, system, ['run', WIPE]);
    await shows(system, 'waits for approval: ');
    system.pressCtrlC();
    await running;

    const audit = await readAudit(bot.running.core.store, 1001);

    expect(audit.find(({ event }) => event === 'target typed')).toMatchObject({ by: 'U0BOB0000', detail: { unixUser: 'bob' } });
  });
});

/** Requester and approver are the same people. */
function everybody(): Record<string, unknown> {
  const users = ['U0BOB0000', 'U0ALICE00'];
  return { operator: { users }, approver: { users }, viewer: { users: [] } };
}
