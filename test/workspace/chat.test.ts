import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Slack } from '../../demo/workspace/workspace.ts';
import { type Stage, stage } from './bolt-app.ts';

let here: Stage;
let slack: Slack;

beforeEach(async () => {
  here = await stage();
  slack = here.slack;
});

afterEach(() => here.stop());

it('a slash command is acknowledged, and its answer is seen by the asker alone', async () => {
  await here.bolt((bolt) => {
    bolt.command('/stack', async ({ ack, command, respond }) => {
      await ack();
      await respond({ text: `You asked for \`${command.text}\`` });
    });
  });

  const sent = await slack.slash('bob', '#ops', 'quota show demo');

  expect(sent).toMatchObject({ acked: true, attempts: 1 });
  const [answer] = await slack.waitFor(() => slack.ephemerals('bob').length === 1 && slack.ephemerals('bob'), 'the answer');
  expect(answer && slack.text(answer)).toBe('You asked for `quota show demo`');
  expect(slack.ephemerals('alice')).toEqual([]);
  expect(slack.messages('#ops')).toEqual([]);
});

it('the text in an acknowledgement is the answer', async () => {
  await here.bolt((bolt) => {
    bolt.command('/stack', async ({ ack }) => ack({ response_type: 'in_channel', text: 'Taken.' }));
  });

  await slack.slash('bob', '#ops', 'host list');

  expect(slack.messages('#ops').map(slack.text)).toEqual(['Taken.']);
});

it('a mention is answered in its thread', async () => {
  await here.bolt((bolt) => {
    bolt.event(
      'app_mention',
      async ({ event, say }) => void (await say({ text: `Hello <@${event.user}>`, thread_ts: event.ts })),
    );
  });

  const { message } = await slack.mention('bob', '#ops', 'quota show web-1.example.org & more');

  await slack.waitFor(() => slack.thread(message).length === 2, 'the answer');
  expect(slack.thread(message).map(slack.text)).toEqual(['@stackhand quota show web-1.example.org & more', 'Hello @bob']);
  expect(message.text).toBe('<@U0STACK00> quota show <http://web-1.example.org|web-1.example.org> &amp; more');
});

it('a mention where the bot is not in the channel reaches nobody', async () => {
  let heard = 0;
  await here.bolt((bolt) => {
    bolt.event('app_mention', async () => {
      heard += 1;
    });
  });

  const sent = await slack.mention('bob', '#random', 'help');

  expect(sent).toMatchObject({ acked: false, error: 'not_subscribed' });
  expect(heard).toBe(0);
  expect(slack.messages('#random').map(slack.text)).toEqual(['@stackhand help']);
});

it('a direct message is answered there, and the bot hears itself without answering itself', async () => {
  await here.bolt((bolt) => {
    bolt.message(async ({ message, say }) => void (await say(`You said: ${'text' in message ? message.text : ''}`)));
  });

  await slack.direct('bob', 'help');

  await slack.waitFor(() => slack.directs('bob').length === 2, 'the answer');
  expect(slack.directs('bob').map(slack.text)).toEqual(['help', 'You said: help']);
  expect(slack.directs('eve')).toEqual([]);
});

it('a button changes the message, which keeps its ts and its earlier words', async () => {
  const app = await here.bolt((bolt) => {
    bolt.action('approve', async ({ ack, body, client }) => {
      await ack();
      if (body.type !== 'block_actions' || !body.message || !body.channel) return;
      await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text: `Approved by <@${body.user.id}>` });
    });
  });
  const posted = await app.client.chat.postMessage({
    channel: slack.ids['#ops'] ?? '',
    text: 'Evacuate cmp-03?',
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: 'Evacuate `cmp-03`?' } },
      {
        type: 'actions',
        elements: [{ type: 'button', text: { type: 'plain_text', text: 'Approve' }, action_id: 'approve', style: 'danger' }],
      },
    ],
  });
  const [card] = slack.messages('#ops');
  if (!card) throw new Error('no card');
  expect(slack.text(card)).toBe('Evacuate `cmp-03`?\n[Approve]');

  await slack.click('alice', card, 'Approve');

  await slack.waitFor(() => card.edits.length === 1, 'the update');
  expect(slack.text(card)).toBe('Approved by @alice');
  expect(card.ts).toBe(posted.ts);
  await expect(slack.click('carol', card, 'Approve')).rejects.toThrow('there is no "Approve"');
  expect(await slack.click('carol', card, 'Approve', { seen: 0 })).toMatchObject({ acked: true });
});
