import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Slack } from '../../demo/workspace/workspace.ts';
import { eventually } from '../bot.ts';
import { type Recorder, type Stage, stage } from './stage.ts';

let here: Stage;
let slack: Slack;
let intake: Recorder;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);

beforeEach(async () => {
  rejections.length = 0;
  process.on('unhandledRejection', note);
  here = await stage();
  ({ slack, intake } = here);
});

afterEach(async () => {
  await here.stop();
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
});

it('says whether Slack can reach it', async () => {
  expect(here.gateway.connected()).toBe(true);

  await here.gateway.stop();

  expect(here.gateway.connected()).toBe(false);
});

it('while Slack renews one connection the other takes the lines', async () => {
  slack.disconnect({ index: 0 });
  const sent = await slack.slash('bob', '#ops', 'host list');

  expect(sent).toMatchObject({ acked: true });
  await slack.waitFor(() => slack.connections === 2, 'the second connection');
});

it('is back at once when Slack asks it to reconnect, or cuts the line', async () => {
  for (const abrupt of [false, true]) {
    slack.disconnect({ abrupt });
    await slack.waitFor(() => slack.connections === 0, 'both to go');
    // Socket Mode's own client would wait five seconds before it begins.
    await slack.waitFor(() => slack.connections === 2, 'both to come back', 4_000);
    await slack.slash('bob', '#ops', 'host list');
  }

  expect(intake.lines).toHaveLength(2);
});

it.each([
  ['is broken', { status: 503 }],
  ['limits us', { status: 429, retryAfter: 1 }],
  ['has an error of its own', { error: 'internal_error' }],
  ['refuses the token', { error: 'invalid_auth' }],
  ['cuts the call', { drop: true }],
])('comes back when Slack %s meanwhile', async (_, fault) => {
  slack.answer('apps.connections.open', { times: 2, ...fault });

  slack.disconnect({ abrupt: true });
  await eventually(() => !here.gateway.connected(), 'both to go');

  await slack.waitFor(() => slack.connections === 2, 'both to come back');
  expect((await slack.slash('bob', '#ops', 'host list')).acked).toBe(true);
});

it('comes back after Slack was away', async () => {
  await slack.outage();
  await eventually(() => !here.gateway.connected(), 'both to go');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await slack.recover();

  await eventually(() => here.gateway.connected(), 'one to come back');
  expect((await slack.slash('bob', '#ops', 'host list')).acked).toBe(true);
});

it('a call to a Slack that is away ends soon, and is not tried a hundred times', async () => {
  await slack.outage();
  const begun = performance.now();

  const call = here.gateway.client.chat.postMessage({ channel: slack.ids['#ops'] ?? '', text: 'Done.' });

  await expect(call).rejects.toThrow();
  expect(performance.now() - begun).toBeLessThan(5_000);
  await slack.recover();
});

it.each([
  ['auth.test', { error: 'invalid_auth' }, 'Slack refuses `SLACK_BOT_TOKEN`: `invalid_auth`.'],
  ['auth.test', { status: 503 }, 'Slack cannot be reached'],
  [
    'apps.connections.open',
    { error: 'not_allowed_token_type', times: 2 },
    'Slack refuses `SLACK_APP_TOKEN`: `not_allowed_token_type`.',
  ],
])('a start that Slack refuses at %s ends with words, not with the process', async (method, fault, words) => {
  slack.answer(method, fault);

  await expect(here.start()).rejects.toThrow(words);
});

it('a line that is on its way is answered before the gateway stops', async () => {
  let take: (taken: { taken: true; number: number }) => void = () => undefined;
  intake.next.push(new Promise((resolve) => (take = resolve)));
  const sent = slack.slash('bob', '#ops', 'host list');
  await eventually(() => intake.next.length === 0, 'the line');

  const stopped = here.gateway.stop();
  take({ taken: true, number: 1001 });
  await stopped;

  expect(await sent).toMatchObject({ acked: true });
});
