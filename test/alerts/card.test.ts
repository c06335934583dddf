import { describe, expect, it } from 'vitest';
import { idOf } from '../../demo/workspace/seed.ts';
import type { Reply } from '../../src/reply.ts';
import { type AlertBot, type AlertGiven, alertBot, OPS, payload } from './sender.ts';

const ONCALL = idOf('S', 'approvers');

function host(name: string, given: AlertGiven = {}): AlertGiven {
  const { labels, annotations } = given;
  return {
    ...given,
    labels: { host: name, region: 'RegionOne', job: 'nova', ...labels },
    annotations: { summary: `Compute host ${name} is down`, ...annotations },
  };
}

function resolved(name: string, endsAt = '2026-11-25T10:14:00Z'): AlertGiven {
  return host(name, { endsAt });
}

/** What people read, without the times at which the test ran. */
function timeless(text: string): string {
  return text
    .replaceAll(/20\d\d-\d\d-\d\d \d\d:\d\d(?= UTC: )/g, 'NOW')
    .replaceAll(/last change [\d-]+ [\d:]+ UTC/g, 'last change NOW');
}

async function sees(bot: AlertBot, words: string): Promise<string> {
  return bot.slack.waitFor(() => bot.card().includes(words) && timeless(bot.card()), `a card with ${words}`);
}

async function threadSays(bot: AlertBot, words: string): Promise<string[]> {
  return bot.slack.waitFor(() => bot.thread().join('\n').includes(words) && bot.thread().map(timeless), `a thread with ${words}`);
}

describe('a group of alerts', () => {
  it('is one card, edited as it changes, resolved in place, with its history in its thread', async () => {
    const bot = await alertBot();

    await bot.fire(host('cmp-03'));
    const first = await sees(bot, 'FIRING');
    await bot.fire(host('cmp-03'), host('cmp-04', { labels: { severity: 'critical' } }), host('cmp-05'));
    const grown = await sees(bot, 'FIRING 3 of 3');
    await threadSays(bot, '2 more firing');
    await bot.fire(resolved('cmp-03'), host('cmp-04', { labels: { severity: 'critical' } }), host('cmp-05'));
    await sees(bot, 'FIRING 2 of 3');
    await bot.fire(host('cmp-04', { labels: { severity: 'critical' }, endsAt: '2026-11-25T10:14:00Z' }), resolved('cmp-05'));
    const over = await sees(bot, 'RESOLVED');
    const thread = await threadSays(bot, 'all is resolved');

    expect(first).toMatchInlineSnapshot(`
      "🔥 A-1 FIRING · warning · HostDown · region RegionOne, host cmp-03: Compute host cmp-03 is down
      Firing since 2026-11-25 10:02 UTC.
      Labels: job nova
      group {}:{alertname="HostDown"} · receiver stackhand · from http://am1:9093 · last change NOW"
    `);
    expect(grown).toMatchInlineSnapshot(`
      "🔥 A-1 FIRING 3 of 3 · critical · HostDown · region RegionOne
      Firing since 2026-11-25 10:02 UTC.
      Labels: job nova
      alert   severity  state   since (UTC)       summary
      cmp-04  critical  firing  2026-11-25 10:02  Compute host cmp-04 is down
      cmp-03  warning   firing  2026-11-25 10:02  Compute host cmp-03 is down
      cmp-05  warning   firing  2026-11-25 10:02  Compute host cmp-05 is down
      group {}:{alertname="HostDown"} · receiver stackhand · from http://am1:9093 · last change NOW"
    `);
    expect(over).toMatchInlineSnapshot(`
      "✅ A-1 RESOLVED · critical · HostDown · region RegionOne
      Fired from 2026-11-25 10:02 UTC to 2026-11-25 10:14 UTC, 12 minutes.
      Labels: job nova
      alert   severity  state     since (UTC)       summary
      cmp-04  critical  resolved  2026-11-25 10:14  Compute host cmp-04 is down
      cmp-03  warning   resolved  2026-11-25 10:14  Compute host cmp-03 is down
      cmp-05  warning   resolved  2026-11-25 10:14  Compute host cmp-05 is down
      group {}:{alertname="HostDown"} · receiver stackhand · from http://am1:9093 · last change NOW"
    `);
    expect(thread).toMatchInlineSnapshot(`
      [
        "NOW UTC: it began with 1 firing (cmp-03)
      NOW UTC: 2 more firing (cmp-04; cmp-05)
      NOW UTC: 1 resolved (cmp-03)
      NOW UTC: 2 resolved (cmp-04; cmp-05), all is resolved, after 12 minutes",
      ]
    `);
    expect(bot.cards()).toHaveLength(1);
    expect(bot.slack.messages('#ops')).toHaveLength(1);
  });

  it('that fires again is the same card, and the channel is told by a reply that it sees as well', async () => {
    const bot = await alertBot();
    await bot.fire(host('cmp-03'));
    await sees(bot, 'FIRING');
    await bot.fire(resolved('cmp-03'));
    await sees(bot, 'RESOLVED');

    await bot.fire(host('cmp-03', { startsAt: '2026-11-25T10:24:00Z' }));

    const again = await bot.slack.waitFor(() => bot.slack.messages('#ops')[1], 'a reply that the channel sees');
    expect(bot.text(again).replace(/resolved for [^.]+/, 'resolved for A WHILE')).toMatchInlineSnapshot(`
      "🔥 A-1 FIRING AGAIN · warning · HostDown · region RegionOne, host cmp-03: Compute host cmp-03 is down
      It had been resolved for A WHILE. Firing since 2026-11-25 10:24 UTC."
    `);
    expect(again).toMatchObject({ threadTs: bot.cards()[0]?.ts, broadcast: true });
    expect(bot.cards()).toHaveLength(1);
    expect(bot.text(bot.cards()[0] ?? again)).toContain('🔥 A-1 FIRING ·');

    await bot.fire(resolved('cmp-03', '2026-11-25T10:30:00Z'));
    await bot.slack.waitFor(() => bot.text(again).startsWith('✅ A-1 RESOLVED'), 'what the channel saw to be put right');
  });

  it('that is sent again and has not changed is neither edited nor written down', async () => {
    const bot = await alertBot();
    const post = payload({ alerts: [host('cmp-03'), host('cmp-04')] });
    await bot.post(post);
    await sees(bot, 'FIRING 2 of 2');

    for (let times = 0; times < 5; times += 1) expect((await bot.post(post)).status).toBe(200);

    const { redis, keys } = bot.running.core.store;
    expect(await redis.hget(keys.message('A-1/card'), 'version')).toBe('1');
    expect(await redis.keys(keys.message('A-1/thread/*'))).toEqual([]);
    expect(bot.slack.callsTo('chat.postMessage')).toHaveLength(1);
    expect(bot.slack.callsTo('chat.update')).toEqual([]);
  });

  it('is another card for another receiver, and for another group key', async () => {
    const bot = await alertBot();

    await bot.post(payload({ alerts: [host('cmp-03')] }));
    await bot.post(payload({ alerts: [host('cmp-03')], receiver: 'another' }));
    await bot.post(payload({ alerts: [host('cmp-03')], groupKey: '{}:{alertname="Another"}' }));

    await bot.slack.waitFor(() => bot.cards().length === 3, 'three cards');
    expect(
      bot
        .cards()
        .map((card) => /A-\d/.exec(bot.text(card))?.[0])
        .sort(),
    ).toEqual(['A-1', 'A-2', 'A-3']);
  });

  it('of 500 alerts shows the worst of them and counts the rest, within what Slack takes', async () => {
    const bot = await alertBot({ yaml: { alerts: { channel: OPS, shown: 25 } } });
    const long = 'x'.repeat(500);
    const many = Array.from({ length: 500 }, (_, index) =>
      host(`cmp-${String(index).padStart(3, '0')}`, {
        labels: { device: long, [`l${index}`]: long, severity: index === 499 ? 'critical' : 'warning' },
        annotations: { summary: `${index} ${long}`, description: long },
      }),
    );

    await bot.fire(...many);
    const card = await sees(bot, 'FIRING 500 of 500 · critical');

    expect(card.split('\n').filter((line) => line.includes('firing'))).toHaveLength(25);
    expect(card.split('\n').find((line) => line.includes('firing'))).toContain('cmp-499');
    expect(card).toContain('and 475 more alerts · group');
    expect(bot.slack.files('bob')).toEqual([]);
    expect(card).not.toContain('Cut here');
  });

  it('whose alerts change one by one writes into one message, whose middle is left out', async () => {
    const bot = await alertBot();
    const hosts = Array.from({ length: 20 }, (_, index) => host(`cmp-${index}`));

    for (const [index] of hosts.entries()) await bot.fire(...hosts.slice(0, index + 1));

    const { redis, keys } = bot.running.core.store;
    expect(await redis.keys(keys.message('A-1/thread/*'))).toEqual([keys.message('A-1/thread/1')]);
    const { text, lines } = JSON.parse((await redis.hget(keys.message('A-1/thread/1'), 'body')) ?? '') as Reply;
    expect([text, ...(lines ?? [])].map((line) => line.replace(/^[\d-]+ [\d:]+ UTC: /, ''))).toEqual([
      'it began with 1 firing (`cmp-0`)',
      ...[1, 2, 3, 4, 5, 6].map((index) => `1 more firing (\`cmp-${index}\`)`),
      '… 6 more changes …',
      ...[13, 14, 15, 16, 17, 18, 19].map((index) => `1 more firing (\`cmp-${index}\`)`),
    ]);
  });

  it('whose alerts Alertmanager has cut off says so, and does not call them over', async () => {
    const bot = await alertBot();
    await bot.fire(host('cmp-03'), host('cmp-04'));

    await bot.post(payload({ alerts: [host('cmp-03')], truncatedAlerts: 7 }));

    const card = await sees(bot, 'left out 7 alerts');
    expect(card).toContain('FIRING 2 of 2');
  });
});

describe('what others wrote into alerts', () => {
  const NASTY = '<!channel> `code` *bold* <https://evil.example|click> @here\u202e\n```';

  it('neither pings, links nor formats, wherever it stands', async () => {
    const bot = await alertBot({ yaml: { alerts: { channel: OPS, links: ['https://wiki.example.org'] } } });
    const nasty = (extra: string): AlertGiven => ({
      labels: { alertname: NASTY, host: `${NASTY}${extra}`, severity: NASTY, team: NASTY },
      annotations: { summary: NASTY, description: `${NASTY}.`, runbook_url: 'https://evil.example/runbook' },
      generatorURL: 'javascript:alert(1)',
    });

    await bot.post(payload({ alerts: [nasty('1')], from: 'https://evil.example', receiver: NASTY, groupKey: NASTY }));
    await sees(bot, 'FIRING');
    await bot.post(payload({ alerts: [nasty('1'), nasty('2')], from: 'https://evil.example', receiver: NASTY, groupKey: NASTY }));
    await threadSays(bot, 'more firing');

    const all = bot.slack.thread(bot.cardMessage());
    expect(all.flatMap((message) => bot.slack.pings(message))).toEqual([]);
    for (const body of all.flatMap((message) => [message, ...message.edits])) {
      const blocks = JSON.stringify(body.blocks);
      expect(blocks).not.toMatch(/"type":"(link|broadcast|user|usergroup|mrkdwn)"/);
      expect(body.text).not.toMatch(/<|>/);
      expect(blocks).not.toContain('\u202e');
      // Back-ticks of theirs begin and end no code of ours.
      expect(blocks).not.toMatch(/"text":"(code|<!channel> )"/);
    }
    expect(bot.text(bot.cardMessage())).toContain('<!channel>');
  });

  it('is a link only where it leads to an address that stackhand.yaml names', async () => {
    const links = ['https://wiki.example.org', 'http://prometheus:9090', 'http://am1:9093'];
    const bot = await alertBot({ yaml: { alerts: { channel: OPS, links } } });
    const with_ = (name: string, runbook: string): AlertGiven =>
      host(name, { annotations: { runbook_url: runbook }, generatorURL: 'http://prometheus:9090/graph?g0.expr=up+%3D%3D+0' });

    await bot.fire(
      with_('cmp-03', 'https://wiki.example.org.evil.example/x'),
      with_('cmp-04', 'https://wiki.example.org/host-down'),
    );
    const card = await sees(bot, 'FIRING');
    await bot.post(
      payload({ alerts: [with_('cmp-05', 'https://wiki.example.org@evil.example/')], groupKey: 'b', from: 'http://am1:9093/' }),
    );
    const other = await sees(bot, 'A-2 FIRING');

    expect(card).toContain(
      'Runbook (https://wiki.example.org/host-down) · Graph (http://prometheus:9090/graph?g0.expr=up+%3D%3D+0) · Alertmanager (http://am1:9093/#/alerts?receiver=stackhand)',
    );
    expect(other).not.toContain('Runbook');
  });
});

describe('routes', () => {
  const alerts = {
    channel: OPS,
    routes: [
      { match: { severity: 'critical', region: 'Region*' }, channel: idOf('C', 'audit'), mention: { critical: [ONCALL] } },
      { match: { team: 'storage' }, channel: idOf('C', 'secret') },
    ],
    mention: { warning: [idOf('U', 'bob')] },
  };

  it('go from the first to the last by any firing alert, and else to the default channel', async () => {
    const bot = await alertBot({
      slack: { channels: { secret: { private: true, bot: true, members: ['bob'] } } },
      yaml: { alerts },
    });

    await bot.post(
      payload({ alerts: [host('a'), host('b', { labels: { severity: 'critical', team: 'storage' } })], groupKey: '1' }),
    );
    await bot.post(payload({ alerts: [host('c', { labels: { team: 'storage' } })], groupKey: '2' }));
    await bot.post(payload({ alerts: [host('d', { labels: { severity: 'critical', region: 'Elsewhere' } })], groupKey: '3' }));

    await bot.slack.waitFor(
      () => bot.cards('#audit').length + bot.cards('#secret').length + bot.cards().length === 3,
      'three cards',
    );
    expect(bot.card('#audit')).toContain('A-1 FIRING 2 of 2 · critical');
    expect(bot.card('#secret')).toContain('A-2 FIRING');
    expect(bot.card()).toContain('A-3 FIRING');
  });

  it('ping whom a severity wakes, once each time that it fires, and never by an edit', async () => {
    const bot = await alertBot({
      yaml: { alerts: { channel: OPS, mention: { critical: [ONCALL], warning: [idOf('U', 'bob')] } } },
    });
    const critical = (endsAt?: string): AlertGiven =>
      host('cmp-04', { labels: { severity: 'critical' }, ...(endsAt ? { endsAt } : {}) });
    const pinged = (): string[][] => bot.slack.messages('#ops').map((message) => bot.slack.pings(message));

    await bot.fire(host('cmp-03'));
    await sees(bot, 'FIRING');
    await bot.fire(host('cmp-03'), host('cmp-05'));
    await sees(bot, 'FIRING 2 of 2');
    await bot.fire(host('cmp-03'), host('cmp-05'), critical());
    await bot.slack.waitFor(() => bot.slack.messages('#ops').length === 2, 'word that it is critical now');
    await bot.fire(resolved('cmp-03'), resolved('cmp-05'), critical('2026-11-25T10:14:00Z'));
    await bot.slack.waitFor(() => bot.text(bot.cards()[0] ?? bot.cardMessage()).includes('RESOLVED'), 'its end');
    await bot.fire(host('cmp-03', { startsAt: '2026-11-25T10:24:00Z' }));
    await bot.slack.waitFor(() => bot.slack.messages('#ops').length === 3, 'word that it fires again');

    expect(pinged()).toEqual([['@bob'], ['@approvers'], ['@bob']]);
    const thread = bot.slack.thread(bot.cards()[0] ?? bot.cardMessage());
    expect(thread.flatMap((message) => bot.slack.pings(message))).toEqual(['@bob', '@approvers', '@bob']);
  });
});

it('a storm is one message for each group, and what then changes is one more each', async () => {
  const bot = await alertBot();
  const groups = Array.from({ length: 40 }, (_, index) => `{}:{group="${index}"}`);
  const toEach = (alerts: AlertGiven[]) => Promise.all(groups.map((groupKey) => bot.post(payload({ alerts, groupKey }))));

  const first = await toEach([host('cmp-03')]);
  for (const name of ['cmp-04', 'cmp-05', 'cmp-06', 'cmp-07']) await toEach([host('cmp-03'), host(name)]);

  expect(first.map(({ status }) => status)).toEqual(groups.map(() => 200));
  const { redis, keys } = bot.running.core.store;
  const messages = await redis.keys(keys.message('*'));
  expect(messages.filter((key) => key.endsWith('/card'))).toHaveLength(40);
  expect(messages.filter((key) => key.includes('/thread/'))).toHaveLength(40);
});
