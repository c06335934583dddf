import { expect, it } from 'vitest';
import type { View } from '../../demo/workspace/model.ts';
import { type Bot, toyBot } from '../bot.ts';

const SET = 'cores set demo alice-lab --cores 40 --reason "more load"';

/** Clicks Change on the card and waits for the form. */
async function change({ slack, cardMessage, card }: Bot, who: string): Promise<View> {
  const shown = await slack.waitFor(() => card().includes('[Change]') && cardMessage(), 'a card with Change');
  await slack.click(who, shown, 'Change');
  return slack.waitFor(() => slack.modal(who), 'the form');
}

it('a denial ends it; card, record and requester say who and why', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const answer = await bot.deny('alice', 'not before the audit');

  expect(answer).toContain('You denied R-1001. Its requester is told.');
  const request = await bot.until('rejected');
  expect(request.votes).toMatchObject([{ name: 'alice', verdict: 'deny', reason: 'not before the audit' }]);
  await bot.slack.waitFor(() => bot.card().includes('R-1001 was denied'), 'the card at its end');
  expect(bot.card()).toContain('Denied by alice: not before the audit');
  expect(bot.card()).not.toContain('[Approve]');
  const direct = await bot.slack.waitFor(
    () => bot.directs('bob').find((text) => text.includes('R-1001 was denied')),
    'a word to bob',
  );
  expect(direct).toContain('Denied by alice: not before the audit');
  expect(bot.cloud.writes).toEqual([]);
});

it('a denial by someone without the role ends nothing', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const answer = await bot.deny('eve', 'I do not like it');

  expect(answer).toContain('Your vote does not count here');
  expect((await bot.until('waiting')).votes).toEqual([]);
  expect(bot.card()).not.toContain('I do not like it');
  await bot.approve('alice');
  await bot.until('done');
});

it('a requester does not deny, but cancels', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const answer = await bot.deny('bob', 'I was wrong');

  expect(answer).toContain('To take it back, cancel it.');
  await bot.until('waiting');
});

it('what is changed is asked anew by whoever changed it, who has no vote on it', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const form = await change(bot, 'alice');
  expect(bot.slack.text(form)).toContain(SET);
  await bot.slack.submit('alice', form, { answer: 'cores set demo --cores 30 --reason "less load"' });
  await bot.until('waiting');

  expect(await bot.request(1002)).toMatchObject({ askedBy: 'alice', args: { projects: ['demo'], cores: 30 } });
  expect((await bot.request(1001)).state).toBe('cancelled');
  await bot.slack.waitFor(
    () => bot.directs('bob').some((text) => text.includes('Changed into R-1002 by alice')),
    'a word to bob',
  );
  await bot.slack.waitFor(() => bot.card().includes('R-1002 waits for approval'), 'the new card');
  // Or her next answer would be this one.
  await bot.hears('alice', 'R-1002 waits for 1 vote of approver');
  expect(await bot.approve('alice')).toContain('You asked for this yourself');
  await bot.approve('carol');
  await bot.until('done');
  expect(bot.cloud.writes).toHaveLength(1);
});

it('the form shows the line as it was typed, whatever Slack made of it, and takes it as it stands', async () => {
  const bot = await toyBot();
  const line = 'cores set demo --cores 40 --reason "a < b & <!channel>"';
  await bot.say('bob', line);

  const form = await change(bot, 'alice');
  expect(bot.slack.text(form)).toContain(line);
  await bot.slack.submit('alice', form, {});

  expect((await bot.until('waiting')).reason).toBe('a < b & <!channel>');
});

it('a line that cannot be planned leaves the old request as it was', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const form = await change(bot, 'alice');
  await bot.slack.submit('alice', form, { answer: 'cores set no-such --cores 30 --reason "less load"' });

  await bot.hears('alice', 'There is no project no-such');
  expect((await bot.request(1001)).state).toBe('waiting');
  await bot.approve('carol');
  await bot.slack.waitFor(() => bot.card().includes('R-1001 is done'), 'the old one done');
});

it('a viewer changes nothing', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);

  const form = await change(bot, 'eve');
  await bot.slack.submit('eve', form, { answer: 'cores set demo --cores 999 --reason "mine now"' });

  await bot.hears('eve', 'You may not use cores set: it takes the role operator, and you hold viewer.');
  expect((await bot.request(1001)).state).toBe('waiting');
});

it('what has been decided meanwhile cannot be changed any more, and the change is not asked', async () => {
  const bot = await toyBot();
  await bot.say('bob', SET);
  const form = await change(bot, 'alice');
  await bot.approve('carol');
  await bot.until('done');

  await bot.slack.submit('alice', form, { answer: 'cores set demo --cores 30 --reason "less load"' });

  await bot.hears('alice', 'R-1001 is done, so it cannot be changed');
  expect((await bot.request(1002)).state).toBe('refused');
  expect(bot.cloud.writes).toHaveLength(2);
});
