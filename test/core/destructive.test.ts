import { expect, it } from 'vitest';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import type { Message, View } from '../../demo/workspace/model.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { createIntake } from '../../src/intake/intake.ts';
import { type Bot, toyBot } from '../bot.ts';

const WIPE = 'cores wipe demo --cores 40 --reason "more load"';

function asked({ slack }: Bot, where: Message[]): Message | undefined {
  return where.findLast((message) => slack.text(message).includes('[Type the target]'));
}

/** Clicks on what only the requester was shown, and waits for the form. */
async function form(bot: Bot): Promise<View> {
  const { slack } = bot;
  const shown = await slack.waitFor(() => asked(bot, [...slack.ephemerals('bob'), ...slack.directs('bob')]), 'the question');
  await slack.click('bob', shown, 'Type the target');
  return slack.waitFor(() => slack.modal('bob'), 'the form');
}

function inChannel({ slack }: Bot): Message[] {
  return slack.messages('#ops').filter(({ ephemeralTo }) => !ephemeralTo);
}

it('shows the plan to its requester alone, who types the target; only then two others are asked', async () => {
  const bot = await toyBot();

  const told = await bot.say('bob', WIPE);

  expect(told).toContain('R-1001 waits for its requester to type the target · prod/RegionOne · destructive, 1 project');
  expect(told).toContain('30 minutes');
  expect(inChannel(bot)).toEqual([]);
  expect(bot.directs('alice')).toEqual([]);

  await bot.slack.submit('bob', await form(bot), { answer: 'demo' });

  await bot.hears('bob', 'R-1001 now waits for 2 votes of approver');
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.card(), 'the card');
  expect(card).toContain('Still needed: 2 votes of approver');
  expect(card).toContain('Time left: 30 minutes');
  expect(await bot.approve('alice')).toContain('Still needed: 1 vote of approver');
  expect(await bot.approve('alice')).toContain('You have voted on R-1001 already');
  expect(await bot.approve('bob')).toContain('You asked for this yourself');
  expect(bot.cloud.writes).toEqual([]);
  await bot.approve('carol');
  await bot.until('done');
  expect(limitsOf(bot.cloud.state.quotas.compute, DEMO_PROJECT).cores).toBe(40);
});

it('in all regions takes the target once, and the votes for both', async () => {
  const regions = ['RegionOne', 'RegionTwo'];
  const bot = await toyBot({ cloud: { regions } });
  await bot.say('bob', `${WIPE} --region all`);

  await bot.slack.submit('bob', await form(bot), { answer: 'demo' });
  const card = await bot.slack.waitFor(() => bot.card().includes('[Approve]') && bot.card(), 'the card');
  await bot.approve('alice');
  await bot.approve('carol');
  await bot.until('done');

  expect(card).toContain('prod/RegionOne+RegionTwo · destructive, 1 project');
  expect(regions.map((region) => limitsOf(bot.cloud.stateOf(region).quotas.compute, DEMO_PROJECT).cores)).toEqual([40, 40]);
});

it('a wrong target is an error in the form, and asks nobody', async () => {
  const bot = await toyBot();
  await bot.say('bob', WIPE);
  const shown = await form(bot);

  const { errors } = await bot.slack.submit('bob', shown, { answer: 'Demo' });

  expect(errors).toEqual({ answer: 'That is not demo. Capitals count.' });
  expect((await bot.until('planned')).votes).toEqual([]);
  expect(inChannel(bot)).toEqual([]);
  await bot.slack.submit('bob', shown, { answer: 'demo' });
  await bot.until('waiting');
});

it.each([
  ['another operator', 'carol', 'demo', 'Only the requester of R-1001 types its target.'],
  ['the requester, with a form that was tampered with', 'bob', 'alice-lab', 'That is not the target of R-1001.'],
])('the worker compares again: %s types in vain', async (_who, who, typed, answer) => {
  const bot = await toyBot();
  await bot.say('bob', WIPE);
  const { hash = '' } = await bot.until('planned');
  const { core } = bot.running;
  const { teamId: team, ids } = bot.slack;
  const place = { kind: 'channel', team, channel: ids['#ops'] ?? '' } as const;
  const act = { kind: 'type target', request: 1001, hash } as const;

  // Slack shows the question to nobody else, so the click is made by hand.
  const intake = createIntake(core);
  await intake.click({ dedupe: ['by hand'], act, user: idOf('U', who), team, place, values: { typed } });

  await bot.hears(who, answer);
  expect((await bot.request(1001)).state).toBe('planned');
  expect(inChannel(bot)).toEqual([]);
});

it('asked in direct messages, the target is typed there and the card goes to the approvals channel', async () => {
  const bot = await toyBot();
  await bot.slack.direct('bob', WIPE);
  const shown = await form(bot);

  await bot.slack.submit('bob', shown, { answer: 'demo' });

  await bot.slack.waitFor(() => bot.card('#ops').includes('R-1001 waits for approval'), 'the card');
});

it('taken back before the target was typed, nobody else has heard of it', async () => {
  const bot = await toyBot();
  await bot.say('bob', WIPE);
  const shown = await bot.slack.waitFor(() => asked(bot, bot.slack.ephemerals('bob')), 'the question');

  await bot.slack.click('bob', shown, 'Cancel');

  await bot.until('cancelled');
  await bot.hears('bob', 'Cancelled by bob. Nothing was changed.');
  expect(inChannel(bot)).toEqual([]);
  expect(bot.directs('alice')).toEqual([]);
});
