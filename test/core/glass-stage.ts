import { randomUUID } from 'node:crypto';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import type { View } from '../../demo/workspace/model.ts';
import { idOf } from '../../demo/workspace/seed.ts';
import { createIntake } from '../../src/intake/intake.ts';
import type { Act } from '../../src/reply.ts';
import { type Bot, type BotOptions, toyBot } from '../bot.ts';

export const SET = 'cores set demo --cores 40 --reason "more load"';
export const WIPE = 'cores wipe demo --cores 40 --reason "more load"';
export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const WHY = 'customers are down, nobody wakes up';

export const ON_CALL = {
  effects: ['read', 'change', 'disruptive', 'destructive'],
  roles: ['operator'],
  approvals: [{ roles: ['approver'] }],
  breakGlass: ['on-call'],
};
const READS = { effects: ['read'], roles: ['viewer'] };
export const ROLES = {
  viewer: { users: [idOf('U', 'eve')] },
  operator: { users: [idOf('U', 'bob'), idOf('U', 'alice')] },
  approver: { users: [idOf('U', 'alice')] },
  'on-call': { groups: [idOf('S', 'oncall')] },
};

/** Bob is on call; carol and dora own Stackhand. */
export function withGlass({ yaml, slack, ...more }: BotOptions = {}): BotOptions {
  const owners = [idOf('U', 'carol'), idOf('U', 'dora')];
  return {
    ...more,
    slack: { users: { dora: {} }, groups: { oncall: ['bob', 'carol'] }, ...slack },
    yaml: { roles: ROLES, rules: [READS, ON_CALL], breakGlass: { owners }, ...yaml },
  };
}

export function glassBot(options: BotOptions = {}): Promise<Bot> {
  return toyBot(withGlass(options));
}

/** Five minutes have gone by in which nobody answered. */
export async function unanswered(bot: Bot, line = SET, who = 'bob'): Promise<void> {
  await bot.say(who, line);
  await bot.slack.waitFor(() => bot.card().includes('[Approve]'), 'the card');
  bot.later(5 * MINUTE);
  await bot.shows('[Break glass]');
}

export async function form({ slack, cardMessage }: Bot, who: string, button = 'Break glass'): Promise<View> {
  await slack.click(who, cardMessage(), button);
  return slack.waitFor(() => slack.modal(who), 'the form');
}

/** Types target and reason. @returns what the clicker is told. */
export async function breaks(bot: Bot, who = 'bob', words = 'You broke the glass'): Promise<string> {
  await bot.slack.submit(who, await form(bot, who), { answer: 'demo', reason: WHY });
  return bot.hears(who, words);
}

/** It goes ahead alone, and has ended: only the signature is missing. */
export async function broken(bot: Bot): Promise<void> {
  await unanswered(bot);
  await breaks(bot);
  await bot.untilOf(1001, 'unsigned');
}

export async function signs(bot: Bot, who: string, answer?: string): Promise<void> {
  await bot.slack.submit(who, await form(bot, who, 'Sign'), answer === undefined ? {} : { answer });
}

export function cores({ cloud }: Bot): number | undefined {
  return limitsOf(cloud.state.quotas.compute, DEMO_PROJECT).cores;
}

/** As a click on an old card would come, or one that was made by hand. */
export async function clicks({ running, slack }: Bot, who: string, act: Act, values: Record<string, string> = {}): Promise<void> {
  const { core } = running;
  const place = { kind: 'channel', team: slack.teamId, channel: slack.ids['#ops'] ?? '' } as const;
  await createIntake(core).click({
    dedupe: [randomUUID()],
    act,
    user: idOf('U', who),
    team: slack.teamId,
    place,
    values,
  });
}

/** What they were told for their eyes alone. */
export function onTheSpot({ slack, text }: Bot, who: string): string {
  return slack.ephemerals(who).map(text).join();
}

export function reminders(bot: Bot, who: string): number {
  return bot.directs(who).filter((text) => text.includes('nobody has signed it')).length;
}
