import { expect, it } from 'vitest';
import { approved, deadHost, ended, evacuated, LINE, serversOn, typeHost } from './stage.ts';

it('plans what happens to each server, with the evidence of all three facts, and changes nothing', async () => {
  const bot = await deadHost();

  await bot.say('bob', LINE);
  const card = await typeHost(bot);

  console.log(card);
  expect(bot.cloud.writes).toEqual([]);
});

it('moves them', async () => {
  const bot = await deadHost();
  const { card, request } = await evacuated(bot);
  console.log(card, request.state);
  expect(serversOn(bot.cloud, 'compute3')).toEqual([]);
});
