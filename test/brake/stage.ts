import type { Cloud } from '../../demo/cloud/cloud.ts';
import type { Host } from '../../demo/cloud/state-compute.ts';
import { type Bot, type BotOptions, startBot } from '../bot.ts';

const MINUTE = 60_000;

/** A cloud of 300 compute hosts: node-001 to node-296, and the usual four. */
export function bigCloud(options: BotOptions = {}): Promise<Bot> {
  return startBot({ ...options, cloud: { seed: { many: { hosts: 296 } } } });
}

/** The first of the numbered hosts fall silent, and nova says so. */
export function loseHosts({ state }: Cloud, many: number, from = 0, minutesAgo = 10): Host[] {
  const lost = nodes(state.hosts).slice(from, from + many);
  for (const host of lost) host.silentSince = Date.now() - minutesAgo * MINUTE;
  return lost;
}

export function nodes(hosts: readonly Host[]): Host[] {
  return hosts.filter(({ name }) => name.startsWith('node-'));
}

/** They report again. */
export function bringBack(hosts: readonly { silentSince?: number }[]): void {
  for (const host of hosts) delete host.silentSince;
}

/** What a worker does every 30 s. */
export async function look({ running: { core } }: Pick<Bot, 'running'>, cloud = 'prod'): Promise<void> {
  const check = core.registry.checks.find(({ name }) => name === 'mass-down')?.check;
  const region = 'RegionOne';
  const signal = new AbortController().signal;
  await check?.run({ openstack: core.clouds.reader(cloud, region), cloud, region, core, signal, log: core.log });
}

export async function isBraked({ running }: Pick<Bot, 'running'>): Promise<boolean> {
  const { redis, keys } = running.core.store;
  return (await redis.exists(keys.brake('prod'))) === 1;
}
