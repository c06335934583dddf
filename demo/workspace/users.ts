import { type Args, flagArg, page, stringArg } from './args.ts';
import type { Method } from './method.ts';
import { type Json, SlackRefusal, type User, type UserGroup, type Workspace } from './model.ts';

export const userMethods: Record<string, Method> = {
  'users.info': { scopes: ['users:read'], run: userInfo },
  'users.list': { scopes: ['users:read'], run: listUsers },
  'users.lookupByEmail': { scopes: ['users:read.email'], run: lookupByEmail },
  'usergroups.list': { scopes: ['usergroups:read'], run: listGroups },
  'usergroups.users.list': { scopes: ['usergroups:read'], run: listGroupUsers },
};

function userInfo(workspace: Workspace, args: Args): Json {
  const user = workspace.users.get(stringArg(args, 'user'));
  if (!user) throw new SlackRefusal('user_not_found');
  return { user: wireUser(workspace, user) };
}

function listUsers(workspace: Workspace, args: Args): Json {
  const ours = [...workspace.users.values()].filter((user) => user.teamId === workspace.team.id);
  const { items, response_metadata } = page(args, ours, 1000);
  return {
    members: items.map((user) => wireUser(workspace, user)),
    cache_ts: Math.floor(workspace.now() / 1000),
    response_metadata,
  };
}

function lookupByEmail(workspace: Workspace, args: Args): Json {
  const email = stringArg(args, 'email').toLowerCase();
  const user = [...workspace.users.values()].find(
    (u) => u.email.toLowerCase() === email && !u.deleted && u.teamId === workspace.team.id,
  );
  if (!user) throw new SlackRefusal('users_not_found');
  return { user: wireUser(workspace, user) };
}

function listGroups(workspace: Workspace, args: Args): Json {
  const groups = [...workspace.groups.values()].filter((group) => !group.disabled || flagArg(args, 'include_disabled'));
  return { usergroups: groups.map((group) => wireGroup(workspace, group, flagArg(args, 'include_users'))) };
}

function listGroupUsers(workspace: Workspace, args: Args): Json {
  const group = workspace.groups.get(stringArg(args, 'usergroup'));
  if (!group || (group.disabled && !flagArg(args, 'include_disabled'))) throw new SlackRefusal('no_such_subteam');
  return { users: [...group.users] };
}

function wireUser(workspace: Workspace, user: User): Json {
  const isStranger = user.teamId !== workspace.team.id;
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    real_name: user.realName,
    deleted: user.deleted,
    tz: 'Etc/UTC',
    tz_label: 'UTC',
    tz_offset: 0,
    is_bot: user.isBot,
    is_app_user: false,
    is_restricted: false,
    is_ultra_restricted: false,
    ...(isStranger ? { is_stranger: true } : {}),
    profile: {
      real_name: user.realName,
      display_name: user.name,
      team: user.teamId,
      ...(workspace.scopes.has('users:read.email') && !user.isBot && !isStranger ? { email: user.email } : {}),
    },
  };
}

function wireGroup(workspace: Workspace, group: UserGroup, withUsers: boolean): Json {
  return {
    id: group.id,
    team_id: workspace.team.id,
    is_usergroup: true,
    name: group.name,
    handle: group.handle,
    date_delete: group.disabled ? 1 : 0,
    user_count: group.users.length,
    ...(withUsers ? { users: [...group.users] } : {}),
  };
}
