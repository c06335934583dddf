import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Needs, sayNeeds } from '../../src/policy/needs.ts';
import { type Ballot, countVotes, isWanted, whyNotCounted } from '../../src/policy/votes.ts';
import type { Requester, Vote } from '../../src/request.ts';

const ALICE: Requester = { kind: 'slack', user: 'U0ALICE', team: 'T0' };

function ballot(needs: Needs, requester: Requester = ALICE): Ballot {
  return { needs, hash: 'abc', requester };
}

function vote(user: string, roles: string[], more: Partial<Vote> = {}): Vote {
  return { user, roles, verdict: 'approve', hash: 'abc', at: 0, ...more };
}

const TWO = ballot([{ count: 2, roles: ['approver'] }]);
const BOB = vote('U0BOB', ['approver']);
const CAROL = vote('U0CAROL', ['approver']);

describe('votes', () => {
  it('approve once enough different people have given theirs', () => {
    expect(countVotes(TWO, [])).toEqual({ state: 'open', missing: [{ count: 2, roles: ['approver'] }] });
    expect(countVotes(TWO, [BOB])).toEqual({ state: 'open', missing: [{ count: 1, roles: ['approver'] }] });
    expect(countVotes(TWO, [BOB, CAROL])).toEqual({ state: 'approved', missing: [] });
  });

  it('of the same person never count twice', () => {
    expect(countVotes(TWO, [BOB, BOB, BOB]).state).toBe('open');
  });

  it.each<[string, Requester]>([
    ['the requester', ALICE],
    ['the requester at a terminal', { kind: 'terminal', unixUser: 'alice', user: 'U0ALICE' }],
    ['who clicked the alert offer', { kind: 'offer', user: 'U0ALICE', team: 'T0', alert: 'disk' }],
  ])('of %s never count, not even as a denial', (_, requester) => {
    const own = vote('U0ALICE', ['approver']);

    expect(countVotes(ballot(TWO.needs, requester), [own, BOB]).missing).toEqual([{ count: 1, roles: ['approver'] }]);
    expect(countVotes(ballot(TWO.needs, requester), [{ ...own, verdict: 'deny' }, BOB, CAROL]).state).toBe('approved');
    expect(whyNotCounted(ballot(TWO.needs, requester), own)).toBe(
      'You asked for this yourself, so somebody else must decide. To take it back, cancel it.',
    );
  });

  it('of the Unix user who asked never count, whoever that is to Slack by now', () => {
    const requester: Requester = { kind: 'terminal', unixUser: 'alice', user: 'U0ALICE' };

    expect(whyNotCounted(ballot(TWO.needs, requester), { ...BOB, unixUser: 'alice' })).toContain('You asked for this yourself');
    expect(whyNotCounted(ballot(TWO.needs, requester), { ...BOB, unixUser: 'bob' })).toBeUndefined();
    expect(whyNotCounted(ballot(TWO.needs, requester), BOB)).toBeUndefined();
  });

  it('on another plan do not count', () => {
    const old = { ...BOB, hash: 'older' };

    expect(countVotes(TWO, [old, CAROL]).state).toBe('open');
    expect(whyNotCounted(TWO, old)).toBe('The plan is no longer the one that you saw; look at it again before you vote.');
  });

  it('without the role do not count, and the voter reads what it takes', () => {
    const outsider = vote('U0DAVE', ['viewer']);
    const needs: Needs = [{ count: 1, roles: ['approver', 'lead'], users: ['U0OWNER'] }];

    expect(countVotes(ballot(needs), [outsider]).state).toBe('open');
    expect(countVotes(ballot(needs), [{ ...outsider, verdict: 'deny' }]).state).toBe('open');
    expect(whyNotCounted(ballot(needs), outsider)).toBe(
      "Your vote does not count here: this takes `approver` or `lead` or the project's owners, and you hold `viewer`.",
    );
    expect(whyNotCounted(ballot(needs), vote('U0OWNER', []))).toBeUndefined();
  });

  it('are ended by one denial of somebody entitled, whatever else was voted', () => {
    const denial = { ...CAROL, verdict: 'deny' as const, reason: 'not on a Friday' };

    expect(countVotes(TWO, [BOB, vote('U0DAVE', ['approver']), denial])).toEqual({
      state: 'denied',
      missing: [],
      deniedBy: denial,
    });
    expect(countVotes(TWO, [{ ...BOB, verdict: 'deny' }, BOB, CAROL]).state).toBe('denied');
  });

  it('of somebody with two roles count for one need, for whichever helps', () => {
    const needs: Needs = [
      { count: 1, roles: ['approver'] },
      { count: 1, roles: ['lead'] },
    ];
    const both = vote('U0BOTH', ['approver', 'lead']);

    expect(countVotes(ballot(needs), [both]).state).toBe('open');
    expect(countVotes(ballot(needs), [both, BOB]).state).toBe('approved');
    expect(countVotes(ballot(needs), [BOB, both]).state).toBe('approved');
    expect(countVotes(ballot(needs), [both, vote('U0LEAD', ['lead'])]).state).toBe('approved');
    expect(countVotes(ballot(needs), [BOB, CAROL]).missing).toEqual([{ count: 1, roles: ['lead'] }]);
  });

  it('are wanted of whoever would leave fewer to be asked for', () => {
    const needs = [
      { count: 1, roles: ['approver'] },
      { count: 1, roles: ['lead'] },
    ];
    const lead = vote('U0LEAD', ['lead']);
    const both = vote('U0BOTH', ['approver', 'lead']);

    expect(isWanted(ballot(needs), [], BOB)).toBe(true);
    expect(isWanted(ballot(needs), [BOB], CAROL)).toBe(false);
    expect(isWanted(ballot(needs), [BOB], lead)).toBe(true);
    // Who could do either steps aside.
    expect(isWanted(ballot(needs), [both], BOB)).toBe(true);
    expect(isWanted(ballot(needs), [both], lead)).toBe(true);
  });

  it('are wanted neither of the requester, nor twice of anybody, nor on another plan', () => {
    const needs = [{ count: 2, roles: ['approver'] }];

    expect(isWanted(ballot(needs), [], vote('U0ALICE', ['approver']))).toBe(false);
    expect(isWanted(ballot(needs), [BOB], BOB)).toBe(false);
    expect(isWanted(ballot(needs), [], { ...BOB, hash: 'old' })).toBe(false);
    expect(isWanted(ballot(needs), [{ ...BOB, hash: 'old' }], BOB)).toBe(true);
  });

  it('are asked for in words', () => {
    expect(
      sayNeeds([
        { count: 2, roles: ['approver'] },
        { count: 1, roles: ['lead'], users: ['U0OWNER'] },
      ]),
    ).toBe("2 votes of `approver` and 1 vote of `lead` or the project's owners");
  });
});

describe('any votes', () => {
  const ROLES = ['approver', 'lead', 'owner-ish'];
  const USERS = ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAVE', 'U0ERIN'];
  const needs = fc.array(fc.record({ count: fc.integer({ min: 1, max: 3 }), roles: fc.subarray(ROLES, { minLength: 1 }) }), {
    minLength: 1,
    maxLength: 3,
  });
  const votes = fc.array(
    fc.record({
      user: fc.constantFrom(...USERS),
      roles: fc.subarray(ROLES),
      verdict: fc.constantFrom('approve' as const, 'deny' as const),
      hash: fc.constantFrom('abc', 'old'),
      at: fc.constant(0),
    }),
    { maxLength: 8 },
  );

  it('approve only with as many different people as votes are asked, without the requester', () => {
    fc.assert(
      fc.property(needs, votes, (needs, votes) => {
        const people = new Set(votes.filter((v) => v.hash === 'abc' && v.verdict === 'approve').map((v) => v.user));
        people.delete('U0ALICE');
        const asked = needs.reduce((sum, { count }) => sum + count, 0);
        const { state, missing } = countVotes(ballot(needs), votes);

        if (state === 'approved') expect(people.size).toBeGreaterThanOrEqual(asked);
        if (state === 'open') expect(missing.length).toBeGreaterThan(0);
      }),
    );
  });

  it('lead to the same count in any order, one vote a person', () => {
    const once = votes.map((all) => [...new Map(all.map((v) => [v.user, v])).values()]);
    const total = (missing: Needs): number => missing.reduce((sum, { count }) => sum + count, 0);
    fc.assert(
      fc.property(needs, once, (needs, votes) => {
        const there = countVotes(ballot(needs), votes);
        const back = countVotes(ballot(needs), votes.toReversed());

        expect([back.state, total(back.missing)]).toEqual([there.state, total(there.missing)]);
      }),
    );
  });
});
