import { UserError } from '../errors.ts';
import { getComputeQuotaClass, updateComputeQuotaClass } from '../openstack/compute-quotas.ts';
import { getDefaultNetworkQuota } from '../openstack/network.ts';
import type { Limits, QuotaUses } from '../openstack/quota-set.ts';
import type { QuotaService } from '../openstack/quotas.ts';
import type { Session } from '../openstack/session.ts';
import { getVolumeQuotaClass, updateVolumeQuotaClass } from '../openstack/volume.ts';
import type { Target } from '../target.ts';

/** What rules, locks and the audit know them as. */
export const DEFAULTS: Target = { type: 'quota', id: 'default', name: 'default' };

/** The limits of projects without their own. Nothing is in use of them: they bind no project by themselves. */
export async function readDefaults(os: Session, service: QuotaService): Promise<QuotaUses> {
  const limits = await defaultLimits(os, service);
  return Object.fromEntries(Object.entries(limits).map(([key, limit]) => [key, { limit, in_use: 0, reserved: 0 }]));
}

async function defaultLimits(os: Session, service: QuotaService): Promise<Limits> {
  if (service === 'compute') return getComputeQuotaClass(os);
  if (service === 'volume') return getVolumeQuotaClass(os);
  // Neutron has no class, and the same defaults for whichever project is asked about.
  const { project } = await os.login();
  return getDefaultNetworkQuota(os, project?.id ?? 'default');
}

/** @throws UserError for neutron, whose defaults no call can change */
export async function writeDefaults(os: Session, service: QuotaService, limits: Limits): Promise<void> {
  if (service === 'compute') return updateComputeQuotaClass(os, limits);
  if (service === 'volume') return updateVolumeQuotaClass(os, limits);
  throw new UserError("Neutron's defaults are in its configuration; no call changes them.");
}
