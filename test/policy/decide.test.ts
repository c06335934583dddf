import { describe, expect, it } from 'vitest';
import { decideLine, decidePlan } from '../../src/policy.ts';
import type { Entry } from '../../src/request.ts';
import type { Target } from '../../src/target.ts';
import { asks, DEMO, policyWith, project, server } from './policy.ts';

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

describe('while Slack does not say who is in a group', () => {
  const unanswered = {
    allowed: false,
    couldNotTell: 'roles',
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

describe('while nobody tells the name of a project', () => {
  const nameless = server('web-1', { project: { id: DEMO.id } });
  const operators = { roles: ['operator'], commands: ['*'], approvals: [] };
  const onWeb = (rules: Parameters<typeof policyWith>[0]) =>
    decidePlan({ ...asks(policyWith(rules), ['operator']), touches: [nameless] });

  it('a rule that denies by name may be meant, and so it is refused, as what could not be told', () => {
    expect(onWeb([{ ...operators, targets: ['project:payments'], approvals: undefined, deny: true }, operators])).toEqual({
      allowed: false,
      couldNotTell: 'project unknown',
      because:
        "I could not tell whether you may use `quota set` on server `web-1`: a rule of stackhand.yaml names projects by name, and Keystone does not tell me the name of this one's project. A rule with the ID can be decided all the same; else the reader credential has to be let list all projects.",
    });
  });

  it('a rule by its ID holds, and one by the ID of another does not', () => {
    const other = 'ffffffffffffffffffffffffffffffff';
    expect(onWeb([{ ...operators, targets: [`project:${DEMO.id}`] }]).allowed).toBe(true);
    expect(onWeb([{ ...operators, targets: [`project:${other}`], approvals: undefined, deny: true }, operators]).allowed).toBe(
      true,
    );
    expect(
      onWeb([{ ...operators, targets: [`project:${DEMO.id}`], approvals: undefined, deny: true }, operators]),
    ).not.toHaveProperty('couldNotTell');
  });

  it('an earlier rule that may be the one in force is no matter only where it asks for the same votes', () => {
    const byName = { ...operators, targets: ['project:demo'] };
    expect(onWeb([byName, operators]).allowed).toBe(true);
    expect(onWeb([{ ...byName, approvals: [{ roles: ['lead'] }] }, operators])).toMatchObject({
      couldNotTell: 'project unknown',
    });
    expect(onWeb([operators, { ...byName, approvals: [{ roles: ['lead'] }] }]).allowed).toBe(true);
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
