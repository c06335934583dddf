import { afterEach, describe, expect, it } from 'vitest';
import type { Taken } from '../../src/intake/incoming.ts';
import { eventually } from '../bot.ts';
import { reachedBy, type Stage, stage } from './stage.ts';

reachedBy('http');

// What holds for listeners over sockets holds over signed HTTP: the same tests once more.
describe('lines', async () => void (await import('./lines.test.ts')));
describe('clicks', async () => void (await import('./clicks.test.ts')));
describe('opened Homes', async () => void (await import('./opened.test.ts')));

describe('the end', () => {
  let here: Stage;
  afterEach(() => here.stop());

  it('lets the line that is on its way be answered, and refuses what comes meanwhile so that Slack sends it again', async () => {
    here = await stage({ limits: { retryAfterMs: Array(500).fill(20) } });
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
});
