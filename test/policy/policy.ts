import { StackhandYaml } from '../../src/config-schema.ts';
import type { Asker, Question } from '../../src/policy.ts';
import type { Target } from '../../src/target.ts';

type Input = Record<string, unknown>;

/** A policy with viewers, operators, approvers and leads, and these rules. */
export function policyWith(rules: Input[], more: Input = {}): StackhandYaml {
  return StackhandYaml.parse({
    clouds: [{ name: 'lab' }, { name: 'production' }],
    roles: { viewer: {}, operator: {}, approver: {}, lead: {} },
    rules,
    channels: { approvals: 'C0APPROVALS' },
    ...more,
  });
}

export function asks(policy: StackhandYaml, roles: Asker['roles'], question: Partial<Question> = {}): Question {
  return {
    policy,
    asker: { user: 'U0ALICE', roles },
    command: 'quota set',
    effect: 'change',
    channel: 'C0OPS',
    cloud: 'lab',
    ...question,
  };
}

export const DEMO = { id: '5f2a0c', name: 'demo' };

export function project(id: string, name: string): Target {
  return { type: 'project', id, name };
}

export function server(name: string, more: Partial<Target> = {}): Target {
  return { type: 'server', id: `id-of-${name}`, name, project: DEMO, host: 'cmp-1', ...more };
}
