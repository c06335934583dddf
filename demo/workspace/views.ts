import { type Args, nestedArg, optionalString, stringArg } from './args.ts';
import { checkView } from './block-kit.ts';
import { refuse, withIds } from './body.ts';
import type { Method } from './method.ts';
import { type Json, SlackRefusal, type Trigger, type View, type Workspace } from './model.ts';

export const viewMethods: Record<string, Method> = {
  'views.open': { scopes: [], run: open },
  'views.push': { scopes: [], run: push },
  'views.update': { scopes: [], run: update },
  'views.publish': { scopes: [], run: publish },
};

const STACK_LIMIT = 3;
const SIZE_LIMIT = 250_000;

function open(workspace: Workspace, args: Args): Json {
  const definition = readView(workspace, args);
  const trigger = takeTrigger(workspace, args);
  const view = addView(workspace, definition, trigger.user);
  for (const old of workspace.modals.get(trigger.user) ?? []) workspace.views.delete(old);
  workspace.modals.set(trigger.user, [view.id]);
  workspace.changed();
  return { view: wireView(workspace, view) };
}

function push(workspace: Workspace, args: Args): Json {
  const definition = readView(workspace, args);
  const trigger = takeTrigger(workspace, args);
  if (trigger.view === undefined || !workspace.views.has(trigger.view)) throw new SlackRefusal('not_found');
  return { view: wireView(workspace, pushView(workspace, trigger.user, definition)) };
}

function update(workspace: Workspace, args: Args): Json {
  const definition = readView(workspace, args);
  const id = optionalString(args, 'view_id');
  const externalId = optionalString(args, 'external_id');
  if (id === undefined && externalId === undefined) throw new SlackRefusal('invalid_arguments');
  const view = [...workspace.views.values()].find((v) => (id === undefined ? v.externalId === externalId : v.id === id));
  if (view?.type !== 'modal') throw new SlackRefusal('not_found');
  checkHash(view, args);
  replaceView(workspace, view, definition);
  return { view: wireView(workspace, view) };
}

function publish(workspace: Workspace, args: Args): Json {
  const user = stringArg(args, 'user_id');
  if (!workspace.users.has(user)) throw new SlackRefusal('user_not_found');
  if (!workspace.app.homeTab) throw new SlackRefusal('not_enabled');
  const definition = readView(workspace, args, 'home');
  const known = workspace.views.get(workspace.homes.get(user) ?? '');
  if (known) {
    checkHash(known, args);
    replaceView(workspace, known, definition);
    return { view: wireView(workspace, known) };
  }
  if (optionalString(args, 'hash') !== undefined) throw new SlackRefusal('hash_conflict');
  const view = addView(workspace, definition, user);
  workspace.homes.set(user, view.id);
  workspace.changed();
  return { view: wireView(workspace, view) };
}

function readView(workspace: Workspace, args: Args, type: View['type'] = 'modal'): Json {
  const view = nestedArg(args, 'view', 'invalid_arguments');
  if (typeof view !== 'object' || view === null) throw new SlackRefusal('invalid_arguments');
  return checkedView(workspace, view as Json, type);
}

/** Refuses what Slack refuses in a view. */
export function checkedView(workspace: Workspace, view: Json, type: View['type']): Json {
  if (JSON.stringify(view).length > SIZE_LIMIT) throw new SlackRefusal('view_too_large');
  refuse(checkView(view, type), 'invalid_arguments');
  const external = view.external_id;
  if (
    external &&
    [...workspace.views.values()].some((v) => v.externalId === external && v.definition.callback_id !== view.callback_id)
  ) {
    throw new SlackRefusal('duplicate_external_id');
  }
  return view;
}

function checkHash(view: View, args: Args): void {
  const hash = optionalString(args, 'hash');
  if (hash !== undefined && hash !== view.hash) throw new SlackRefusal('hash_conflict');
}

export function addTrigger(workspace: Workspace, user: string, view?: string): string {
  const id = `${workspace.nextId('1')}.${workspace.team.id}.${workspace.nextTs().replace('.', '')}`;
  workspace.triggers.set(id, {
    user,
    expiresAt: workspace.now() + workspace.limits.triggerMs,
    used: false,
    ...(view === undefined ? {} : { view }),
  });
  return id;
}

/** A trigger lives three seconds and works once. */
function takeTrigger(workspace: Workspace, args: Args): Trigger {
  const trigger = workspace.triggers.get(stringArg(args, 'trigger_id'));
  if (!trigger) throw new SlackRefusal('invalid_trigger_id');
  if (trigger.used) throw new SlackRefusal('exchanged_trigger_id');
  if (workspace.now() >= trigger.expiresAt) throw new SlackRefusal('expired_trigger_id');
  trigger.used = true;
  return trigger;
}

function addView(workspace: Workspace, definition: Json, user: string, previous?: View): View {
  const id = workspace.nextId('V');
  const view: View = {
    id,
    type: definition.type as View['type'],
    definition,
    blocks: withIds(workspace, definition.blocks as Json[]),
    hash: hashOf(workspace),
    user,
    rootId: previous?.rootId ?? id,
    ...(previous ? { previousId: previous.id } : {}),
    ...(typeof definition.external_id === 'string' && definition.external_id !== ''
      ? { externalId: definition.external_id }
      : {}),
    state: {},
    errors: {},
    edits: [],
  };
  workspace.views.set(id, view);
  return view;
}

/** Puts a view on top of the user's modal. */
export function pushView(workspace: Workspace, user: string, definition: Json): View {
  const stack = workspace.modals.get(user) ?? [];
  if (stack.length >= STACK_LIMIT) throw new SlackRefusal('push_limit_reached');
  const view = addView(workspace, definition, user, workspace.views.get(stack.at(-1) ?? ''));
  workspace.modals.set(user, [...stack, view.id]);
  workspace.changed();
  return view;
}

/** Shows another definition in the same view. What was entered stays where block and action IDs stay. */
export function replaceView(workspace: Workspace, view: View, definition: Json): void {
  view.edits.push(view.definition);
  view.definition = definition;
  view.blocks = withIds(workspace, definition.blocks as Json[]);
  view.hash = hashOf(workspace);
  view.errors = {};
  const ids = new Set(view.blocks.map((block) => block.block_id));
  for (const blockId of Object.keys(view.state)) if (!ids.has(blockId)) delete view.state[blockId];
  workspace.changed();
}

/** Takes the top view away, or with `all` the whole modal. */
export function closeView(workspace: Workspace, user: string, all: boolean): void {
  const stack = workspace.modals.get(user) ?? [];
  for (const id of all ? stack : stack.slice(-1)) workspace.views.delete(id);
  workspace.modals.set(user, all ? [] : stack.slice(0, -1));
  workspace.changed();
}

function hashOf(workspace: Workspace): string {
  return `${Math.floor(workspace.now() / 1000)}.${workspace.nextId('h')}`;
}

export function wireView(workspace: Workspace, view: View): Json {
  const { definition } = view;
  return {
    id: view.id,
    team_id: workspace.team.id,
    app_id: workspace.app.id,
    app_installed_team_id: workspace.team.id,
    bot_id: workspace.app.botId,
    type: view.type,
    title: definition.title ?? null,
    submit: definition.submit ?? null,
    close: definition.close ?? null,
    blocks: view.blocks,
    private_metadata: definition.private_metadata ?? '',
    callback_id: definition.callback_id ?? '',
    external_id: view.externalId ?? '',
    clear_on_close: definition.clear_on_close ?? false,
    notify_on_close: definition.notify_on_close ?? false,
    hash: view.hash,
    root_view_id: view.rootId,
    previous_view_id: view.previousId ?? null,
    state: { values: view.state },
  };
}
