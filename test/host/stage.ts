import { loseHost, repairHost } from '../../demo/cloud/accidents.ts';
import type { Cloud } from '../../demo/cloud/cloud.ts';
import type { Server } from '../../demo/cloud/state-compute.ts';
import type { Request, RequestState } from '../../src/request.ts';
import { type Bot, type BotOptions, startBot } from '../bot.ts';

export const LINE = 'host evacuate compute3 --fenced "power is off by IPMI" --reason "PSU failed"';

/** All ends but those that a test would not expect. */
const ENDS: RequestState[] = ['done', 'partly done', 'nothing done', 'failed', 'unknown'];

/** A bot over a cloud whose compute3 is dead, with its disks on shared storage unless a test says otherwise. */
export async function deadHost(options: BotOptions & { hosts?: object } = {}): Promise<Bot> {
  const { hosts = { shared: ['compute3'] }, ...rest } = options;
  const bot = await startBot({ ...rest, yaml: { clouds: [{ name: 'prod', hosts }], ...rest.yaml } });
  loseHost(bot.cloud.state, 'compute3');
  return bot;
}

/** Types the host's name into the form that only the requester sees, and waits for the card that asks the approvers. */
export async function typeHost(bot: Bot, who = 'bob', host = 'compute3'): Promise<string> {
  await bot.typeTarget(who, host);
  const { number } = await bot.until('waiting');
  return bot.slack.waitFor(
    () => bot.card().includes(`R-${number} waits for approval`) && bot.card(),
    'the card for the approvers',
  );
}

/** Asks, types the host, and has two others approve. @returns the card that they saw. */
export async function approved(bot: Bot, line = LINE): Promise<string> {
  await bot.say('bob', line);
  const card = await typeHost(bot, 'bob', /^host evacuate (\S+)/.exec(line)?.[1]);
  await bot.approve('alice');
  await bot.approve('carol');
  return card;
}

/** Waits for the end. @returns the request and the card as it is then. */
export async function ended(bot: Bot): Promise<{ request: Request; card: string }> {
  const request = await bot.until(...ENDS);
  const words = request.result?.text.replaceAll('`', '') ?? '';
  // Or their next answer would be this one.
  await bot.hears('bob', words);
  return { request, card: await bot.slack.waitFor(() => bot.card().includes(words) && bot.card(), 'the card of the end') };
}

export async function evacuated(bot: Bot, line = LINE): Promise<{ request: Request; card: string }> {
  await approved(bot, line);
  return ended(bot);
}

/** Powered on again, as if it had been forced down ten minutes ago: in the seconds after that nobody can tell a report from the write itself. */
export function laterRepaired({ cloud: { state } }: Bot): void {
  const earlier = (time: string): string => `${new Date(Date.parse(time) - 600_000).toISOString().slice(0, 19)}Z`;
  for (const host of state.hosts) host.disabledReason = host.disabledReason?.replace(/(?<=forced down )\S+Z/, earlier) ?? null;
  repairHost(state, 'compute3');
}

export function serverOf({ state }: Cloud, name: string): Server {
  const server = state.servers.find((one) => one.name === name);
  if (!server) throw new Error(`no server ${name}`);
  return server;
}

/** Names of the servers on a host. */
export function serversOn({ state }: Cloud, host: string): string[] {
  return state.servers.flatMap((server) => (server.host === host ? [server.name] : [])).sort();
}

/** How often Nova was asked to evacuate this server. */
export function evacuationsOf({ state }: Cloud, name: string): number {
  const { id } = serverOf({ state } as Cloud, name); // all that serverOf looks at
  return state.migrations.filter(({ serverId }) => serverId === id).length;
}
