import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Cloud, startCloud } from '../../demo/cloud/cloud.ts';
import { ALICE_LAB } from '../../demo/cloud/seed.ts';
import { limitsOf } from '../../demo/cloud/state.ts';
import { ENDED } from '../../src/request.ts';
import { type Bot, type BotOptions, startBot } from '../bot.ts';
import { newFolder } from '../new-folder.ts';
import { tableRow } from '../table-row.ts';

export const REGIONS = ['RegionOne', 'RegionTwo'];

/** One cloud, `prod`, with two regions. Project alice-lab has 20 cores in RegionOne and 22 in RegionTwo. */
export async function twoRegions(options: BotOptions = {}): Promise<Bot> {
  const bot = await startBot({ ...options, cloud: { regions: REGIONS } });
  setCores(bot.cloud, 22, 'RegionTwo');
  return bot;
}

/** That one, and besides it `edge` with only RegionOne, where alice-lab has 11 cores. */
export async function twoClouds({ yaml, ...options }: BotOptions = {}): Promise<{ bot: Bot; edge: Cloud }> {
  const edge = await startCloud();
  onTestFinished(() => edge.stop());
  setCores(edge, 11);
  const clouds = [{ name: 'prod' }, { name: 'edge' }];
  return { edge, bot: await twoRegions({ ...options, beside: { edge }, yaml: { clouds, ...yaml } }) };
}

/** A cloud whose entry in clouds.yaml, `pretend-admin`, names none of these regions. */
export async function withoutNames(regions: string[], configured: Record<string, unknown> = {}): Promise<Bot> {
  const cloud = await startCloud({ regions });
  onTestFinished(() => cloud.stop());
  const cloudsFile = join(newFolder(), 'clouds.yaml');
  const { regions: _, region_name: __, ...nameless } = cloud.entries['pretend-admin'] ?? {};
  await writeFile(cloudsFile, JSON.stringify({ clouds: { 'pretend-admin': nameless } }));
  return startBot({ cloudsFile, yaml: { clouds: [{ name: 'pretend-admin', ...configured }] } });
}

export function setCores(cloud: Cloud, cores: number, region = 'RegionOne'): void {
  cloud.stateOf(region).quotas.compute.own.set(ALICE_LAB, { cores });
}

/** What the cloud holds for alice-lab. */
export function coresIn(cloud: Cloud, region = 'RegionOne'): number | undefined {
  return limitsOf(cloud.stateOf(region).quotas.compute, ALICE_LAB).cores;
}

/** The same of both regions. */
export function coresOf({ cloud }: Bot): (number | undefined)[] {
  return REGIONS.map((region) => coresIn(cloud, region));
}

/** The limit of cores, as `quota show` says it of one region. */
export function saidCores(told: string): string | undefined {
  return tableRow(told, 'cores')[2];
}

/** Asks, has it approved and waits for its end. @returns the card then. */
export async function approved(bot: Bot, line: string): Promise<string> {
  await bot.say('bob', line);
  await bot.approve('alice');
  const { number } = await bot.until(...ENDED);
  return bot.slack.waitFor(() => {
    const card = bot.card();
    return card.startsWith(`R-${number} `) && card.includes('wanted') ? card : undefined;
  }, 'the card of the end');
}
