import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Slack, startWorkspace } from '../../demo/workspace/workspace.ts';

let slack: Slack;
let web: WebClient;

beforeEach(async () => {
  slack = await startWorkspace();
  web = clientWith(slack.botToken);
});

afterEach(() => slack.stop());

function clientWith(token?: string): WebClient {
  return new WebClient(token, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
}

/** The error a call is refused with; `ok` when it is not. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return (error as { data?: { error?: string } }).data?.error ?? String(error);
  }
}

const id = (name: string): string => slack.id(name);
const post = (channel: string, text = 'Hello'): Promise<unknown> => web.chat.postMessage({ channel, text });

it('a token is needed, the right one, of the right kind', async () => {
  expect(await refusal(clientWith().auth.test())).toBe('not_authed');
  expect(await refusal(clientWith('xoxb-stale').auth.test())).toBe('invalid_auth');
  expect(await refusal(clientWith(slack.appToken).auth.test())).toBe('not_allowed_token_type');
  expect(await refusal(web.apps.connections.open({}))).toBe('not_allowed_token_type');
  expect(await refusal(web.apiCall('chat.nonsense'))).toBe('unknown_method');
  expect(await web.auth.test()).toMatchObject({ team_id: slack.teamId, user_id: slack.botUserId });
});

it('every answer names the scopes, and a missing one is refused by name', async () => {
  expect((await web.auth.test()).response_metadata?.scopes).toContain('usergroups:read');
  slack.revoke('chat:write');

  const refused = await web.chat.postMessage({ channel: id('#ops'), text: 'x' }).catch((error: { data: unknown }) => error.data);

  expect(refused).toMatchObject({
    error: 'missing_scope',
    needed: 'chat:write',
    provided: expect.stringContaining('users:read'),
  });
  expect(slack.messages('#ops')).toEqual([]);
});

it('the bot writes only where it is, and a private channel without it does not exist', async () => {
  slack.archive('#audit');

  expect(await refusal(post(id('#ops')))).toBe('ok');
  expect(await refusal(post(id('#random')))).toBe('not_in_channel');
  expect(await refusal(post(id('#secret')))).toBe('channel_not_found');
  expect(await refusal(post(id('#audit')))).toBe('is_archived');
  expect(await refusal(post('C0NOWHERE'))).toBe('channel_not_found');
  slack.invite('#random');
  expect(await refusal(post(id('#random')))).toBe('ok');
});

it('a user as the channel means the direct messages, answered with their ID', async () => {
  const { channel } = await web.chat.postMessage({ channel: id('bob'), text: 'For you' });

  expect(channel).toMatch(/^D/);
  expect((await web.conversations.open({ users: id('bob') })).channel?.id).toBe(channel);
  expect(slack.directs('bob').map(slack.text)).toEqual(['For you']);
  expect(slack.directs('alice')).toEqual([]);
  expect(await refusal(post(id('stranger')))).toBe('channel_not_found');
});

it('messages have limits', async () => {
  const { ts = '' } = await web.chat.postMessage({ channel: id('#ops'), text: 'first' });
  const rows = (text: string) => [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text } }];

  expect(await refusal(post(id('#ops'), ''))).toBe('no_text');
  expect(await refusal(post(id('#ops'), 'x'.repeat(40_000)))).toBe('ok');
  expect(await refusal(post(id('#ops'), 'x'.repeat(40_001)))).toBe('msg_too_long');
  expect(await refusal(web.chat.update({ channel: id('#ops'), ts, text: 'x'.repeat(4001) }))).toBe('msg_too_long');
  expect(
    await refusal(
      web.chat.postMessage({ channel: id('#ops'), text: 'x', blocks: [1, 2, 3, 4, 5].flatMap(() => rows('x'.repeat(3000))) }),
    ),
  ).toBe('msg_blocks_too_long');
  expect(await refusal(web.chat.postMessage({ channel: id('#ops'), text: 'x', thread_ts: '1.000001' }))).toBe('thread_not_found');
  expect(await refusal(web.apiCall('chat.postMessage', { channel: id('#ops'), text: 'x', blocks: '[{' }))).toBe(
    'invalid_blocks_format',
  );
});

it('only the own messages can be changed, and an ephemeral one never', async () => {
  const { message } = await slack.say('bob', '#ops', 'mine');
  const { message_ts = '' } = await web.chat.postEphemeral({ channel: id('#ops'), user: id('bob'), text: 'psst' });

  expect(await refusal(web.chat.update({ channel: id('#ops'), ts: message.ts, text: 'yours' }))).toBe('cant_update_message');
  expect(await refusal(web.chat.delete({ channel: id('#ops'), ts: message.ts }))).toBe('cant_delete_message');
  expect(await refusal(web.chat.update({ channel: id('#ops'), ts: message_ts, text: 'louder' }))).toBe('message_not_found');
  slack.remove('#ops', 'eve');
  expect(await refusal(web.chat.postEphemeral({ channel: id('#ops'), user: id('eve'), text: 'psst' }))).toBe(
    'user_not_in_channel',
  );
});

it('text alone takes the blocks away, and metadata stays until it is emptied', async () => {
  const metadata = { event_type: 'request', event_payload: { id: 'R-1' } };
  const blocks = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'With *blocks*' } }];
  const { ts = '' } = await web.chat.postMessage({ channel: id('#ops'), text: 'fallback', blocks, metadata });
  const [message] = slack.messages('#ops');
  if (!message) throw new Error('nothing was posted');
  expect(slack.text(message)).toBe('With *blocks*');

  await web.chat.update({ channel: id('#ops'), ts, text: 'Just words' });

  expect(slack.text(message)).toBe('Just words');
  expect(message).toMatchObject({ edited: true, metadata, edits: [{ text: 'fallback' }] });
});

it('history needs its scope, leaves replies out, and shows metadata on request', async () => {
  const metadata = { event_type: 'request', event_payload: { id: 'R-1' } };
  const { ts = '' } = await web.chat.postMessage({ channel: id('#ops'), text: 'parent', metadata });
  await web.chat.postMessage({ channel: id('#ops'), text: 'reply', thread_ts: ts });
  expect(await refusal(web.conversations.history({ channel: id('#ops') }))).toBe('missing_scope');
  slack.grant('channels:history');

  const history = await web.conversations.history({ channel: id('#ops'), include_all_metadata: true });
  const replies = await web.conversations.replies({ channel: id('#ops'), ts });

  expect(history.messages).toMatchObject([{ text: 'parent', reply_count: 1, metadata }]);
  expect(replies.messages?.map((m) => m.text)).toEqual(['parent', 'reply']);
  expect(replies.messages?.[0]).not.toHaveProperty('metadata');
  expect(await refusal(web.conversations.replies({ channel: id('#ops'), ts: '1.1' }))).toBe('thread_not_found');
});

it('a reply that is broadcast stands in its thread and in the channel, any other only in its thread', async () => {
  slack.grant('channels:history');
  const { ts = '' } = await web.chat.postMessage({ channel: id('#ops'), text: 'parent' });

  await web.chat.postMessage({ channel: id('#ops'), text: 'reply', thread_ts: ts });
  await web.chat.postMessage({ channel: id('#ops'), text: 'for all', thread_ts: ts, reply_broadcast: true });

  expect(slack.messages('#ops').map(slack.text)).toEqual(['parent', 'for all']);
  const history = await web.conversations.history({ channel: id('#ops') });
  expect(history.messages).toMatchObject([
    { text: 'for all', subtype: 'thread_broadcast', thread_ts: ts },
    { text: 'parent', reply_count: 2 },
  ]);
});

it('tells of people, groups and channels what the scopes allow', async () => {
  slack.setGroup('approvers', ['alice']);

  expect((await web.users.info({ user: id('bob') })).user?.profile?.email).toBe('bob@home.example');
  expect((await web.users.lookupByEmail({ email: 'alice@home.example' })).user?.id).toBe(id('alice'));
  expect(await refusal(web.users.lookupByEmail({ email: 'nobody@home.example' }))).toBe('users_not_found');
  expect((await web.users.info({ user: id('stranger') })).user).toMatchObject({ team_id: 'T0OTHER00', is_stranger: true });
  expect((await web.usergroups.users.list({ usergroup: id('@approvers') })).users).toEqual([id('alice')]);
  expect(await refusal(web.usergroups.users.list({ usergroup: 'S0NONE' }))).toBe('no_such_subteam');
  expect((await web.conversations.info({ channel: id('#random') })).channel).toMatchObject({ name: 'random', is_member: false });
  expect(await refusal(web.conversations.info({ channel: id('#secret') }))).toBe('channel_not_found');
  slack.revoke('users:read.email');
  expect((await web.users.info({ user: id('bob') })).user?.profile).not.toHaveProperty('email');
});

it('lists come in pages', async () => {
  const names: (string | undefined)[] = [];
  let cursor = '';
  do {
    const page = await web.users.list({ limit: 4, cursor });
    names.push(...(page.members ?? []).map((user) => user.name));
    cursor = page.response_metadata?.next_cursor ?? '';
  } while (cursor !== '');

  expect(names).toEqual(['stackhand', 'slackbot', 'bob', 'alice', 'carol', 'eve']);
  expect(await refusal(web.users.list({ cursor: 'bm9uc2Vuc2U=' }))).toBe('invalid_cursor');
});

it('a file is uploaded, shared in a thread, seen by members, and can be fetched again', async () => {
  const { ts = '' } = await web.chat.postMessage({ channel: id('#ops'), text: 'Report' });

  await web.files.uploadV2({
    channel_id: id('#ops'),
    thread_ts: ts,
    filename: 'quota.csv',
    content: 'project,cores\ndemo,40\n',
    title: 'Quota',
  });

  const [parent] = slack.messages('#ops');
  expect(parent && slack.thread(parent).map(slack.text)).toEqual(['Report', '(file quota.csv)']);
  expect(slack.files('bob').map((file) => [file.title, file.content?.toString()])).toEqual([
    ['Quota', 'project,cores\ndemo,40\n'],
  ]);
  slack.remove('#ops', 'eve');
  expect(slack.files('eve')).toEqual([]);
  const { file } = await web.files.info({ file: slack.files('bob')[0]?.id ?? '' });
  const url = file?.url_private ?? '';
  expect(await (await fetch(url, { headers: { authorization: `Bearer ${slack.botToken}` } })).text()).toBe(
    'project,cores\ndemo,40\n',
  );
  expect((await fetch(url)).status).toBe(403);
});

it('bytes may be posted raw, and a file without bytes cannot be completed', async () => {
  const { upload_url = '', file_id = '' } = await web.files.getUploadURLExternal({ filename: 'a.txt', length: 5 });
  expect(await refusal(web.files.completeUploadExternal({ files: [{ id: file_id }] }))).toBe('file_not_found');

  const uploaded = await fetch(upload_url, { method: 'POST', body: 'hello' });

  expect(await uploaded.text()).toBe('OK - 5');
  await web.files.completeUploadExternal({ files: [{ id: file_id }], channel_id: id('#ops') });
  expect(slack.files('bob')[0]?.content?.toString()).toBe('hello');
  expect(await refusal(web.files.completeUploadExternal({ files: [{ id: file_id }], channel_id: id('#random') }))).toBe(
    'file_not_found',
  );
});

it('a response URL works five times within thirty minutes', async () => {
  const card = {
    type: 'actions' as const,
    elements: [{ type: 'button' as const, action_id: 'go', text: { type: 'plain_text' as const, text: 'Go' } }],
  };
  await web.chat.postMessage({ channel: id('#ops'), text: 'Card', blocks: [card] });
  const [message] = slack.messages('#ops');
  if (!message) throw new Error('nothing was posted');
  await slack.click('bob', message, 'Go');
  const [url = ''] = [...slack.workspace.responseUrls.keys()].map((key) => `${slack.workspace.url}/actions/T/${key}`);
  const send = async (body: object): Promise<string> => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return `${response.status} ${await response.text()}`;
  };

  expect(await send({ replace_original: true, text: 'Gone.' })).toBe('200 ok');
  expect(slack.messages('#ops').map(slack.text)).toEqual(['Gone.']);
  expect(await send({ text: 'Only you.' })).toBe('200 ok');
  expect(slack.ephemerals('bob').map(slack.text)).toEqual(['Only you.']);
  expect(await send({ text: 'All.', response_type: 'in_channel' })).toBe('200 ok');
  expect(slack.messages('#ops').map(slack.text)).toEqual(['Gone.', 'All.']);
  expect(await send({ blocks: [{ type: 'nonsense' }] })).toMatch(/^400 .*invalid_blocks/);
  expect(await send({ delete_original: true })).toBe('200 ok');
  expect(slack.messages('#ops').map(slack.text)).toEqual(['All.']);
  expect(await send({ text: 'five' })).toBe('200 ok');
  expect(await send({ text: 'six' })).toMatch(/^404 .*used_url/);
  slack.advance(30 * 60_000);
  expect(await send({ text: 'late' })).toMatch(/^404 .*expired_url/);
});

it('JSON bodies say the same as forms', async () => {
  const response = await fetch(`${slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({
      channel: id('#ops'),
      text: 'x',
      blocks: [{ type: 'header', text: { type: 'plain_text', text: 'Head' } }],
    }),
  });

  expect(await response.json()).toMatchObject({ ok: true, channel: id('#ops') });
  expect(slack.messages('#ops').map(slack.text)).toEqual(['Head']);
});

it('wrong blocks are refused with a pointer to each', async () => {
  const blocks = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'x'.repeat(3001) } }];

  const refused = await web.chat
    .postMessage({ channel: id('#ops'), text: 'x', blocks })
    .catch((error: { data: unknown }) => error.data);

  expect(refused).toMatchObject({
    error: 'invalid_blocks',
    response_metadata: { messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'] },
  });
});

it('a permalink leads to a message that is there', async () => {
  const { ts = '' } = await web.chat.postMessage({ channel: id('#ops'), text: 'x' });

  const { permalink } = await web.chat.getPermalink({ channel: id('#ops'), message_ts: ts });

  expect(permalink).toBe(`https://home.slack.example/archives/${id('#ops')}/p${ts.replace('.', '')}`);
  expect(await refusal(web.chat.getPermalink({ channel: id('#ops'), message_ts: '1.1' }))).toBe('message_not_found');
});
