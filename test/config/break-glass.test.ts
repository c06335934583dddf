import { describe, expect, it } from 'vitest';
import { GOOD, load, problemsOf } from './problems.ts';

const RULE = '  - { roles: [operator], effects: [read, change] }';
const OWNERS = 'breakGlass: { owners: [U0ALICE, U0BOB] }\n';

function withRule(rule: string): string {
  return GOOD.replace(RULE, `  - { roles: [operator], effects: [change], ${rule} }`);
}

describe('breakGlass', () => {
  it('is off where the file does not say it', () => {
    expect(load(GOOD).breakGlass).toBeUndefined();
    expect(load(GOOD).rules[0]?.breakGlass).toBeUndefined();
  });

  it('of a rule takes owners who sign', () => {
    expect(load(withRule('breakGlass: [operator]') + OWNERS).rules[0]?.breakGlass).toEqual(['operator']);
    expect(problemsOf(withRule('breakGlass: [operator]'))).toEqual([
      'stackhand.yaml:7: rules[0]: lets somebody go on without votes, and nobody is named who signs that afterwards: add breakGlass: { owners: [U…] } at the top level',
    ]);
  });

  it.each([
    ['breakGlass: [operatr]', 'rules[0].breakGlass[0]: there is no role "operatr"; did you mean "operator"?'],
    ['breakGlass: []', 'rules[0].breakGlass: should not be empty'],
    ['breakGlass: [operator], deny: true', 'rules[0]: denies, so nobody is asked: take "breakGlass" or "deny" out'],
    ['escalateAfter: soon', 'rules[0].escalateAfter: "soon" should be a duration such as 90s, 30m, 24h or 7d'],
    ['escalateAfter: 5m, deny: true', 'rules[0]: denies, so nobody is asked: take "escalateAfter" or "deny" out'],
  ])('refuses %s', (rule, problem) => {
    expect(problemsOf(withRule(rule) + OWNERS)).toEqual([`stackhand.yaml:7: ${problem}`]);
  });

  it.each([
    ['breakGlass: { owners: [] }', 'breakGlass.owners: should not be empty'],
    ['breakGlass: { owners: [alice] }', 'breakGlass.owners[0]: "alice" should be a Slack member ID'],
    ['breakGlass: { owner: [U0BOB] }', 'breakGlass.owner: there is no such key here; did you mean "owners"?'],
  ])('refuses %s', (yaml, problem) => {
    expect(problemsOf(`${GOOD}${yaml}\n`).join('\n')).toContain(problem);
  });

  it.each([
    [
      `${withRule('breakGlass: [operator]')}breakGlass: { owners: [U0BOB] }\n`,
      'only U0BOB signs, and nobody may sign what they broke',
    ],
    [GOOD + OWNERS, 'no rule has "breakGlass", so nobody may go on without votes'],
    [withRule('approvals: [], breakGlass: [operator]') + OWNERS, 'the rule asks nobody, so there is no glass to break'],
  ])('warns of what is not meant so', (yaml, warning) => {
    expect(load(yaml).warnings.join('\n')).toContain(warning);
  });
});
