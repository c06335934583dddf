import { expect, it } from 'vitest';
import { checkView } from '../../demo/workspace/block-kit.ts';
import { toyBot } from '../bot.ts';
import { asking, carded, pagesOf, section } from './pages.ts';

// A hundred lines are planned, and a card of each is on its way to three people.
it('of a hundred open requests it shows ten, counts the others and says where to see them', { timeout: 60_000 }, async () => {
  const bot = await toyBot();
  const pages = pagesOf(bot);
  const { redis, keys } = bot.running.core.store;
  const lines = Array.from({ length: 100 }, (_, i) => `cores set demo --cores ${21 + i} --reason "one of a hundred"`);
  await Promise.all(lines.map((line) => bot.slack.slash('bob', '#ops', line)));
  await bot.slack.openHome('alice');
  await bot.slack.openHome('bob');

  const approver = await bot.slack.waitFor(
    () => bot.slack.home('alice') && pages.now('alice').includes('(100)') && pages.now('alice'),
    'all',
    45_000,
  );
  const asker = await bot.slack.waitFor(
    () => pages.now('bob').includes('You asked (100)') && pages.now('bob'),
    'his own',
    45_000,
  );

  expect(await redis.zcard(keys.open)).toBe(100);
  expect(section(approver, 'Waits for you').match(/\[Approve\] \[Deny\] \[Change\] \[Cancel\]/g)).toHaveLength(10);
  expect(approver).toContain('90 more. Type request list for everything that is open.');
  expect(section(asker, 'You asked').match(/\[Cancel\]/g)).toHaveLength(8);
  expect(asker).toContain('92 more. Type request list --mine for your open ones, request list --mine --all for all.');
  for (const who of ['alice', 'bob']) expect(checkView(pages.view(who).definition, 'home')).toEqual([]);
  // Links to cards that Slack lets us post one a second.
  expect(bot.slack.callsTo('chat.getPermalink').length).toBeLessThanOrEqual(100);
});

it('names and reasons with markup are shown as they were typed: nothing pings, links or formats', async () => {
  const evil = '<!channel> *x* <http://evil.example|Open the card> <@U0BOB0000> :tada: \u202edeny';
  const bot = await asking([{ count: 2, roles: ['approver'] }], {});
  const pages = pagesOf(bot);
  const typed = evil.replaceAll('"', "'");
  await bot.slack.slash('bob', '#ops', `cores set demo --cores 30 --reason "${typed}"`, { raw: true });
  await carded(bot);

  const page = await pages.open('alice', 'Open the card (https://home.slack.example/');

  expect(section(page, 'Waits for you')).toContain('Set cores to 30 in 1 project: ');
  expect(section(page, 'Waits for you')).not.toContain('\u202e');
  const json = JSON.stringify(pages.view('alice').definition);
  expect(json).not.toMatch(/"type":"(mrkdwn|markdown|user|usergroup|broadcast|emoji)"/);
  expect([...json.matchAll(/"type":"link","url":"([^"]*)"/g)].map(([, url]) => new URL(url ?? '').host)).toEqual([
    'home.slack.example',
  ]);
});
