import type { ComputeService } from '../openstack/compute.ts';
import { timeOf } from '../openstack/times.ts';

/* Why we disable a host, in words that tell us afterwards what was ours, and when we wrote it. */

/** Nova keeps 255 characters. */
const LONGEST = 255;
const OURS = /^stackhand R-\d+: .* \(forced down (\S+)\)$/s;

/** `stackhand R-1042: PSU failed (forced down 2026-11-26T05:33:20Z)`; @param now Nova's clock. */
export function disabledReason(label: string, reason: string, now: number): string {
  const end = ` (forced down ${new Date(now).toISOString().slice(0, 19)}Z)`;
  return `${`stackhand ${label}: ${reason}`.slice(0, LONGEST - end.length)}${end}`;
}

export function isOurReason(reason: string | null): boolean {
  return reason !== null && OURS.test(reason);
}

/** Nova's clock is asked for right before the write; nova-compute reports every 10 s. */
const EARLIER_MS = 1_000;
const LATER_MS = 3_000;

/**
 * Whether the last write of a service's record was our forcing it down. Nova moves `updated_at` with every write, and shows no other
 * heartbeat: what was written later is nova-compute, or somebody else.
 */
export function isOurWrite({ disabled_reason, updated_at, forced_down }: ComputeService): boolean {
  const said = OURS.exec(disabled_reason ?? '')?.[1];
  if (said === undefined || !updated_at || !forced_down) return false;
  const after = timeOf(updated_at) - timeOf(said);
  return after >= -EARLIER_MS && after <= LATER_MS;
}
