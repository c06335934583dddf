import type { Channel, Message, User, Workspace } from './model.ts';
import { type Seed, seedInto } from './seed.ts';

/** Makes a workspace with its people and channels. `skew` is added to the clock, so that tests need not wait. */
export function createWorkspace(seed: Seed, clock: { skewMs: number }): Workspace {
  const listeners = new Set<() => void>();
  let lastTs = 0;
  let ids = 0;

  const workspace: Workspace = {
    team: { id: 'T0HOME000', domain: 'home' },
    app: {
      id: 'A0STACK00',
      botId: 'B0STACK00',
      botUserId: 'U0STACK00',
      botToken: 'xoxb-0000000000-pretend',
      appToken: 'xapp-1-A0STACK00-pretend',
      signingSecret: '5e'.repeat(16),
      command: seed.command ?? '/stack',
      homeTab: seed.homeTab ?? true,
    },
    scopes: new Set(),
    events: new Set(),
    limits: { ackTimeoutMs: 3000, triggerMs: 3000, retryAfterMs: [0, 60_000, 300_000], ...seed.limits },
    users: new Map(),
    groups: new Map(),
    channels: new Map(),
    messages: [],
    files: new Map(),
    views: new Map(),
    modals: new Map(),
    homes: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    calls: [],
    troubles: [],
    tickets: new Set(),
    url: '',
    now: () => Date.now() + clock.skewMs,
    nextTs: () => {
      lastTs = Math.max(lastTs + 1, workspace.now() * 1000);
      return `${Math.floor(lastTs / 1_000_000)}.${String(lastTs % 1_000_000).padStart(6, '0')}`;
    },
    nextId: (letter) => {
      ids += 1;
      return `${letter}0${ids.toString(36).toUpperCase().padStart(7, '0')}`;
    },
    changed: () => {
      for (const listener of [...listeners]) listener();
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit: () => {},
  };
  seedInto(workspace, seed);
  return workspace;
}

/** The user of this ID or short name (`bob`, `@bob`). */
export function findUser(workspace: Workspace, ref: string): User | undefined {
  const name = ref.replace(/^@/, '');
  return workspace.users.get(ref) ?? [...workspace.users.values()].find((user) => user.name === name);
}

export function getUser(workspace: Workspace, ref: string): User {
  const user = findUser(workspace, ref);
  if (!user)
    throw new Error(`the workspace has no user ${ref}: it has ${[...workspace.users.values()].map((u) => u.name).join(', ')}`);
  return user;
}

/** The channel of this ID or name (`ops`, `#ops`). */
export function findChannel(workspace: Workspace, ref: string): Channel | undefined {
  const name = ref.replace(/^#/, '');
  return (
    workspace.channels.get(ref) ??
    [...workspace.channels.values()].find((channel) => channel.kind !== 'im' && channel.name === name)
  );
}

export function getChannel(workspace: Workspace, ref: string): Channel {
  const channel = findChannel(workspace, ref);
  if (!channel) throw new Error(`the workspace has no channel ${ref}`);
  return channel;
}

/** The direct messages of two users, opened if need be. */
export function openDirect(workspace: Workspace, one: string, other: string): Channel {
  for (const channel of workspace.channels.values()) {
    if (channel.kind === 'im' && channel.members.has(one) && channel.members.has(other)) return channel;
  }
  const channel: Channel = { id: workspace.nextId('D'), name: '', kind: 'im', members: new Set([one, other]), archived: false };
  workspace.channels.set(channel.id, channel);
  return channel;
}

/** Messages of a channel that stand there for all its members, oldest first. */
export function messagesIn(workspace: Workspace, channel: string): Message[] {
  return workspace.messages.filter((m) => m.channel === channel && !m.deleted && m.ephemeralTo === undefined);
}

/** What somebody sees who opens the channel, and no thread. */
export function inMainView({ threadTs, broadcast }: Message): boolean {
  return threadTs === undefined || broadcast === true;
}

export function findMessage(workspace: Workspace, channel: string, ts: string): Message | undefined {
  return messagesIn(workspace, channel).find((m) => m.ts === ts);
}

/** Adds a message that a person wrote; the person's side tells the app. */
export function storeMessage(workspace: Workspace, message: Message): Message {
  workspace.messages.push(message);
  workspace.changed();
  return message;
}

/** Adds a message of the bot, and tells the app of it where it subscribed to such. */
export function addMessage(workspace: Workspace, message: Message): Message {
  storeMessage(workspace, message);
  if (message.ephemeralTo === undefined) workspace.emit(messageEvent(workspace, message));
  return message;
}

/** A message as Slack writes it in answers and events. */
export function wireMessage(workspace: Workspace, message: Message, withMetadata = false): Record<string, unknown> {
  const isBot = message.user === workspace.app.botUserId;
  const replies = messagesIn(workspace, message.channel).filter((m) => m.threadTs === message.ts);
  return {
    type: 'message',
    ...(message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    user: message.user,
    text: message.text,
    ts: message.ts,
    team: workspace.users.get(message.user)?.teamId ?? workspace.team.id,
    ...(isBot ? { bot_id: workspace.app.botId, app_id: workspace.app.id } : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.files.length > 0
      ? { files: message.files.map((file) => ({ id: file.id, name: file.name, title: file.title })) }
      : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(message.threadTs !== undefined ? { thread_ts: message.threadTs } : {}),
    ...(replies.length > 0 ? { thread_ts: message.ts, reply_count: replies.length, latest_reply: replies.at(-1)?.ts } : {}),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  };
}

/** The `message` event of a new message. */
export function messageEvent(workspace: Workspace, message: Message): Record<string, unknown> {
  const kind = workspace.channels.get(message.channel)?.kind;
  return {
    ...wireMessage(workspace, message),
    channel: message.channel,
    channel_type: kind === 'im' ? 'im' : kind === 'private' ? 'group' : 'channel',
    event_ts: message.ts,
    ...(message.user === workspace.app.botUserId ? {} : { client_msg_id: `${message.channel}-${message.ts}` }),
  };
}
