import { readBody } from './body.ts';
import { newMessage, replaceBody, tellChange } from './chat.ts';
import { type Json, type ResponseUrl, SlackRefusal, type Workspace } from './model.ts';
import { addMessage } from './state.ts';

const USES = 5;
const LIFE_MS = 30 * 60_000;

export function addResponseUrl(
  workspace: Workspace,
  context: Pick<ResponseUrl, 'user' | 'channel' | 'message' | 'threadTs'>,
): string {
  const id = workspace.nextId('R');
  workspace.responseUrls.set(id, { ...context, id, expiresAt: workspace.now() + LIFE_MS, usesLeft: USES });
  return `${workspace.url}/actions/${workspace.team.id}/${id}`;
}

/** Five posts within thirty minutes; ephemeral unless `response_type` says otherwise. Needs no scope and no membership. */
export function takeResponse(workspace: Workspace, id: string, args: Json): void {
  const target = workspace.responseUrls.get(id);
  if (!target) throw new SlackRefusal('invalid_url');
  if (workspace.now() >= target.expiresAt) throw new SlackRefusal('expired_url');
  if (target.usesLeft === 0) throw new SlackRefusal('used_url');
  respond(workspace, target, args);
  target.usesLeft -= 1;
}

/** Does what an answer says, from a response_url or in a slash command's acknowledgement. */
export function respond(workspace: Workspace, target: Omit<ResponseUrl, 'id' | 'expiresAt' | 'usesLeft'>, args: Json): void {
  const { message } = target;
  if (args.delete_original === true && message) {
    message.deleted = true;
    tellDirect(workspace, target, 'message_deleted');
    return;
  }
  const body = readBody(workspace, args, { textLimit: 40_000, blockTextLimit: Number.POSITIVE_INFINITY });
  if (args.replace_original === true && message) {
    replaceBody(message, body);
    tellDirect(workspace, target, 'message_changed');
    return;
  }
  const threadTs = typeof args.thread_ts === 'string' ? args.thread_ts : target.threadTs;
  addMessage(workspace, {
    ...newMessage(workspace, target.channel),
    ...body,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(args.response_type === 'in_channel' ? {} : { ephemeralTo: target.user }),
  });
}

function tellDirect(
  workspace: Workspace,
  { message }: Pick<ResponseUrl, 'message'>,
  subtype: 'message_changed' | 'message_deleted',
): void {
  if (message && message.ephemeralTo === undefined) tellChange(workspace, message, subtype);
  workspace.changed();
}
