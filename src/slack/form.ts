import type { InputBlock, InputBlockElement, ModalView, PlainTextOption } from '@slack/types';
import { type Argument, argumentsOf } from '../chat/arguments.ts';
import type { Typed } from '../chat/compose.ts';
import { globalArguments } from '../chat/globals.ts';
import { mayChange } from '../command.ts';
import type { Forms } from '../planning/forms.ts';
import type { NamedCommand } from '../registry.ts';
import { literal, shortened } from './literal.ts';
import type { ModalMetadata } from './metadata.ts';
import { plain } from './modals.ts';

/** https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
const OPTION = 75;
const OPTIONS = 100;
const HINT = 2_000;
const TEXT = 3_000;
/** Fewer than the hundred blocks of a view, and more than a person fills in. */
const MOST_INPUTS = 60;

/** The block and the element of an argument; errors are shown below the block. */
export function inputId(argument: string): string {
  return `arg:${argument}`;
}

/** The argument of an element's or block's ID. */
export function argumentOfId(id: string): string | undefined {
  return id.startsWith('arg:') ? id.slice('arg:'.length) : undefined;
}

export const FORM = 'fill-in';

/**
 * A form made from a command's schema, with what was typed already: what is needed first, then what was typed, then all else.
 * https://docs.slack.dev/reference/views/modal-views
 */
export function fillInForm(named: NamedCommand, typed: Typed, metadata: ModalMetadata, forms: Forms): ModalView {
  const asked = [...formArguments(named, forms)].sort((a, b) => weight(a, typed) - weight(b, typed));
  return {
    type: 'modal',
    callback_id: FORM,
    title: plain(shortened(named.name, 24)),
    submit: plain(mayChange(named.command) ? 'Plan it' : 'Show'),
    close: plain('Back'),
    private_metadata: JSON.stringify(metadata),
    blocks: asked.slice(0, MOST_INPUTS).map((argument) => inputBlock(argument, named, typed, forms)),
  };
}

/** The command's own, and those of every command that mean something here: a cloud is asked for where there are several. */
export function formArguments({ command }: NamedCommand, { clouds }: Forms): Argument[] {
  const regions = new Set(clouds.names.flatMap((cloud) => clouds.regionsOf(cloud)));
  const globals = globalArguments(command).filter(({ name }) => {
    if (name === 'cloud') return clouds.names.length > 1;
    if (name === 'region') return regions.size > 1;
    return true;
  });
  return [...argumentsOf(command), ...globals];
}

function weight({ name, required, position, misplaced }: Argument, typed: Typed): number {
  if (misplaced) return 4;
  if (position !== undefined) return position / 100;
  if (required) return 1;
  return typed.has(name) ? 2 : 3;
}

function inputBlock(argument: Argument, named: NamedCommand, typed: Typed, forms: Forms): InputBlock {
  const { name, typed: words, description, title, required } = argument;
  const hint = [description, title !== words && argument.kind === 'text' ? title : undefined].filter((part) => part).join('; ');
  return {
    type: 'input',
    block_id: inputId(name),
    label: plain(words),
    optional: !required,
    element: { action_id: inputId(name), ...elementOf(argument, named, typed.get(name), forms) },
    ...(hint === '' ? {} : { hint: plain(shortened(hint, HINT)) }),
  };
}

type Value = string | string[] | boolean | undefined;

function elementOf(argument: Argument, named: NamedCommand, value: Value, forms: Forms): InputBlockElement {
  const { name, kind, list } = argument;
  const completes: Partial<Record<string, string>> = named.command.completes ?? {};
  if (kind === 'flag') return checkbox(argument, value === true);
  const choices = choicesOf(argument, forms);
  if (choices.length > 0 && choices.length <= OPTIONS && !list) return select(choices, value);
  if (forms.hasNames(completes[name] ?? '')) return list ? severalNames(value) : oneName(value);
  const text = Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : '';
  return {
    type: 'plain_text_input',
    max_length: TEXT,
    ...(text === '' ? {} : { initial_value: shortened(literal(text), TEXT) }),
    ...(list ? { placeholder: plain('several with commas') } : {}),
  };
}

function choicesOf({ name, choices }: Argument, { clouds }: Forms): string[] {
  if (name === 'cloud') return [...clouds.names];
  if (name !== 'region') return choices;
  return [...new Set([...clouds.names.flatMap((cloud) => clouds.regionsOf(cloud)), 'all'])];
}

function checkbox({ typed }: Argument, on: boolean): InputBlockElement {
  const yes: PlainTextOption = { text: plain(shortened(typed, OPTION)), value: 'yes' };
  return { type: 'checkboxes', options: [yes], ...(on ? { initial_options: [yes] } : {}) };
}

function select(choices: readonly string[], value: Value): InputBlockElement {
  const options = choices.flatMap((choice) => optionOf(choice));
  const initial = options.find((option) => typeof value === 'string' && option.value?.toLowerCase() === value.toLowerCase());
  return { type: 'static_select', options, ...(initial ? { initial_option: initial } : {}) };
}

function oneName(value: Value): InputBlockElement {
  const [initial] = typeof value === 'string' ? optionOf(value) : [];
  return { type: 'external_select', min_query_length: 0, ...(initial ? { initial_option: initial } : {}) };
}

function severalNames(value: Value): InputBlockElement {
  const initial = (Array.isArray(value) ? value : []).flatMap((one) => optionOf(one));
  return { type: 'multi_external_select', min_query_length: 0, ...(initial.length > 0 ? { initial_options: initial } : {}) };
}

/** None for what is too long for Slack: it can be typed in a line. */
export function optionOf(value: string, shown = value): PlainTextOption[] {
  const text = literal(shown).trim();
  if (value === '' || value.length > OPTION || text === '') return [];
  return [{ text: plain(shortened(text, OPTION)), value }];
}

/** What a submitted form says, as if it had been typed; what was left empty is left out. */
export function typedIn(values: FormValues, names: readonly string[]): Typed {
  const typed = new Map<string, string | string[] | boolean>();
  for (const name of names) {
    const value = entered(values[inputId(name)]?.[inputId(name)]);
    if (value !== undefined) typed.set(name, value);
  }
  return typed;
}

/** `view.state.values`: block, then element. https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export type FormValues = Record<string, Record<string, FormValue>>;
export interface FormValue {
  type?: string | undefined;
  value?: string | null | undefined;
  selected_option?: { value: string } | null | undefined;
  selected_options?: { value: string }[] | undefined;
}

function entered(entry: FormValue | undefined): string | string[] | boolean | undefined {
  if (entry === undefined) return undefined;
  const { type, value, selected_option, selected_options } = entry;
  if (type === 'checkboxes') return (selected_options ?? []).length > 0 ? true : undefined;
  if (selected_options !== undefined) return selected_options.length > 0 ? selected_options.map((one) => one.value) : undefined;
  const text = (selected_option?.value ?? value ?? '').trim();
  return text === '' ? undefined : text;
}

/** Text inputs of lists hold several with commas. */
export function asLists(typed: Typed, args: readonly Argument[]): Typed {
  const lists = new Set(args.filter(({ list }) => list).map(({ name }) => name));
  return new Map(
    [...typed].map(([name, value]) => [
      name,
      lists.has(name) && typeof value === 'string' ? value.split(/\s*,\s*/).filter(Boolean) : value,
    ]),
  );
}
