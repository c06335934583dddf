import { expect, it } from 'vitest';
import { startBot } from '../bot.ts';

it('answers help to the asker alone', async () => {
  const bot = await startBot();

  const answer = await bot.say('bob', 'help');

  expect(answer).toContain('whoami');
  expect(bot.slack.messages('#ops')).toEqual([]);
});
