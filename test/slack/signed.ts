import { createHmac } from 'node:crypto';
import { type Bot, slackUrl } from '../bot.ts';

export const FORM = 'application/x-www-form-urlencoded';

export interface PostGiven {
  type?: string;
  secret?: string;
  /** How long ago it was signed, in seconds; less than nothing: by a clock that is ahead. */
  ago?: number;
  /** Laid over what Slack sends; an empty one is left out. */
  headers?: Record<string, string>;
  method?: string;
  /** What is sent in the place of what was signed. */
  instead?: string;
}

export interface Answered {
  status: number;
  type: string | null;
  text: string;
}

/** Posts to a bot as Slack does, or not quite. */
export async function post(bot: Bot, body: string, given: PostGiven = {}): Promise<Answered> {
  const { type = 'application/json', secret = bot.slack.signingSecret, ago = 0, method = 'POST', instead = body } = given;
  const at = Math.floor(Date.now() / 1_000) - ago;
  const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
  const all: Record<string, string> = {
    'content-type': type,
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${signature}`,
    ...given.headers,
  };
  const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const answer = await fetch(slackUrl(bot.running), { method, headers, ...(method === 'POST' ? { body: instead } : {}) });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

/** What Slack posts where somebody types the bot's slash command. Fields that are changed to nothing are left out. */
export function typed(bot: Bot, text: string, changes: Record<string, string> = {}): string {
  const { slack } = bot;
  const fields = {
    token: 'pretend',
    team_id: slack.teamId,
    channel_id: slack.id('#ops'),
    user_id: slack.id('bob'),
    command: '/stack',
    text,
    trigger_id: '1.2.abc',
    ...changes,
  };
  return new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== '')).toString();
}

/** What Slack posts where somebody mentions the bot. */
export function mentioned(bot: Bot, text: string): string {
  const { slack } = bot;
  const said = {
    channel: slack.id('#ops'),
    user: slack.id('bob'),
    ts: '1700000000.000100',
    text: `<@${slack.botUserId}> ${text}`,
  };
  return JSON.stringify({
    type: 'event_callback',
    team_id: slack.teamId,
    event_id: 'Ev0000001',
    event: { type: 'app_mention', ...said },
    authorizations: [{ team_id: slack.teamId, user_id: slack.botUserId, is_bot: true }],
  });
}
