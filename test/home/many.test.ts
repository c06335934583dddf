import { expect, it } from 'vitest';
import { checkView } from '../../demo/workspace/block-kit.ts';
import { toyBot } from '../bot.ts';
import { asking, carded, pagesOf, SET, section } from './pages.ts';

it('of a hundred open requests it shows ten, counts the others and says where to see them', async () => {
  const bot = await toyBot();
  const pages = pagesOf(bot);
  const { redis, keys } = bot.running.core.store;
  await bot.say('bob', SET);
  const request = await bot.untilOf(1001, 'waiting');
  // Planned one by one they would keep the pretend cloud busy for a while.
  for (let number = 1002; number <= 1100; number += 1) {
    const doc = JSON.stringify({ ...request, number });
    await redis.hset(keys.request(number), { doc, head: String(number), state: 'waiting' });
    await redis.zadd(keys.open, request.since, number);
  }

  const approver = await pages.open('alice', 'Waits for you (100)');
  const asker = await pages.open('bob', 'You asked (100)');

  expect(section(approver, 'Waits for you').match(/\[Approve\] \[Deny\] \[Check for me\] \[Change\] \[Cancel\]/g)).toHaveLength(
    10,
  );
  expect(approver).toContain('90 more. Type request list for everything that is open.');
  expect(section(asker, 'You asked').match(/\[Cancel\]/g)).toHaveLength(8);
  expect(asker).toContain('92 more. Type request list --mine for your open ones, request list --mine --all for all.');
  for (const who of ['alice', 'bob']) expect(checkView(pages.view(who).definition, 'home')).toEqual([]);
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
