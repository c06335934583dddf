import { wholeSeconds } from '../../demo/cloud/floating-ip-changes.ts';
import { uuid } from '../../demo/cloud/ids.ts';
import { ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { floatingIp, floatingIpPort } from '../../demo/cloud/seed-network.ts';
import type { FloatingIp } from '../../demo/cloud/state-network.ts';
import type { Request } from '../../src/request.ts';
import { type Bot, type BotOptions, startBot } from '../bot.ts';

export const DAY_MS = 86_400_000;
export const LINE = 'floating ip cleanup --unused-for 7d --reason "pool is full"';

/** A cloud whose seeded addresses have all been changed just now, and beside them these of demo and of alice-lab, idle for so many days. */
export async function idleBot(idleDays: Record<string, number>, options: BotOptions = {}): Promise<Bot> {
  const bot = await startBot(options);
  for (const ip of bot.cloud.state.floatingIps) ip.updated = wholeSeconds(Date.now());
  for (const [address, days] of Object.entries(idleDays)) addIdle(bot, address, days);
  return bot;
}

/** One that leads nowhere, of demo; above .200 of alice-lab. */
export function addIdle({ cloud: { state } }: Bot, address: string, days: number): FloatingIp {
  const network = state.networks.find(({ name }) => name === 'public');
  const subnet = state.subnets.find(({ name }) => name === 'public-subnet');
  if (!network || !subnet) throw new Error('the seed has a public network');
  const ofAlice = Number(address.split('.')[3]) > 200;
  const ip = floatingIp(address, ofAlice ? ALICE_LAB : DEMO_PROJECT, network.id, '', uuid);
  ip.updated = wholeSeconds(Date.now() - days * DAY_MS);
  state.floatingIps.push(ip);
  state.ports.push(floatingIpPort(ip, subnet, uuid));
  return ip;
}

export function ipOf({ cloud: { state } }: Bot, address: string): FloatingIp {
  const found = state.floatingIps.find((ip) => ip.address === address);
  if (!found) throw new Error(`${address} is gone`);
  return found;
}

export function isThere({ cloud: { state } }: Bot, address: string): boolean {
  return state.floatingIps.some((ip) => ip.address === address);
}

/** Types the line as bob and then the target: it waits for votes after that. */
export async function planned(bot: Bot, line: string, typed: string): Promise<Request> {
  await bot.slack.slash('bob', '#ops', line);
  const { number } = await bot.until('planned');
  const shown = await bot.slack.waitFor(
    () =>
      [...bot.slack.ephemerals('bob'), ...bot.slack.directs('bob')].findLast((message) => {
        const text = bot.text(message);
        return text.includes(`R-${number}`) && text.includes('[Type the target]');
      }),
    'the question',
  );
  await bot.slack.click('bob', shown, 'Type the target');
  const form = await bot.slack.waitFor(() => bot.slack.modal('bob'), 'the form');
  await bot.slack.submit('bob', form, { answer: typed });
  return bot.untilOf(number, 'waiting');
}

/** Two others approve; it runs to its end. */
export async function approvedAndRun(bot: Bot, { number }: Request): Promise<Request> {
  const card = await bot.slack.waitFor(
    () => bot.slack.messages('#ops').find((one) => bot.text(one).includes(`R-${number} waits for approval`)),
    'the card',
  );
  await bot.click('alice', 'Approve', card);
  await bot.click('carol', 'Approve', card);
  return bot.untilOf(number, 'done', 'partly done', 'nothing done', 'failed', 'unknown');
}

/** All of it. */
export async function cleanedUp(bot: Bot, line: string, typed: string): Promise<Request> {
  return approvedAndRun(bot, await planned(bot, line, typed));
}
