import { NOT_SENT, sendEvent } from './events.ts';
import type { Copies, Line, Sent } from './line.ts';
import type { Channel, Json, Message, User, View, Workspace } from './model.ts';
import { addResponseUrl, respond } from './response-urls.ts';
import { getChannel, getUser, messageEvent, openDirect, storeMessage, wireMessage } from './state.ts';
import { typedCommand, typedMessage } from './typing.ts';
import { addTrigger, wireView } from './views.ts';

/** A person at a keyboard needs both: what the workspace holds and the line to the app. */
export interface Desk {
  workspace: Workspace;
  line: Line;
}

export interface Typed extends Copies {
  /** In the thread of this message. */
  thread?: Message;
  /** Sends the text as it is, without what Slack's clients make of it. */
  raw?: boolean;
}

export type Spoken = Sent & { message: Message };

/**
 * Types the app's slash command. `where` is a channel, or `@name` for direct messages (`@stackhand` for the app's). A stranger's line
 * comes with the stranger's own `team_id`; Slack Connect lets no such line through, but the app must not rely on it.
 */
export async function slash(
  { workspace, line }: Desk,
  who: string,
  where: string,
  text: string,
  options: Typed = {},
): Promise<Sent> {
  const user = getUser(workspace, who);
  const channel = placeOf(workspace, user, where);
  const { app, team } = workspace;
  const answer = { user: user.id, channel: channel.id };
  const sent = await line.deliver(
    'slash_commands',
    {
      token: 'pretend',
      team_id: user.teamId,
      team_domain: user.teamId === team.id ? team.domain : 'other',
      channel_id: channel.id,
      channel_name: channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name,
      user_id: user.id,
      user_name: user.name,
      command: app.command,
      text: options.raw ? text : typedCommand(workspace, text),
      api_app_id: app.id,
      is_enterprise_install: 'false',
      response_url: addResponseUrl(workspace, answer),
      trigger_id: addTrigger(workspace, user.id),
    },
    options,
  );
  if (sent.error !== undefined) {
    const words = `${app.command} failed with the error "${sent.error}"`;
    trouble(workspace, user, app.command, sent.error);
    storeMessage(workspace, { ...personMessage(workspace, 'USLACKBOT', channel.id, words), ephemeralTo: user.id });
  } else if (sent.payload.text !== undefined || sent.payload.blocks !== undefined) {
    respond(workspace, answer, sent.payload);
  }
  return sent;
}

/** Writes a message that begins with the bot's mention. Where the bot is not in the channel, nothing reaches it. */
export function mention(desk: Desk, who: string, where: string, text: string, options: Typed = {}): Promise<Spoken> {
  return speak(desk, who, where, `<@${desk.workspace.app.botUserId}> ${wordsOf(desk, text, options)}`, options, true);
}

/** Writes a message, to a channel or to the bot's direct messages. */
export function say(desk: Desk, who: string, where: string, text: string, options: Typed = {}): Promise<Spoken> {
  return speak(desk, who, where, wordsOf(desk, text, options), options, false);
}

function wordsOf({ workspace }: Desk, text: string, { raw }: Typed): string {
  return raw ? text : typedMessage(workspace, text);
}

async function speak(desk: Desk, who: string, where: string, words: string, options: Typed, isMention: boolean): Promise<Spoken> {
  const { workspace, line } = desk;
  const user = getUser(workspace, who);
  const channel = placeOf(workspace, user, where);
  const thread = options.thread ? { threadTs: options.thread.threadTs ?? options.thread.ts } : {};
  const message = storeMessage(workspace, { ...personMessage(workspace, user.id, channel.id, words), ...thread });
  const event = { ...messageEvent(workspace, message), ...(user.teamId === workspace.team.id ? {} : stranger(user)) };
  const asMessage = sendEvent(workspace, line, event, isMention ? {} : options);
  if (!isMention) return { ...(await asMessage), message };
  const { channel_type: _, ...mentioned } = event as Json;
  const sent =
    channel.kind === 'im' ? await asMessage : await sendEvent(workspace, line, { ...mentioned, type: 'app_mention' }, options);
  return { ...sent, message };
}

/**
 * Edits one's own message. Slack tells of it in direct messages; in a channel a mention comes again, with the old `ts`, a new
 * `event_id` and `edited`.
 */
export async function edit({ workspace, line }: Desk, who: string, message: Message, words: string): Promise<Sent> {
  const user = getUser(workspace, who);
  if (message.user !== user.id) throw new Error(`the message is not ${user.name}'s`);
  const previous = wireMessage(workspace, message);
  message.edits.push({ text: message.text, blocks: [], attachments: [] });
  message.text = typedMessage(workspace, words).replaceAll('@stackhand', `<@${workspace.app.botUserId}>`);
  message.edited = true;
  workspace.changed();
  const { channel_type, ...event } = messageEvent(workspace, message);
  const isDirect = channel_type === 'im';
  if (!isDirect && !message.text.includes(`<@${workspace.app.botUserId}>`)) return NOT_SENT;
  if (!isDirect) return sendEvent(workspace, line, { ...event, type: 'app_mention' });
  const changed = { message: wireMessage(workspace, message), previous_message: previous };
  return sendEvent(workspace, line, {
    ...{ type: 'message', subtype: 'message_changed', hidden: true, channel: message.channel, channel_type },
    ...{ ts: workspace.nextTs(), event_ts: workspace.nextTs(), ...changed },
  });
}

function stranger(user: User): Json {
  return { user_team: user.teamId, source_team: user.teamId, team: user.teamId };
}

/** Opens the app's Home tab. */
export function openHome({ workspace, line }: Desk, who: string): Promise<Sent> {
  const user = getUser(workspace, who);
  const view = workspace.views.get(workspace.homes.get(user.id) ?? '');
  return sendEvent(workspace, line, {
    type: 'app_home_opened',
    user: user.id,
    channel: openDirect(workspace, workspace.app.botUserId, user.id).id,
    tab: 'home',
    event_ts: workspace.nextTs(),
    ...(view ? { view: wireView(workspace, view) } : {}),
  });
}

/** Runs a shortcut: on a message, or the global one where no message is given. */
export async function shortcut({ workspace, line }: Desk, who: string, callbackId: string, message?: Message): Promise<Sent> {
  const user = getUser(workspace, who);
  const sent = await line.deliver('interactive', {
    ...interaction(workspace, user),
    type: message ? 'message_action' : 'shortcut',
    callback_id: callbackId,
    action_ts: workspace.nextTs(),
    trigger_id: addTrigger(workspace, user.id),
    ...(message
      ? {
          channel: wireChannelRef(workspace, message.channel),
          message: wireMessage(workspace, message),
          message_ts: message.ts,
          response_url: addResponseUrl(workspace, { user: user.id, channel: message.channel }),
        }
      : {}),
  });
  if (sent.error !== undefined) trouble(workspace, user, callbackId, sent.error);
  return sent;
}

/** What every interaction's payload has. */
export function interaction({ team, app }: Workspace, user: User): Json {
  return {
    token: 'pretend',
    api_app_id: app.id,
    team: { id: team.id, domain: team.domain },
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function wireChannelRef(workspace: Workspace, id: string): Json {
  const channel = getChannel(workspace, id);
  return { id, name: channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name };
}

export function trouble(workspace: Workspace, user: User, what: string, error: string): void {
  workspace.troubles.push({ user: user.id, what, error });
  workspace.changed();
}

/** Where a person writes: a channel they are in, or direct messages with `@name`. */
function placeOf(workspace: Workspace, user: User, where: string): Channel {
  if (where.startsWith('@')) return openDirect(workspace, user.id, getUser(workspace, where).id);
  const channel = getChannel(workspace, where);
  if (!channel.members.has(user.id)) throw new Error(`${user.name} is not in ${where} and cannot write there`);
  if (channel.archived) throw new Error(`${where} is archived: nobody can write there`);
  return channel;
}

function personMessage(workspace: Workspace, user: string, channel: string, text: string): Message {
  const empty = { blocks: [], attachments: [], edited: false, edits: [], deleted: false, files: [] };
  return { ts: workspace.nextTs(), channel, user, text, ...empty };
}

export function isView(where: Message | View): where is View {
  return 'definition' in where;
}
