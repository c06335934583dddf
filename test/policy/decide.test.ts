import { describe, expect, it } from 'vitest';
import { decideLine, decidePlan } from '../../src/policy.ts';
import type { Entry } from '../../src/request.ts';
import type { Target } from '../../src/target.ts';
import { asks, DEMO, policyWith, project, server } from './policy.ts';

const DAY = 86_400_000;

describe('deny by default', () => {
  it('allows nobody anything without rules', () => {
    expect(decideLine(asks(policyWith([]), ['operator']))).toEqual({
      allowed: false,
      because: 'Nobody may use `quota set`: no rule allows it.',
    });
  });

  it('allows nothing to somebody without a role, and says where roles come from', () => {
    expect(decideLine(asks(policyWith([{ roles: ['operator'], commands: ['*'] }]), []))).toEqual({
      allowed: false,
      because: 'You may not use `quota set`: you hold no role here. Whoever keeps stackhand.yaml gives them.',
    });
  });

  it('says which role it takes', () => {
    const policy = policyWith([
      { roles: ['viewer'], effects: ['read'] },
      { roles: ['operator', 'lead'], commands: ['quota *'] },
    ]);

    expect(decideLine(asks(policy, ['viewer']))).toEqual({
      allowed: false,
      because: 'You may not use `quota set`: it takes the role `operator` or `lead`, and you hold `viewer`.',
    });
    expect(decideLine(asks(policy, ['viewer'], { command: 'server list', effect: 'read' }))).toEqual({ allowed: true });
  });

  it('limits a rule to its channels and clouds, and says so', () => {
    const policy = policyWith([{ roles: ['operator'], commands: ['quota set'], channels: ['C0OPS'], clouds: ['lab'] }]);

    expect(decideLine(asks(policy, ['operator']))).toEqual({ allowed: true });
    for (const channel of ['C0GENERAL', 'D0ALICE', undefined]) {
      expect(decideLine(asks(policy, ['operator'], { channel }))).toEqual({
        allowed: false,
        because: 'You may not use `quota set` here, only in the channels that the policy names.',
      });
    }
    expect(decideLine(asks(policy, ['operator'], { cloud: 'production' }))).toEqual({
      allowed: false,
      because: 'You may not use `quota set` on `production`, only on `lab`.',
    });
    expect(decideLine(asks(policy, ['operator'], { cloud: undefined })).allowed).toBe(false);
  });

  it('does not hold for what a rule excepts', () => {
    const policy = policyWith([{ roles: ['viewer'], effects: ['read'], except: ['console *'] }]);

    expect(decideLine(asks(policy, ['viewer'], { command: 'quota show', effect: 'read' })).allowed).toBe(true);
    expect(decideLine(asks(policy, ['viewer'], { command: 'console log show', effect: 'read' })).allowed).toBe(false);
  });
});

describe('a denying rule', () => {
  const rules = [
    { roles: ['operator'], commands: ['*'], approvals: [] },
    { roles: ['lead'], commands: ['quota set'], deny: true, because: 'Leads only approve.' },
    { roles: ['operator'], commands: ['quota set'], targets: ['project:payments'], deny: true },
  ];

  it('wins over an allowing one, wherever it stands', () => {
    for (const order of [rules, rules.toReversed()]) {
      expect(decideLine(asks(policyWith(order), ['operator', 'lead']))).toEqual({
        allowed: false,
        because: 'Leads only approve.',
      });
    }
  });

  it('on a target holds only for plans that touch it, and names it', () => {
    const question = asks(policyWith(rules), ['operator']);
    const payments = project('77aa', 'payments');

    expect(decideLine(question)).toEqual({ allowed: true });
    expect(decidePlan({ ...question, touches: [project('5f2a0c', 'demo')] }).allowed).toBe(true);
    expect(decidePlan({ ...question, touches: [project('5f2a0c', 'demo'), payments] })).toEqual({
      allowed: false,
      because: 'The policy forbids `quota set` on project `payments` to `operator`.',
    });
  });
});

describe('a rule on a target', () => {
  it.each<[string, Target[], Target[]]>([
    [
      'project:demo',
      [project('5f2a0c', 'demo'), server('web-1'), { type: 'volume', id: 'v1', name: 'data', project: DEMO }],
      [
        project('5f2a0c', 'demo-2'),
        server('demo', { project: { id: '99', name: 'other' } }),
        { type: 'host', id: 'demo', name: 'demo' },
      ],
    ],
    ['project:5f2a0c', [project('5f2a0c', 'demo'), server('web-1')], [project('5f2a0c1', 'demo')]],
    [
      'host:c1',
      [{ type: 'host', id: 'c1', name: 'c1' }, server('web-1', { host: 'c1' })],
      [{ type: 'host', id: 'c10', name: 'c10' }, server('web-1', { host: 'c10' }), server('c1', { host: 'c2' }), server('c1')],
    ],
    [
      'host:cmp-*',
      [{ type: 'host', id: 'cmp-7', name: 'cmp-7' }, server('web-1')],
      [{ type: 'host', id: 'xcmp-7', name: 'xcmp-7' }],
    ],
    ['server:*', [server('web-1')], [project('5f2a0c', 'demo')]],
    [
      'floating ip:192.0.2.*',
      [{ type: 'floating ip', id: 'f1', name: '192.0.2.7' }],
      [{ type: 'floating ip', id: 'f1', name: '198.51.100.7' }],
    ],
  ])('%s holds by name, by ID and for what lies in it, and for nothing like it', (target, within, beyond) => {
    const policy = policyWith([{ roles: ['operator'], commands: ['*'], targets: [target], approvals: [] }]);
    const allowed = (touch: Target): boolean => decidePlan({ ...asks(policy, ['operator']), touches: [touch] }).allowed;

    expect(within.map(allowed)).toEqual(within.map(() => true));
    expect(beyond.map(allowed)).toEqual(beyond.map(() => false));
  });

  const policy = policyWith([{ roles: ['operator'], commands: ['*'], targets: ['project:demo'], approvals: [] }]);

  it('has to hold for each single thing that is touched; what is beyond is named', () => {
    const others = ['a', 'b', 'c', 'd', 'e'].map((name) => server(name, { project: { id: '99', name: 'other' } }));

    expect(decidePlan({ ...asks(policy, ['operator']), touches: [server('web-1'), ...others] })).toEqual({
      allowed: false,
      because: 'You may use `quota set` only on `project:demo`, and not on server `a`, server `b`, server `c` and 2 more.',
    });
  });

  it('refuses a read without naming what it would have shown', () => {
    const hidden = server('secret', { project: { id: '99', name: 'other' } });

    expect(decidePlan({ ...asks(policy, ['operator'], { command: 'server list', effect: 'read' }), touches: [hidden] })).toEqual({
      allowed: false,
      because: 'You may use `server list` only on `project:demo`, and this would show 1 thing beyond that.',
    });
  });

  it('does not hold for what names no target at all', () => {
    expect(decidePlan({ ...asks(policy, ['operator']), touches: [] })).toEqual({
      allowed: false,
      because: 'You may use `quota set` only on `project:demo`, and this names nothing of it.',
    });
    const anything = policyWith([{ roles: ['operator'], commands: ['*'], approvals: [] }]);
    expect(decidePlan({ ...asks(anything, ['operator']), touches: [] }).allowed).toBe(true);
  });
});

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
      approval: { needs: [{ count: 1, roles: ['approver'] }], channel: 'C0OPS', expiresMs: DAY },
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
      },
    });
  });

  it('add up where one rule asks the same people twice', () => {
    const policy = policyWith([
      { roles: ['operator'], commands: ['*'], approvals: [{ roles: ['lead', 'approver'] }, { roles: ['approver', 'lead'] }] },
    ]);

    expect(decidePlan({ ...asks(policy, ['operator']), touches })).toMatchObject({
      approval: { needs: [{ count: 2, roles: ['approver', 'lead'] }] },
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

describe('while Slack does not say who is in a group', () => {
  const unanswered = {
    allowed: false,
    couldNotTell: true,
    because: expect.stringMatching(
      /^I could not tell whether you may use `quota set`: Slack did not say who is in the user group of `\w+`\. Nothing was done; try again in a minute\.$/,
    ),
  };
  const policy = policyWith([
    { roles: ['operator', 'viewer'], commands: ['*'], approvals: [] },
    { roles: ['lead'], commands: ['quota set'], deny: true },
  ]);

  it('says that it could not tell, not that you may not', () => {
    expect(decideLine(asks(policy, [], { asker: { user: 'U0ALICE', roles: [], unsure: ['operator'] } }))).toEqual(unanswered);
  });

  it('lets roles by user ID count, and a role that might forbid it too', () => {
    const question = asks(policy, []);

    expect(decideLine({ ...question, asker: { roles: ['operator'], unsure: ['approver'] } })).toEqual({ allowed: true });
    expect(decideLine({ ...question, asker: { roles: ['operator'], unsure: ['lead'] } })).toEqual(unanswered);
    expect(decidePlan({ ...question, asker: { roles: ['operator'], unsure: ['lead'] }, touches: [server('web-1')] })).toEqual(
      unanswered,
    );
  });

  it('still says no where the group would not help', () => {
    expect(decideLine(asks(policy, [], { asker: { roles: ['approver'], unsure: ['lead'] } }))).not.toHaveProperty('couldNotTell');
  });
});

describe('every way in', () => {
  const policy = policyWith([
    { roles: ['viewer'], effects: ['read'], except: ['console log show'] },
    { roles: ['operator'], effects: ['read', 'change'] },
    { roles: ['operator'], effects: ['destructive'], channels: ['C0OPS'] },
    { roles: ['operator'], commands: ['quota set'], channels: ['C0GENERAL'], deny: true },
  ]);
  const COMMANDS = [
    { command: 'quota show', effect: 'read' },
    { command: 'console log show', effect: 'read' },
    { command: 'quota set', effect: 'change' },
    { command: 'host evacuate', effect: 'destructive' },
  ] as const;
  const ENTRIES: Entry[] = ['slash', 'mention', 'direct', 'button', 'modal', 'terminal', 'schedule'];

  it('leads to the same decision for every command, role and channel', () => {
    const table: string[] = [];
    for (const role of ['viewer', 'operator', 'approver']) {
      for (const channel of ['C0OPS', 'C0GENERAL', undefined]) {
        for (const what of COMMANDS) {
          // The questions take no entry: whatever else a request carries cannot sway them.
          const decisions = ENTRIES.map((entry) => {
            const question = { ...asks(policy, [role], { ...what, channel }), entry };
            return `${decideLine(question).allowed}/${decidePlan({ ...question, touches: [server('web-1')] }).allowed}`;
          });
          expect(new Set(decisions).size).toBe(1);
          if (decisions[0] === 'true/true') table.push(`${role} ${channel ?? 'elsewhere'} ${what.command}`);
        }
      }
    }

    expect(table).toEqual([
      'viewer C0OPS quota show',
      'viewer C0GENERAL quota show',
      'viewer elsewhere quota show',
      'operator C0OPS quota show',
      'operator C0OPS console log show',
      'operator C0OPS quota set',
      'operator C0OPS host evacuate',
      'operator C0GENERAL quota show',
      'operator C0GENERAL console log show',
      'operator elsewhere quota show',
      'operator elsewhere console log show',
      'operator elsewhere quota set',
    ]);
  });
});
