/** What the bot token may do: the least that does the work. The manifest asks for these, `doctor` looks for them. */
export const BOT_SCOPES = [
  'app_mentions:read',
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:read',
  'im:history',
  'im:write',
  'usergroups:read',
  'users:read',
] as const;

/** Events that Slack sends us. */
export const BOT_EVENTS = ['app_home_opened', 'app_mention', 'message.im'] as const;
