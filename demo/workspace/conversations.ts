import { type Args, flagArg, optionalString, page, stringArg } from './args.ts';
import { readableChannel } from './chat.ts';
import { type Method, needScope } from './method.ts';
import { type Channel, type Json, type Message, SlackRefusal, type Workspace } from './model.ts';
import { inMainView, messagesIn, openDirect, wireMessage } from './state.ts';

export const conversationMethods: Record<string, Method> = {
  'conversations.open': { scopes: ['im:write', 'mpim:write', 'channels:manage', 'groups:write'], run: open },
  'conversations.info': { scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'], run: info },
  'conversations.list': { scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'], run: list },
  'conversations.members': { scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'], run: members },
  'conversations.history': { scopes: [], run: history },
  'conversations.replies': { scopes: [], run: replies },
};

const scopeWord = { public: 'channels', private: 'groups', im: 'im' } as const;

function open(workspace: Workspace, args: Args): Json {
  needScope(workspace, 'im:write');
  const users = stringArg(args, 'users').split(',');
  if (users.length > 1) needScope(workspace, 'mpim:write');
  const user = workspace.users.get(users[0] ?? '');
  if (!user || user.teamId !== workspace.team.id) throw new SlackRefusal('user_not_found');
  if (user.deleted) throw new SlackRefusal('user_disabled');
  if (user.isBot) throw new SlackRefusal('cannot_dm_bot');
  const known = workspace.channels.size;
  const channel = openDirect(workspace, workspace.app.botUserId, user.id);
  return { ...(workspace.channels.size === known ? { no_op: true, already_open: true } : {}), channel: { id: channel.id } };
}

function info(workspace: Workspace, args: Args): Json {
  const channel = visibleChannel(workspace, stringArg(args, 'channel'));
  needScope(workspace, `${scopeWord[channel.kind]}:read`);
  return { channel: wireChannel(workspace, channel, flagArg(args, 'include_num_members')) };
}

function list(workspace: Workspace, args: Args): Json {
  const types = (optionalString(args, 'types') ?? 'public_channel').split(',');
  const wanted = [...workspace.channels.values()].filter((channel) => {
    if (channel.archived && flagArg(args, 'exclude_archived')) return false;
    if (channel.kind === 'public') return types.includes('public_channel') && workspace.scopes.has('channels:read');
    if (!channel.members.has(workspace.app.botUserId)) return false;
    return (
      types.includes(channel.kind === 'im' ? 'im' : 'private_channel') && workspace.scopes.has(`${scopeWord[channel.kind]}:read`)
    );
  });
  const { items, response_metadata } = page(args, wanted, 100);
  return { channels: items.map((channel) => wireChannel(workspace, channel, true)), response_metadata };
}

function members(workspace: Workspace, args: Args): Json {
  const channel = visibleChannel(workspace, stringArg(args, 'channel'));
  needScope(workspace, `${scopeWord[channel.kind]}:read`);
  const { items, response_metadata } = page(args, [...channel.members], 100);
  return { members: items, response_metadata };
}

/** Newest first, without replies but those that were broadcast. */
function history(workspace: Workspace, args: Args): Json {
  const channel = historyChannel(workspace, args);
  const found = messagesIn(workspace, channel.id)
    .filter((m) => inMainView(m) && within(args, m))
    .reverse();
  const { items, response_metadata } = page(args, found, 100);
  const has_more = response_metadata.next_cursor !== '';
  return {
    messages: items.map((m) => wireMessage(workspace, m, flagArg(args, 'include_all_metadata'))),
    has_more,
    response_metadata,
  };
}

/** The parent, then its replies, oldest first. */
function replies(workspace: Workspace, args: Args): Json {
  const channel = historyChannel(workspace, args);
  const all = messagesIn(workspace, channel.id);
  const asked = all.find((m) => m.ts === stringArg(args, 'ts'));
  const parent = asked?.threadTs ?? asked?.ts;
  if (parent === undefined) throw new SlackRefusal('thread_not_found');
  const found = all.filter((m) => m.ts === parent || (m.threadTs === parent && within(args, m)));
  const { items, response_metadata } = page(args, found, 1000);
  const has_more = response_metadata.next_cursor !== '';
  return {
    messages: items.map((m) => wireMessage(workspace, m, flagArg(args, 'include_all_metadata'))),
    has_more,
    response_metadata,
  };
}

function historyChannel(workspace: Workspace, args: Args): Channel {
  const channel = visibleChannel(workspace, stringArg(args, 'channel'));
  needScope(workspace, `${scopeWord[channel.kind]}:history`);
  return readableChannel(workspace, channel.id);
}

function within(args: Args, { ts }: Message): boolean {
  const oldest = optionalString(args, 'oldest') ?? '0';
  const latest = optionalString(args, 'latest') ?? '9999999999.999999';
  if (flagArg(args, 'inclusive') && (ts === oldest || ts === latest)) return true;
  return Number(ts) > Number(oldest) && Number(ts) < Number(latest);
}

/** A channel the bot can know of: any public one, and those it is in. */
function visibleChannel(workspace: Workspace, id: string): Channel {
  const channel = workspace.channels.get(id);
  if (!channel) throw new SlackRefusal('channel_not_found');
  if (channel.kind !== 'public' && !channel.members.has(workspace.app.botUserId)) throw new SlackRefusal('channel_not_found');
  return channel;
}

function wireChannel(workspace: Workspace, channel: Channel, withCount: boolean): Json {
  const isMember = channel.members.has(workspace.app.botUserId);
  if (channel.kind === 'im') {
    const user = [...channel.members].find((member) => member !== workspace.app.botUserId);
    return { id: channel.id, is_im: true, is_channel: false, user, is_archived: false, is_open: true };
  }
  const strangers = [...channel.members].some((id) => workspace.users.get(id)?.teamId !== workspace.team.id);
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_archived: channel.archived,
    is_general: false,
    is_member: isMember,
    is_ext_shared: strangers,
    is_shared: strangers,
    context_team_id: workspace.team.id,
    ...(withCount ? { num_members: channel.members.size } : {}),
  };
}
