import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type Bot, startBot } from '../bot.ts';
import { newFolder } from '../new-folder.ts';
import { type Limits, openRawCloud, type QuotaService, type RawCloud } from './raw-cloud.ts';

/** Two cores serve a whole cloud here. */
const PATIENCE_MS = 30_000;

export interface RealOptions {
  /** An entry of this clouds.yaml, in the place of the real one's. */
  file?: string;
  /** Laid over the cloud's part of stackhand.yaml. */
  as?: { name?: string; writer?: string; regions?: readonly string[]; hosts?: object };
  /** Laid over the rest of it. */
  yaml?: Record<string, unknown>;
}

/** A Stackhand over the pretend Slack and the real cloud, and the real cloud itself. */
export async function realBot({ file, as, yaml }: RealOptions = {}): Promise<{ bot: Bot; cloud: RawCloud }> {
  const real = inject('realCloudsYaml');
  const cloud = await openRawCloud(real);
  const bot = await startBot({
    cloudsFile: file ?? real,
    slack: { patienceMs: PATIENCE_MS },
    yaml: { clouds: [{ name: 'real-admin', ...as }], ...yaml },
  });
  return { bot, cloud };
}

const CloudsYaml = z.object({ clouds: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** The real clouds.yaml with one more entry: `real-admin`, with `other` laid over it. @returns its name and the file. */
export async function anotherAdmin(other: Record<string, unknown>): Promise<{ name: string; file: string }> {
  const { clouds } = CloudsYaml.parse(parse(await readFile(inject('realCloudsYaml'), 'utf8')));
  const file = join(newFolder(), 'clouds.yaml');
  await writeFile(file, stringify({ clouds: { ...clouds, other: { ...clouds['real-admin'], ...other } } }), { mode: 0o600 });
  return { name: 'other', file };
}

/** Of the limits that tests change; all others are cinder's. */
const SERVICE_OF: Record<string, QuotaService> = {
  cores: 'compute',
  ram: 'compute',
  floatingip: 'network',
  security_group_rule: 'network',
};

/** The project's limits as they are; they are so again after the test. */
export async function keptLimits(cloud: RawCloud, projectId: string): Promise<Limits> {
  const before = await cloud.limits(projectId);
  onTestFinished(async () => {
    for (const [name, limit] of Object.entries(await cloud.limits(projectId))) {
      const was = before[name];
      if (was !== undefined && was !== limit) {
        await cloud.setLimits(SERVICE_OF[name] ?? 'volume', projectId, { [name]: was });
      }
    }
  });
  return before;
}

/** What differs between two moments. */
export function changed(before: Limits, after: Limits): Limits {
  return Object.fromEntries(Object.entries(after).filter(([name, limit]) => before[name] !== limit));
}

/** As people read it, without what differs from run to run: IDs, hosts, addresses and times. */
export function steady(text: string): string {
  return text
    .replace(/req-[0-9a-f-]{36}/g, 'req-…')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/g, '<id>')
    .replace(/\bcompute\d+/g, '<compute>')
    .replace(/127\.0\.0\.1:\d+/g, '<host>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC \([^)]*\)/g, '<time>');
}
