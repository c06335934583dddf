import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideLine, decidePlan, type Question } from '../../src/policy.ts';
import type { Target } from '../../src/target.ts';
import { policyWith, project, server } from './policy.ts';

const ROLES = ['viewer', 'operator', 'approver', 'lead'];
const COMMANDS = ['quota set', 'quota show', 'server list'];
const EFFECTS = ['read', 'change', 'disruptive', 'destructive'] as const;
const TOUCHES: Target[] = [
  project('5f2a0c', 'demo'),
  project('77aa', 'payments'),
  server('web-1'),
  server('db-1', { host: 'cmp-10', project: { id: '77aa', name: 'payments' } }),
  { type: 'host', id: 'cmp-1', name: 'cmp-1' },
];

const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
const narrowing = {
  roles: fc.subarray(ROLES, { minLength: 1 }),
  commands: some(['quota *', 'server list', '*', 'quota set']),
  except: some(['quota show', 'server *']),
  effects: some(EFFECTS),
  targets: some(['project:demo', 'project:77aa', 'host:cmp-1', 'host:cmp-*', 'server:web-1', 'server:*']),
  channels: some(['C0OPS', 'C0GENERAL']),
  clouds: some(['lab', 'production']),
};
const allow = fc.record({
  ...narrowing,
  approvals: fc.constantFrom([], undefined, [{ roles: ['lead'] }], [{ roles: ['owner'] }]),
});
const deny = fc.record({ ...narrowing, deny: fc.constant(true) });
const question = fc.record({
  roles: fc.subarray(ROLES),
  unsure: fc.subarray(ROLES),
  command: fc.constantFrom(...COMMANDS),
  effect: fc.constantFrom(...EFFECTS),
  channel: fc.constantFrom('C0OPS', 'C0GENERAL', 'D0ALICE', undefined),
  cloud: fc.constantFrom('lab', 'production', undefined),
  touches: fc.subarray(TOUCHES),
});

type Asked = typeof question extends fc.Arbitrary<infer T> ? T : never;

function allowed(
  rules: Record<string, unknown>[],
  { roles, unsure, touches, ...where }: Asked,
): { line: boolean; plan: boolean } {
  const policy = policyWith(rules, { projects: { demo: { owners: ['U0OWNER'] } } });
  const asked: Question = { policy, asker: { user: 'U0ALICE', roles, unsure }, ...where };
  return { line: decideLine(asked).allowed, plan: decidePlan({ ...asked, touches }).allowed };
}

function neverMore(before: { line: boolean; plan: boolean }, after: { line: boolean; plan: boolean }): void {
  expect(after.line && !before.line).toBe(false);
  expect(after.plan && !before.plan).toBe(false);
}

it('a denying rule more never allows more, wherever it is put', () => {
  let everAllowed = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(allow, deny), { maxLength: 5 }), deny, fc.nat(5), question, (rules, more, at, asked) => {
      const before = allowed(rules, asked);
      if (before.plan) everAllowed++;
      neverMore(before, allowed(rules.toSpliced(at, 0, more), asked));
    }),
    { numRuns: 500 },
  );
  expect(everAllowed).toBeGreaterThan(0);
});

it('a role less never allows more, unless it is one that a rule denies something to', () => {
  let everAllowed = 0;
  fc.assert(
    fc.property(fc.array(allow, { maxLength: 5 }), question, fc.nat(3), (rules, asked, which) => {
      // Which of two rules comes first may change with the roles, and so who is asked; with `owner` that may be nobody.
      const comparable = rules.map((rule) => ({ ...rule, approvals: [] }));
      const before = allowed(comparable, asked);
      if (before.plan) everAllowed++;
      neverMore(before, allowed(comparable, { ...asked, roles: asked.roles.filter((_, i) => i !== which % asked.roles.length) }));
    }),
    { numRuns: 500 },
  );
  expect(everAllowed).toBeGreaterThan(0);
});

it('a role that Slack leaves open never allows more', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(allow, deny), { maxLength: 5 }), question, (rules, asked) => {
      neverMore(allowed(rules, { ...asked, unsure: [] }), allowed(rules, asked));
    }),
    { numRuns: 300 },
  );
});

it('whatever is allowed by its touches is allowed by its line', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(allow, deny), { maxLength: 5 }), question, (rules, asked) => {
      const { line, plan } = allowed(rules, asked);
      expect(plan && !line).toBe(false);
    }),
  );
});

it("what nobody told, a project's name or the host, never allows more than any truth about it would, nor with other votes", () => {
  let everAllowed = 0;
  const votes = fc.constantFrom([], undefined, [{ roles: ['lead'] }], [{ count: 2, roles: ['approver'] }]);
  const rule = fc.oneof(fc.record({ ...narrowing, approvals: votes }), deny);
  const truths = fc.record({
    name: fc.constantFrom('demo', 'payments', 'something else'),
    host: fc.constantFrom('cmp-1', 'cmp-10', undefined),
  });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 5 }), question, truths, fc.boolean(), (rules, asked, { name, host }, hostTold) => {
      const { roles, unsure, touches, ...where } = asked;
      const told = {
        id: 'db',
        name: 'db-1',
        type: 'server',
        project: { id: '77aa', name },
        ...(host === undefined ? {} : { host }),
      };
      const { host: _, ...hostless } = told;
      const untold: Target = { ...(hostTold ? told : { ...hostless, hostUnknown: true }), project: { id: '77aa' } };
      const decide = (thing: Target) =>
        decidePlan({
          policy: policyWith(rules),
          asker: { user: 'U0ALICE', roles, unsure },
          ...where,
          touches: [...touches, thing],
        });
      const blind = decide(untold);
      const seeing = decide(told);
      if (!blind.allowed) return;
      everAllowed++;
      expect(seeing.allowed).toBe(true);
      expect(seeing.allowed && seeing.approval?.needs).toEqual(blind.approval?.needs);
    }),
    { numRuns: 1_000 },
  );
  expect(everAllowed).toBeGreaterThan(0);
});
