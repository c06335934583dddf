import { type Args, optionalString } from './args.ts';
import type { Method } from './method.ts';
import { type Json, SlackRefusal, type Workspace } from './model.ts';

export const authMethods: Record<string, Method> = {
  'auth.test': { scopes: [], run: authTest },
  'apps.connections.open': { scopes: [], token: 'app', run: openConnection },
  'bots.info': { scopes: ['users:read'], run: botInfo },
  'team.info': { scopes: ['team:read'], run: ({ team }) => ({ team: { id: team.id, name: 'Home', domain: team.domain } }) },
  'api.test': { scopes: [], run: () => ({}) },
};

function authTest({ team, app }: Workspace): Json {
  return {
    url: `https://${team.domain}.slack.example/`,
    team: 'Home',
    user: 'stackhand',
    team_id: team.id,
    user_id: app.botUserId,
    bot_id: app.botId,
    is_enterprise_install: false,
  };
}

/** Gives a WebSocket address whose ticket is good for one connection. */
function openConnection(workspace: Workspace): Json {
  const ticket = workspace.nextId('K');
  workspace.tickets.add(ticket);
  return { url: `${workspace.url.replace('http:', 'ws:')}/link/?ticket=${ticket}&app_id=${workspace.app.id}` };
}

function botInfo({ app }: Workspace, args: Args): Json {
  if ((optionalString(args, 'bot') ?? app.botId) !== app.botId) throw new SlackRefusal('bot_not_found');
  return { bot: { id: app.botId, deleted: false, name: 'Stackhand', app_id: app.id, user_id: app.botUserId } };
}
