import { z } from 'zod';
import type { Taken } from '../intake/incoming.ts';
import type { Place } from '../request.ts';
import { ActValue } from './buttons.ts';
import { earOf, type Gateway } from './gateway.ts';
import { INPUT } from './modals.ts';
import type { Acknowledged } from './receiver.ts';
import { answerTaken } from './taken.ts';

/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
const Submission = z.object({
  user: z.object({ id: z.string() }),
  trigger_id: z.string().optional(),
  view: z.object({
    id: z.string(),
    hash: z.string(),
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))) }),
  }),
});

const at = { team: z.string(), channel: z.string(), thread: z.string().optional(), responseUrl: z.string().optional() };
const Metadata = z.object({
  act: ActValue,
  place: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('channel'), ...at }),
    z.object({ kind: z.literal('direct'), ...at }),
  ]),
  typed: z.string().optional(),
});
type Metadata = z.infer<typeof Metadata>;

interface Form {
  user: string;
  dedupe: string[];
  value: string;
  metadata: Metadata;
}

export async function takeSubmission(gateway: Gateway, body: unknown, { envelopeId, acknowledge }: Acknowledged): Promise<void> {
  const form = readForm(body, envelopeId);
  if (form === undefined) {
    await acknowledge({ response_action: 'clear' });
    const user = z.object({ user: z.object({ id: z.string() }) }).parse(body).user.id;
    return gateway.tell({ user }, { text: 'This form is from an older version of me. Type the line instead, or `help`.' });
  }
  const { user, value, metadata } = form;
  if (metadata.act.kind === 'type target' && metadata.typed !== undefined && value !== metadata.typed.trim()) {
    return acknowledge(complaint(`That is not ${metadata.typed}. Capitals count.`));
  }
  const taken = await take(gateway, form);
  const what = metadata.act.kind === 'change' ? 'line' : 'form';
  const answer = answerTaken(taken, what, earOf(user, placeIn(metadata)), gateway);
  await acknowledge(answer === undefined ? undefined : complaint([answer.text, ...(answer.lines ?? [])].join(' ')));
}

function readForm(body: unknown, envelopeId: string): Form | undefined {
  const parsed = Submission.safeParse(body);
  if (!parsed.success) return undefined;
  const { user, view } = parsed.data;
  const metadata = readMetadata(view.private_metadata);
  const value = view.state.values[INPUT]?.[INPUT]?.value?.trim();
  if (metadata === undefined || value === undefined || view.callback_id !== metadata.act.kind.replaceAll(' ', '-'))
    return undefined;
  return { user: user.id, value, metadata, dedupe: [`envelope:${envelopeId}`, `view:${view.id}:${view.hash}:${user.id}`] };
}

function readMetadata(text: string): Metadata | undefined {
  try {
    return Metadata.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function take({ intake, teamId: team }: Gateway, { user, dedupe, value, metadata }: Form): Promise<Taken> {
  const { act } = metadata;
  const place = placeIn(metadata);
  if (act.kind === 'change') {
    return intake.line({
      dedupe,
      text: value,
      requester: { kind: 'slack', user, team },
      place,
      entry: 'modal',
      replaces: act.request,
    });
  }
  const values = act.kind === 'deny' ? { reason: value } : { typed: value };
  return intake.click({ dedupe, act, user, team, place, values });
}

function placeIn({ place }: Metadata): Place {
  const { kind, team, channel, thread, responseUrl } = place;
  return {
    kind,
    team,
    channel,
    ...(thread === undefined ? {} : { thread }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
}

/** An error below the input; the form stays open. */
function complaint(text: string): object {
  return { response_action: 'errors', errors: { [INPUT]: text } };
}
