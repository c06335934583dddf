import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { View } from '../../demo/workspace/model.ts';
import type { Slack } from '../../demo/workspace/workspace.ts';
import { type Stage, stage } from './bolt-app.ts';

let here: Stage;
let slack: Slack;

beforeEach(async () => {
  here = await stage();
  slack = here.slack;
});

afterEach(() => here.stop());

const plain = (text: string) => ({ type: 'plain_text' as const, text });

const reasonModal = {
  type: 'modal' as const,
  callback_id: 'deny',
  title: plain('Deny R-12'),
  submit: plain('Deny'),
  close: plain('Back'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'why',
      label: plain('Reason'),
      element: { type: 'plain_text_input' as const, action_id: 'reason', min_length: 2 },
    },
    {
      type: 'input' as const,
      block_id: 'how',
      optional: true,
      label: plain('Tell'),
      element: {
        type: 'static_select' as const,
        action_id: 'tell',
        options: ['Nobody', 'Everybody'].map((text) => ({
          text: { type: 'plain_text' as const, text },
          value: text.toLowerCase(),
        })),
      },
    },
  ],
};

/** `/stack` opens the view. */
function opens(bolt: App, view: ModalView = reasonModal): void {
  bolt.command('/stack', async ({ ack, body, client }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view });
  });
}

/** `/stack` opens the modal; submitting it says what it holds. */
function opensModal(bolt: App): void {
  opens(bolt);
  bolt.view('deny', async ({ ack, view, body, client }) => {
    const reason = view.state.values.why?.reason?.value ?? '';
    if (reason === 'no') return ack({ response_action: 'errors', errors: { why: 'Say more than no.' } });
    await ack();
    const tell = view.state.values.how?.tell?.selected_option?.value ?? 'nobody chosen';
    await client.chat.postMessage({ channel: body.user.id, text: `Denied: ${reason} (${tell})` });
  });
}

async function openModal(who: string): Promise<View> {
  await slack.slash(who, '#ops', 'deny R-12');
  return slack.waitFor(() => slack.modal(who), 'the modal');
}

it('a modal shows errors under its fields, then is taken', async () => {
  await here.bolt(opensModal);
  const view = await openModal('alice');
  expect(slack.text(view)).toBe('— Deny R-12 —\nReason: <>\nTell: <>\n[Deny] [Back]');

  const refused = await slack.submit('alice', view, { Reason: 'no', Tell: 'Everybody' });

  expect(refused.errors).toEqual({ why: 'Say more than no.' });
  expect(slack.text(view)).toBe('— Deny R-12 —\nReason: <no>\n  ! Say more than no.\nTell: <Everybody>\n[Deny] [Back]');
  expect(await slack.submit('alice', view, { reason: 'cmp-03 is in use' })).toMatchObject({ acked: true, errors: {} });
  expect(slack.modal('alice')).toBeUndefined();
  await slack.waitFor(() => slack.directs('alice').length === 1, 'the answer');
  expect(slack.directs('alice').map(slack.text)).toEqual(['Denied: cmp-03 is in use (everybody)']);
});

it('an incomplete modal is kept back without asking the app', async () => {
  await here.bolt(opensModal);
  const view = await openModal('alice');

  expect((await slack.submit('alice', view)).errors).toEqual({ why: 'Please complete this required field.' });
  expect((await slack.submit('alice', view, { Reason: 'x' })).errors).toEqual({ why: 'Please use at least 2 characters.' });
  await expect(slack.submit('bob', view, { Reason: 'mine now' })).rejects.toThrow("not bob's");
});

it('a submission that nobody acknowledges leaves the modal open with trouble', async () => {
  await here.bolt(opensModal);
  const view = await openModal('alice');
  slack.loseAcks(1);

  expect(await slack.submit('alice', view, { Reason: 'because' })).toMatchObject({ acked: false, error: 'operation_timeout' });

  expect(slack.modal('alice')).toBe(view);
  expect(slack.troubles('alice')).toMatchObject([{ what: 'submit', error: 'operation_timeout' }]);
});

it('errors for a block that is not in the modal leave it open with trouble', async () => {
  await here.bolt((bolt) => {
    opens(bolt);
    bolt.view('deny', async ({ ack }) => ack({ response_action: 'errors', errors: { reason: 'An action_id is no block_id.' } }));
  });
  const view = await openModal('alice');

  await slack.submit('alice', view, { Reason: 'because' });

  expect(slack.modal('alice')).toBe(view);
  expect(slack.troubles('alice')[0]?.error).toContain('We had some trouble connecting');
});

it('a trigger is refused when it is old, used or made up', async () => {
  const errors: string[] = [];
  const seen: string[] = [];
  const app = await here.bolt((bolt) => {
    bolt.command('/stack', async ({ ack, body }) => {
      await ack();
      seen.push(body.trigger_id);
    });
  });
  const open = (trigger_id: string): Promise<unknown> =>
    app.client.views
      .open({ trigger_id, view: reasonModal })
      .catch((error: { data?: { error?: string } }) => errors.push(error.data?.error ?? ''));
  await slack.slash('bob', '#ops', 'one');
  await slack.slash('bob', '#ops', 'two');
  const [one = '', two = ''] = await slack.waitFor(() => seen.length === 2 && seen, 'both lines');

  await open(one);
  await open(one);
  slack.advance(3000);
  await open(two);
  await open('12.34.abc');

  expect(errors).toEqual(['exchanged_trigger_id', 'expired_trigger_id', 'invalid_trigger_id']);
});

it('a view can be updated with its hash, pushed three deep, and closed', async () => {
  const app = await here.bolt(opensModal);
  const view = await openModal('bob');
  const { hash } = view;
  const loading = { ...reasonModal, title: plain('Changed') };

  await app.client.views.update({ view_id: view.id, hash, view: loading });
  const again = app.client.views.update({ view_id: view.id, hash, view: loading });

  await expect(again).rejects.toMatchObject({ data: { error: 'hash_conflict' } });
  expect(slack.text(view)).toContain('— Changed —');
  await slack.dismiss('bob', view);
  expect(slack.modal('bob')).toBeUndefined();
  await expect(app.client.views.update({ view_id: view.id, view: loading })).rejects.toMatchObject({
    data: { error: 'not_found' },
  });
});

it('a button in a modal pushes another view on top, and submitting shows the one below again', async () => {
  await here.bolt((bolt) => {
    const more = { type: 'button' as const, action_id: 'more', text: plain('More') };
    opens(bolt, { type: 'modal', title: plain('Below'), blocks: [{ type: 'actions', elements: [more] }] });
    bolt.action('more', async ({ ack, body, client }) => {
      await ack();
      if (body.type === 'block_actions') await client.views.push({ trigger_id: body.trigger_id, view: reasonModal });
    });
    bolt.view('deny', async ({ ack }) => ack());
  });
  const below = await openModal('bob');
  expect(slack.text(below)).toBe('— Below —\n[More]');

  await slack.click('bob', below, 'More');

  const top = await slack.waitFor(() => slack.modal('bob') !== below && slack.modal('bob'), 'the one on top');
  expect(slack.text(top)).toContain('— Deny R-12 —');
  await slack.submit('bob', top, { Reason: 'because' });
  expect(slack.modal('bob')).toBe(below);
});

it('the Home tab is published to one person', async () => {
  await here.bolt((bolt) => {
    bolt.event('app_home_opened', async ({ event, client }) => {
      const view = {
        type: 'home' as const,
        blocks: [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'Nothing *waits* for you.' } }],
      };
      await client.views.publish({ user_id: event.user, view });
    });
  });

  await slack.openHome('alice');

  const home = await slack.waitFor(() => slack.home('alice'), 'the Home tab');
  expect(slack.text(home)).toBe('Nothing *waits* for you.');
  expect(slack.home('bob')).toBeUndefined();
});

it('a Home that Slack would refuse is refused: with a frame, of nobody, over another view, or where the app has no Home tab', async () => {
  const app = await here.bolt(() => {});
  const view = { type: 'home' as const, blocks: [] };
  const user_id = slack.id('bob');
  const publish = (more: object): Promise<unknown> => app.client.apiCall('views.publish', { user_id, view, ...more });
  const refused = (error: string): object => ({ data: { error } });

  await expect(publish({ user_id: '' })).rejects.toMatchObject(refused('invalid_arguments'));
  await expect(publish({ user_id: 'U0NOBODY0' })).rejects.toMatchObject(refused('user_not_found'));
  await expect(publish({ view: { ...view, title: plain('Home') } })).rejects.toMatchObject(refused('invalid_arguments'));
  await expect(publish({ view: { ...view, type: 'modal' } })).rejects.toMatchObject(refused('invalid_arguments'));
  await expect(publish({ hash: '1.2' })).rejects.toMatchObject(refused('hash_conflict'));
  await publish({});
  const hash = slack.home('bob')?.hash;
  await publish({ hash });
  await expect(publish({ hash })).rejects.toMatchObject(refused('hash_conflict'));
  slack.workspace.app.homeTab = false;
  await expect(publish({})).rejects.toMatchObject(refused('not_enabled'));

  expect(slack.home('bob')?.edits).toHaveLength(1);
});

it('an external select asks the app for options', async () => {
  await here.bolt((bolt) => {
    const element = { type: 'external_select' as const, action_id: 'host', min_query_length: 0 };
    opens(bolt, { ...reasonModal, blocks: [{ type: 'input', block_id: 'host', label: plain('Host'), element }] });
    bolt.options('host', async ({ ack, options }) => {
      await ack({
        options: ['cmp-01', 'cmp-02']
          .filter((h) => h.includes(options.value))
          .map((h) => ({ text: { type: 'plain_text', text: h }, value: h })),
      });
    });
  });
  const view = await openModal('bob');

  expect(await slack.suggestions('bob', view, 'Host', '02')).toEqual(['cmp-02']);
});

it('no more than three views stand on each other', async () => {
  await here.bolt((bolt) => {
    opens(bolt);
    bolt.view('deny', async ({ ack }) => ack({ response_action: 'push', view: reasonModal }));
  });
  await openModal('bob');
  const top = (): View => slack.modal('bob') ?? expect.fail('no modal');

  for (let i = 0; i < 3; i += 1) await slack.submit('bob', top(), { Reason: 'because' });

  expect(slack.workspace.modals.get(slack.id('bob'))).toHaveLength(3);
  expect(slack.troubles('bob')[0]?.error).toContain('push_limit_reached');
});

it('a view that is too large, or wrong, is refused', async () => {
  const app = await here.bolt(() => {});
  const sections = (n: number, text: string) =>
    Array.from({ length: n }, () => ({ type: 'section' as const, text: plain(text) }));
  const publish = (blocks: object[]): Promise<unknown> =>
    app.client.apiCall('views.publish', { user_id: slack.id('bob'), view: { type: 'home', blocks } });

  await expect(publish(sections(90, 'x'.repeat(2900)))).rejects.toMatchObject({ data: { error: 'view_too_large' } });
  await expect(publish(sections(101, 'x'))).rejects.toMatchObject({ data: { error: 'invalid_arguments' } });
  await expect(publish(sections(80, 'x'.repeat(2900)))).resolves.toMatchObject({ ok: true });
});

it('closing a modal is told where the app asked for it', async () => {
  const closed: string[] = [];
  await here.bolt((bolt) => {
    opens(bolt, { ...reasonModal, notify_on_close: true });
    bolt.view({ type: 'view_closed', callback_id: 'deny' }, async ({ ack, body }) => {
      await ack();
      closed.push(body.view.id);
    });
  });
  const view = await openModal('bob');

  await slack.dismiss('bob', view);

  expect(closed).toEqual([view.id]);
});
