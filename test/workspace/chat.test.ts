import { afterEach, beforeEach, expect, it } from 'vitest';
import { controlsOf, versionWith } from '../../demo/workspace/elements.ts';
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
    channel: slack.id('#ops'),
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

  const [seen] = controlsOf(card);
  await slack.click('alice', card, 'Approve');

  await slack.waitFor(() => card.edits.length === 1, 'the update');
  expect(slack.text(card)).toBe('Approved by @alice');
  expect(card.ts).toBe(posted.ts);
  await expect(slack.click('carol', card, 'Approve')).rejects.toThrow('there is no "Approve"');
  expect(await slack.click('carol', card, 'Approve', { seen: 0 })).toMatchObject({ acked: true });
  // What a page does that showed the card as it was a moment ago.
  expect(versionWith(card, seen?.block.block_id ?? '')).toBe(0);
  expect(versionWith(card, 'of no version')).toBeUndefined();
});

it('people wait for what they read, and only for what they can see', async () => {
  const app = await here.bolt(() => {});
  await app.client.chat.postEphemeral({
    channel: slack.id('#ops'),
    user: slack.id('bob'),
    text: 'Request R-1 is queued',
  });

  expect(slack.text(await slack.sees('bob', /R-\d+ is queued/))).toBe('Request R-1 is queued');
  await expect(slack.sees('alice', 'is queued', 30)).rejects.toThrow('waited 30 ms for alice to see is queued');
});

it('tells whom a message notified: mentions in text and blocks, not in plain text or names', async () => {
  const app = await here.bolt(() => {});
  await app.client.chat.postMessage({
    channel: slack.id('#ops'),
    text: `Waiting for <!subteam^${slack.id('@approvers')}>`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: '<!channel>' } },
      { type: 'section', text: { type: 'mrkdwn', text: `&lt;!here&gt; asked by <@${slack.id('bob')}>` } },
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'user', user_id: slack.id('carol') }] }] },
    ],
  });

  const [message] = slack.messages('#ops');

  expect(message && slack.pings(message).toSorted()).toEqual(['@approvers', '@bob', '@carol']);
});

it('an edited mention comes again, with the old ts and another event', async () => {
  const heard: string[] = [];
  await here.bolt((bolt) => {
    bolt.event('app_mention', async ({ event, body }) => void heard.push(`${event.ts} ${body.event_id} ${'edited' in event}`));
  });
  const { message } = await slack.mention('bob', '#ops', 'host lst');

  await slack.edit('bob', message, '@stackhand host list');

  expect(heard.map((line) => line.split(' ')[0])).toEqual([message.ts, message.ts]);
  expect(heard.map((line) => line.split(' ')[2])).toEqual(['false', 'true']);
  expect(new Set(heard).size).toBe(2);
  expect(slack.text(message)).toBe('@stackhand host list');
});

it('a stranger of another team is told apart in lines, mentions and clicks', async () => {
  const teams: unknown[] = [];
  const app = await here.bolt((bolt) => {
    bolt.event('app_mention', async ({ event }) => void teams.push((event as { user_team?: string }).user_team));
    bolt.action('go', async ({ ack, body }) => {
      await ack();
      teams.push(body.user.team_id, body.team?.id);
    });
  });
  const go = { type: 'button' as const, action_id: 'go', text: { type: 'plain_text' as const, text: 'Go' } };
  await app.client.chat.postMessage({
    channel: slack.id('#ops'),
    text: 'Card',
    blocks: [{ type: 'actions', elements: [go] }],
  });
  const card = await slack.sees('stranger', '[Go]');

  await slack.mention('stranger', '#ops', 'help');
  await slack.click('stranger', card, 'Go');

  expect(teams).toEqual(['T0OTHER00', 'T0OTHER00', 'T0HOME000']);
});

it('nobody clicks what they do not see', async () => {
  const app = await here.bolt(() => {});
  const go = { type: 'button' as const, action_id: 'go', text: { type: 'plain_text' as const, text: 'Go' } };
  const blocks = [{ type: 'actions' as const, elements: [go] }];
  await app.client.chat.postEphemeral({ channel: slack.id('#ops'), user: slack.id('bob'), text: 'Only you', blocks });
  await app.client.chat.postMessage({ channel: slack.id('alice'), text: 'Only alice', blocks });
  const [forBob] = slack.ephemerals('bob');
  const [forAlice] = slack.directs('alice');
  if (!forBob || !forAlice) throw new Error('nothing was posted');

  await expect(slack.click('eve', forBob, 'Go')).rejects.toThrow('eve does not see that message');
  await expect(slack.click('eve', forAlice, 'Go')).rejects.toThrow("eve is not in the message's channel");
  await expect(slack.slash('eve', '#secret', 'help')).rejects.toThrow('eve is not in #secret');
});

it('cancelling the confirmation of a button sends nothing', async () => {
  const clicks: string[] = [];
  const app = await here.bolt((bolt) => {
    bolt.action('wipe', async ({ ack, body }) => {
      await ack();
      clicks.push(body.user.id);
    });
  });
  const plain = (text: string) => ({ type: 'plain_text' as const, text });
  const confirm = { title: plain('Sure?'), text: plain('All of it.'), confirm: plain('Wipe'), deny: plain('Keep') };
  const wipe = { type: 'button' as const, action_id: 'wipe', text: plain('Wipe'), confirm };
  await app.client.chat.postMessage({
    channel: slack.id('#ops'),
    text: 'x',
    blocks: [{ type: 'actions', elements: [wipe] }],
  });
  const card = await slack.sees('bob', '[Wipe]');

  await slack.click('bob', card, 'Wipe', { cancel: true });
  await slack.click('alice', card, 'Wipe');

  expect(clicks).toEqual([slack.ids.alice]);
});

it('menus are chosen from by what they show', async () => {
  const chosen: string[] = [];
  const app = await here.bolt((bolt) => {
    bolt.action(/.*/, async ({ ack, action }) => {
      await ack();
      if (action.type === 'overflow' || action.type === 'static_select') chosen.push(action.selected_option?.value ?? '');
      if (action.type === 'users_select') chosen.push(action.selected_user ?? '');
    });
  });
  const option = (text: string) => ({ text: { type: 'plain_text' as const, text }, value: text.toLowerCase() });
  const menu = { type: 'overflow' as const, action_id: 'more', options: [option('Change'), option('Cancel')] };
  const select = { type: 'static_select' as const, action_id: 'cloud', options: [option('North'), option('South')] };
  const person = { type: 'users_select' as const, action_id: 'person' };
  const blocks = [{ type: 'actions' as const, elements: [menu, select, person] }];
  await app.client.chat.postMessage({ channel: slack.id('#ops'), text: 'Menus', blocks });
  const message = await slack.sees('bob', '[… Change / Cancel]');

  await slack.click('bob', message, 'Cancel');
  await slack.click('bob', message, 'cloud', { choose: 'South' });
  await slack.click('bob', message, 'person', { choose: 'alice' });

  expect(chosen).toEqual(['cancel', 'south', slack.id('alice')]);
  await expect(slack.click('bob', message, 'cloud', { choose: 'West' })).rejects.toThrow(
    'no option "West" among "North", "South"',
  );
});

it('a shortcut on a message brings the message, and can answer', async () => {
  await here.bolt((bolt) => {
    bolt.shortcut('act_on_message', async ({ ack, shortcut, respond }) => {
      await ack();
      if (shortcut.type === 'message_action') await respond(`You chose: ${shortcut.message.text}`);
    });
  });
  const { message } = await slack.say('bob', '#ops', 'web-1 is slow');

  await slack.shortcut('alice', 'act_on_message', message);

  await slack.sees('alice', 'You chose: web-1 is slow');
  expect(slack.ephemerals('bob')).toEqual([]);
});

it('what people type in a line arrives as Slack sends it', async () => {
  const lines: string[] = [];
  await here.bolt((bolt) => {
    bolt.command('/stack', async ({ ack, command }) => {
      await ack();
      lines.push(command.text);
    });
  });

  await slack.slash('bob', '#ops', 'tell @alice in #audit that 2 < 3 at https://x.example');
  await slack.slash('bob', '@alice', 'tell @alice', { raw: true });

  expect(lines).toEqual([
    `tell <@${slack.id('alice')}|alice> in <#${slack.id('#audit')}|audit> that 2 &lt; 3 at https://x.example`,
    'tell @alice',
  ]);
});
