import type { Step } from '../job.ts';
import type { ComputeService } from '../openstack/compute.ts';
import type { Migration } from '../openstack/migrations.ts';
import { timeOf } from '../openstack/times.ts';
import { code, count } from '../reply.ts';
import { FAILED } from './next.ts';
import { isOurReason } from './reason.ts';

/** Nova takes a service for down that was not heard within its `service_down_time`, by default so long. */
export const FRESH_MS = 60_000;

/** What still keeps a host from taking servers again. */
export interface Unfinished {
  /** Under way: until they end, the old guest of each may come back on the host beside the new one. */
  open: Migration[];
  /** `done`, and not cleaned up by its nova-compute. */
  uncleaned: Migration[];
}

export interface RestoreSeen extends Unfinished {
  service: ComputeService | undefined;
}

const ENDED: ReadonlySet<string> = new Set([...FAILED, 'completed']);

/** A status that we do not know counts as under way: waiting too long harms nothing. @param evacuations all away from the host. */
export function unfinished(evacuations: readonly Migration[]): Unfinished {
  return {
    open: evacuations.filter(({ status }) => status !== 'done' && !ENDED.has(status)),
    uncleaned: evacuations.filter(({ status }) => status === 'done'),
  };
}

/** `lift` and `enable`: what is to be written now. */
export type RestoreStep = Step | { lift: boolean; enable: boolean };

/**
 * What to do next about a host that is to take servers again. `first` is the time its record had when this run looked first: only a later one
 * shows that nova-compute reports, since our own writes move it too, and `state` says down as long as it is forced so.
 */
export function nextForHost(
  approved: { host: string; service: string; enable: boolean },
  { service, open, uncleaned }: RestoreSeen,
  first: string | null | undefined,
  begun: boolean,
): RestoreStep {
  const host = code(approved.host);
  if (!service || service.id !== approved.service)
    return { state: 'drifted', detail: `The nova-compute of ${host} is no longer the one that was approved.` };
  const ours = service.status === 'disabled' && isOurReason(service.disabled_reason);
  const enable = approved.enable && ours;
  if (!service.forced_down && !enable) {
    const stays =
      service.status === 'disabled' ? ` It stays disabled: ${code(service.disabled_reason ?? 'nobody said why')}.` : '';
    return { state: begun ? 'done' : 'already', detail: `${host} is not forced down.${stays}` };
  }
  if (!reports(service, first)) return { state: 'wait', detail: `I wait for nova-compute of ${host} to report once more.` };
  if (open.length > 0) return { state: 'wait', detail: `I wait for ${count(open, 'evacuation')} from ${host} to end.` };
  if (uncleaned.length > 0) {
    return {
      state: 'wait',
      detail: `I wait for nova-compute of ${host} to clean up after ${count(uncleaned, 'evacuation')}. It does so when it starts: restart it if this lasts.`,
    };
  }
  return { lift: service.forced_down === true, enable };
}

function reports({ updated_at }: ComputeService, first: string | null | undefined): boolean {
  return Boolean(updated_at && first) && timeOf(updated_at ?? '') > timeOf(first ?? '');
}
