import { describe, expect, it } from 'vitest';
import { decidePlan } from '../../src/policy.ts';
import { asks, policyWith, project, server } from './policy.ts';

const DAY = 86_400_000;

describe('approvals', () => {
  const touches = [project('5f2a0c', 'demo')];

  it("are the effect's default where the rule has none of its own", () => {
    const policy = policyWith([{ roles: ['operator'], commands: ['*'] }]);
    const plan = (effect: 'read' | 'change' | 'disruptive' | 'destructive') =>
      decidePlan({ ...asks(policy, ['operator'], { effect }), touches });

    expect(plan('read')).toEqual({ allowed: true, expiresMs: DAY });
    expect(plan('change')).toEqual({
      allowed: true,
      expiresMs: DAY,
      approval: { needs: [{ count: 1, roles: ['approver'] }], channel: 'C0OPS', expiresMs: DAY, escalateAfterMs: 300_000 },
    });
    expect(plan('destructive')).toMatchObject({
      approval: { needs: [{ count: 2, roles: ['approver'] }], expiresMs: 1_800_000 },
    });
  });

  it('are those of the first rule that allows it, in the order of the file', () => {
    const first = { roles: ['operator'], commands: ['quota set'], approvals: [] };
    const second = { roles: ['operator'], commands: ['*'], approvals: [{ roles: ['lead'] }] };

    expect(decidePlan({ ...asks(policyWith([first, second]), ['operator']), touches })).not.toHaveProperty('approval');
    expect(decidePlan({ ...asks(policyWith([second, first]), ['operator']), touches })).toHaveProperty('approval');
  });

  it('are the most demanding of all rules that the touched things fall under', () => {
    const policy = policyWith([
      { roles: ['operator'], commands: ['*'], targets: ['server:web-*'], approvals: [{ roles: ['approver'] }], expires: '4h' },
      {
        roles: ['operator'],
        commands: ['*'],
        targets: ['server:db-*'],
        approvals: [{ count: 2, roles: ['approver'] }, { roles: ['lead'] }],
        expires: '2h',
        approvalChannel: 'C0DATABASES',
      },
      { roles: ['operator'], commands: ['*'], targets: ['server:*'], approvals: [], approvalChannel: 'C0SERVERS' },
    ]);

    expect(decidePlan({ ...asks(policy, ['operator']), touches: [server('x'), server('web-1'), server('db-1')] })).toEqual({
      allowed: true,
      expiresMs: 7_200_000,
      approval: {
        needs: [
          { count: 2, roles: ['approver'] },
          { count: 1, roles: ['lead'] },
        ],
        channel: 'C0DATABASES',
        expiresMs: 7_200_000,
        escalateAfterMs: 300_000,
      },
    });
  });

  it('add up where one rule asks the same people twice', () => {
    const policy = policyWith([
      { roles: ['operator'], commands: ['*'], approvals: [{ roles: ['lead', 'approver'] }, { roles: ['approver', 'lead'] }] },
    ]);

    expect(decidePlan({ ...asks(policy, ['operator']), touches })).toMatchObject({
      approval: { needs: [{ count: 2, roles: ['lead', 'approver'] }] },
    });
  });

  it('go to the channel of approvals where it was asked in a direct message, a terminal or by a schedule', () => {
    const policy = policyWith([{ roles: ['operator'], commands: ['*'] }]);

    for (const channel of ['D0ALICE', undefined]) {
      expect(decidePlan({ ...asks(policy, ['operator'], { channel }), touches })).toMatchObject({
        approval: { channel: 'C0APPROVALS' },
      });
    }
  });
});

describe('the owner of a project', () => {
  const rules = [{ roles: ['operator'], commands: ['*'], approvals: [{ roles: ['owner'] }] }];
  const owners = { projects: { demo: { owners: ['U0OWNER', 'U0ALICE'] }, '77aa': { owners: ['U0PAY'] } } };
  const policy = policyWith(rules, owners);

  it('is who stackhand.yaml names for the project, its ID or a server in it, without the requester', () => {
    expect(
      decidePlan({
        ...asks(policy, ['operator']),
        touches: [server('web-1'), project('5f2a0c', 'demo'), project('77aa', 'payments')],
      }),
    ).toMatchObject({
      approval: {
        needs: [
          { count: 1, roles: [], users: ['U0OWNER'] },
          { count: 1, roles: [], users: ['U0PAY'] },
        ],
      },
    });
  });

  it.each([
    [project('1', 'other'), 'stackhand.yaml names no owner of `other`; it should, under `projects`.'],
    [project('1', 'constructor'), 'stackhand.yaml names no owner of `constructor`; it should, under `projects`.'],
    [{ type: 'host', id: 'cmp-1', name: 'cmp-1' }, 'host `cmp-1` belongs to none.'],
  ])('refuses where nobody knows who that is', (touch, why) => {
    expect(decidePlan({ ...asks(policy, ['operator']), touches: [touch] })).toEqual({
      allowed: false,
      because: `This takes the vote of the owner of the project, and ${why}`,
    });
  });

  it('refuses where the requester is the only one', () => {
    const alone = policyWith(rules, { projects: { demo: { owners: ['U0ALICE'] } } });

    expect(decidePlan({ ...asks(alone, ['operator']), touches: [server('web-1')] })).toEqual({
      allowed: false,
      because:
        'This takes the vote of the owner of the project, and `demo` has too few owners besides you, who cannot vote for what you ask.',
    });
  });

  it('need not be known where a role may vote as well', () => {
    const either = policyWith([{ roles: ['operator'], commands: ['*'], approvals: [{ roles: ['owner', 'lead'] }] }]);

    expect(decidePlan({ ...asks(either, ['operator']), touches: [server('web-1')] })).toMatchObject({
      approval: { needs: [{ count: 1, roles: ['lead'] }] },
    });
  });
});
