import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import { StackhandYaml } from '../../src/config-schema.ts';
import { type Bot, startBot } from '../bot.ts';
import { approved } from './temporary-stage.ts';

/** The rule as it is shipped. */
const [SMALL_RAISE] = (parse(readFileSync('stackhand.example.yaml', 'utf8')) as { rules: { raise?: unknown }[] }).rules.filter(
  ({ raise }) => raise,
);
const OTHERS = { effects: ['read', 'change'], roles: ['operator'] };

function bot(rules: unknown[] = [SMALL_RAISE, OTHERS]): Promise<Bot> {
  return startBot({ yaml: { rules } });
}

function set(limits: string): string {
  return `quota set alice-lab ${limits} --reason "a little more"`;
}

describe('a small raise', () => {
  it('runs without a vote, and its card says so', async () => {
    const small = await bot();

    await small.slack.slash('bob', '#ops', set('cores=25 ram=62G'));
    const { approval } = await small.until('done');

    expect(approval?.needs).toEqual([]);
    expect(limitsOf(small.cloud.state.quotas.compute, ALICE_LAB)).toMatchObject({ cores: 25, ram: 63_488 });
    await small.slack.waitFor(() => small.card().includes('R-1001 is done'), 'the card');
  });

  it.each([
    ['by more than 25 %', 'cores=26'],
    ['above its ceiling', 'floating-ips=62'],
    ['together with one that is larger', 'cores=25 volumes=20'],
    ['of a value that the rule does not name', 'routers=11'],
    ['that is none, but less', 'cores=19'],
    ['to no limit at all', 'cores=unlimited'],
  ])('%s waits for a vote', async (_what, limits) => {
    const larger = await bot();

    expect(await larger.say('bob', set(limits))).toContain('waits for 1 vote of approver');
  });

  it('does not keep for good, without a vote, what was approved for a time', async () => {
    const small = await bot();
    await approved(small, 'quota set alice-lab cores=40 --for 7d --reason "course"', 1001);

    await small.slack.slash('bob', '#ops', set('cores=41'));
    const { approval } = await small.untilOf(1002, 'waiting');

    expect(approval?.needs).toEqual([{ count: 1, roles: ['approver'] }]);
    expect(limitsOf(small.cloud.state.quotas.compute, ALICE_LAB).cores).toBe(40);
  });

  it('in a dry run says that it would run at once', async () => {
    const small = await bot();

    expect(await small.say('bob', `${set('cores=25')} --dry-run`)).toContain('It would run at once.');
  });

  it('is all that somebody may ask whom no other rule allows more', async () => {
    const only = await bot([SMALL_RAISE]);

    expect(await only.say('bob', set('cores=80'))).toBe(
      'You may use quota set here only for small raises, and this goes beyond what the policy lets through.',
    );
    expect(only.cloud.writes).toEqual([]);
  });
});

describe('its bounds in stackhand.yaml', () => {
  function problems(ceiling: unknown): string[] {
    const file = {
      clouds: [{ name: 'lab' }],
      roles: { operator: {} },
      rules: [{ roles: ['operator'], commands: ['quota set'], raise: { percent: 25, ceiling } }],
      channels: { approvals: 'C0APPROVALS' },
    };
    return (StackhandYaml.safeParse(file).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
  }

  it('are read in the units of lines', () => {
    expect(problems({ cores: 200, ram: '400G', gigabytes_ssd: '2T' })).toEqual([]);
  });

  it('name quotas that there are', () => {
    expect(problems({ coors: 200, 'fixed-ips': 5, ram: 'much' })).toEqual([
      'rules.0.raise.ceiling.coors: a limit of a quota that there is; none is called "coors"',
      'rules.0.raise.ceiling.fixed-ips: a limit of a quota that there is: Nova counts no fixed IPs any more (2.36); each is a port of Neutron, so set `ports`',
      'rules.0.raise.ceiling.ram: a limit such as 400G',
    ]);
  });
});
