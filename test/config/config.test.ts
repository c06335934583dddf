import { describe, expect, it } from 'vitest';
import { checkAgainstRegistry, loadConfig } from '../../src/config.ts';
import { GOOD, load, problemsIn, problemsOf } from './problems.ts';

describe('stackhand.yaml', () => {
  it('is read with everything filled in that it leaves out', () => {
    const config = load(GOOD);

    expect(config.defaults).toEqual({
      read: { approvals: [], expires: 86_400_000, escalateAfter: 300_000 },
      change: { approvals: [{ count: 1, roles: ['approver'] }], expires: 86_400_000, escalateAfter: 300_000 },
      disruptive: { approvals: [{ count: 1, roles: ['approver'] }], expires: 86_400_000, escalateAfter: 300_000 },
      destructive: { approvals: [{ count: 2, roles: ['approver'] }], expires: 1_800_000, escalateAfter: 300_000 },
    });
    expect(config.limits).toEqual({ linesAtOnce: 64, changesAtOnce: 4, leaseSeconds: 15, maxMemory: '512mb' });
    expect(config.http).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(config.warnings).toEqual([]);
  });

  it('refuses with every problem at once, each with file, line and key, and what was meant', () => {
    expect(
      problemsOf(`
clouds: [{ name: lab, wirter: lab-admin }]
roles:
  operator: { users: [alice], groups: ["@ops"] }
  approver: {}
rules:
  - effects: [raed]
    roles: [operater]
    clouds: [lb]
    expires: 1 hour
  - commands: quota set
    effect: [change]
    roles: [operator]
    targets: ["projct:demo", "instance:web", demo]
    approvals: [{ count: 0, roles: [aprover, owner] }]
channels: { approvals: "#ops", clouds: { C0LAB: labb } }
terminal: { root: root }
limits: { linesAtOnce: many, leaseSeconds: 1000 }
rolls: {}
`),
    ).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:2: clouds[0].wirter: there is no such key here; did you mean "writer"?",
        "stackhand.yaml:4: roles.operator.users[0]: "alice" should be a Slack member ID such as U012AB3CD (profile › ⋮ › Copy member ID), not a name",
        "stackhand.yaml:4: roles.operator.groups[0]: "@ops" should be a Slack user group ID such as S012AB3CD, not its handle",
        "stackhand.yaml:7: rules[0].effects[0]: "raed" is none of read, change, disruptive, destructive; did you mean "read"?",
        "stackhand.yaml:8: rules[0].roles[0]: there is no role "operater"; did you mean "operator"?",
        "stackhand.yaml:9: rules[0].clouds[0]: there is no cloud "lb"; did you mean "lab"?",
        "stackhand.yaml:10: rules[0].expires: "1 hour" should be a duration such as 90s, 30m, 24h or 7d",
        "stackhand.yaml:11: rules[1].commands: should be a list, and is text",
        "stackhand.yaml:12: rules[1].effect: there is no such key here; did you mean "effects"?",
        "stackhand.yaml:14: rules[1].targets[2]: "demo" should be type:name, such as project:demo or host:cmp-*, with a star at its end or nowhere",
        "stackhand.yaml:14: rules[1].targets[0]: no command names things of type "projct"; did you mean "project"?",
        "stackhand.yaml:14: rules[1].targets[1]: no command names things of type "instance"; OpenStack's word is "server"",
        "stackhand.yaml:15: rules[1].approvals[0].count: should be at least 1",
        "stackhand.yaml:15: rules[1].approvals[0].roles[0]: there is no role "aprover"; did you mean "approver"?",
        "stackhand.yaml:16: channels.approvals: "#ops" should be a Slack channel ID such as C012AB3CD (channel name › bottom of About), not a name",
        "stackhand.yaml:16: channels.clouds.C0LAB: there is no cloud "labb"; did you mean "lab"?",
        "stackhand.yaml:17: terminal.root: "root" should be a Slack member ID such as U012AB3CD (profile › ⋮ › Copy member ID), not a name",
        "stackhand.yaml:18: limits.linesAtOnce: should be a number, and is text",
        "stackhand.yaml:18: limits.leaseSeconds: should be at most 300",
        "stackhand.yaml:19: rolls: there is no such key here; did you mean "roles"?",
      ]
    `);
  });

  it('takes a region for what a channel means, and only one that there is', () => {
    const withChannels = (clouds: string): string => `
clouds: [{ name: lab, regions: [RegionOne, RegionTwo] }, { name: edge }]
roles: { approver: { users: [U0ALICE] } }
rules: [{ roles: [approver], effects: [read] }]
channels: { approvals: C0APPROVALS, clouds: { ${clouds} } }
`;
    expect(load(withChannels('C0LAB: lab/RegionTwo, C0EDGE: edge/anywhere')).channels.clouds).toEqual({
      C0LAB: 'lab/RegionTwo',
      C0EDGE: 'edge/anywhere',
    });
    expect(problemsOf(withChannels('C0LAB: lab/RegionTwoo, C0EDGE: labb/RegionOne'))).toEqual([
      'stackhand.yaml:5: channels.clouds.C0LAB: there is no region of lab "RegionTwoo"; did you mean "RegionTwo"?',
      'stackhand.yaml:5: channels.clouds.C0EDGE: there is no cloud "labb"; did you mean "lab"?',
    ]);
  });

  it('names the line of an empty key, of a value without quotes, and of a list item on a line of its own', () => {
    expect(
      problemsOf(`clouds:
  - name: 42
roles:
rules:
  - roles:
      - operator
    effects:
      - read
channels: { approvals: C0APPROVALS }
`),
    ).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:2: clouds[0].name: should be text, and is the number "42"; put it in quotes",
        "stackhand.yaml:3: roles: should be a map of keys and values, and is empty",
        "stackhand.yaml:6: rules[0].roles[0]: there is no role "operator"",
      ]
    `);
  });

  it.each([
    ['a key twice', 'clouds: []\nroles: {}\nclouds: []\n', '3: this key stands there twice'],
    ['a tab', 'clouds:\n\t- name: lab\n', '2: Tabs are not allowed as indentation'],
    ['an unknown anchor', 'roles: {}\nclouds: *lab\n', '2: there is no anchor "lab"'],
    ['two documents', 'clouds: []\n---\nroles: {}\n', '2: a second document begins here'],
    ['an open list', 'clouds: [\n', '2: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ])('names the line of %s', (_, yaml, problem) => {
    expect(problemsOf(yaml)).toContain(`stackhand.yaml:${problem}`);
  });

  it('says so where it is empty, or not there', () => {
    expect(problemsOf('')).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:1: should be a map of keys and values, and is empty",
      ]
    `);
    expect(problemsIn(() => loadConfig({ role: 'cli', env: {}, file: '/nowhere/stackhand.yaml' }))).toMatchInlineSnapshot(`
      [
        "/nowhere/stackhand.yaml: there is no such file; copy stackhand.example.yaml there, or name another with --config or STACKHAND_CONFIG",
      ]
    `);
  });

  it('never shows a token that somebody put there', () => {
    const problems = problemsOf(`
clouds: [{ name: lab }]
roles: { operator: { users: [xoxb-123-abc] }, xapp-1-abc: {} }
rules:
  - { roles: [xoxb-123-abc], effects: [read], clouds: ["redis://me:hunter2@redis:6379"], xoxb-123-abc: 1 }
  - { roles: [operator], effects: [read], xoxb-123-abc
channels: { approvals: xoxb-123-abc }
`);
    const more = problemsOf(
      GOOD.replace('[operator]', '["redis://me:hunter2@redis:6379", xoxb-123-abc]').replace('U0ALICE', 'xapp-1-abc'),
    );

    expect(problems.length).toBeGreaterThan(0);
    expect(more).toHaveLength(4);
    expect([...problems, ...more].join('\n')).not.toMatch(/xoxb-123|xapp-1|hunter2/);
  });

  it('refuses a role called owner, a cloud twice, a rule that denies and asks, and a rule about everything by accident', () => {
    expect(
      problemsOf(
        GOOD.replace('[{ name: lab }]', '[{ name: lab }, { name: lab }]')
          .replace('roles:\n', 'roles:\n  owner: { users: [U0ALICE] }\n')
          .replace(
            'rules:\n',
            'rules:\n  - { roles: [operator] }\n  - { roles: [operator], deny: true, approvals: [], expires: 1h }\n',
          ),
      ),
    ).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:2: clouds[1].name: the cloud "lab" stands there twice",
        "stackhand.yaml:4: roles.owner: "owner" stands for the owners of a project; give this role another name",
        "stackhand.yaml:8: rules[0]: allows every command there is; say so with commands: ["*"], or name commands or effects",
        "stackhand.yaml:9: rules[1]: denies, so nobody is asked: take "approvals" or "deny" out",
        "stackhand.yaml:9: rules[1]: denies, so nobody is asked: take "expires" or "deny" out",
      ]
    `);
  });

  it('refuses a rule that falls back on an approver whom there is none of', () => {
    const without = GOOD.replace(/ {2}approver: .*\n/, '');

    expect(problemsOf(without)).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:6: rules[0]: allows what is change without "approvals" of its own, and the shipped default asks the role "approver", which is not there; add that role, or "approvals" to the rule, or defaults.change",
      ]
    `);
    expect(problemsOf(without.replace('read, change', 'read'))).toEqual([]);
    expect(problemsOf(without.replace('change]', 'change], approvals: []'))).toEqual([]);
    expect(problemsOf(`${without}defaults: { change: { approvals: [], expires: 1h } }\n`)).toEqual([]);
    expect(
      problemsOf(`${without}defaults: { change: { approvals: [{ roles: [aprover] }], expires: 1h } }\n`),
    ).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:8: defaults.change.approvals[0].roles[0]: there is no role "aprover"",
      ]
    `);
  });

  it('warns of terminal users without a role, of approvals that nobody can give, and of no rules at all', () => {
    const withoutLine = (warning: string): string => warning.replace(/^.*(?=stackhand\.yaml)/, '');

    expect(load(`${GOOD}terminal: { carol: U0CAROL, alice: U0ALICE }\n`).warnings.map(withoutLine)).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:9: terminal.carol: U0CAROL is named in no role, so they may do nothing",
      ]
    `);
    expect(
      load(GOOD.replace('change]', 'change], approvals: [{ count: 2, roles: [approver] }]')).warnings.map(withoutLine),
    ).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:7: rules[0].approvals[0]: asks 2 of approver, and there are only 1",
      ]
    `);
    expect(load(GOOD.replace(/rules:\n.*\n/, '')).warnings.map(withoutLine)).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:2: rules: there are no rules, so nobody may do anything",
      ]
    `);
  });
});

describe('rules beside the registry', () => {
  const COMMANDS = [
    { name: 'quota show', command: { effect: 'read' as const } },
    { name: 'quota set', command: { effect: 'change' as const } },
    { name: 'console log show', command: { effect: 'read' as const } },
  ];

  function refusals(rule: string, yaml = GOOD): readonly string[] {
    const config = load(yaml.replace('rules:\n', `rules:\n  - ${rule}\n`));
    return problemsIn(() => checkAgainstRegistry(config, COMMANDS)).map((problem) =>
      problem.replace(/^.*(?=stackhand\.yaml)/, ''),
    );
  }

  it('may name commands, a star at their end, and everything', () => {
    expect(refusals('{ roles: [operator], commands: [quota set, "quota *", "*"], except: [console log show] }')).toEqual([]);
  });

  it('may not name a command that is not there, nor a beginning that no command has', () => {
    expect(refusals('{ roles: [operator], commands: [quota sett, "hots *"], except: [console] }')).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:7: rules[0].commands[0]: there is no command "quota sett"; did you mean "quota set"?",
        "stackhand.yaml:7: rules[0].commands[1]: no command begins with "hots "",
        "stackhand.yaml:7: rules[0].except[0]: there is no command "console"; did you mean "console log show"?",
      ]
    `);
  });

  it('may not name an effect that none of its commands has: it would grant or forbid nothing', () => {
    expect(refusals('{ roles: [operator], deny: true, commands: [quota set], effects: [destructive] }')).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:7: rules[0].effects: none of the rule's commands is destructive",
      ]
    `);
  });

  it('knows which of the shipped defaults its commands would need', () => {
    const without = GOOD.replace(/ {2}approver: .*\n/, '').replace('read, change', 'read');

    expect(refusals('{ roles: [operator], commands: [quota show] }', without)).toEqual([]);
    expect(refusals('{ roles: [operator], commands: ["quota *"] }', without)).toMatchInlineSnapshot(`
      [
        "stackhand.yaml:6: rules[0]: allows what is change without "approvals" of its own, and the shipped default asks the role "approver", which is not there; add that role, or "approvals" to the rule, or defaults.change",
      ]
    `);
  });
});
