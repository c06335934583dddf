import type { ModalView } from '@slack/types';
import { WebAPIPlatformError } from '@slack/web-api';
import { z } from 'zod';
import { NotAllowed, UserError } from '../errors.ts';
import { inWords } from '../outbox/card.ts';
import { lineFor } from '../planning/line-for.ts';
import type { Act } from '../reply.ts';
import { code } from '../reply.ts';
import { label, type Place, type Request } from '../request.ts';
import { parseAct } from './buttons.ts';
import { formFor } from './fill-in.ts';
import { earOf, type Gateway, placeOf } from './gateway.ts';
import { breakGlassModal, changeModal, denyModal, signModal, typeTargetModal } from './modals.ts';
import type { Acknowledged } from './receiver.ts';
import { answerTaken } from './taken.ts';

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const Click = z.object({
  user: z.object({ id: z.string() }),
  trigger_id: z.string(),
  response_url: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  container: z.object({ channel_id: z.string(), message_ts: z.string(), thread_ts: z.string() }).partial().optional(),
  message: z.object({ ts: z.string(), thread_ts: z.string() }).partial().optional(),
  view: z.object({ type: z.string() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), action_ts: z.string().default(''), value: z.string().optional() })).min(1),
});
type Click = z.infer<typeof Click>;

const OLD_BUTTON = {
  text: 'This button is from an older version of me, so I do not know what it means. Type the line instead, or `help`.',
};

export async function takeClick(gateway: Gateway, body: unknown, custom: Acknowledged): Promise<void> {
  const click = Click.parse(body);
  await handle(gateway, click, custom);
  // They see there what comes of it.
  if (click.view?.type === 'home') await gateway.intake.look({ user: click.user.id, opened: false });
}

async function handle(gateway: Gateway, click: Click, custom: Acknowledged): Promise<void> {
  const place = placeOfClick(gateway.teamId, click);
  const ear = earOf(click.user.id, place);
  const act = parseAct(click.actions[0]?.value);
  if (act === undefined) {
    await custom.acknowledge();
    return gateway.tell(ear, OLD_BUTTON);
  }
  if (opensModal(act)) {
    // Nothing is taken yet, and the window has to open within three seconds.
    await custom.acknowledge();
    return openModal(gateway, act, click, place);
  }
  const taken = await gateway.intake.click({
    dedupe: dedupeKeys(click, place, custom.envelopeId),
    act,
    user: click.user.id,
    team: gateway.teamId,
    place,
  });
  const answer = answerTaken(taken, 'click', ear, gateway);
  await custom.acknowledge();
  if (answer !== undefined) await gateway.tell(ear, answer);
}

function placeOfClick(
  team: string,
  { user, channel, container, message, response_url }: Click,
): Exclude<Place, { kind: 'terminal' }> {
  return placeOf(team, {
    // Outside of any channel, in a modal or the Home: whom we write to opens their direct messages.
    channel: channel?.id ?? container?.channel_id ?? user.id,
    ts: message?.ts ?? container?.message_ts,
    thread: message?.thread_ts ?? container?.thread_ts,
    responseUrl: response_url,
  });
}

function dedupeKeys({ user, actions, trigger_id, message, container }: Click, place: Place, envelopeId: string): string[] {
  const { action_id, action_ts } = actions[0] ?? { action_id: '', action_ts: '' };
  const channel = place.kind === 'terminal' ? '' : place.channel;
  const ts = message?.ts ?? container?.message_ts ?? '';
  return [`envelope:${envelopeId}`, `trigger:${trigger_id}`, `click:${channel}:${ts}:${action_id}:${action_ts}:${user.id}`];
}

const MODALS = ['deny', 'change', 'type target', 'break glass', 'sign', 'fill in'] as const;
type ModalAct = Extract<Act, { kind: (typeof MODALS)[number] }>;

function opensModal(act: Act): act is ModalAct {
  return MODALS.some((kind) => kind === act.kind);
}

async function openModal(gateway: Gateway, act: ModalAct, click: Click, place: Place): Promise<void> {
  const ear = earOf(click.user.id, place);
  const view =
    act.kind === 'fill in' ? await formOrWhyNot(gateway, act, click.user.id, place) : await modalFor(gateway, act, place);
  if (typeof view === 'string') return gateway.tell(ear, { text: view });
  try {
    await gateway.client.views.open({ trigger_id: click.trigger_id, view });
  } catch (err) {
    // The same click came twice, and its first copy has opened the window.
    if (err instanceof WebAPIPlatformError && err.data.error === 'exchanged_trigger_id') return;
    gateway.log.info({ err }, 'modal could not be opened');
    await gateway.tell(ear, { text: 'The window could not be opened in time. Click again.' });
  }
}

/** The modal, or why there is none. */
async function modalFor(
  { intake, forms, log }: Gateway,
  act: Exclude<ModalAct, { kind: 'fill in' }>,
  place: Place,
): Promise<ModalView | string> {
  if (act.kind === 'deny') return denyModal(act, place);
  const name = code(label(act.request));
  let request: Request | undefined;
  try {
    request = await intake.request(act.request);
  } catch (err) {
    log.warn({ err }, 'request could not be read for a modal');
    return 'Redis does not answer, so I cannot open the window now. Nothing has changed. Click again in a moment.';
  }
  if (request === undefined) return `${name} is not kept any more. Type its line again.`;
  if (act.kind === 'change') return changeModal(act, request.means ?? lineFor(request, place, forms), place);
  if (act.kind === 'sign') {
    return request.state === 'unsigned'
      ? signModal(act, request, place)
      : `${name} ${inWords(request.state)}; there is nothing to sign.`;
  }
  if (act.kind === 'break glass') {
    if (request.state === 'waiting' && request.hash === act.hash) return breakGlassModal(act, request, place);
    return `${name} waits for votes no more: it ${inWords(request.state)}.`;
  }
  if (request.state !== 'planned' || request.hash !== act.hash) return `${name} waits for this no more: it is ${request.state}.`;
  return typeTargetModal(act, request, place);
}

async function formOrWhyNot(
  gateway: Gateway,
  act: Extract<Act, { kind: 'fill in' }>,
  user: string,
  place: Place,
): Promise<ModalView | string> {
  try {
    return await formFor(gateway, act, user, place);
  } catch (error) {
    if (error instanceof UserError || error instanceof NotAllowed) return error.message;
    throw error;
  }
}
