import { z } from 'zod';
import { SWITCHES } from './breakage.ts';
import type { Demo } from './demo.ts';
import type { Act } from './protocol.ts';
import { exactly, versionWith } from './workspace/elements.ts';
import type { Message, User, View } from './workspace/model.ts';
import { SlackRefusal } from './workspace/model.ts';
import { getChannel } from './workspace/state.ts';

const On = z.union([z.object({ channel: z.string(), ts: z.string() }), z.object({ view: z.string() })]);
const Entry = z.union([z.string(), z.array(z.string()), z.null()]);
const control = { on: On, block: z.string(), action: z.string() };
/** Slack's own limit for a message: https://docs.slack.dev/reference/methods/chat.postMessage */
const TEXT = 40_000;

export const Asked = z.object({
  id: z.number(),
  act: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('type'), channel: z.string(), text: z.string().min(1).max(TEXT), thread: z.string().optional() }),
    z.object({ kind: z.literal('click'), ...control, choose: Entry.optional() }),
    z.object({ kind: z.literal('suggest'), ...control, typed: z.string().max(200) }),
    z.object({ kind: z.literal('submit'), view: z.string(), entries: z.record(z.string(), Entry) }),
    z.object({ kind: z.literal('dismiss'), view: z.string() }),
    z.object({ kind: z.literal('open home') }),
    z.object({ kind: z.literal('switch'), which: z.enum(SWITCHES), on: z.boolean() }),
    z.object({ kind: z.literal('power'), host: z.string(), on: z.boolean() }),
    z.object({ kind: z.literal('press'), what: z.enum(['kill bot', 'expire tokens', 'alert storm']) }),
  ]),
});

const WHY: Record<string, string> = {
  operation_timeout: 'Stackhand did not answer within three seconds (operation_timeout).',
  dispatch_failed: 'Stackhand is not connected just now (dispatch_failed). Try again in a moment.',
};

/** Does what a person does at the page, as the pretend Slack's clients do it. @returns options, for a select; or what the person is told went wrong */
export async function carryOut(
  demo: Demo,
  user: User,
  act: z.infer<typeof Asked>['act'] | Act,
): Promise<{ options?: string[]; error?: string }> {
  const { slack, power, breakage, bot, cloud, alertmanager } = demo;
  const who = user.name;
  try {
    switch (act.kind) {
      case 'type':
        return await type(demo, user, act);
      case 'click': {
        const where = thing(demo, user, act.on);
        const seen = versionWith(where, act.block);
        const how = { ...(act.choose === undefined ? {} : { choose: act.choose }), ...(seen === undefined ? {} : { seen }) };
        return told(await slack.click(who, where, exactly(act.block, act.action), how));
      }
      case 'suggest':
        return { options: await slack.suggestions(who, thing(demo, user, act.on), exactly(act.block, act.action), act.typed) };
      case 'submit':
        return told(await slack.submit(who, viewOf(demo, user, act.view), act.entries));
      case 'dismiss':
        await slack.dismiss(who, viewOf(demo, user, act.view));
        return {};
      case 'open home':
        return told(await slack.openHome(who));
      case 'switch':
        await breakage.set(act.which, act.on);
        return {};
      case 'power':
        power.set(act.host, act.on);
        return {};
      case 'press':
        if (act.what === 'kill bot') bot.kill();
        else if (act.what === 'expire tokens') cloud.expireTokens();
        else alertmanager.storm();
        return {};
    }
  } catch (error) {
    if (error instanceof SlackRefusal) return { error: `Slack refused it: ${error.code}.` };
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** A slash command, a mention, or a message, by how it begins. */
async function type(
  { slack }: Demo,
  user: User,
  { channel, text, thread }: { channel: string; text: string; thread?: string | undefined },
): Promise<{ error?: string }> {
  const { workspace } = slack;
  const { command, botUserId } = workspace.app;
  const bot = workspace.users.get(botUserId)?.name ?? '';
  const place = getChannel(workspace, channel);
  const other = place.kind === 'im' ? [...place.members].find((id) => id !== user.id) : undefined;
  const where = other === undefined ? channel : `@${workspace.users.get(other)?.name}`;
  const parent = thread === undefined ? undefined : slack.messages(where).find(({ ts }) => ts === thread);
  const options = parent ? { thread: parent } : {};
  const typed = text.trim();

  if (typed.startsWith('/')) {
    const [word = '', ...rest] = typed.split(' ');
    if (word !== command) return { error: `${word} is no command of this workspace. Only ${command} is.` };
    if (thread !== undefined) return { error: `Slack takes no slash commands in threads. Mention @${bot} instead.` };
    // Where nobody answers, the workspace itself says so below the line.
    await slack.slash(user.name, where, rest.join(' '));
    return {};
  }
  const mentioned = new RegExp(`^@${bot}\\b[ ,:]*`).exec(typed);
  if (mentioned && place.kind !== 'im') await slack.mention(user.name, where, typed.slice(mentioned[0].length), options);
  else await slack.say(user.name, where, typed, options);
  return {};
}

function thing(demo: Demo, user: User, on: z.infer<typeof On>): Message | View {
  if ('view' in on) return viewOf(demo, user, on.view);
  const found = demo.slack.workspace.messages.find(
    ({ channel, ts, deleted }) => channel === on.channel && ts === on.ts && !deleted,
  );
  if (!found) throw new Error('That message is gone.');
  return found;
}

function viewOf({ slack }: Demo, user: User, id: string): View {
  const view = slack.workspace.views.get(id);
  if (view?.user !== user.id) throw new Error('That form is closed.');
  return view;
}

/** Every other outcome shows by itself. */
function told({ error }: { error?: string }): { error?: string } {
  if (error === undefined || error === 'incomplete' || error === 'not_subscribed') return {};
  return { error: WHY[error] ?? error };
}
