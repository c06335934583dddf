import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Slack } from '../../demo/workspace/workspace.ts';
import type { Home } from '../../src/home/home.ts';
import { createDelivery, type SlackDelivery } from '../../src/slack/delivery.ts';
import { isSlackUrl } from '../../src/slack/response-url.ts';
import { type Stage, stage } from './stage.ts';

let here: Stage;
let slack: Slack;
let delivery: SlackDelivery;
let ops: { channel: string };

beforeEach(async () => {
  here = await stage();
  slack = here.slack;
  delivery = here.gateway.delivery;
  ops = { channel: slack.ids['#ops'] ?? '' };
});

afterEach(() => here.stop());

const said = (): string[] => slack.messages('#ops').map(slack.text);
const bob = (): string => slack.ids.bob ?? '';

it('says a message once and then edits it', async () => {
  const posted = await delivery.post(ops, 'R-1042/card', { text: 'Draining `cmp-03`.' });
  await delivery.update(posted, { text: 'Drained `cmp-03`.' });

  expect(said()).toEqual(['*Drained *`cmp-03`*.*']);
  expect(slack.messages('#ops')[0]).toMatchObject({
    edited: false,
    metadata: { event_type: 'stackhand_message', event_payload: { key: 'R-1042/card' } },
  });
});

it('sends nothing that Slack would parse', async () => {
  await delivery.post(ops, 'k', { text: '<!channel> & *x*' });

  expect(slack.callsTo('chat.postMessage')[0]?.args).toMatchObject({
    text: '&lt;!channel&gt; &amp; *x*',
    mrkdwn: 'false',
    parse: 'none',
    link_names: 'false',
    unfurl_links: 'false',
    unfurl_media: 'false',
  });
});

it('writes to a user and into a thread', async () => {
  const { channel, ts } = await delivery.post(ops, 'a', { text: 'Parent.' });
  await delivery.post({ channel, thread: ts }, 'b', { text: 'Reply.' });
  await delivery.post({ channel: bob() }, 'c', { text: 'Hello.' });

  const [parent] = slack.messages('#ops');
  expect(parent && slack.thread(parent).map(slack.text)).toEqual(['*Parent.*', '*Reply.*']);
  expect(slack.directs('bob').map(slack.text)).toEqual(['*Hello.*']);
  expect(await delivery.openDirect(bob())).toBe(slack.directs('bob')[0]?.channel);
});

it('shows a reply in the channel too where it is to be broadcast, and finds it again', async () => {
  const parent = await delivery.post(ops, 'parent', { text: 'Parent.' });
  const reply = await delivery.post({ ...ops, thread: parent.ts, broadcast: true }, 'reply', { text: 'For all.' });
  slack.grant('channels:history');

  expect(said()).toEqual(['*Parent.*', '*For all.*']);
  expect(await delivery.findByKey({ ...ops, thread: parent.ts, broadcast: true }, 'reply', Date.now())).toEqual(reply);
});

it('finds a message whose answer got lost by its key, where it may look', async () => {
  const direct = { channel: await delivery.openDirect(bob()) };
  slack.answer('chat.postMessage', { dropAfterEffect: true });

  const lost = await delivery.post(direct, 'R-1042/done', { text: 'Done.' }).catch((error) => error);

  expect(lost).toMatchObject({ name: 'DeliveryError', code: 'lost_answer', final: false });
  const found = await delivery.findByKey(direct, 'R-1042/done', Date.now());
  expect(found).toEqual({ channel: direct.channel, ts: slack.directs('bob')[0]?.ts });
  expect(await delivery.findByKey({ channel: bob() }, 'R-1043/done', Date.now())).toBe('none');
  expect(await delivery.findByKey(ops, 'R-1042/done', Date.now())).toBe('cannot look');
});

it('finds it in a thread too', async () => {
  const direct = { channel: await delivery.openDirect(bob()) };
  const parent = await delivery.post(direct, 'parent', { text: 'Parent.' });
  const reply = await delivery.post({ ...direct, thread: parent.ts }, 'reply', { text: 'Reply.' });

  expect(await delivery.findByKey({ ...direct, thread: parent.ts }, 'reply', Date.now())).toEqual(reply);
});

it.each([
  ['is never answered after 5xx', { status: 503 }, { code: 'lost_answer', final: false }],
  ['is cut before anything happens', { drop: true }, { code: 'lost_answer', final: false }],
  ['breaks inside Slack', { error: 'internal_error' }, { code: 'lost_answer', final: false }],
  ['meets a revoked token', { error: 'token_revoked' }, { code: 'token_revoked', final: false, retryAfterMs: 60_000 }],
  ['meets an archived channel', { error: 'is_archived' }, { code: 'is_archived', final: true }],
  ['has blocks Slack refuses', { error: 'invalid_blocks' }, { code: 'invalid_blocks', final: true }],
  ['meets a limit', { status: 429, retryAfter: 7 }, { code: 'ratelimited', final: false, retryAfterMs: 7_000 }],
])('a post that %s says whether to try again', async (_, fault, expected) => {
  slack.answer('chat.postMessage', fault);

  const error = await delivery.post(ops, 'k', { text: 'Done.' }).catch((reason) => reason);

  expect(error).toMatchObject({ name: 'DeliveryError', ...expected });
  expect(slack.callsTo('chat.postMessage')).toHaveLength(1);
});

it('a Slack that is away was not told', async () => {
  await slack.outage();

  await expect(delivery.post(ops, 'k', { text: 'Done.' })).rejects.toMatchObject({ code: 'unreachable', final: false });
  await slack.recover();
});

it('after a 429 nobody calls Slack before its time, in no process', async () => {
  const other = await here.start();
  slack.answer('chat.postMessage', { status: 429, retryAfter: 30 });
  await delivery.post(ops, 'a', { text: 'One.' }).catch(() => undefined);

  const error = await other.delivery.post(ops, 'b', { text: 'Two.' }).catch((reason) => reason);

  expect(error).toMatchObject({ code: 'ratelimited', final: false });
  expect(error.retryAfterMs).toBeGreaterThan(25_000);
  expect(slack.callsTo('chat.postMessage')).toHaveLength(1);
  await delivery.post({ channel: bob() }, 'c', { text: 'Other channels are open.' });
});

it('a burst into one channel never runs into Slack’s own limit', async () => {
  slack.strictLimits(true);
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, (_, i) => delivery.post(ops, `k${i}`, { text: `Message ${i}.` })),
  );

  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(slack.callsTo('chat.postMessage').filter(({ status }) => status === 429)).toEqual([]);
  expect(said()).toHaveLength(12 - refused.length);
});

it('what is urgent goes out although the Redis of the limiter is silent', async () => {
  const silent = new Redis({ path: '/nonexistent/redis.sock', maxRetriesPerRequest: null });
  silent.on('error', () => undefined);
  const { client, teamId } = here.gateway;
  const log = pino({ level: 'silent' });
  const urgent = createDelivery(client, {
    redis: silent,
    prefix: 'x',
    log,
    workspace: async () => ({ teamId, url: undefined }),
    uploads: client,
  });

  await urgent.post(ops, 'alarm', { text: 'Redis is away.' });

  expect(said()).toEqual(['*Redis is away.*']);
  silent.disconnect();
});

it('an ephemeral answer goes by the response_url, then by name', async () => {
  await slack.slash('bob', '#random', 'host list');
  const place = here.intake.lines[0]?.place;
  if (place?.kind !== 'channel' || place.responseUrl === undefined) throw new Error('no response_url');

  await delivery.ephemeral({ channel: place.channel, responseUrl: place.responseUrl }, bob(), { text: 'One host.' });
  slack.advance(31 * 60_000);
  slack.invite('#random');
  await delivery.ephemeral({ channel: place.channel, responseUrl: place.responseUrl }, bob(), { text: 'Two hosts.' });

  expect(slack.ephemerals('bob').map(slack.text)).toEqual(['*One host.*', '*Two hosts.*']);
  expect(slack.callsTo('chat.postEphemeral')).toHaveLength(1);
});

it('in direct messages an ephemeral answer is a message', async () => {
  const channel = await delivery.openDirect(bob());

  await delivery.ephemeral({ channel }, bob(), { text: 'One host.' });

  expect(slack.directs('bob').map(slack.text)).toEqual(['*One host.*']);
});

it.each([
  ['https://hooks.slack.com/commands/T/1/x', true],
  ['http://hooks.slack.com/commands/T/1/x', false],
  ['https://hooks.slack.com.evil.example/x', false],
  ['https://hooks.slack.com@evil.example/x', false],
  ['http://127.0.0.1:6379/', false],
  ['http://127.0.0.1:9000/actions/T/1', true],
  ['nonsense', false],
])('%s is Slack’s: %s', (url, is) => {
  expect(isSlackUrl(url, 'http://127.0.0.1:9000/api/')).toBe(is);
});

it('a file of five megabytes arrives byte for byte', async () => {
  const content = randomBytes(2_500_000).toString('hex');
  const channel = await delivery.openDirect(bob());

  await delivery.file({ channel }, { name: 'web-1-console.log', title: 'Console of <!channel>', content }, 'The log of `web-1`.');
  await delivery.file({ channel }, { name: 'empty.log', title: 'Empty', content: '' }, '');

  const [log, empty] = slack.files('bob');
  expect(log).toMatchObject({ name: 'web-1-console.log', title: 'Console of <!channel>', length: 5_000_000 });
  expect(log?.content?.toString() === content).toBe(true);
  expect(empty?.content?.toString()).toBe('\n');
});

it('knows where it is a member', async () => {
  expect(await delivery.isMember(slack.ids['#ops'] ?? '')).toBe(true);
  expect(await delivery.isMember(slack.ids['#random'] ?? '')).toBe(false);
  expect(await delivery.isMember(slack.ids['#secret'] ?? '')).toBe(false);
  expect(await delivery.isMember('C0NOBODY0')).toBe(false);
});

it('looks at a group afresh for a vote, and else at most once a minute', async () => {
  const group = slack.ids['@approvers'] ?? '';
  expect(await delivery.groupMembers(group, { fresh: false })).toEqual([slack.ids.alice, slack.ids.carol]);
  slack.setGroup('approvers', ['carol']);

  expect(await delivery.groupMembers(group, { fresh: false })).toEqual([slack.ids.alice, slack.ids.carol]);
  expect(await delivery.groupMembers(group, { fresh: true })).toEqual([slack.ids.carol]);
  expect(await delivery.groupMembers(group, { fresh: false })).toEqual([slack.ids.carol]);
  await expect(delivery.groupMembers('S0NOBODY0', { fresh: true })).rejects.toMatchObject({
    code: 'no_such_subteam',
    final: true,
  });
});

it('a group that Slack does not answer for throws, and grants nothing', async () => {
  slack.answer('usergroups.users.list', { status: 503 });

  await expect(delivery.groupMembers(slack.ids['@approvers'] ?? '', { fresh: true })).rejects.toMatchObject({
    code: 'unreachable',
    final: false,
  });
});

it('knows strangers from colleagues', async () => {
  expect(await delivery.findUser(bob())).toMatchObject({ id: bob(), name: 'bob', stranger: false, deleted: false, bot: false });
  expect(await delivery.findUser(slack.ids.stranger ?? '')).toMatchObject({ stranger: true });
  expect(await delivery.findUser(slack.botUserId)).toMatchObject({ bot: true });
  expect(await delivery.findUser('U0NOBODY0')).toBeUndefined();
});

it('gives a permalink, or none where the message is gone', async () => {
  const posted = await delivery.post(ops, 'k', { text: 'Done.' });

  expect(await delivery.permalink(posted)).toContain('/archives/');
  expect(await delivery.permalink({ ...posted, ts: '1.000000' })).toBeUndefined();
});

it('takes no permalink that leads out of the workspace', async () => {
  const posted = await delivery.post(ops, 'k', { text: 'Done.' });
  slack.workspace.team.domain = 'elsewhere';

  expect(await delivery.permalink(posted)).toBeUndefined();
});

it('shows somebody a Home, and goes over no other one than it was told of', async () => {
  const says = (text: string): Home => ({ notices: [text], sections: [], notes: [] });

  const first = await delivery.publishHome(bob(), says('One.'));
  const second = await delivery.publishHome(bob(), says('Two.'), first);

  expect(second).toBe(slack.home('bob')?.hash);
  await expect(delivery.publishHome(bob(), says('Three.'), first)).rejects.toMatchObject({ code: 'hash_conflict', final: true });
  expect(slack.home('bob') && slack.text(slack.home('bob') ?? expect.fail('no Home'))).toBe('*⚠️ Two.*');
});

it('shows Homes as often as Slack lets all processes together', async () => {
  await here.redis.hset(`${here.prefix}:slack:views.publish`, { left: '0', at: String(Date.now()) });

  await expect(delivery.publishHome(bob(), { notices: [], sections: [], notes: [] })).rejects.toMatchObject({
    code: 'ratelimited',
    final: false,
  });
  expect(slack.callsTo('views.publish')).toEqual([]);
});
