import type { Seed } from './workspace/seed.ts';

/** One of those whom a visitor of the demo can be. */
export interface Cast {
  name: string;
  realName: string;
  /** What the policy lets them do, in a word. */
  title: string;
  /** Of stackhand.yaml; nobody's has none. */
  role?: 'operator' | 'approver' | 'viewer';
}

export const CAST: readonly Cast[] = [
  { name: 'bob', realName: 'Bob Okafor', title: 'Operator', role: 'operator' },
  { name: 'alice', realName: 'Alice Lindqvist', title: 'Approver', role: 'approver' },
  { name: 'carol', realName: 'Carol Mendes', title: 'Approver', role: 'approver' },
  { name: 'eve', realName: 'Eve Tanaka', title: 'Viewer', role: 'viewer' },
  { name: 'stranger', realName: 'Sam Novak', title: 'Other workspace' },
];

const home = CAST.filter(({ role }) => role !== undefined).map(({ name }) => name);

/** The pretend Slack of the demo: its people, and the channels they and the bot are in. */
export const WORKSPACE: Seed = {
  users: Object.fromEntries(CAST.map(({ name, realName }) => [name, { realName }])),
  channels: {
    ops: { bot: true },
    alerts: { bot: true, members: home },
    audit: { bot: true, members: home },
    random: { members: home },
  },
  groups: { operators: ['bob'], approvers: ['alice', 'carol'] },
};
