import type { AnyMiddlewareArgs, Middleware } from '@slack/bolt';
import { z } from 'zod';
import { spokenIn } from './lines.ts';
import type { Acknowledged } from './receiver.ts';
import { render } from './render.ts';
import { senderOf } from './sender.ts';
import type { Ear, Tell } from './teller.ts';

const REFUSED = { text: 'I work for another workspace than yours, so I take nothing from you here.' };
/** So many refusals are remembered, so that a repeated delivery is not answered again. */
const REMEMBERED = 1_000;

const Seen = z.object({
  event_id: z.string().optional(),
  trigger_id: z.string().optional(),
  response_url: z.string().optional(),
  channel_id: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  command: z.string().optional(),
});

/** Stands before every listener: nothing of another workspace's people is taken, and they are told so, once. */
export function refuseStrangers(own: {
  teamId: string;
  botUserId: string;
  tell: Tell;
}): Middleware<AnyMiddlewareArgs, Acknowledged> {
  const told = new Set<string>();
  return async ({ body, context, next }) => {
    const spoken = spokenIn(body, own.botUserId);
    const { user, stranger } = senderOf(body, own.teamId);
    // Events that are no lines reach no listener that would take them.
    if (!stranger || ('event' in body && spoken === undefined)) return next();

    const { event_id, trigger_id, response_url, channel_id, channel, command } = Seen.parse(body);
    const once = event_id ?? trigger_id ?? context.envelopeId;
    const again = told.has(once);
    remember(told, once);
    if (command !== undefined) return context.acknowledge(again ? undefined : { response_type: 'ephemeral', ...render(REFUSED) });
    await context.acknowledge();
    if (again || user === undefined) return;
    const where = spoken?.event.channel ?? channel?.id ?? channel_id;
    const ear: Ear = {
      user,
      ...(where === undefined ? {} : { channel: where }),
      ...(spoken?.event.thread_ts === undefined ? {} : { thread: spoken.event.thread_ts }),
      ...(response_url === undefined ? {} : { responseUrl: response_url }),
    };
    await own.tell(ear, REFUSED);
  };
}

function remember(told: Set<string>, key: string): void {
  told.add(key);
  for (const oldest of told) {
    if (told.size <= REMEMBERED) return;
    told.delete(oldest);
  }
}
