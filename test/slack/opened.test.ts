import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { View } from '../../demo/workspace/model.ts';
import type { Slack } from '../../demo/workspace/workspace.ts';
import type { Button } from '../../src/reply.ts';
import { eventually, gate } from '../bot.ts';
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

  const buttons: Button[] = [
    { label: 'Approve', act: { kind: 'approve', request: 1042, hash: 'abc' } },
    { label: 'Deny', act: { kind: 'deny', request: 1042, hash: 'abc' } },
    { label: 'Plan again', act: { kind: 'plan again', request: 1042 } },
  ];

  async function home(who: string): Promise<View> {
    const section = { title: 'Waits for you', entries: [{ text: 'R-1042', buttons }], more: 0, seeMore: '', empty: '' };
    await here.gateway.delivery.publishHome(slack.id(who), { notices: [], sections: [section], notes: [] });
    return slack.waitFor(() => slack.home(who), 'the Home');
  }

  it('whoever opens it is noted, with the view that Slack shows them', async () => {
    const first = await slack.openHome('alice');
    const { hash } = await home('alice');
    await slack.openHome('alice');

    expect(first.acked).toBe(true);
    expect(intake.looks).toEqual([
      { user: slack.id('alice'), opened: true },
      { user: slack.id('alice'), opened: true, hash },
    ]);
  });

  it('the Messages tab is no Home, and people of another workspace are not noted', async () => {
    const opened = { type: 'app_home_opened', user: slack.id('alice'), channel: 'D0ALICE00', event_ts: '1.2' };

    slack.workspace.emit({ ...opened, tab: 'messages' });
    slack.workspace.emit({ ...opened, tab: 'home', user_team: 'T0OTHER00' });
    await slack.openHome('bob');

    await eventually(() => intake.looks.length > 0, 'the last of them');
    expect(intake.looks).toEqual([{ user: slack.id('bob'), opened: true }]);
    expect(slack.callsTo('views.publish')).toEqual([]);
  });

  it.each([
    [
      'Redis does not answer',
      { noted: false, because: 'no answer', later: Promise.resolve() },
      'Redis does not answer, so I cannot tell what waits',
    ],
    ['no worker is there', { noted: false, because: 'no worker' }, 'No worker of mine was heard from lately'],
  ] as const)('where %s the Home says so, and is asked for once more', async (_why, noted, words) => {
    intake.noted = noted;

    await slack.openHome('alice');

    const view = await slack.waitFor(() => slack.home('alice'), 'the Home');
    expect(slack.text(view)).toContain(words);
    await eventually(() => intake.looks.length === 2, 'the second note');
  });

  it('these words do not go over a view that is newer than what was opened', async () => {
    const view = await home('alice');
    intake.noted = { noted: false, because: 'no worker' };
    const words = gate();
    slack.answer('views.publish', { until: words.until, when: ({ hash }) => hash !== undefined });

    await slack.openHome('alice');
    await here.gateway.delivery.publishHome(slack.id('alice'), { notices: ['Newer.'], sections: [], notes: [] });
    words.open();

    await slack.waitFor(() => slack.callsTo('views.publish').length === 3, 'the late words');
    expect(slack.callsTo('views.publish').map(({ answer }) => answer.error)).toContain('hash_conflict');
    expect(slack.text(view)).toBe('*⚠️ Newer.*');
  });

  it('a click in it is taken as one in direct messages, and counts as a look', async () => {
    const view = await home('alice');

    await slack.click('alice', view, 'Plan again');

    expect(intake.clicks).toMatchObject([
      {
        act: { kind: 'plan again', request: 1042 },
        place: { kind: 'direct', channel: slack.id('alice') },
        user: slack.id('alice'),
      },
    ]);
    await eventually(() => intake.looks.length === 1, 'the look');
    expect(intake.looks).toEqual([{ user: slack.id('alice'), opened: false }]);
  });

  it('a form opened from it is taken, and answered in direct messages', async () => {
    const view = await home('alice');
    await slack.click('alice', view, 'Deny');
    const form = await slack.waitFor(() => slack.modal('alice'), 'the form');

    await slack.submit('alice', form, { answer: 'not during the fair' });

    expect(intake.clicks).toMatchObject([
      {
        act: { kind: 'deny', request: 1042, hash: 'abc' },
        values: { reason: 'not during the fair' },
        place: { kind: 'direct', channel: slack.id('alice') },
      },
    ]);
  });

  it('a click that Redis does not take is told in direct messages', async () => {
    const view = await home('alice');
    intake.next.push({ taken: false, because: 'late' });

    await slack.click('alice', view, 'Approve');

    await slack.waitFor(() => slack.directs('alice').length === 1, 'the answer');
    expect(slack.directs('alice').map(slack.text)).toEqual(['*Redis was too slow, so your click was not taken. Click again.*']);
  });
});
