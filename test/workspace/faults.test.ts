import type { App } from '@slack/bolt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Slack } from '../../demo/workspace/workspace.ts';
import { type Stage, stage } from './bolt-app.ts';

let here: Stage;
let slack: Slack;

beforeEach(async () => {
  here = await stage({ limits: { retryAfterMs: [0, 50, 100] } });
  slack = here.slack;
});

afterEach(() => here.stop());

/** Answers each line with a message to #ops. */
function repeats(bolt: App): void {
  bolt.command('/stack', async ({ ack, command, client }) => {
    await ack();
    await client.chat.postMessage({ channel: slack.id('#ops'), text: command.text });
  });
}

const shown = (): string[] => slack.messages('#ops').map(slack.text);

it('a 429 with Retry-After is waited out and tried again', async () => {
  await here.bolt(repeats);
  slack.answer('chat.postMessage', { status: 429, retryAfter: 1 });

  await slack.slash('bob', '#ops', 'once');

  await slack.waitFor(() => shown().length === 1, 'the message');
  expect(slack.callsTo('chat.postMessage').map((call) => call.status)).toEqual([429, 200]);
});

it('an answer that is lost after the effect makes a careless app say it twice', async () => {
  await here.bolt(repeats);
  slack.answer('chat.postMessage', { dropAfterEffect: true });

  await slack.slash('bob', '#ops', 'twice');

  await slack.waitFor(() => shown().length === 2, 'both messages');
  expect(shown()).toEqual(['twice', 'twice']);
});

it('a 503 has no effect and is tried again', async () => {
  await here.bolt(repeats);
  slack.answer('chat.postMessage', { status: 503, times: 2 });

  await slack.slash('bob', '#ops', 'after the storm');

  await slack.waitFor(() => shown().length === 1, 'the message');
  expect(slack.callsTo('chat.postMessage').map((call) => call.status)).toEqual([503, 503, 200]);
});

it('a line that nobody acknowledges shows the asker operation_timeout', async () => {
  await here.bolt((bolt) => {
    bolt.command('/stack', async () => {});
  });
  slack.workspace.limits.ackTimeoutMs = 100;

  const sent = await slack.slash('bob', '#ops', 'help');

  expect(sent).toMatchObject({ acked: false, error: 'operation_timeout', attempts: 1 });
  expect(slack.ephemerals('bob').map(slack.text)).toEqual(['/stack failed with the error "operation_timeout"']);
  expect(slack.ephemerals('eve')).toEqual([]);
});

it('a line while no app is connected shows dispatch_failed', async () => {
  await slack.slash('bob', '#ops', 'help');

  expect(slack.troubles('bob')).toMatchObject([{ what: '/stack', error: 'dispatch_failed' }]);
});

it('an event whose acknowledgement is lost comes three times more, marked as retries of the same', async () => {
  const heard: string[] = [];
  await here.bolt((bolt) => {
    bolt.event('app_mention', async ({ body, context }) => {
      heard.push(`${body.event_id} ${context.retryNum} ${context.retryReason}`);
    });
  });
  slack.loseAcks(3);

  const sent = await slack.mention('bob', '#ops', 'help');

  expect(sent).toMatchObject({ acked: false, error: 'operation_timeout' });
  expect(await sent.final).toMatchObject({ acked: true, attempts: 4 });
  const id = heard[0]?.split(' ')[0];
  expect(heard).toEqual([`${id} 0 `, `${id} 1 timeout`, `${id} 2 timeout`, `${id} 3 timeout`]);
});

it('the same event comes to both of two connections, and each hears it', async () => {
  const heard: string[] = [];
  const hears = (name: string) => (bolt: App) =>
    bolt.event('app_mention', async ({ body }) => {
      heard.push(`${name} ${body.event_id}`);
      slack.workspace.changed();
    });
  await here.bolt(hears('first'));
  await here.bolt(hears('second'));
  await slack.waitFor(() => slack.connections === 2, 'two connections');

  await slack.mention('bob', '#ops', 'help', { everyConnection: true });

  await slack.waitFor(() => heard.length === 2, 'both to hear it');
  expect(new Set(heard.map((line) => line.split(' ')[1])).size).toBe(1);
  expect(heard.map((line) => line.split(' ')[0]).sort()).toEqual(['first', 'second']);
});

it('two connections take turns', async () => {
  const heard: string[] = [];
  // Before it acknowledges: the line's sender goes on with the acknowledgement.
  const hears = (name: string) => (bolt: App) =>
    bolt.command('/stack', async ({ ack }) => {
      heard.push(name);
      await ack();
    });
  await here.bolt(hears('first'));
  await here.bolt(hears('second'));

  for (let i = 0; i < 4; i += 1) await slack.slash('bob', '#ops', String(i));

  expect(heard.toSorted()).toEqual(['first', 'first', 'second', 'second']);
});

it('the same line three times is three lines to Bolt', async () => {
  await here.bolt(repeats);

  await slack.slash('bob', '#ops', 'again', { deliveries: 2 });
  await slack.slash('bob', '#ops', 'same envelope', { sameEnvelope: 2 });

  await slack.waitFor(() => shown().length === 4, 'four messages');
  expect(shown().toSorted()).toEqual(['again', 'again', 'same envelope', 'same envelope']);
});

it.each([{ reason: 'refresh_requested' as const }, { reason: 'warning' as const }, { abrupt: true }])(
  'after a disconnect (%o) the app comes back',
  async (how) => {
    await here.bolt(repeats, 1_000);

    slack.disconnect(how);

    expect(slack.connections).toBe(0);
    expect(await slack.slash('bob', '#ops', 'in between')).toMatchObject({ error: 'dispatch_failed' });
    await slack.waitFor(() => slack.connections === 1, 'the app to come back');
    await slack.slash('bob', '#ops', 'afterwards');
    await slack.waitFor(() => shown().length === 1, 'the message');
    expect(shown()).toEqual(['afterwards']);
  },
);

it('after an outage the app comes back', async () => {
  await here.bolt(repeats, 1_000);

  await slack.outage();
  await expect(fetch(`${slack.apiUrl}auth.test`)).rejects.toThrow();
  await slack.recover();

  await slack.waitFor(() => slack.connections === 1, 'the app to come back');
  expect(await slack.slash('bob', '#ops', 'there you are')).toMatchObject({ acked: true });
});

it('with the real limits on, a channel takes a few messages at once and then one a second', async () => {
  slack.strictLimits(true);
  const post = async (channel: string): Promise<number> => {
    const body = new URLSearchParams({ channel, text: 'x', token: slack.botToken });
    return (await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', body })).status;
  };

  const statuses = [];
  for (let i = 0; i < 6; i += 1) statuses.push(await post(slack.id('#ops')));

  expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  expect(await post(slack.id('#audit'))).toBe(200);
  slack.advance(1000);
  expect(await post(slack.id('#ops'))).toBe(200);
});

it('a fault can be kept for some calls only, and a call can hang', async () => {
  await here.bolt(repeats);
  slack.answer('chat.postMessage', { hang: true, when: (args) => args.text === 'slow' });

  await slack.slash('bob', '#ops', 'quick');
  await slack.slash('bob', '#ops', 'slow');

  await slack.waitFor(() => shown().length === 2, 'both messages');
  expect(shown()).toEqual(['quick', 'slow']);
  expect(slack.callsTo('chat.postMessage').map((call) => call.status)).toEqual([200, 0, 200]);
});

it('waiting in vain shows what the workspace looked like', async () => {
  await here.bolt(repeats);
  await slack.slash('bob', '#ops', 'hello');
  await slack.waitFor(() => shown().length === 1, 'the message');

  await expect(slack.waitFor(() => false, 'the impossible', 50)).rejects.toThrow(
    /waited 50 ms for the impossible.*#ops\n {2}stackhand:\n {4}hello/s,
  );
});
