import { z } from 'zod';
import type { FloatingIp } from '../openstack/floating-ips.ts';
import { timeOf } from '../openstack/times.ts';
import { keepMark } from './kept.ts';

/** An address as it was when its plan was made: what the jobs compare with, and what it takes to get it back. */
export const ApprovedAddress = z.object({
  id: z.string(),
  address: z.string(),
  network: z.object({ id: z.string(), name: z.string() }),
  project: z.object({ id: z.string(), name: z.string().optional() }),
  description: z.string(),
  tags: z.array(z.string()),
  qosPolicyId: z.string().nullable(),
  /** Neutron's, as it tells them: null where it does not. */
  updatedAt: z.string().nullable(),
  revision: z.number().nullable(),
});
export type ApprovedAddress = z.infer<typeof ApprovedAddress>;

/** Neutron's clock and Redis's may be this far apart, and neutron cuts its times to whole seconds. */
const CLOCKS_APART_MS = 60_000;

/**
 * Why an address is no longer one to give back, in words; undefined while it still is.
 * @param since for one in quarantine: its tag, and when that was put on (milliseconds since 1970), which moves neutron's time itself
 */
export function whyNot(
  now: FloatingIp,
  approved: ApprovedAddress,
  { includeDescribed, quarantine }: { includeDescribed: boolean; quarantine?: { tag: string; since: number } },
): string | undefined {
  if (now.in_use) return 'It is in use again.';
  const kept = keepMark(now, { includeDescribed });
  if (kept !== undefined) return `It is to be kept: ${kept}.`;
  if (quarantine) {
    if (!now.tags.includes(quarantine.tag)) return 'Somebody took the quarantine tag off.';
    const changed = now.updated_at === null ? 0 : timeOf(now.updated_at);
    return changed > quarantine.since + CLOCKS_APART_MS ? `It was used or changed since, at ${now.updated_at}.` : undefined;
  }
  const same = now.updated_at === approved.updatedAt && now.revision_number === approved.revision;
  return same
    ? undefined
    : `It was used or changed since this was planned${now.updated_at === null ? '' : `, at ${now.updated_at}`}.`;
}
