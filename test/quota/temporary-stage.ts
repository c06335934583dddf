import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import type { Message } from '../../demo/workspace/model.ts';
import type { Request } from '../../src/request.ts';
import { type Bot, eventually } from '../bot.ts';

export const LINE = 'quota set alice-lab cores=40 ram=80G volumes=20 --for 7d --reason "course"';

/** Asks, has it approved, and waits for its end. */
export async function approved(bot: Bot, line: string, number: number): Promise<Request> {
  await bot.slack.slash('bob', '#ops', line);
  const card = await bot.slack.waitFor(
    () =>
      bot.slack
        .messages('#ops')
        .find((one) => bot.text(one).includes(`R-${number} waits`) && bot.text(one).includes('[Approve]')),
    `the card of R-${number}`,
  );
  await bot.click('alice', 'Approve', card);
  return bot.untilOf(number, 'done', 'partly done', 'nothing done', 'failed');
}

/** As if the time of a change for a time were up, or nearly. */
export async function timeIsUp(
  { running }: Bot,
  number: number,
  { kind = 'revert', region = 'RegionOne' }: { kind?: 'revert' | 'revert-soon'; region?: string } = {},
): Promise<void> {
  const { redis, keys } = running.core.store;
  await redis.zadd(keys.timers, 'XX', 1, `${number}|${kind} ${region}`);
}

/** Waits until there is such a request: nobody says a line for what takes another one back. */
export async function appears(number: number, { core }: Bot['running']): Promise<void> {
  const { redis, keys } = core.store;
  await eventually(async () => (await redis.exists(keys.request(number))) === 1, `R-${number}`);
}

/** What tells bob that something of his goes back soon, with its buttons. */
export function notice(bot: Bot, button: 'Extend' | 'Keep'): Promise<Message> {
  return bot.slack.waitFor(
    () => bot.slack.directs('bob').find((message) => bot.text(message).includes(`[${button}]`)),
    'the notice',
  );
}

/** Waits for the end of the request that takes another one back. */
export async function reverted(bot: Bot, number: number, running = bot.running): Promise<Request> {
  await appears(number, running);
  return bot.untilOf(number, 'done', 'partly done', 'nothing done', 'failed');
}

export function limits({ cloud }: Bot): Record<string, number | undefined> {
  const { compute, volume } = cloud.state.quotas;
  const { cores, ram } = limitsOf(compute, ALICE_LAB);
  return { cores, ram, volumes: limitsOf(volume, ALICE_LAB).volumes };
}

export const BEFORE = { cores: 20, ram: 51_200, volumes: 10 };
export const DURING = { cores: 40, ram: 81_920, volumes: 20 };
