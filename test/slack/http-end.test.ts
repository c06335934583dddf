import { expect, it, onTestFinished } from 'vitest';
import type { Taken } from '../../src/intake/incoming.ts';
import { eventually } from '../bot.ts';
import { stage } from './stage.ts';

it('a gateway that ends lets the line that is on its way be answered, and refuses what comes so that Slack sends it again', async () => {
  const here = await stage({ way: 'http', limits: { retryAfterMs: Array(500).fill(20) } });
  onTestFinished(here.stop);
  const { slack, intake, gateway } = here;
  let take: (taken: Taken) => void = () => undefined;
  intake.next.push(new Promise((resolve) => (take = resolve)));
  const underWay = slack.slash('bob', '#ops', 'host list');
  await eventually(() => intake.next.length === 0, 'the line');

  const stopped = gateway.stop();
  const event = await slack.mention('carol', '#ops', 'host show cmp-03');
  const line = await slack.slash('alice', '#ops', 'host list');
  take({ taken: false, because: 'late' });
  await stopped;
  await here.start();

  expect(await underWay).toMatchObject({ acked: true });
  expect(slack.ephemerals('bob').map(slack.text)).toEqual(['*Redis was too slow, so your line was not taken. Type it again.*']);
  expect(gateway.connected()).toBe(false);
  expect(line).toMatchObject({ acked: false, error: 'http_service_error' });
  expect(slack.ephemerals('alice').map(slack.text)).toEqual(['/stack failed with the error "http_service_error"']);
  expect(event).toMatchObject({ acked: false, error: 'http_error' });
  expect(await event.final).toMatchObject({ acked: true });
  expect(intake.lines.map(({ text }) => text)).toEqual(['host show cmp-03']);
});
