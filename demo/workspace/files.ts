import { type Args, nestedArg, numberArg, optionalString, stringArg } from './args.ts';
import { newMessage, readableChannel, threadOf } from './chat.ts';
import type { Method } from './method.ts';
import { type Channel, type Json, SlackRefusal, type StoredFile, type Workspace } from './model.ts';
import { addMessage } from './state.ts';

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': { scopes: ['files:write'], run: getUploadUrl },
  'files.completeUploadExternal': { scopes: ['files:write'], run: completeUpload },
  'files.info': { scopes: ['files:read'], run: fileInfo },
};

function getUploadUrl(workspace: Workspace, args: Args): Json {
  const name = stringArg(args, 'filename');
  const length = numberArg(args, 'length', 0);
  if (length <= 0)
    throw new SlackRefusal('invalid_arguments', { response_metadata: { messages: ['[ERROR] length must be greater than 0'] } });
  const file: StoredFile = {
    id: workspace.nextId('F'),
    name,
    title: name,
    length,
    channels: [],
    completed: false,
    createdAt: workspace.now(),
  };
  workspace.files.set(file.id, file);
  return { upload_url: `${workspace.url}/upload/v1/${file.id}`, file_id: file.id };
}

/** The bytes posted to an upload URL: raw, or the only field of a form. */
export async function takeUpload(body: Buffer, contentType: string | undefined): Promise<Buffer> {
  return contentType?.startsWith('multipart/form-data') ? onlyField(body, contentType) : body;
}

async function onlyField(body: Buffer, contentType: string): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  for (const value of form.values())
    return typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
  return Buffer.alloc(0);
}

function completeUpload(workspace: Workspace, args: Args): Json {
  const wanted = nestedArg(args, 'files', 'invalid_arguments');
  if (!Array.isArray(wanted) || wanted.length === 0) throw new SlackRefusal('invalid_arguments');
  const files = wanted.map((entry: { id?: string; title?: string }) => {
    const file = workspace.files.get(entry.id ?? '');
    if (!file?.content || file.completed) throw new SlackRefusal('file_not_found');
    return { file, title: entry.title };
  });
  const channel = shareChannel(workspace, args);
  const thread = channel ? threadOf(workspace, channel, args) : {};
  for (const { file, title } of files) {
    file.completed = true;
    if (title !== undefined) file.title = title;
    if (channel) file.channels.push(channel.id);
  }
  const stored = files.map(({ file }) => file);
  if (channel) {
    const text = optionalString(args, 'initial_comment') ?? '';
    addMessage(workspace, { ...newMessage(workspace, channel.id), text, ...thread, files: stored });
  }
  return { files: stored.map((file) => wireFile(workspace, file)) };
}

function shareChannel(workspace: Workspace, args: Args): Channel | undefined {
  const id = optionalString(args, 'channel_id') ?? optionalString(args, 'channels');
  if (id === undefined) return undefined;
  if (!workspace.channels.has(id)) throw new SlackRefusal('channel_not_found');
  const channel = readableChannel(workspace, id);
  if (channel.archived) throw new SlackRefusal('is_archived');
  return channel;
}

function fileInfo(workspace: Workspace, args: Args): Json {
  const file = workspace.files.get(stringArg(args, 'file'));
  if (!file?.completed) throw new SlackRefusal('file_not_found');
  return { file: wireFile(workspace, file), comments: [], response_metadata: { next_cursor: '' } };
}

function wireFile(workspace: Workspace, file: StoredFile): Json {
  const url = `${workspace.url}/files-pri/${file.id}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    size: file.content?.length ?? 0,
    created: Math.floor(file.createdAt / 1000),
    user: workspace.app.botUserId,
    mode: 'hosted',
    channels: file.channels,
    url_private: url,
    url_private_download: url,
  };
}
