import { describe, expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { type Bot, eventually, gate } from '../bot.ts';
import { mappedBot, shows, types, typesAs } from '../cli/stage.ts';
import { terminal } from '../cli/system.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';
const WIPE = 'cores wipe demo --cores 40 --reason "more load"';
const BY_ID = {
  operator: { users: [idOf('U', 'bob')] },
  approver: { users: [idOf('U', 'alice'), idOf('U', 'carol')] },
  viewer: { users: [idOf('U', 'eve')] },
};
const OPERATORS = idOf('S', 'operators');
const APPROVERS = idOf('S', 'approvers');

/** Slack is away before anybody has asked for anything. */
async function botAlone(roles: Record<string, unknown> = BY_ID, yaml: Record<string, unknown> = {}): Promise<Bot> {
  const bot = await mappedBot({ yaml: { roles, ...yaml } });
  await bot.slack.outage();
  return bot;
}

function inChannel({ slack, text }: Bot): string[] {
  return slack
    .messages('#ops')
    .filter(({ ephemeralTo }) => !ephemeralTo)
    .map(text);
}

describe('while Slack is away', () => {
  it('a change is asked for at a terminal, approved at another, carried out, and told once Slack is back', async () => {
    const bot = await botAlone();
    const asker = terminal({ user: 'bob' });

    const asking = types(bot, asker, ['run', SET]);
    await shows(asker, 'R-1001 waits for approval: 1 vote of approver');
    const approval = await typesAs(bot, 'alice', ['approve', 'R-1001'], ['yes']);

    expect(approval).toMatchObject({ status: 0, out: 'You approved R-1001, and it goes ahead now.\n' });
    expect(await asking).toBe(0);
    expect(asker.stdout()).toContain('2 projects done');
    expect(bot.cloud.writes).toHaveLength(2);
    expect(inChannel(bot)).toEqual([]);

    await bot.slack.recover();

    await bot.slack.waitFor(() => inChannel(bot).some((text) => text.includes('R-1001 is done')), 'the card');
    const people = ['alice', 'bob', 'carol'];
    const heard = (who: string): string[] => bot.directs(who).filter((text) => text.includes('R-1001'));
    await bot.slack.waitFor(() => people.every((who) => heard(who).some((text) => text.includes('is done'))), 'all to hear');
    expect(people.map((who) => heard(who).length)).toEqual([1, 1, 1]);
    expect(inChannel(bot)).toHaveLength(1);
    expect(bot.card()).toContain('Votes: alice approved at a terminal');
  });

  it('what is destructive is typed at a terminal too, and approved by two others', async () => {
    const bot = await botAlone();
    const asker = terminal({ user: 'bob', typed: ['demo'] });

    const asking = types(bot, asker, ['run', WIPE]);
    await shows(asker, 'R-1001 waits for approval: 2 votes of approver');
    const first = await typesAs(bot, 'alice', ['approve', 'R-1001'], ['yes']);
    expect(bot.cloud.writes).toEqual([]);
    const second = await typesAs(bot, 'carol', ['approve', 'R-1001'], ['yes']);

    expect(first.out).toBe('You approved R-1001. Still needed: 1 vote of approver.\n');
    expect(second.out).toBe('You approved R-1001, and it goes ahead now.\n');
    expect(await asking).toBe(0);
    expect(bot.cloud.writes).toHaveLength(1);
  });

  it('a denial at a terminal ends it', async () => {
    const bot = await botAlone();
    const asker = terminal({ user: 'bob' });

    const asking = types(bot, asker, ['run', SET]);
    await shows(asker, 'waits for approval');
    const { status } = await typesAs(bot, 'alice', ['deny', 'R-1001'], ['not while Slack is away']);

    expect(status).toBe(0);
    expect(await asking).toBe(1);
    expect(asker.stdout()).toContain('Denied by alice: not while Slack is away');
    expect(bot.cloud.writes).toEqual([]);
  });

  it('a role whose members only Slack knows does not count, and the answer says which and why', async () => {
    const roles = { ...BY_ID, approver: { users: [idOf('U', 'carol')], groups: [APPROVERS] } };
    const bot = await botAlone(roles);
    await typesAs(bot, 'bob', ['run', SET, '--no-wait']);
    await bot.until('waiting');

    const byGroup = await typesAs(bot, 'alice', ['approve', 'R-1001'], ['yes']);
    const byId = await typesAs(bot, 'carol', ['approve', 'R-1001'], ['yes']);

    expect(byGroup.status).toBe(1);
    expect(byGroup.out).toBe(
      'Your vote does not count here: this takes approver, and you hold no role. Slack did not say who is in the user group of ' +
        'approver, so for now only a role by user ID in stackhand.yaml counts.\n',
    );
    expect(byId.status).toBe(0);
    expect((await bot.until('done')).votes.map(({ user }) => user)).toEqual([idOf('U', 'carol')]);
  });

  it('what Slack said of a group a minute ago does not count for a vote either', async () => {
    const bot = await mappedBot({ yaml: { roles: { ...BY_ID, approver: { groups: [APPROVERS] } } } });
    await bot.say('bob', SET);
    expect(await bot.approve('eve')).toContain('Your vote does not count here');
    await bot.slack.outage();

    const { status, out } = await typesAs(bot, 'alice', ['approve', 'R-1001'], ['yes']);

    expect(status).toBe(1);
    expect(out).toContain('Slack did not say who is in the user group of approver');
    expect(bot.cloud.writes).toEqual([]);
  });

  it('one of two roles may count, and what is still needed says why', async () => {
    const roles = { ...BY_ID, lead: { groups: [APPROVERS] } };
    const approvals = [
      { count: 1, roles: ['approver'] },
      { count: 1, roles: ['lead'] },
    ];
    const rules = [{ effects: ['read', 'change'], roles: ['operator'], approvals }];
    const bot = await botAlone(roles, { rules });
    await typesAs(bot, 'bob', ['run', SET, '--no-wait']);
    await bot.until('waiting');

    const { status, out } = await typesAs(bot, 'alice', ['approve', 'R-1001'], ['yes']);

    expect(status).toBe(0);
    expect(out).toBe(
      'You approved R-1001. Still needed: 1 vote of lead. Slack did not say who is in the user group of lead, so for now only a role ' +
        'by user ID in stackhand.yaml counts.\n',
    );
  });
});

describe('a stop while Slack is away', () => {
  it('by a line at a terminal ends what waits', async () => {
    const bot = await botAlone();
    await typesAs(bot, 'bob', ['run', SET, '--no-wait']);
    await bot.until('waiting');

    const { status, out } = await typesAs(bot, 'bob', ['run', 'request cancel R-1001']);

    expect([status, out.split('\n')[0]]).toEqual([0, 'R-1001 is cancelled, and nothing of it was done.']);
    expect((await bot.request(1001)).state).toBe('cancelled');
  });

  it('stops what runs before its next item, and says what was done', async () => {
    const bot = await botAlone({ ...BY_ID, approver: { users: [idOf('U', 'alice')] } });
    const write = gate();
    bot.cloud.answer('compute', 'PUT', DEMO_PROJECT, { until: write.until });
    await typesAs(bot, 'bob', ['run', 'cores set demo alice-lab admin --cores 40 --reason "more load"', '--no-wait']);
    await bot.until('waiting');
    await typesAs(bot, 'alice', ['approve', 'R-1001'], ['yes']);
    await eventually(() => bot.cloud.writes.length === 1, 'the write');

    const { status, out } = await typesAs(bot, 'bob', ['run', 'request cancel R-1001']);

    expect(status).toBe(0);
    expect(out).toContain('R-1001 is told to stop');
    write.open();
    const { result } = await bot.untilOf(1001, 'cancelled');
    expect(result?.text).toMatch(/^Stopped by bob\. Done: demo\. Not done: alice-lab, admin\./);
    expect(bot.cloud.writes).toHaveLength(1);
  });

  it('is for its requester even where only Slack knows that they may use the command', async () => {
    const bot = await mappedBot({ yaml: { roles: { ...BY_ID, operator: { groups: [OPERATORS] } } } });
    await bot.say('bob', SET);
    await bot.slack.outage();
    // What it said of the group is older than a minute.
    const { redis, keys } = bot.running.core.store;
    await redis.pexpire(keys.group(OPERATORS), 86_400_000 - 61_000);

    const own = await typesAs(bot, 'bob', ['run', 'request cancel R-1001']);

    expect(own).toMatchObject({ status: 0 });
    expect((await bot.request(1001)).state).toBe('cancelled');
  });

  it('by somebody else takes a role that is certain, and says which is not', async () => {
    const roles = { ...BY_ID, helper: { groups: [OPERATORS] } };
    const rules = [{ effects: ['read', 'change'], roles: ['operator', 'helper'] }];
    const bot = await botAlone(roles, { rules });
    await typesAs(bot, 'bob', ['run', SET, '--no-wait']);
    await bot.until('waiting');

    const { status, out } = await typesAs(bot, 'carol', ['run', 'request cancel R-1001']);

    expect(status).toBe(1);
    expect(out).toContain(
      'I could not tell whether you may use request cancel: Slack did not say who is in the user group of helper.',
    );
    expect((await bot.request(1001)).state).toBe('waiting');
  });
});

describe('a Stackhand that is started while Slack is away', () => {
  it('serves terminals, and Slack once it is back', async () => {
    const bot = await botAlone();
    await bot.running.stop();
    const running = await bot.another('all');
    const there = { ...bot, running };

    await typesAs(there, 'bob', ['run', SET, '--no-wait']);
    await bot.until('waiting');
    expect(await typesAs(there, 'alice', ['approve', 'R-1001'], ['yes'])).toMatchObject({ status: 0 });
    await bot.until('done');
    expect(await readiness(running)).toContain('slack');

    await bot.slack.recover();

    await bot.slack.waitFor(() => bot.slack.connections === 2, 'it to listen');
    expect(await bot.say('eve', 'cores show demo')).toContain('Project demo has 40 cores');
    await bot.slack.waitFor(() => inChannel(bot).some((text) => text.includes('R-1001 is done')), 'the card');
  });

  it('ends while it still waits for Slack', async () => {
    const bot = await botAlone();
    await bot.running.stop();
    const running = await bot.another('all');

    await expect(running.stop()).resolves.toBeUndefined();
  });
});

/** What /readyz finds wrong. */
async function readiness({ port }: Bot['running']): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean }[] };
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}
