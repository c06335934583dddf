import { expect, it } from 'vitest';
import { type Bot, toyBot } from '../bot.ts';

/** Every value that this bot keeps in Redis, as text. */
async function everythingKept({ running }: Bot): Promise<string> {
  const { redis, keys } = running.core.store;
  const kept: string[] = [];
  for (const key of await redis.keys(`${keys.number.replace(/number$/, '')}*`)) {
    const type = await redis.type(key);
    if (type === 'hash') kept.push(...Object.values(await redis.hgetall(key)));
    else if (type === 'list') kept.push(...(await redis.lrange(key, 0, -1)));
    else if (type === 'string') kept.push((await redis.get(key)) ?? '');
  }
  return kept.join('\n');
}

it('a secret answer is in its asker’s direct messages, and nowhere else', async () => {
  const bot = await toyBot();

  const onTheSpot = (): string => bot.slack.ephemerals('bob').map(bot.text).join('\n');
  await bot.slack.slash('bob', '#ops', 'cores secret demo');
  await bot.slack.waitFor(() => onTheSpot().includes('it is in your direct messages alone'), 'word of where it is');
  await bot.slack.waitFor(() => bot.directs('bob').some((text) => text.includes('hunter2-of-the-cloud')), 'the secret');
  const shown = await bot.say('alice', 'request show R-1001');

  expect(onTheSpot()).not.toContain('hunter2');
  expect(shown).not.toContain('hunter2');
  expect(await everythingKept(bot)).toContain('it is in your direct messages alone');
  expect(await everythingKept(bot)).not.toContain('hunter2');
});

it('a secret that Slack does not take is not kept for later: the asker is told to ask again', async () => {
  const bot = await toyBot();
  bot.slack.answer('conversations.open', { times: 1, status: 503 });

  const told = await bot.say('bob', 'cores secret demo');

  expect(told).toContain('Slack did not take all of it');
  expect(await everythingKept(bot)).not.toContain('hunter2');
});

it('a secret that is longer than a message goes with it as a file, every byte', async () => {
  const bot = await toyBot();

  await bot.say('bob', 'cores secret demo --times 2000');

  const file = await bot.slack.waitFor(() => bot.slack.files('bob')[0], 'the file');
  expect(String(file.content).match(/hunter2-of-the-cloud/g)).toHaveLength(2_001);
  expect(await everythingKept(bot)).not.toContain('hunter2');
});
