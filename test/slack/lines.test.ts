import { afterEach, describe, expect, it } from 'vitest';
import type { Options, Slack } from '../../demo/workspace/workspace.ts';
import type { Taken } from '../../src/intake/incoming.ts';
import { gate } from '../bot.ts';
import { type Recorder, type Stage, stage, WAYS } from './stage.ts';

describe.each(WAYS)('over %s', (way) => {
  let here: Stage;
  let slack: Slack;
  let intake: Recorder;

  async function begin(seed?: Options): Promise<void> {
    here = await stage({ ...seed, way });
    ({ slack, intake } = here);
  }

  afterEach(() => here.stop());

  const seenBy = (who: string): string[] => slack.ephemerals(who).map(slack.text);

  it('a slash command is taken with its place, and then acknowledged', async () => {
    await begin();

    const sent = await slack.slash('bob', '#ops', 'quota show demo');

    expect(sent).toMatchObject({ acked: true, payload: {} });
    expect(intake.lines).toEqual([
      {
        dedupe: [expect.stringMatching(/^envelope:/), expect.stringMatching(/^trigger:/)],
        text: 'quota show demo',
        requester: { kind: 'slack', user: slack.ids.bob, team: slack.teamId },
        place: {
          kind: 'channel',
          team: slack.teamId,
          channel: slack.ids['#ops'],
          responseUrl: expect.stringContaining('/actions/'),
        },
        entry: 'slash',
      },
    ]);
    expect(seenBy('bob')).toEqual([]);
  });

  it('a mention in a thread is a line in that thread, without the mention', async () => {
    await begin();
    const { message } = await slack.say('alice', '#ops', 'cmp-03 is down');

    await slack.mention('bob', '#ops', 'host show cmp-03', { thread: message });

    expect(intake.lines).toMatchObject([
      { text: 'host show cmp-03', entry: 'mention', place: { kind: 'channel', channel: slack.ids['#ops'], thread: message.ts } },
    ]);
  });

  it('a mention in the channel is no line in a thread', async () => {
    await begin();

    await slack.mention('bob', '#ops', 'host list');

    expect(intake.lines[0]?.place).toEqual({ kind: 'channel', team: slack.teamId, channel: slack.ids['#ops'] });
  });

  it('a direct message is a line, whether it begins with the mention or not', async () => {
    await begin();

    await slack.direct('bob', 'help');
    await slack.direct('bob', `<@${slack.botUserId}>: help host`, { raw: true });

    expect(intake.lines.map(({ text, entry, place }) => [text, entry, place.kind])).toEqual([
      ['help', 'direct', 'direct'],
      ['help host', 'direct', 'direct'],
    ]);
  });

  it('what the bot says, and what is edited or deleted, is no line', async () => {
    await begin();
    const { message } = await slack.direct('bob', 'help');
    const { client } = here.gateway;
    const channel = message.channel;

    const { ts } = await client.chat.postMessage({ channel, text: 'host drain cmp-03' });
    await client.chat.update({ channel, ts: ts ?? '', text: 'host drain cmp-04' });
    await client.chat.delete({ channel, ts: ts ?? '' });
    await slack.direct('bob', 'host list');

    expect(intake.lines.map(({ text }) => text)).toEqual(['help', 'host list']);
  });

  it('an edited mention is not run again, and its writer is told', async () => {
    await begin();
    const { message } = await slack.mention('bob', '#ops', 'host list');

    slack.workspace.emit({
      type: 'app_mention',
      user: slack.ids.bob,
      channel: message.channel,
      ts: message.ts,
      text: `<@${slack.botUserId}> host drain cmp-03`,
      edited: { user: slack.ids.bob, ts: '1.0' },
      event_ts: '1.0',
    });

    await slack.waitFor(() => seenBy('bob').length === 1, 'the answer');
    expect(seenBy('bob')).toEqual(['*I do not read edited messages. Send it as a new one.*']);
    expect(intake.lines).toHaveLength(1);
  });

  it.each([
    ['retries', { deliveries: 3 }],
    ['the same envelope again', { sameEnvelope: 3 }],
    ['two gateways and all their sockets', { everyConnection: true }],
  ])('%s make one request', async (_, copies) => {
    await begin();
    await here.start();

    await slack.slash('bob', '#ops', 'host list', copies);
    await slack.mention('bob', '#ops', 'host list', copies);
    await slack.direct('bob', 'host list', copies);

    await slack.waitFor(() => intake.lines.length >= 3, 'three lines');
    expect(intake.lines.map(({ entry }) => entry)).toEqual(['slash', 'mention', 'direct']);
    expect(seenBy('bob')).toEqual([]);
  });

  it('an event is acknowledged only once its line is taken', async () => {
    await begin();
    let take: (taken: Taken) => void = () => undefined;
    intake.next.push(new Promise((resolve) => (take = resolve)));

    let acked = false;
    const sent = slack.mention('bob', '#ops', 'host list').then(() => (acked = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(acked).toBe(false);

    take({ taken: true, number: 1001 });
    await sent;
  });

  it('when Redis does not answer the asker is told at once, and later what became of the line', async () => {
    await begin();
    const answers = new Map<string, (found: { taken: boolean; number?: number }) => void>();
    const silent = (name: string): Taken => ({
      taken: false,
      because: 'no answer',
      later: new Promise((resolve) => answers.set(name, resolve)),
    });
    intake.next.push(silent('slash'), silent('mention'), silent('direct'));

    await slack.slash('bob', '#ops', 'host list');
    await slack.mention('alice', '#ops', 'host list');
    await slack.direct('carol', 'host list');

    const unknown =
      '*Redis does not answer, so I do not know yet whether your line was taken.*\nI tell you here as soon as it answers. Please wait for that.';
    await slack.waitFor(() => slack.directs('carol').length === 2, 'the answer to carol');
    expect(seenBy('bob')).toEqual([unknown]);
    expect(seenBy('alice')).toEqual([unknown]);
    expect(slack.directs('carol').map(slack.text)).toEqual(['host list', unknown]);

    answers.get('slash')?.({ taken: true, number: 1042 });
    answers.get('mention')?.({ taken: false });
    answers.get('direct')?.({ taken: false });

    await slack.waitFor(
      () => slack.directs('carol').length === 3 && seenBy('alice').length === 2 && seenBy('bob').length === 2,
      'the truth',
    );
    expect(seenBy('bob')[1]).toBe('*Redis answers again: your line was taken as *`R-1042`*.*');
    expect(seenBy('alice')[1]).toBe('*Redis answers again: your line was not taken, and nothing comes of it. Type it again.*');
  });

  it('an acknowledgement waits for nothing that Slack has to answer first', async () => {
    await begin();
    intake.next.push({ taken: false, because: 'late' });
    const answers = gate();
    slack.answer('*', { until: answers.until, times: 10 });

    const sent = await slack.mention('bob', '#ops', 'host list');

    expect(sent.acked).toBe(true);
    expect(slack.callsTo('chat.postEphemeral')).toEqual([]);
    answers.open();
    await slack.waitFor(() => seenBy('bob').length === 1, 'the answer');
  });

  it('what came too late or finds Redis full is said', async () => {
    await begin();
    intake.next.push({ taken: false, because: 'late' }, { taken: false, because: 'full' });

    await slack.slash('bob', '#ops', 'host list');
    await slack.slash('bob', '#ops', 'host list');

    expect(seenBy('bob')).toEqual([
      '*Redis was too slow, so your line was not taken. Type it again.*',
      '*Redis is nearly full, so I take no new lines for now.*\nVotes and stops still work, and what runs goes on.',
    ]);
  });

  it('a slash command that is not ours is answered', async () => {
    await begin({ command: '/cloud' });

    const sent = await slack.slash('bob', '#ops', 'host list');

    expect(sent.acked).toBe(true);
    expect(seenBy('bob')).toEqual(['*I do not answer *`/cloud`*. Type *`/stack help`*.*']);
    expect(intake.lines).toEqual([]);
  });

  it('a bug is answered with a reference, never with silence', async () => {
    await begin();
    intake.next.push(new Error('bug'), new Error('bug'));

    await slack.slash('bob', '#ops', 'host list');
    await slack.mention('bob', '#ops', 'host list');

    await slack.waitFor(() => seenBy('bob').length === 2, 'both answers');
    for (const answer of seenBy('bob')) expect(answer).toMatch(/^\*Something broke on my side \(ref [0-9a-f]{4}\)\.\*$/);
  });

  it('people of another workspace are refused, and told so once', async () => {
    await begin();

    await slack.slash('stranger', '#ops', 'host list');
    await slack.mention('stranger', '#ops', 'host list', { deliveries: 3 });

    await slack.waitFor(() => seenBy('stranger').length >= 2, 'both answers');
    await slack.slash('bob', '#ops', 'help');
    expect(seenBy('stranger')).toEqual(
      Array(2).fill('*I work for another workspace than yours, so I take nothing from you here.*'),
    );
    expect(intake.lines.map(({ text }) => text)).toEqual(['help']);
  });

  it('where an ephemeral answer is not possible the asker is told in direct messages', async () => {
    await begin();
    intake.next.push({ taken: false, because: 'late' });
    slack.answer('chat.postEphemeral', { error: 'user_not_in_channel' });

    await slack.mention('bob', '#ops', 'host list');

    await slack.waitFor(() => slack.directs('bob').length === 1, 'the direct message');
    expect(slack.directs('bob').map(slack.text)).toEqual(['*Redis was too slow, so your line was not taken. Type it again.*']);
  });
});
