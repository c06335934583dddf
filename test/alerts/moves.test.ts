import { describe, expect, it } from 'vitest';
import type { Message } from '../../demo/workspace/model.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { eventually, gate } from '../bot.ts';
import { type AlertBot, type AlertGiven, alertBot, OPS, payload } from './sender.ts';

const ONCALL = idOf('S', 'approvers');
const AUDIT = idOf('C', 'audit');
const STORAGE = idOf('C', 'storage');
const SLACK = { channels: { storage: { bot: true, members: ['bob'] } } };

const ALERTS = {
  channel: OPS,
  routes: [
    { match: { severity: 'critical' }, channel: AUDIT },
    { match: { severity: 'error' }, channel: STORAGE },
  ],
  mention: { critical: [ONCALL], warning: [idOf('U', 'bob')] },
};

function disk(severity: string, given: AlertGiven = {}): AlertGiven {
  return { ...given, labels: { alertname: 'DiskFull', cluster: 'prod-1', device: severity, severity } };
}

function over(severity: string): AlertGiven {
  return disk(severity, { endsAt: '2026-11-25T10:14:00Z' });
}

function linkTo(message?: Message): string {
  return `/archives/${message?.channel}/p${message?.ts.replace('.', '')}`;
}

async function shows(bot: AlertBot, words: string, where = '#ops'): Promise<string> {
  return bot.slack.waitFor(() => {
    const card = bot.cards(where).at(-1);
    return card && bot.text(card).includes(words) && bot.text(card).replaceAll(/change [\d-]+ [\d:]+ UTC/g, 'change NOW');
  }, `a card with ${words} in ${where}`);
}

async function threadOf(bot: AlertBot, words: string, where = '#ops'): Promise<string[]> {
  const timeless = (text: string): string => text.replaceAll(/20\d\d-\d\d-\d\d \d\d:\d\d UTC: /g, 'NOW: ');
  return bot.slack.waitFor(
    () => bot.thread(where).join('\n').includes(words) && bot.thread(where).map(timeless),
    `a thread with ${words} in ${where}`,
  );
}

describe('a group that now fits an earlier route', () => {
  it('goes on in a new card there, which pings, and each of the two leads to the other', async () => {
    const bot = await alertBot({ slack: SLACK, yaml: { alerts: ALERTS } });
    await bot.fire(disk('warning'));
    await shows(bot, 'FIRING');

    await bot.fire(disk('warning'), disk('critical'));

    const there = await shows(bot, 'FIRING', '#audit');
    const here = await shows(bot, 'WENT ON');
    const thread = await threadOf(bot, 'goes on');
    const [old] = bot.cards();
    const [card] = bot.cards('#audit');
    const named = (text: string): string =>
      text.replaceAll(/https\S+\/p\d+/g, (url) => (url.endsWith(linkTo(old)) ? 'OLD' : url.endsWith(linkTo(card)) ? 'NEW' : url));
    expect(named(there)).toMatchInlineSnapshot(`
      "🔥 A-1 FIRING 2 of 2 · critical · DiskFull · cluster prod-1
      Firing since 2026-11-25 10:02 UTC.
      @approvers @bob
      What was before (OLD)
      alert     severity  state   since (UTC)       summary
      critical  critical  firing  2026-11-25 10:02
      warning   warning   firing  2026-11-25 10:02
      group {}:{alertname="HostDown"} · receiver stackhand · from http://am1:9093 · last change NOW"
    `);
    expect(named(here)).toMatchInlineSnapshot(`
      "➡️ A-1 WENT ON in C0AUDIT00 · critical · DiskFull · cluster prod-1
      What becomes of it is told there, and no more here.
      Open it there (NEW)"
    `);
    expect(thread).toMatchInlineSnapshot(`
      [
        "NOW: it began with 1 firing (warning)
      NOW: 1 more firing (critical), and it goes on in another channel",
      ]
    `);
    expect(card && bot.slack.pings(card)).toEqual(['@approvers', '@bob']);
    expect([bot.cards(), bot.cards('#audit')].map((cards) => cards.length)).toEqual([1, 1]);
  });

  it('stays there when it is less severe again, with its history below its new card, until it is over', async () => {
    const bot = await alertBot({ slack: SLACK, yaml: { alerts: ALERTS } });
    await bot.fire(disk('warning'));
    await bot.fire(disk('warning'), disk('critical'));
    await shows(bot, 'WENT ON');
    const moved = bot.text(bot.cardMessage());

    await bot.fire(disk('warning'), over('critical'));
    await shows(bot, 'FIRING 1 of 2 · warning', '#audit');
    await bot.fire(disk('warning'), disk('critical', { startsAt: '2026-11-25T10:20:00Z' }), disk('error'));
    await shows(bot, 'FIRING 3 of 3 · critical', '#audit');
    await bot.fire(over('warning'), disk('critical', { endsAt: '2026-11-25T10:30:00Z' }), over('error'));
    const end = await shows(bot, 'RESOLVED', '#audit');

    expect(end).toContain('✅ A-1 RESOLVED');
    expect(await threadOf(bot, 'all is resolved', '#audit')).toHaveLength(1);
    expect(bot.text(bot.cardMessage())).toBe(moved);
    expect([bot.cards(), bot.cards('#audit'), bot.cards('#storage')].map((cards) => cards.length)).toEqual([1, 1, 0]);
  });

  it('leads there from its old card even where the new one takes its time', async () => {
    const bot = await alertBot({ slack: SLACK, yaml: { alerts: ALERTS } });
    await bot.fire(disk('warning'));
    await shows(bot, 'FIRING');
    const slow = gate();
    bot.slack.answer('chat.postMessage', { until: slow.until });
    const { redis, keys } = bot.running.core.store;

    await bot.fire(disk('warning'), disk('critical'));
    await eventually(async () => (await redis.hget(keys.message('A-1/card'), 'waited')) !== null, 'the old card to wait');
    slow.open();

    expect(await shows(bot, 'WENT ON')).toContain('Open it there');
  });

  it('climbs from route to route, and each card leads to the next', async () => {
    const bot = await alertBot({ slack: SLACK, yaml: { alerts: ALERTS } });
    await bot.fire(disk('warning'));
    await shows(bot, 'FIRING');
    await bot.fire(disk('warning'), disk('error'));
    await shows(bot, 'WENT ON');
    await bot.fire(disk('warning'), disk('error'), disk('critical'));
    await shows(bot, `WENT ON in ${AUDIT}`, '#storage');
    await shows(bot, 'FIRING 3 of 3', '#audit');

    expect(bot.card()).toContain(`WENT ON in ${STORAGE}`);
    expect([bot.cards(), bot.cards('#storage'), bot.cards('#audit')].map((cards) => cards.length)).toEqual([1, 1, 1]);
  });

  it('is asked anew where it belongs when it fires again', async () => {
    const bot = await alertBot({ slack: SLACK, yaml: { alerts: ALERTS } });
    await bot.fire(disk('critical'));
    await shows(bot, 'FIRING', '#audit');
    await bot.fire(over('critical'));
    await shows(bot, 'RESOLVED', '#audit');

    await bot.fire(disk('warning', { startsAt: '2026-11-25T11:00:00Z' }));

    const card = await shows(bot, 'FIRING');
    expect(card).toContain('A-1 FIRING · warning');
    await shows(bot, `WENT ON in ${OPS}`, '#audit');
    expect(await threadOf(bot, 'fires again', '#audit')).toContain('NOW: it fires again, in another channel');
    expect(bot.slack.pings(bot.cardMessage())).toEqual(['@bob']);
  });

  it('where we cannot post there, is told instead, and the old card says where all the same', async () => {
    const bot = await alertBot({
      slack: { channels: { secret: { private: true, bot: false, members: ['bob'] } } },
      yaml: { alerts: { ...ALERTS, routes: [{ match: { severity: 'critical' }, channel: idOf('C', 'secret') }] } },
    });
    await bot.fire(disk('warning'));
    await shows(bot, 'FIRING');

    await bot.fire(disk('warning'), disk('critical'));

    await shows(bot, `WENT ON in ${idOf('C', 'secret')}`);
    expect(await shows(bot, 'FIRING 2 of 2', '#audit')).toContain('I could not post this in its channel');
  });

  it('sent twice at once by a pair goes on once', async () => {
    const bot = await alertBot({ slack: SLACK, yaml: { alerts: ALERTS } });
    await bot.fire(disk('warning'));
    await shows(bot, 'FIRING');
    const alerts = [disk('warning'), disk('critical')];

    await Promise.all(
      ['http://am1:9093', 'http://am2:9093', 'http://am1:9093'].map((from) => bot.post(payload({ alerts, from }))),
    );
    await shows(bot, 'WENT ON');

    const { redis, keys } = bot.running.core.store;
    expect((await redis.keys(keys.message('A-1/card*'))).sort()).toEqual(['A-1/card', 'A-1/card/2'].map(keys.message));
    expect(bot.cards('#audit')).toHaveLength(1);
  });
});
