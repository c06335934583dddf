import { type Args, flagArg, nestedArg, optionalString, stringArg } from './args.ts';
import { readBody } from './body.ts';
import type { Method } from './method.ts';
import { type Channel, type Json, type Message, SlackRefusal, type Workspace } from './model.ts';
import { addMessage, findChannel, findMessage, messageEvent, openDirect, wireMessage } from './state.ts';

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': { scopes: ['chat:write'], run: postMessage },
  'chat.postEphemeral': { scopes: ['chat:write'], run: postEphemeral },
  'chat.update': { scopes: ['chat:write'], run: update },
  'chat.delete': { scopes: ['chat:write'], run: remove },
  'chat.getPermalink': { scopes: [], run: getPermalink },
};

const POST_TEXT_LIMIT = 40_000;

/** `chat.update` takes far less text than `chat.postMessage`: https://docs.slack.dev/reference/methods/chat.update */
const UPDATE_TEXT_LIMIT = 4000;

function postMessage(workspace: Workspace, args: Args): Json {
  const channel = writableChannel(workspace, stringArg(args, 'channel'));
  const body = readBody(workspace, args, { textLimit: POST_TEXT_LIMIT });
  const metadata = nestedArg(args, 'metadata', 'invalid_metadata_format') as Json | undefined;
  checkMetadata(metadata);
  const thread = threadOf(workspace, channel, args);
  const message = addMessage(workspace, {
    ...newMessage(workspace, channel.id),
    ...body,
    ...thread,
    ...(thread.threadTs !== undefined && flagArg(args, 'reply_broadcast') ? { broadcast: true } : {}),
    ...(metadata ? { metadata } : {}),
  });
  return { channel: channel.id, ts: message.ts, message: wireMessage(workspace, message, true) };
}

function postEphemeral(workspace: Workspace, args: Args): Json {
  const channel = writableChannel(workspace, stringArg(args, 'channel'));
  const user = stringArg(args, 'user');
  if (!channel.members.has(user)) throw new SlackRefusal('user_not_in_channel');
  const message = addMessage(workspace, {
    ...newMessage(workspace, channel.id),
    ...readBody(workspace, args, { textLimit: POST_TEXT_LIMIT }),
    ...threadOf(workspace, channel, args),
    ephemeralTo: user,
  });
  return { message_ts: message.ts };
}

/** Text alone removes the blocks; attachments and metadata stay where they are not given. */
function update(workspace: Workspace, args: Args): Json {
  const message = ownMessage(workspace, args, 'cant_update_message');
  const metadata = nestedArg(args, 'metadata', 'invalid_metadata_format') as Json | undefined;
  checkMetadata(metadata);
  const body = readBody(workspace, args, { textLimit: UPDATE_TEXT_LIMIT });
  const keepsWords = args.text === undefined && args.blocks === undefined;
  replaceBody(message, {
    ...(keepsWords ? { text: message.text, blocks: message.blocks } : body),
    attachments: args.attachments === undefined ? message.attachments : body.attachments,
  });
  message.edited ||= body.text !== '' && body.blocks.length === 0;
  if (metadata && Object.keys(metadata).length === 0) delete message.metadata;
  else if (metadata) message.metadata = metadata;
  tellChange(workspace, message, 'message_changed');
  return { channel: message.channel, ts: message.ts, text: message.text, message: wireMessage(workspace, message, true) };
}

function remove(workspace: Workspace, args: Args): Json {
  const message = ownMessage(workspace, args, 'cant_delete_message');
  message.deleted = true;
  tellChange(workspace, message, 'message_deleted');
  return { channel: message.channel, ts: message.ts };
}

function getPermalink(workspace: Workspace, args: Args): Json {
  const channel = readableChannel(workspace, stringArg(args, 'channel'));
  const ts = stringArg(args, 'message_ts');
  if (!findMessage(workspace, channel.id, ts)) throw new SlackRefusal('message_not_found');
  return {
    channel: channel.id,
    permalink: `https://${workspace.team.domain}.slack.example/archives/${channel.id}/p${ts.replace('.', '')}`,
  };
}

export function newMessage(workspace: Workspace, channel: string): Message {
  return {
    ts: workspace.nextTs(),
    channel,
    user: workspace.app.botUserId,
    text: '',
    blocks: [],
    attachments: [],
    edited: false,
    edits: [],
    deleted: false,
    files: [],
  };
}

export function replaceBody(message: Message, body: Pick<Message, 'text' | 'blocks' | 'attachments'>): void {
  message.edits.push({ text: message.text, blocks: message.blocks, attachments: message.attachments });
  Object.assign(message, body);
}

/** Tells the app of a changed or deleted message, as Slack does in direct messages. */
export function tellChange(workspace: Workspace, message: Message, subtype: 'message_changed' | 'message_deleted'): void {
  workspace.emit({
    type: 'message',
    subtype,
    hidden: true,
    channel: message.channel,
    channel_type: messageEvent(workspace, message).channel_type,
    ts: workspace.nextTs(),
    event_ts: message.ts,
    ...(subtype === 'message_changed' ? { message: wireMessage(workspace, message) } : { deleted_ts: message.ts }),
  });
  workspace.changed();
}

/** The channel the bot may write to; a user ID opens the direct messages. A name works too, as in Slack. */
export function writableChannel(workspace: Workspace, ref: string): Channel {
  const user = workspace.users.get(ref);
  if (user && !user.deleted && user.teamId === workspace.team.id) return openDirect(workspace, workspace.app.botUserId, user.id);
  const channel = readableChannel(workspace, ref);
  if (channel.archived) throw new SlackRefusal('is_archived');
  return channel;
}

/** The channel, where the bot is in it; a private one does not exist for those outside. */
export function readableChannel(workspace: Workspace, ref: string): Channel {
  const channel = findChannel(workspace, ref);
  if (!channel) throw new SlackRefusal('channel_not_found');
  if (channel.members.has(workspace.app.botUserId)) return channel;
  throw new SlackRefusal(channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found');
}

/** A reply's `thread_ts` leads to its parent's thread; one that nobody knows is refused. */
export function threadOf(workspace: Workspace, channel: Channel, args: Args): { threadTs?: string } {
  const ts = optionalString(args, 'thread_ts');
  if (ts === undefined) return {};
  const parent = findMessage(workspace, channel.id, ts);
  if (!parent) throw new SlackRefusal('thread_not_found');
  return { threadTs: parent.threadTs ?? parent.ts };
}

function ownMessage(workspace: Workspace, args: Args, refusal: string): Message {
  const channel = readableChannel(workspace, stringArg(args, 'channel'));
  const message = findMessage(workspace, channel.id, stringArg(args, 'ts'));
  if (!message) throw new SlackRefusal('message_not_found');
  if (message.user !== workspace.app.botUserId) throw new SlackRefusal(refusal);
  return message;
}

function checkMetadata(metadata: Json | undefined): void {
  if (metadata === undefined || Object.keys(metadata).length === 0) return;
  if (typeof metadata.event_type !== 'string') throw new SlackRefusal('invalid_metadata_format');
  if (typeof metadata.event_payload !== 'object' || metadata.event_payload === null)
    throw new SlackRefusal('invalid_metadata_format');
  if (JSON.stringify(metadata).length > 16_384) throw new SlackRefusal('metadata_too_large');
}
