import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../demo/workspace/model.ts';
import type { Slack } from '../../demo/workspace/workspace.ts';
import type { Taken } from '../../src/intake/incoming.ts';
import type { Button } from '../../src/reply.ts';
import type { Request } from '../../src/request.ts';
import { type Recorder, type Stage, stage, WAYS } from './stage.ts';

describe.each(WAYS)('over %s', (way) => {
  let here: Stage;
  let slack: Slack;
  let intake: Recorder;

  beforeEach(async () => {
    here = await stage({ way });
    ({ slack, intake } = here);
  });

  afterEach(() => here.stop());

  const seenBy = (who: string): string[] => slack.ephemerals(who).map(slack.text);

  const buttons: Button[] = [
    { label: 'Approve', style: 'primary', act: { kind: 'approve', request: 1042, hash: 'abc' } },
    { label: 'Deny', style: 'danger', act: { kind: 'deny', request: 1042, hash: 'abc' } },
    { label: 'Change', act: { kind: 'change', request: 1042 } },
    { label: 'Type the name', act: { kind: 'type target', request: 1042, hash: 'abc' } },
    { label: 'Stop', act: { kind: 'cancel', request: 1042 } },
    { label: 'Try again', act: { kind: 'line', line: 'host show cmp-03' } },
  ];

  async function card(thread?: string): Promise<Message> {
    const to = { channel: slack.ids['#ops'] ?? '', ...(thread === undefined ? {} : { thread }) };
    const { ts } = await here.gateway.delivery.post(to, 'R-1042/card', { text: 'Drain `cmp-03`', buttons });
    return slack.waitFor(() => slack.workspace.messages.find((message) => message.ts === ts), 'the card');
  }

  function planned(changes: Partial<Request> = {}): Request {
    return {
      number: 1042,
      state: 'planned',
      line: 'host evacuate cmp-03 --reason "PSU failed"',
      requester: { kind: 'slack', user: slack.ids.bob ?? '', team: slack.teamId },
      place: { kind: 'channel', team: slack.teamId, channel: slack.ids['#ops'] ?? '' },
      entry: 'slash',
      receivedAt: 0,
      since: 0,
      attempt: 1,
      votes: [],
      locks: [],
      hash: 'abc',
      plan: {
        text: 'Evacuate `cmp-03`',
        warnings: ['it was up a minute ago'],
        touches: [],
        jobs: [{ region: 'RegionOne', job: 'host/evacuate', payload: {} }],
        typed: 'cmp-03',
        undo: { possible: false, because: 'it moves' },
      },
      ...changes,
    };
  }

  it.each([
    ['Approve', { kind: 'approve', request: 1042, hash: 'abc' }],
    ['Stop', { kind: 'cancel', request: 1042 }],
    ['Try again', { kind: 'line', line: 'host show cmp-03' }],
  ])('%s is taken at once', async (label, act) => {
    const message = await card();

    const sent = await slack.click('alice', message, label);

    expect(sent.acked).toBe(true);
    expect(intake.clicks).toEqual([
      {
        dedupe: [expect.stringMatching(/^envelope:/), expect.stringMatching(/^trigger:/), expect.stringMatching(/^click:/)],
        act,
        user: slack.ids.alice,
        team: slack.teamId,
        place: {
          kind: 'channel',
          team: slack.teamId,
          channel: slack.ids['#ops'],
          responseUrl: expect.stringContaining('/actions/'),
        },
      },
    ]);
    expect(seenBy('alice')).toEqual([]);
  });

  it('a card in a thread is answered in that thread, one with replies is not in one', async () => {
    const first = await card();
    const below = await card(first.ts);

    await slack.click('alice', below, 'Approve');
    await slack.click('alice', first, 'Approve');

    expect(intake.clicks[0]?.place).toMatchObject({ thread: first.ts });
    expect(intake.clicks[1]?.place).not.toHaveProperty('thread');
  });

  it('a click that arrives three times counts once', async () => {
    const message = await card();

    await slack.click('alice', message, 'Approve', { deliveries: 3, everyConnection: true });
    await slack.click('carol', message, 'Approve');

    await slack.waitFor(() => intake.clicks.length >= 2, 'two clicks');
    expect(intake.clicks.map(({ user }) => user)).toEqual([slack.ids.alice, slack.ids.carol]);
  });

  it('a click that Redis does not take is told, and later the truth', async () => {
    const message = await card();
    let answer: (found: { taken: boolean }) => void = () => undefined;
    const taken: Taken = { taken: false, because: 'no answer', later: new Promise((resolve) => (answer = resolve)) };
    intake.next.push(taken);

    await slack.click('alice', message, 'Approve');
    await slack.waitFor(() => seenBy('alice').length === 1, 'the first answer');
    answer({ taken: false });
    await slack.waitFor(() => seenBy('alice').length === 2, 'the truth');

    expect(seenBy('alice')).toEqual([
      '*Redis does not answer, so I do not know yet whether your click was taken.*\nI tell you here as soon as it answers. Please wait for that.',
      '*Redis answers again: your click was not taken, and nothing comes of it. Click again.*',
    ]);
  });

  it('Deny asks why, and takes the reason', async () => {
    const message = await card();

    await slack.click('alice', message, 'Deny');
    const modal = await slack.waitFor(() => slack.modal('alice'), 'the modal');
    expect(slack.text(modal)).toMatchInlineSnapshot(`
    "— Deny R-1042 —
    Why?: <>
      Shown on the card and kept in the audit.
    [Deny] [Back]"
  `);
    await slack.submit('alice', modal, { answer: 'not during the fair' });

    expect(slack.modal('alice')).toBeUndefined();
    expect(intake.clicks).toMatchObject([
      { act: { kind: 'deny', request: 1042, hash: 'abc' }, user: slack.ids.alice, values: { reason: 'not during the fair' } },
    ]);
  });

  it('a form that Redis does not take stays open and says so; sent again it is taken', async () => {
    const message = await card();
    await slack.click('alice', message, 'Deny');
    const modal = await slack.waitFor(() => slack.modal('alice'), 'the modal');
    intake.next.push({ taken: false, because: 'no answer', later: Promise.resolve({ taken: false }) });

    const first = await slack.submit('alice', modal, { answer: 'no' });
    expect(first.errors).toEqual({ answer: expect.stringContaining('at least 3') });
    const second = await slack.submit('alice', modal, { answer: 'not now' });
    expect(second.errors).toEqual({ answer: expect.stringContaining('Redis does not answer') });
    await slack.waitFor(() => seenBy('alice').length === 1, 'the truth');
    const third = await slack.submit('alice', modal, { answer: 'not now' });

    expect(third.errors).toEqual({});
    expect(seenBy('alice')[0]).toContain('Send the form again');
    expect(intake.clicks).toHaveLength(1);
  });

  it('a submission that arrives three times counts once', async () => {
    const message = await card();
    await slack.click('alice', message, 'Deny');
    const modal = await slack.waitFor(() => slack.modal('alice'), 'the modal');

    await slack.submit('alice', modal, { answer: 'not now' }, { deliveries: 3, everyConnection: true });

    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(intake.clicks).toHaveLength(1);
  });

  it('Change opens with the line, says what is wrong in it, and asks anew as whoever changed it', async () => {
    intake.requests.set(1042, planned());
    const message = await card();

    await slack.click('alice', message, 'Change');
    const modal = await slack.waitFor(() => slack.modal('alice'), 'the modal');
    expect(slack.text(modal)).toContain('host evacuate cmp-03 --reason "PSU failed"');
    const wrong = await slack.submit('alice', modal, { answer: 'host evacuate cmp-04 --reason "PSU failed"' });
    expect(wrong.errors.answer).toContain('fenced is missing: how you know that the host is powered off');
    expect(intake.lines).toEqual([]);
    await slack.submit('alice', modal, { answer: 'host evacuate cmp-04 --fenced "IPMI off" --reason "PSU failed"' });

    expect(intake.lines).toMatchObject([
      {
        text: 'host evacuate cmp-04 --fenced "IPMI off" --reason "PSU failed"',
        requester: { kind: 'slack', user: slack.ids.alice },
        entry: 'modal',
        replaces: 1042,
        place: { channel: slack.ids['#ops'] },
      },
    ]);
  });

  it('the target is typed, and a wrong one is an error in the form', async () => {
    intake.requests.set(1042, planned());
    const message = await card();

    await slack.click('bob', message, 'Type the name');
    const modal = await slack.waitFor(() => slack.modal('bob'), 'the modal');
    expect(slack.text(modal)).toMatchInlineSnapshot(`
    "— Confirm R-1042 —
    *Evacuate *\`cmp-03\`
    ⚠️ Warning: it was up a minute ago
    Type cmp-03 to go on: <>
    [Go on] [Back]"
  `);
    const wrong = await slack.submit('bob', modal, { answer: 'cmp-30' });
    expect(wrong.errors).toEqual({ answer: 'That is not cmp-03. Capitals count.' });
    expect(intake.clicks).toEqual([]);
    await slack.submit('bob', modal, { answer: ' cmp-03 ' });

    expect(intake.clicks).toMatchObject([
      { act: { kind: 'type target', request: 1042, hash: 'abc' }, values: { typed: 'cmp-03' } },
    ]);
  });

  it('no window opens for a request that waits no more, or whose plan is another', async () => {
    intake.requests.set(1042, planned({ state: 'cancelled' }));
    const message = await card();

    await slack.click('bob', message, 'Type the name');

    await slack.waitFor(() => seenBy('bob').length === 1, 'the answer');
    expect(seenBy('bob')).toEqual(['`R-1042`* waits for this no more: it is cancelled.*']);
    expect(slack.modal('bob')).toBeUndefined();
  });

  it('a window that needs Redis while it is silent is refused with words', async () => {
    intake.silent = true;
    const message = await card();

    await slack.click('bob', message, 'Change');

    await slack.waitFor(() => seenBy('bob').length === 1, 'the answer');
    expect(seenBy('bob')[0]).toContain('Redis does not answer, so I cannot open the window now.');
  });

  it('a trigger that expired is told: click again', async () => {
    const message = await card();
    slack.answer('views.open', { error: 'expired_trigger_id' });

    await slack.click('bob', message, 'Deny');

    await slack.waitFor(() => seenBy('bob').length === 1, 'the answer');
    expect(seenBy('bob')).toEqual(['*The window could not be opened in time. Click again.*']);
  });

  it('a click whose copy has opened the window says nothing', async () => {
    const message = await card();

    await slack.click('bob', message, 'Deny', { deliveries: 3, everyConnection: true });

    // Over HTTP there is no connection to count, and one address.
    const copies = 3 * (slack.connections || 1);
    await slack.waitFor(() => slack.callsTo('views.open').length === copies, 'all copies');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seenBy('bob')).toEqual([]);
    expect(slack.modal('bob')).toBeDefined();
  });

  it('a button that nobody knows any more is answered', async () => {
    const channel = slack.ids['#ops'] ?? '';
    const text = { type: 'plain_text', text: 'Frobnicate' } as const;
    const button = { type: 'button', action_id: 'frobnicate', text, value: 'x' } as const;
    await here.gateway.client.chat.postMessage({ channel, text: 'Old.', blocks: [{ type: 'actions', elements: [button] }] });
    const [message] = slack.messages('#ops');
    if (!message) throw new Error('the old message is missing');

    const sent = await slack.click('bob', message, 'Frobnicate');

    expect(sent.acked).toBe(true);
    await slack.waitFor(() => seenBy('bob').length === 1, 'the answer');
    expect(seenBy('bob')[0]).toContain('This button is from an older version of me');
    expect(intake.clicks).toEqual([]);
  });

  it('forms and shortcuts that nobody knows are answered too', async () => {
    const message = await card();
    await slack.click('alice', message, 'Deny');
    const modal = await slack.waitFor(() => slack.modal('alice'), 'the modal');
    modal.definition.callback_id = 'frobnicate';

    await slack.submit('alice', modal, { answer: 'not now' });
    await slack.shortcut('bob', 'frobnicate', message);

    await slack.waitFor(() => slack.directs('alice').length === 1 && seenBy('bob').length === 1, 'both answers');
    expect(slack.directs('alice').map(slack.text)).toEqual([
      '*This form is from an older version of me. Type the line instead, or *`help`*.*',
    ]);
    expect(slack.modal('alice')).toBeUndefined();
    expect(seenBy('bob')[0]).toContain('I do not know what to do with that.');
    expect(intake.clicks).toEqual([]);
  });

  it('people of another workspace cannot click', async () => {
    const message = await card();

    await slack.click('stranger', message, 'Approve');
    await slack.click('stranger', message, 'Deny');

    await slack.waitFor(() => seenBy('stranger').length === 2, 'both answers');
    expect(seenBy('stranger')[0]).toBe('*I work for another workspace than yours, so I take nothing from you here.*');
    expect(slack.modal('stranger')).toBeUndefined();
    expect(intake.clicks).toEqual([]);
  });
});
