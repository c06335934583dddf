import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../../src/errors.ts';
import { RolesUnknown, rolesOf } from '../../src/policy/people.ts';

const ROLES = {
  viewer: { users: [], groups: ['S0ALL'] },
  operator: { users: ['U0ALICE'], groups: ['S0OPS'] },
  approver: { users: ['U0BOB'], groups: ['S0LEADS', 'S0GONE'] },
};

/** A Slack that knows these groups; `away` are those about which it does not answer. */
function slackWith(groups: Record<string, string[]>, away: string[] = []) {
  const asked: string[] = [];
  return {
    asked,
    async groupMembers(group: string, { fresh }: { fresh: boolean }): Promise<string[]> {
      asked.push(`${group}${fresh ? ' fresh' : ''}`);
      if (away.includes(group)) throw new DeliveryError('unreachable', { final: false });
      const members = groups[group];
      if (!members) throw new DeliveryError('no_such_subteam', { final: true });
      return members;
    },
  };
}

const GROUPS = { S0ALL: ['U0ALICE', 'U0BOB', 'U0CAROL'], S0OPS: ['U0CAROL'], S0LEADS: ['U0CAROL', 'U0ALICE'], S0GONE: [] };

describe('roles', () => {
  it('come from user IDs and from user groups', async () => {
    expect(await rolesOf('U0ALICE', ROLES, slackWith(GROUPS), { fresh: false })).toMatchObject({
      roles: ['viewer', 'operator', 'approver'],
      unsure: [],
    });
    expect((await rolesOf('U0STRANGER', ROLES, slackWith(GROUPS), { fresh: false })).roles).toEqual([]);
  });

  it('ask Slack once for each group, and not where the user ID is enough', async () => {
    const slack = slackWith(GROUPS);
    await rolesOf('U0ALICE', { ...ROLES, lead: { users: [], groups: ['S0LEADS'] } }, slack, { fresh: true });

    expect(slack.asked.sort()).toEqual(['S0ALL fresh', 'S0GONE fresh', 'S0LEADS fresh']);
  });

  it('are not granted by a group that Slack does not know or nobody is in; those are named', async () => {
    const { S0OPS: _, ...without } = GROUPS;

    expect(await rolesOf('U0CAROL', ROLES, slackWith(without), { fresh: true })).toEqual({
      roles: ['viewer', 'approver'],
      unsure: [],
      unknownGroups: ['S0OPS', 'S0GONE'],
    });
  });

  it('by user ID still count for a line while Slack is away, and the others are open', async () => {
    expect(await rolesOf('U0ALICE', ROLES, slackWith(GROUPS, ['S0ALL', 'S0LEADS']), { fresh: false })).toEqual({
      roles: ['operator'],
      unsure: ['viewer', 'approver'],
      unknownGroups: ['S0GONE'],
    });
  });

  it('are not open where another of their groups has answered', async () => {
    const roles = { operator: { users: [], groups: ['S0OPS', 'S0ALL'] } };

    expect(await rolesOf('U0CAROL', roles, slackWith(GROUPS, ['S0ALL']), { fresh: false })).toMatchObject({
      roles: ['operator'],
      unsure: [],
    });
  });

  it('cannot be told for a vote while Slack is away', async () => {
    const vote = rolesOf('U0CAROL', ROLES, slackWith(GROUPS, ['S0LEADS']), { fresh: true });

    await expect(vote).rejects.toThrow(RolesUnknown);
    await expect(vote).rejects.toThrow('Slack did not say who is in S0LEADS');
  });

  it('break on a bug of ours instead of counting it as an answer', async () => {
    const broken = { groupMembers: () => Promise.reject(new TypeError('oops')) };

    await expect(rolesOf('U0CAROL', ROLES, broken, { fresh: false })).rejects.toThrow('oops');
  });
});
