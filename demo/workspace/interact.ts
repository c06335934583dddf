import { refuse } from './body.ts';
import { type Control, controlsIn, controlsOf, findControl } from './elements.ts';
import { complaint, type Entry, stateOf, valuesOf } from './fields.ts';
import type { Copies, Sent } from './line.ts';
import type { Block, Json, Message, User, View } from './model.ts';
import { SlackRefusal } from './model.ts';
import { type Desk, interaction, isView, trouble, wireChannelRef } from './persona.ts';
import { addResponseUrl } from './response-urls.ts';
import { getUser, wireMessage } from './state.ts';
import { addTrigger, checkedView, closeView, pushView, replaceView, wireView } from './views.ts';

export interface Click extends Copies {
  /** Answer "cancel" in the button's confirmation dialog: nothing is sent. */
  cancel?: boolean;
  /** Click on the message as it once was, as someone does whose screen is behind. 0 is its first body. */
  seen?: number;
  /** For selects: what to choose, where the label named the element. */
  choose?: Entry;
}

const CANCELLED: Sent = {
  acked: false,
  ms: 0,
  payload: {},
  attempts: 0,
  error: 'cancelled',
  final: Promise.resolve({ acked: false, ms: 0, payload: {}, attempts: 0, error: 'cancelled' }),
};

/** Clicks a button, an option of an overflow menu, or chooses in a select; by label, option or `action_id`. */
export async function click(desk: Desk, who: string, where: Message | View, wanted: string, options: Click = {}): Promise<Sent> {
  const { workspace, line } = desk;
  const user = getUser(workspace, who);
  if (!isView(where)) mustSee(desk, user, where, options.seen !== undefined);
  const blocks = !isView(where) && options.seen !== undefined ? (where.edits[options.seen]?.blocks ?? []) : undefined;
  const control = findControl(blocks ? controlsIn(blocks) : controlsOf(where), wanted);
  if (options.cancel && !control.element.confirm) throw new Error(`"${wanted}" asks for no confirmation that could be cancelled`);
  if (options.cancel) return CANCELLED;
  const action = actionOf(desk, control, options.choose, where);
  const sent = await line.deliver('interactive', { ...payloadOf(desk, user, where), actions: [action] }, options);
  if (sent.error !== undefined) trouble(workspace, user, wanted, sent.error);
  return sent;
}

/** Asks the app for the options of an external select, as typing in it does. */
export async function suggestions(
  desk: Desk,
  who: string,
  where: Message | View,
  wanted: string,
  typed: string,
): Promise<string[]> {
  const { workspace, line } = desk;
  const user = getUser(workspace, who);
  const { block, element } = findControl(controlsOf(where), wanted);
  const { trigger_id: _, ...payload } = payloadOf(desk, user, where);
  const sent = await line.deliver('interactive', {
    ...payload,
    type: 'block_suggestion',
    action_id: element.action_id,
    block_id: block.block_id,
    value: typed,
  });
  if (sent.error !== undefined) trouble(workspace, user, wanted, sent.error);
  const groups = (sent.payload.option_groups ?? []) as { options: Json[] }[];
  const options = [...((sent.payload.options ?? []) as Json[]), ...groups.flatMap((group) => group.options)];
  if (options.length > 100) throw new SlackRefusal('too_many_options');
  return options.map((option) => String((option.text as Json).text));
}

function mustSee({ workspace }: Desk, user: User, message: Message, evenDeleted: boolean): void {
  if (message.deleted && !evenDeleted) throw new Error('the message is gone: nobody can click in it');
  if (message.ephemeralTo !== undefined && message.ephemeralTo !== user.id)
    throw new Error(`${user.name} does not see that message`);
  if (!workspace.channels.get(message.channel)?.members.has(user.id))
    throw new Error(`${user.name} is not in the message's channel`);
}

function actionOf({ workspace }: Desk, control: Control, choose: Entry | undefined, where: Message | View): Json {
  const { block, element } = control;
  const base = { action_id: element.action_id, block_id: block.block_id, type: element.type, action_ts: workspace.nextTs() };
  if (element.type === 'button') {
    const { text, value, style } = element;
    return { ...base, text, ...(value === undefined ? {} : { value }), ...(style === undefined ? {} : { style }) };
  }
  const entry = choose ?? (control.option ? String(control.option.value) : null);
  const { type: _, ...state } = stateOf(workspace, control, entry);
  if (isView(where)) enter(where, control, { type: element.type, ...state });
  return { ...base, ...state };
}

function payloadOf({ workspace }: Desk, user: User, where: Message | View): Json {
  const base = { ...interaction(workspace, user), type: 'block_actions' };
  if (isView(where)) {
    return {
      ...base,
      trigger_id: addTrigger(workspace, user.id, where.type === 'modal' ? where.id : undefined),
      container: { type: 'view', view_id: where.id },
      view: { ...wireView(workspace, where), state: { values: valuesOf(workspace, where, controlsOf(where)) } },
    };
  }
  const isEphemeral = where.ephemeralTo !== undefined;
  const thread = where.threadTs === undefined ? {} : { threadTs: where.threadTs };
  return {
    ...base,
    trigger_id: addTrigger(workspace, user.id),
    container: {
      type: 'message',
      message_ts: where.ts,
      channel_id: where.channel,
      is_ephemeral: isEphemeral,
      ...(where.threadTs === undefined ? {} : { thread_ts: where.threadTs }),
    },
    channel: wireChannelRef(workspace, where.channel),
    ...(isEphemeral ? {} : { message: wireMessage(workspace, where) }),
    state: { values: {} },
    response_url: addResponseUrl(workspace, { user: user.id, channel: where.channel, message: where, ...thread }),
  };
}

/** What came of submitting a modal. */
export interface Submitted extends Sent {
  /** What stands under the fields, by `block_id`; empty when it was taken. */
  errors: Record<string, string>;
}

/** Fills in fields by label, `action_id` or `block_id`, without submitting. */
export function fill({ workspace }: Desk, view: View, entries: Record<string, Entry>): void {
  for (const [wanted, entry] of Object.entries(entries)) {
    const control = findControl(controlsOf(view), wanted);
    enter(view, control, stateOf(workspace, control, entry));
  }
  workspace.changed();
}

function enter(view: View, { block, element }: Control, state: Json): void {
  view.state[block.block_id] = { ...view.state[block.block_id], [String(element.action_id)]: state };
}

/** Fills in and presses the submit button. Slack's client keeps back what is incomplete, without asking the app. */
export async function submit(
  desk: Desk,
  who: string,
  view: View,
  entries: Record<string, Entry> = {},
  copies: Copies = {},
): Promise<Submitted> {
  const { workspace, line } = desk;
  const user = getUser(workspace, who);
  if (view.user !== user.id) throw new Error(`the modal is not ${user.name}'s`);
  if (!workspace.views.has(view.id)) throw new Error('the modal is closed');
  if (!view.definition.submit) throw new Error('the modal has no submit button');
  fill(desk, view, entries);
  const values = valuesOf(workspace, view, controlsOf(view));
  view.errors = incomplete(view, values);
  if (Object.keys(view.errors).length > 0) return { ...CANCELLED, error: 'incomplete', errors: view.errors };
  const sent = await line.deliver(
    'interactive',
    {
      ...interaction(workspace, user),
      type: 'view_submission',
      trigger_id: addTrigger(workspace, user.id, view.id),
      view: { ...wireView(workspace, view), state: { values } },
      response_urls: [],
    },
    copies,
  );
  if (sent.error === undefined) takeAnswer(desk, user, view, sent.payload);
  else trouble(workspace, user, 'submit', sent.error);
  workspace.changed();
  return { ...sent, errors: view.errors };
}

function incomplete(view: View, values: Record<string, Record<string, Json>>): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const control of controlsOf(view)) {
    if (control.block.type !== 'input') continue;
    const error = complaint(control, values[control.block.block_id]?.[String(control.element.action_id)] ?? {});
    if (error !== undefined) errors[control.block.block_id] = error;
  }
  return errors;
}

/** Does what the acknowledgement of a submission says; a wrong one leaves the modal with Slack's "trouble connecting". */
function takeAnswer({ workspace }: Desk, user: User, view: View, answer: Json): void {
  try {
    switch (answer.response_action) {
      case undefined:
        closeView(workspace, user.id, false);
        return;
      case 'clear':
        closeView(workspace, user.id, true);
        return;
      case 'errors':
        view.errors = checkedErrors(view, answer.errors);
        return;
      case 'update':
        replaceView(workspace, view, checkedView(workspace, answer.view as Json, 'modal'));
        return;
      case 'push':
        pushView(workspace, user.id, checkedView(workspace, answer.view as Json, 'modal'));
        return;
      default:
        refuse([{ pointer: '/response_action', message: `unknown: ${answer.response_action}` }], 'invalid_response_action');
    }
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    trouble(
      workspace,
      user,
      'submit',
      `We had some trouble connecting. Try again? (${error.code} ${JSON.stringify(error.extra)})`,
    );
  }
}

/** Errors are for input blocks of this view; others are refused. */
function checkedErrors(view: View, errors: unknown): Record<string, string> {
  const inputs = new Set(view.blocks.filter((block: Block) => block.type === 'input').map((block) => block.block_id));
  const entries = Object.entries((errors ?? {}) as Record<string, unknown>);
  const wrong = entries.filter(([id, words]) => !inputs.has(id) || typeof words !== 'string' || words === '');
  if (entries.length === 0) refuse([{ pointer: '/errors', message: 'must not be empty' }], 'invalid_errors');
  refuse(
    wrong.map(([id]) => ({ pointer: `/errors/${id}`, message: 'no input block of this ID, or no text' })),
    'invalid_errors',
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Closes the modal on top, with its close button; with `all` the whole stack. */
export async function dismiss({ workspace, line }: Desk, who: string, view: View, all = false): Promise<Sent | undefined> {
  const user = getUser(workspace, who);
  const tells = view.definition.notify_on_close === true;
  const payload = { ...interaction(workspace, user), type: 'view_closed', view: wireView(workspace, view), is_cleared: all };
  closeView(workspace, user.id, all || view.definition.clear_on_close === true);
  return tells ? line.deliver('interactive', payload) : undefined;
}
