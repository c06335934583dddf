import type { Channel, Limits, User, Workspace } from './model.ts';

export interface Seed {
  /** People beside the usual ones, by short name. */
  users?: Record<string, Partial<User>>;
  /** Channels beside the usual ones, by name; `members` are short names, by default everybody. */
  channels?: Record<string, { private?: boolean; bot?: boolean; archived?: boolean; members?: string[] }>;
  /** User groups beside the usual ones: handle to short names. */
  groups?: Record<string, string[]>;
  /** What the bot token may do; by default what Stackhand's manifest asks for. */
  scopes?: string[];
  /** The manifest's bot events. */
  events?: string[];
  command?: string;
  /** The manifest's `home_tab_enabled`. */
  homeTab?: boolean;
  limits?: Partial<Limits>;
}

export const defaultScopes = [
  'app_mentions:read',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:read',
  'im:history',
  'im:write',
  'usergroups:read',
  'users:read',
  'users:read.email',
];

export const defaultEvents = ['app_home_opened', 'app_mention', 'message.im'];

/** The other team of Slack Connect, where `stranger` comes from. */
export const OTHER_TEAM = 'T0OTHER00';

const people: Record<string, Partial<User>> = {
  bob: { realName: 'Bob Operator' },
  alice: { realName: 'Alice Approver' },
  carol: { realName: 'Carol Approver' },
  eve: { realName: 'Eve Viewer' },
  stranger: { realName: 'A Stranger', teamId: OTHER_TEAM, email: 'stranger@other.example' },
};

const rooms: NonNullable<Seed['channels']> = {
  ops: { bot: true },
  audit: { bot: true, members: ['bob', 'alice', 'carol', 'eve'] },
  secret: { private: true, members: ['bob', 'alice'] },
  random: { members: ['bob', 'alice', 'carol', 'eve'] },
};

const teams: Record<string, string[]> = { operators: ['bob', 'alice', 'carol'], approvers: ['alice', 'carol'] };

/** `bob` is `U0BOB0000`, `#ops` is `C0OPS0000`: IDs that look like Slack's and that a reader can tell apart. */
export function idOf(letter: string, name: string): string {
  return `${letter}0${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`.padEnd(9, '0');
}

export function seedInto(workspace: Workspace, seed: Seed): void {
  for (const scope of seed.scopes ?? defaultScopes) workspace.scopes.add(scope);
  for (const event of seed.events ?? defaultEvents) workspace.events.add(event);

  addUser(workspace, 'stackhand', { id: workspace.app.botUserId, realName: 'Stackhand', isBot: true });
  addUser(workspace, 'slackbot', { id: 'USLACKBOT', realName: 'Slackbot', isBot: true });
  for (const [name, user] of Object.entries({ ...people, ...seed.users })) addUser(workspace, name, user);

  const everybody = [...workspace.users.values()].filter((user) => !user.isBot).map((user) => user.name);
  for (const [name, room] of Object.entries({ ...rooms, ...seed.channels })) {
    const members = (room.members ?? everybody).map((member) => userId(workspace, member));
    const channel: Channel = {
      id: idOf('C', name),
      name,
      kind: room.private ? 'private' : 'public',
      members: new Set(room.bot ? [...members, workspace.app.botUserId] : members),
      archived: room.archived ?? false,
    };
    workspace.channels.set(channel.id, channel);
  }

  for (const [handle, members] of Object.entries({ ...teams, ...seed.groups })) {
    const id = idOf('S', handle);
    workspace.groups.set(id, { id, handle, name: handle, users: members.map((m) => userId(workspace, m)), disabled: false });
  }
}

function addUser(workspace: Workspace, name: string, user: Partial<User>): void {
  const id = user.id ?? idOf('U', name);
  workspace.users.set(id, {
    id,
    name,
    realName: name,
    email: `${name}@home.example`,
    teamId: workspace.team.id,
    isBot: false,
    deleted: false,
    ...user,
  });
}

function userId(workspace: Workspace, name: string): string {
  for (const user of workspace.users.values()) if (user.name === name) return user.id;
  throw new Error(`the seed names ${name}, who is not in it`);
}
