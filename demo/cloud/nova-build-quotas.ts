import { fault } from './router.ts';
import { type CloudState, computeUse, type Limits, limitsOf } from './state.ts';
import type { Flavor, Server } from './state-compute.ts';

/* Nova's compute quotas where servers are made and grow. With unified limits it asks keystone, which knows none here. */

/** How many of the servers may be made; refused where not even `min`. Source: nova/compute/utils.py, check_num_instances_quota */
export function allowedServers(state: CloudState, projectId: string, flavor: Flavor, [min, max]: [number, number]): number {
  const { vcpus, ramMiB } = flavor;
  const asked: Limits = { cores: max * vcpus, instances: max, ram: max * ramMiB };
  const over = overs(state, projectId, asked);
  if (over.names.length === 0) return max;
  const room = (name: string, each: number): number => (each === 0 ? max : Math.floor(over.left(name) / each));
  const allowed = Math.min(room('instances', 1), room('cores', vcpus), room('ram', ramMiB));
  if (allowed >= min && allowed > 0) return Math.min(allowed, max);
  throw over.refusal({ ...asked, instances: min === max ? min : `${min}-${max}` });
}

/** What a larger flavor takes more. */
export function mustBeWithinUpsize(state: CloudState, { projectId, flavor }: Server, larger: Flavor): void {
  const asked: Limits = {};
  if (larger.vcpus > flavor.vcpus) asked.cores = larger.vcpus - flavor.vcpus;
  if (larger.ramMiB > flavor.ramMiB) asked.ram = larger.ramMiB - flavor.ramMiB;
  const over = overs(state, projectId, asked);
  if (over.names.length > 0) throw over.refusal(asked);
}

interface Overs {
  names: string[];
  left(name: string): number;
  refusal(asked: Record<string, number | string>): Error;
}

function overs(state: CloudState, projectId: string, asked: Limits): Overs {
  const limits = limitsOf(state.quotas.compute, projectId);
  const used = computeUse(state, projectId);
  const left = (name: string): number => {
    const limit = limits[name] ?? -1;
    return limit < 0 ? Number.POSITIVE_INFINITY : limit - (used[name] ?? 0);
  };
  const names = state.unifiedLimits
    ? []
    : Object.keys(asked)
        .filter((name) => left(name) < (asked[name] ?? 0))
        .sort();
  return {
    names,
    left,
    refusal(requested) {
      const list = (of: Record<string, number | string>): string => names.map((name) => of[name] ?? 0).join(', ');
      const words = `Requested ${list(requested)}, but already used ${list(used)} of ${list(limits)} ${names.join(', ')}`;
      return fault(403, 'forbidden', `Quota exceeded for ${names.join(', ')}: ${words}`);
    },
  };
}
