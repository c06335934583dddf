import type { Control } from './elements.ts';
import { labelOf, optionsOf } from './elements.ts';
import type { Json, View, Workspace } from './model.ts';
import { getChannel, getUser } from './state.ts';

/** What a person enters: text, a label of an option, a name; several for checkboxes and multi-selects; nothing to empty a field. */
export type Entry = string | string[] | null;

/** The state of one field as Slack writes it, after a person entered `entry`. */
export function stateOf(workspace: Workspace, { element }: Control, entry: Entry): Json {
  const type = String(element.type);
  const several = entry === null ? [] : [entry].flat();
  const [first] = several;
  switch (type) {
    case 'static_select':
    case 'radio_buttons':
    case 'overflow':
      return { type, selected_option: first === undefined ? null : option(element, first) };
    case 'external_select':
      return { type, selected_option: first === undefined ? null : freeOption(first) };
    case 'checkboxes':
    case 'multi_static_select':
      return { type, selected_options: several.map((label) => option(element, label)) };
    case 'multi_external_select':
      return { type, selected_options: several.map(freeOption) };
    case 'users_select':
      return { type, selected_user: first === undefined ? null : getUser(workspace, first).id };
    case 'multi_users_select':
      return { type, selected_users: several.map((name) => getUser(workspace, name).id) };
    case 'channels_select':
      return { type, selected_channel: first === undefined ? null : getChannel(workspace, first).id };
    case 'multi_channels_select':
      return { type, selected_channels: several.map((name) => getChannel(workspace, name).id) };
    case 'conversations_select':
      return { type, selected_conversation: first === undefined ? null : getChannel(workspace, first).id };
    case 'multi_conversations_select':
      return { type, selected_conversations: several.map((name) => getChannel(workspace, name).id) };
    case 'datepicker':
      return { type, selected_date: first ?? null };
    case 'timepicker':
      return { type, selected_time: first ?? null };
    case 'datetimepicker':
      return { type, selected_date_time: first === undefined ? null : Number(first) };
    default:
      return { type, value: first ?? null };
  }
}

/** What a field holds before anybody touched it. */
export function initialState(workspace: Workspace, control: Control): Json {
  const { element } = control;
  const type = String(element.type);
  if (element.initial_option) return { type, selected_option: element.initial_option };
  if (Array.isArray(element.initial_options)) return { type, selected_options: element.initial_options };
  const single = element.initial_value ?? element.initial_user ?? element.initial_channel ?? element.initial_conversation;
  const picked = single ?? element.initial_date ?? element.initial_time ?? element.initial_date_time;
  const several = element.initial_users ?? element.initial_channels ?? element.initial_conversations;
  if (Array.isArray(several)) return stateOf(workspace, control, several.map(String));
  return stateOf(workspace, control, picked === undefined ? null : String(picked));
}

/** `state.values` of a view: what was entered over what was there at first. Buttons hold nothing. */
export function valuesOf(workspace: Workspace, view: View, controls: Control[]): Record<string, Record<string, Json>> {
  const values: Record<string, Record<string, Json>> = {};
  for (const control of controls) {
    const { block, element } = control;
    if (element.type === 'button' || element.type === 'overflow') continue;
    const actionId = String(element.action_id);
    values[block.block_id] = {
      ...values[block.block_id],
      [actionId]: view.state[block.block_id]?.[actionId] ?? initialState(workspace, control),
    };
  }
  return values;
}

/** What Slack's client says under a field instead of submitting. */
export function complaint({ block, element }: Control, state: Json): string | undefined {
  const held = Object.entries(state).find(([key]) => key !== 'type')?.[1];
  const isEmpty = held === null || held === undefined || held === '' || (Array.isArray(held) && held.length === 0);
  if (isEmpty) return block.optional === true ? undefined : 'Please complete this required field.';
  if (element.type === 'plain_text_input') {
    const length = String(held).length;
    if (length > Number(element.max_length ?? 3000)) return `Please use at most ${element.max_length ?? 3000} characters.`;
    if (length < Number(element.min_length ?? 0)) return `Please use at least ${element.min_length} characters.`;
  }
  if (element.type === 'number_input') return numberComplaint(element, String(held));
  return undefined;
}

function numberComplaint(element: Json, held: string): string | undefined {
  const isWhole = /^-?\d+$/.test(held);
  if (!isWhole && !(element.is_decimal_allowed === true && /^-?\d*\.\d+$/.test(held))) return 'Please enter a valid number.';
  if (Number(held) < Number(element.min_value ?? Number.NEGATIVE_INFINITY)) return `Please enter ${element.min_value} or more.`;
  if (Number(held) > Number(element.max_value ?? Number.POSITIVE_INFINITY)) return `Please enter ${element.max_value} or less.`;
  return undefined;
}

function option(element: Json, label: string): Json {
  const options = optionsOf(element);
  const found =
    options.find((candidate) => labelOf(candidate.text) === label) ?? options.find((candidate) => candidate.value === label);
  if (!found) throw new Error(`there is no option "${label}" among ${options.map((o) => `"${labelOf(o.text)}"`).join(', ')}`);
  return found;
}

function freeOption(label: string): Json {
  return { text: { type: 'plain_text', text: label }, value: label };
}
