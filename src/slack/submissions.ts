import { z } from 'zod';
import { NotAllowed, UserError } from '../errors.ts';
import type { Taken } from '../intake/incoming.ts';
import type { Act } from '../reply.ts';
import { filledIn } from './fill-in.ts';
import { FORM, type FormValues } from './form.ts';
import { earOf, type Gateway } from './gateway.ts';
import { type ModalMetadata, readMetadata } from './metadata.ts';
import { INPUT, REASON } from './modals.ts';
import type { Acknowledged } from './receiver.ts';
import { withoutTicks } from './rich-text.ts';
import { answerTaken } from './taken.ts';

const Chosen = z.object({ value: z.string() });

/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
const Submission = z.object({
  user: z.object({ id: z.string() }),
  trigger_id: z.string().optional(),
  view: z.object({
    id: z.string(),
    hash: z.string(),
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            type: z.string().optional(),
            value: z.string().nullish(),
            selected_option: Chosen.nullish(),
            selected_options: z.array(Chosen).optional(),
          }),
        ),
      ),
    }),
  }),
});

interface Form {
  user: string;
  dedupe: string[];
  /** Of the first input, where the form is one of ours; empty where it may be. */
  value: string;
  /** Of the second one, where there is one. */
  reason: string;
  values: FormValues;
  metadata: ModalMetadata;
}

/** What stands below inputs, by block; the form stays open. */
type Complaints = Record<string, string>;

export async function takeSubmission(gateway: Gateway, body: unknown, { envelopeId, acknowledge }: Acknowledged): Promise<void> {
  const form = readForm(body, envelopeId);
  if (form === undefined) {
    await acknowledge({ response_action: 'clear' });
    const user = z.object({ user: z.object({ id: z.string() }) }).parse(body).user.id;
    return gateway.tell({ user }, { text: 'This form is from an older version of me. Type the line instead, or `help`.' });
  }
  const complaints = await takeForm(gateway, form);
  if (complaints === undefined) return acknowledge();
  // Plain text, in which ticks would stand as such.
  const errors = Object.fromEntries(Object.entries(complaints).map(([block, text]) => [block, withoutTicks(text)]));
  await acknowledge({ response_action: 'errors', errors });
}

function readForm(body: unknown, envelopeId: string): Form | undefined {
  const parsed = Submission.safeParse(body);
  if (!parsed.success) return undefined;
  const { user, view } = parsed.data;
  const metadata = readMetadata(view.private_metadata);
  if (metadata === undefined || view.callback_id !== callbackOf(metadata.act)) return undefined;
  const { values } = view.state;
  const inputOf = (block: string): string | undefined => values[block]?.[block]?.value?.trim();
  const value = inputOf(INPUT);
  if (value === undefined && metadata.act.kind !== 'fill in' && metadata.act.kind !== 'sign') return undefined;
  const dedupe = [`envelope:${envelopeId}`, `view:${view.id}:${view.hash}:${user.id}`];
  return { user: user.id, value: value ?? '', reason: inputOf(REASON) ?? '', values, metadata, dedupe };
}

function callbackOf({ kind }: Act): string {
  return kind === 'fill in' ? FORM : kind.replaceAll(' ', '-');
}

/** Has it taken, or says what is wrong with it. */
async function takeForm(gateway: Gateway, form: Form): Promise<Complaints | undefined> {
  const { user, value, reason, values, metadata, dedupe } = form;
  const { act, place } = metadata;
  const { intake, teamId: team } = gateway;
  const first = Object.keys(values)[0] ?? INPUT;
  const taken = (result: Taken, what: 'line' | 'form'): Complaints | undefined => {
    const answer = answerTaken(result, what, earOf(user, place), gateway);
    return answer === undefined ? undefined : { [first]: [answer.text, ...(answer.lines ?? [])].join(' ') };
  };
  const takeLine = async (text: string, replaces?: number): Promise<Complaints | undefined> => {
    const requester = { kind: 'slack', user, team } as const;
    const line = { dedupe, text, requester, place, entry: 'modal' as const, ...(replaces === undefined ? {} : { replaces }) };
    return taken(await intake.line(line), 'line');
  };
  try {
    switch (act.kind) {
      case 'fill in': {
        const filled = await filledIn(gateway, act, { user, place, values });
        return 'errors' in filled ? filled.errors : await takeLine(filled.line);
      }
      case 'change':
        await mustBeUnderstood(gateway, form);
        return await takeLine(value, act.request);
      case 'type target':
      case 'break glass': {
        if (metadata.typed !== undefined && value !== metadata.typed.trim())
          return { [INPUT]: `That is not ${metadata.typed}. Capitals count.` };
        const values = act.kind === 'break glass' ? { typed: value, reason } : { typed: value };
        return taken(await intake.click({ dedupe, act, user, team, place, values }), 'form');
      }
      default:
        return taken(
          await intake.click({ dedupe, act, user, team, place, values: value === '' ? {} : { reason: value } }),
          'form',
        );
    }
  } catch (error) {
    if (error instanceof UserError || error instanceof NotAllowed) return { [first]: error.message };
    throw error;
  }
}

/** A mistyped line is an error in the form, where it can be mended. @throws UserError, NotAllowed */
async function mustBeUnderstood({ forms }: Gateway, { user, value, metadata: { place } }: Form): Promise<void> {
  const asker = await forms.asker(user);
  forms.parse(value, asker, place.kind === 'channel' ? place.channel : undefined);
}
