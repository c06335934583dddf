import { z } from 'zod';
import { earOf, type Gateway, placeOf } from './gateway.ts';
import type { Acknowledged } from './receiver.ts';
import { render } from './render.ts';
import { answerTaken } from './taken.ts';

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
const SlashCommand = z.object({
  text: z.string().default(''),
  user_id: z.string(),
  team_id: z.string(),
  channel_id: z.string(),
  trigger_id: z.string().optional(),
  response_url: z.string().optional(),
});

const EventBody = z.object({
  event_id: z.string().optional(),
  event: z.object({
    type: z.enum(['app_mention', 'message']),
    user: z.string(),
    channel: z.string(),
    ts: z.string(),
    text: z.string().default(''),
    thread_ts: z.string().optional(),
    channel_type: z.string().optional(),
    subtype: z.string().optional(),
    bot_id: z.string().optional(),
    hidden: z.boolean().optional(),
    edited: z.unknown().optional(),
  }),
});
type Spoken = z.infer<typeof EventBody>;

/** Message subtypes that people write; all others tell of something that happened. */
const WRITTEN: ReadonlySet<string | undefined> = new Set([undefined, 'file_share', 'thread_broadcast']);

/** A mention or a direct message that somebody wrote; undefined for everything else that Slack tells, our own messages above all. */
export function spokenIn(body: unknown, botUserId: string): Spoken | undefined {
  const parsed = EventBody.safeParse(body);
  if (!parsed.success) return undefined;
  const { event } = parsed.data;
  if (event.bot_id !== undefined || event.user === botUserId || event.hidden || !WRITTEN.has(event.subtype)) return undefined;
  if (event.type === 'message' && event.channel_type !== 'im') return undefined;
  return parsed.data;
}

export async function takeCommand(gateway: Gateway, body: unknown, { envelopeId, acknowledge }: Acknowledged): Promise<void> {
  const { text, user_id: user, team_id: team, channel_id, trigger_id, response_url } = SlashCommand.parse(body);
  const place = placeOf(team, { channel: channel_id, responseUrl: response_url });
  const taken = await gateway.intake.line({
    dedupe: [`envelope:${envelopeId}`, ...(trigger_id === undefined ? [] : [`trigger:${trigger_id}`])],
    text,
    requester: { kind: 'slack', user, team },
    place,
    entry: 'slash',
  });
  const answer = answerTaken(taken, 'line', earOf(user, place), gateway);
  if (answer === undefined) return acknowledge();
  // The acknowledgement itself carries the answer: no faster way, and none that can fail apart from it.
  const { text: words, blocks } = render(answer);
  await acknowledge({ response_type: 'ephemeral', text: words, blocks });
}

export async function takeSpoken(gateway: Gateway, body: unknown, { envelopeId, acknowledge }: Acknowledged): Promise<void> {
  const spoken = spokenIn(body, gateway.botUserId);
  if (spoken === undefined) return acknowledge();
  const { event, event_id } = spoken;
  const { user, channel, ts, thread_ts: thread } = event;
  const place = placeOf(gateway.teamId, { channel, ts, thread });
  const ear = earOf(user, place);
  if (event.edited !== undefined) {
    // Slack sends a mention again when its message is edited: what was typed once must not run twice.
    await acknowledge();
    return gateway.tell(ear, { text: 'I do not read edited messages. Send it as a new one.' });
  }
  const taken = await gateway.intake.line({
    dedupe: [
      ...(event_id === undefined ? [] : [`event:${event_id}`]),
      `envelope:${envelopeId}`,
      `message:${channel}:${ts}:${user}`,
    ],
    text: withoutOwnMention(event.text, gateway.botUserId),
    requester: { kind: 'slack', user, team: gateway.teamId },
    place,
    entry: event.type === 'app_mention' ? 'mention' : 'direct',
  });
  const answer = answerTaken(taken, 'line', ear, gateway);
  await acknowledge();
  if (answer !== undefined) await gateway.tell(ear, answer);
}

/** `<@U0STACK00> quota show`, `<@U0STACK00|stackhand>: quota show` → `quota show` */
function withoutOwnMention(text: string, botUserId: string): string {
  const start = text.trimStart();
  if (!start.startsWith(`<@${botUserId}`)) return text.trim();
  return start
    .slice(start.indexOf('>') + 1)
    .replace(/^[\s:,]+/, '')
    .trim();
}
