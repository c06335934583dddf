import { z } from 'zod';
import { composeLine, type Typed } from '../chat/compose.ts';
import { LineError } from '../chat/parse.ts';
import { NotAllowed, UserError } from '../errors.ts';
import type { NamesOf } from '../names/names.ts';
import type { Forms } from '../planning/forms.ts';
import type { NamedCommand } from '../registry.ts';
import type { Act } from '../reply.ts';
import type { Place } from '../request.ts';
import { ownerName } from '../target.ts';
import { argumentOfId, asLists, type FormValues, fillInForm, formArguments, inputId, optionOf, typedIn } from './form.ts';
import type { Gateway } from './gateway.ts';
import { readMetadata } from './metadata.ts';
import type { Acknowledged } from './receiver.ts';

type FillIn = Extract<Act, { kind: 'fill in' }>;

/** The form for a line, as far as the asker may use its command here. @throws UserError, NotAllowed where there is none to show. */
export async function formFor({ forms }: Gateway, act: FillIn, user: string, place: Place) {
  const channel = channelOf(place);
  const asker = await forms.asker(user);
  const { named, typed } = forms.understand(act.line, asker, channel);
  // So that they are there when the first of its fields is opened.
  await forms.want(namesIn(named, typed, channel, forms));
  return fillInForm(named, typed, { act, place }, forms);
}

/** What the form's fields with names need, where cloud and region are clear already. */
function namesIn(named: NamedCommand, typed: Typed, channel: string | undefined, forms: Forms): NamesOf[] {
  const place = placeIn(typed, channel, forms);
  if (!place) return [];
  const types = new Set(
    Object.values(named.command.completes ?? {}).filter((type) => type !== undefined && forms.hasNames(type)),
  );
  return [...types].map((type) => ({ ...place, type: type ?? '' }));
}

function placeIn(typed: Typed, channel: string | undefined, forms: Forms): { cloud: string; region: string } | undefined {
  const text = (name: string): Record<string, string> => {
    const value = typed.get(name);
    return typeof value === 'string' ? { [name]: value } : {};
  };
  try {
    const { cloud, regions } = forms.chooseCloud(channel, { ...text('cloud'), ...text('region') });
    return { cloud, region: regions[0] ?? '' };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * The line that a submitted form stands for, or what is wrong, by block. What the line said beyond the form's fields stays.
 * @throws UserError where Redis does not answer
 */
export async function filledIn(
  { forms }: Gateway,
  act: FillIn,
  { user, place, values }: { user: string; place: Place; values: FormValues },
): Promise<{ line: string } | { errors: Record<string, string> }> {
  const channel = channelOf(place);
  const asker = await forms.asker(user);
  const { named, typed: before } = forms.understand(act.line, asker, channel);
  const args = formArguments(named, forms);
  const names = args.map(({ name }) => name);
  const kept = [...before].filter(([name]) => !names.includes(name));
  const line = composeLine(named, new Map([...kept, ...asLists(typedIn(values, names), args)]));
  try {
    forms.parse(line, asker, channel);
    return { line };
  } catch (error) {
    const blocks = Object.keys(values);
    if (error instanceof LineError) return { errors: errorsOf(error, blocks) };
    if (error instanceof UserError || error instanceof NotAllowed) return { errors: { [blocks[0] ?? '']: error.message } };
    throw error;
  }
}

/** Each below its own input; what is about none of them below the first. */
function errorsOf({ problems }: LineError, blocks: readonly string[]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { argument, text } of problems) {
    const own = inputId(argument ?? '');
    const block = blocks.includes(own) ? own : (blocks[0] ?? '');
    errors[block] = errors[block] === undefined ? text : `${errors[block]} ${text}`;
  }
  return errors;
}

/** https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload */
const Suggestion = z.object({
  user: z.object({ id: z.string() }),
  action_id: z.string(),
  value: z.string().default(''),
  view: z.object({
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), z.unknown())) }).optional(),
  }),
});

/** Names for one field of the form, as far as they are known; what was typed is always one of them. */
export async function suggestNames(gateway: Gateway, body: unknown, { acknowledge }: Acknowledged): Promise<void> {
  const { forms, log } = gateway;
  const asked = Suggestion.parse(body);
  const names = await suggested(forms, asked).catch((err: unknown) => {
    log.info({ err }, 'names not suggested');
    return [];
  });
  const asTyped = optionOf(asked.value.trim());
  const others = names.filter(({ value }) => value !== asTyped[0]?.value);
  await acknowledge({ options: [...asTyped, ...others].slice(0, 100) });
}

async function suggested(
  forms: Forms,
  { user, action_id, value, view }: z.infer<typeof Suggestion>,
): Promise<ReturnType<typeof optionOf>> {
  const metadata = readMetadata(view.private_metadata);
  const argument = argumentOfId(action_id);
  if (metadata?.act.kind !== 'fill in' || argument === undefined) return [];
  const channel = channelOf(metadata.place);
  const asker = await forms.asker(user.id);
  const { named, typed } = forms.understand(metadata.act.line, asker, channel);
  const completes: Partial<Record<string, string>> = named.command.completes ?? {};
  // What the form says by now goes before what the line said.
  const chosen = typedIn((view.state?.values ?? {}) as FormValues, ['cloud', 'region']); // Slack's own shape, read leniently
  const place = placeIn(new Map([...typed, ...chosen]), channel, forms);
  if (!place) return [];
  const things = await forms.names({ ...place, type: completes[argument] ?? '' }, value.trim(), { asker, named, channel });
  return (things ?? []).flatMap((thing) => {
    const where = thing.project && thing.type !== 'project' ? ` (${ownerName(thing.project)})` : '';
    return optionOf(thing.id, `${thing.name}${where}`);
  });
}

function channelOf(place: Place): string | undefined {
  return place.kind === 'channel' ? place.channel : undefined;
}
