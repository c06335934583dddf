import setQuota from '../../jobs/quota/set.ts';
import { formatDuration, formatInstant } from '../chat/values.ts';
import type { Project } from '../openstack/identity.ts';
import { formatLimit, quotaValue } from '../openstack/quotas.ts';
import type { Later, OpenRevert, Raise } from '../plan.ts';
import { code } from '../reply.ts';
import { label } from '../request.ts';
import { byService, type Change, typedLimits, valueName } from './change.ts';

/**
 * What earlier changes for a time were to set back, the newest of them where there are several: value → the limit that it was to get
 * again, and the request.
 */
export type OpenValues = ReadonlyMap<string, { was: number; request: number; due: number }>;

/** Read from the payloads of `jobs/quota/set`, which take temporary values back. */
export function openValues(reverts: readonly OpenRevert[]): OpenValues {
  const values = new Map<string, { was: number; request: number; due: number }>();
  for (const { request, due, payload, values: open } of reverts) {
    const parsed = setQuota.payload.safeParse(payload);
    for (const { id, limits } of parsed.success ? parsed.data.services : []) {
      for (const [key, { to }] of Object.entries(limits)) {
        const value = quotaValue(id, key);
        if (open.includes(value)) values.set(value, { was: to, request, due });
      }
    }
  }
  return values;
}

/** What is to be set back after that time: to what it was before the first change for a time. */
export function revertLater(
  project: Project,
  changes: readonly Change[],
  afterMs: number,
  open: OpenValues,
  where: string,
): Later | undefined {
  const oldOf = (change: Change): number => open.get(valueName(change))?.was ?? change.use.limit;
  const back = changes.filter((change) => oldOf(change) !== change.to);
  // It is set to what it was before the first change for a time.
  if (back.length === 0) return undefined;
  const duration = formatDuration(afterMs).replaceAll(' ', '');
  return {
    afterMs,
    text: `Set back in project ${code(project.name)}`,
    values: back.map((change) => ({
      id: valueName(change),
      back: `${change.quota.name} ${formatLimit(change.quota, oldOf(change))}`,
      typed: typedLimits([change]),
    })),
    job: setQuota.with({
      project: { id: project.id, name: project.name },
      services: byService(back, (change) => ({ was: change.to, to: oldOf(change) })),
    }),
    line: {
      begin: `quota set ${project.id}`,
      extend: `--for ${duration} --reason "for longer"${where}`,
      keep: `--reason "to stay"${where}`,
    },
  };
}

/**
 * What a rule that lets small raises through has to hold for: from what it is, and for a value that is so for a time also from what it would go
 * back to, since that is what was approved.
 */
export function raisesOf(changes: readonly Change[], open: OpenValues): Raise[] {
  return changes.flatMap((change) => {
    const value = valueName(change);
    const until = open.get(value);
    const raise = { value, from: change.use.limit, to: change.to };
    return until ? [raise, { ...raise, from: until.was }] : [raise];
  });
}

/** That a change for a time is open, and what becomes of it. */
export function openInWords(changes: readonly Change[], open: OpenValues, forMs: number | undefined): string[] {
  return changes.flatMap((change) => {
    const until = open.get(valueName(change));
    if (!until) return [];
    const was = formatLimit(change.quota, until.was);
    const so = `${label(until.request)} set ${change.quota.name} until ${formatInstant(until.due)}, and then back to ${was}`;
    return [
      forMs === undefined ? `${so}. This ends that: it stays.` : `${so}. This takes its place, and goes back to the same ${was}.`,
    ];
  });
}
