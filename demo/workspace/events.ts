import type { Copies, Line, Sent } from './line.ts';
import type { Json, Workspace } from './model.ts';

/** What comes of an event that the app does not get. */
export const NOT_SENT: Sent = {
  acked: false,
  ms: 0,
  payload: {},
  attempts: 0,
  error: 'not_subscribed',
  final: Promise.resolve({ acked: false, ms: 0, payload: {}, attempts: 0, error: 'not_subscribed' }),
};

const messageScopes: Record<string, { event: string; scope: string }> = {
  im: { event: 'message.im', scope: 'im:history' },
  channel: { event: 'message.channels', scope: 'channels:history' },
  group: { event: 'message.groups', scope: 'groups:history' },
};

/** Sends an event where the app subscribed to it, has the scope, and is in the channel. */
export async function sendEvent(workspace: Workspace, line: Line, event: Json, copies: Copies = {}): Promise<Sent> {
  if (!isWanted(workspace, event)) return NOT_SENT;
  return line.deliver('events_api', wrap(workspace, event), copies);
}

function isWanted(workspace: Workspace, event: Json): boolean {
  const channel = typeof event.channel === 'string' ? workspace.channels.get(event.channel) : undefined;
  if (channel && !channel.members.has(workspace.app.botUserId)) return false;
  if (event.type === 'app_mention') return workspace.events.has('app_mention') && workspace.scopes.has('app_mentions:read');
  if (event.type !== 'message') return workspace.events.has(String(event.type));
  const needs = messageScopes[String(event.channel_type)];
  return needs !== undefined && workspace.events.has(needs.event) && workspace.scopes.has(needs.scope);
}

function wrap(workspace: Workspace, event: Json): Json {
  const { team, app } = workspace;
  const channel = workspace.channels.get(String(event.channel));
  const shared = [...(channel?.members ?? [])].some((id) => workspace.users.get(id)?.teamId !== team.id);
  return {
    token: 'pretend',
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: workspace.nextId('Ev'),
    event_time: Math.floor(workspace.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: shared,
  };
}
