import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { View } from '../../demo/workspace/model.ts';
import { type Options, type Slack, startWorkspace } from '../../demo/workspace/workspace.ts';

async function workspace(options?: Options): Promise<Slack> {
  const slack = await startWorkspace(options);
  onTestFinished(slack.stop);
  return slack;
}

/** An unchanged Bolt app with Bolt's own HTTP receiver, whose check of signatures is what holds ours to Slack's. */
async function bolt(slack: Slack, prepare: (app: App) => void): Promise<string> {
  const { signingSecret, botToken, apiUrl } = slack;
  const app = new App({
    token: botToken,
    receiver: new HTTPReceiver({ signingSecret, logLevel: LogLevel.ERROR, unhandledRequestTimeoutMillis: 60_000 }),
    deferInitialization: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 0 } },
  });
  prepare(app);
  await app.init();
  const server = (await app.start(0)) as Server;
  onTestFinished(async () => {
    server.closeAllConnections();
    await app.stop();
  });
  const url = `${addressOf(server)}/slack/events`;
  await slack.postTo(url);
  return url;
}

interface Asked {
  headers: IncomingHttpHeaders;
  body: string;
}

interface Answer {
  status?: number;
  type?: string;
  body?: string;
}

/** An app that takes Slack's challenge, and answers everything else as it is told: the first with the first, and so on. */
async function app(slack: Slack, answers: (Answer | 'never')[]): Promise<{ asked: Asked[]; close(): Promise<void> }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // a request without an encoding yields buffers
    const one = { headers: request.headers, body: Buffer.concat(chunks).toString() };
    if (one.body.includes('url_verification')) {
      response.setHeader('content-type', 'application/json');
      response.end(one.body);
      return;
    }
    const said = answers[asked.length] ?? {};
    asked.push(one);
    if (said === 'never') return;
    response.writeHead(said.status ?? 200, { 'content-type': said.type ?? 'text/plain' });
    response.end(said.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(close);
  await slack.postTo(addressOf(server));
  return { asked, close };
}

/** Opens a form with one field before Bob, by the trigger of the command that he typed. */
async function openForm(slack: Slack, { body }: Asked): Promise<View> {
  const plain = (text: string) => ({ type: 'plain_text', text });
  const blocks = [
    { type: 'input', block_id: 'why', label: plain('Why'), element: { type: 'plain_text_input', action_id: 'why' } },
  ];
  const view = { type: 'modal', callback_id: 'form', title: plain('Ask'), submit: plain('Ask'), blocks };
  await fetch(`${slack.apiUrl}views.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ trigger_id: new URLSearchParams(body).get('trigger_id'), view }),
  });
  return slack.waitFor(() => slack.modal('bob'), 'the form');
}

function addressOf(server: Server): string {
  const { port } = server.address() as AddressInfo; // it listens on a host and port
  return `http://127.0.0.1:${port}`;
}

describe('over signed HTTP', () => {
  it("Bolt's own receiver takes all that people do, and its answers are heard", async () => {
    const slack = await workspace();
    const heard: string[] = [];
    await bolt(slack, (bolted) => {
      bolted.command('/stack', async ({ ack, command }) => ack(`You typed ${command.text}`));
      bolted.event('app_mention', async ({ event, client }) => {
        const element = { type: 'external_select', action_id: 'pick', min_query_length: 0 } as const;
        const button = { type: 'button', action_id: 'ask', text: { type: 'plain_text', text: 'Ask' } } as const;
        const blocks = [{ type: 'actions', elements: [element, button] } as const];
        await client.chat.postMessage({ channel: event.channel, text: 'Choose', blocks });
      });
      bolted.options('pick', async ({ ack, options }) => {
        await ack({ options: [{ text: { type: 'plain_text', text: `${options.value}!` }, value: 'x' }] });
      });
      bolted.action('ask', async ({ ack, body, client }) => {
        await ack();
        const input = { type: 'plain_text_input', action_id: 'why' } as const;
        const label = { type: 'plain_text', text: 'Why' } as const;
        const blocks = [{ type: 'input', block_id: 'why', label, element: input } as const];
        const title = { type: 'plain_text', text: 'Ask' } as const;
        const view = { type: 'modal', callback_id: 'form', title, submit: title, blocks } as const;
        await client.views.open({ trigger_id: 'trigger_id' in body ? body.trigger_id : '', view });
      });
      bolted.view('form', async ({ ack, view }) => {
        const { value } = view.state.values.why?.why ?? {};
        if (value === 'no') return ack({ response_action: 'errors', errors: { why: 'Say more.' } });
        heard.push(String(value));
        await ack();
      });
    });

    await slack.slash('bob', '#ops', 'grüße & ünder=scores +1');
    await slack.mention('bob', '#ops', 'hello');
    const message = await slack.sees('bob', '[Ask]');
    const offered = await slack.suggestions('bob', message, 'pick', 'aß');
    await slack.click('bob', message, 'Ask');
    const form = await slack.waitFor(() => slack.modal('bob'), 'the form');
    const wrong = await slack.submit('bob', form, { why: 'no' });
    await slack.submit('bob', form, { why: 'because' });

    expect(slack.ephemerals('bob').map(slack.text)).toEqual(['You typed grüße & ünder=scores +1']);
    expect(offered).toEqual(['aß!']);
    expect(wrong.errors).toEqual({ why: 'Say more.' });
    expect(heard).toEqual(['because']);
    expect(slack.troubles('bob')).toEqual([]);
  });

  it('nothing is posted where the challenge is not answered', async () => {
    const slack = await workspace();
    const url = await bolt(slack, () => undefined);

    await expect(slack.postTo(url.replace('/events', '/elsewhere'))).rejects.toThrow(
      "didn't respond with the value of the challenge",
    );
    await expect(slack.postTo('http://127.0.0.1:1/')).rejects.toThrow('dispatch_failed');
  });

  it('a command that is answered too late or not at all shows operation_timeout, and is not sent again', async () => {
    const slack = await workspace();
    const { asked } = await app(slack, ['never']);
    slack.workspace.limits.ackTimeoutMs = 100;

    const sent = await slack.slash('bob', '#ops', 'help');
    const after = await sent.final;

    expect(sent).toMatchObject({ acked: false, error: 'operation_timeout' });
    expect(after.attempts).toBe(1);
    expect(asked).toHaveLength(1);
    expect(slack.ephemerals('bob').map(slack.text)).toEqual(['/stack failed with the error "operation_timeout"']);
  });

  it('an event that fails comes again with its number and the reason, until it is answered 2xx', async () => {
    const slack = await workspace({ limits: { retryAfterMs: [0, 10, 20] } });
    const { asked } = await app(slack, [{ status: 500 }, { status: 401 }, { status: 204 }]);

    const sent = await slack.mention('bob', '#ops', 'help');

    expect(await sent.final).toMatchObject({ acked: true, attempts: 3 });
    const marks = asked.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);
    expect(marks).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
    ]);
    expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
  });

  it('an event that is answered too late comes again as that', async () => {
    // Often enough for a machine on which all answers are late for a while.
    const slack = await workspace({ limits: { retryAfterMs: Array(500).fill(10) } });
    const { asked } = await app(slack, ['never']);
    slack.workspace.limits.ackTimeoutMs = 100;

    const sent = await slack.mention('bob', '#ops', 'help');

    expect(await sent.final).toMatchObject({ acked: true });
    expect(sent.error).toBe('operation_timeout');
    expect(asked[1]?.headers).toMatchObject({ 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' });
  });

  it('an app that is not there is dispatch_failed to people, and connection_failed to the next try', async () => {
    const slack = await workspace({ limits: { retryAfterMs: Array(500).fill(20) } });
    const { close } = await app(slack, []);
    await close();

    const event = await slack.mention('bob', '#ops', 'help');
    await slack.slash('bob', '#ops', 'help');
    const { asked } = await app(slack, []);

    expect(await event.final).toMatchObject({ acked: true });
    expect(asked[0]?.headers['x-slack-retry-reason']).toBe('connection_failed');
    expect(slack.ephemerals('bob').map(slack.text)).toEqual(['/stack failed with the error "dispatch_failed"']);
  });

  it('text answers a command, and whoever typed it reads it', async () => {
    const slack = await workspace();
    await app(slack, [{ body: 'Under way.' }, { type: 'application/json', body: '{"text":"In JSON."}' }]);

    await slack.slash('bob', '#ops', 'help');
    await slack.slash('bob', '#ops', 'help');

    expect(slack.ephemerals('bob').map(slack.text)).toEqual(['Under way.', 'In JSON.']);
  });

  it.each<[string, Answer, string | undefined]>([
    ['an empty answer', {}, undefined],
    ['JSON', { type: 'application/json; charset=utf-8', body: '{}' }, undefined],
    ['a page', { type: 'text/html', body: '<p>Welcome</p>' }, 'invalid_response'],
    ['half of JSON', { type: 'application/json', body: '{' }, 'invalid_response'],
    ['404', { status: 404 }, 'http_client_error'],
    ['503', { status: 503 }, 'http_service_error'],
  ])('a form answered with %s closes where that was 200 and nothing else', async (_what, answer, error) => {
    const slack = await workspace();
    const { asked } = await app(slack, [{}, answer]);
    await slack.slash('bob', '#ops', 'form');
    const [typed] = asked;
    if (!typed) throw new Error('the command did not come');
    const form = await openForm(slack, typed);

    await slack.submit('bob', form, { why: 'because' });

    expect(slack.modal('bob') === undefined).toBe(error === undefined);
    expect(slack.troubles('bob').map((trouble) => trouble.error)).toEqual(error === undefined ? [] : [error]);
  });
});
