import { OpenStackError } from '../errors.ts';
import { listHypervisorsOfHost, listServersOnHost } from '../openstack/compute.ts';
import { getProviderAllocations } from '../openstack/placement.ts';
import type { Session } from '../openstack/session.ts';
import { code, count } from '../reply.ts';

/** What Placement gives out of a host to something that is not on it. */
export interface Leftovers {
  /** Servers or migrations, by ID. */
  consumers: string[];
  /** Why it was not told. */
  unknown?: string;
}

/**
 * An evacuated server takes room on both hosts until the old one's nova-compute has cleaned up; what stays then fills the host for
 * nothing. 3 calls.
 */
export async function lookForLeftovers(os: Session, host: string): Promise<Leftovers> {
  try {
    const [hypervisors, servers] = await Promise.all([listHypervisorsOfHost(os, host), listServersOnHost(os, host)]);
    const here = new Set(servers.map(({ id }) => id));
    const given = await Promise.all(hypervisors.map(({ id }) => getProviderAllocations(os, id)));
    return { consumers: given.flatMap((allocations) => Object.keys(allocations)).filter((id) => !here.has(id)) };
  } catch (error) {
    if (error instanceof OpenStackError) return { consumers: [], unknown: error.message };
    throw error;
  }
}

const MOST_NAMED = 5;

export function leftoversInWords(host: string, { consumers, unknown }: Leftovers): string[] {
  if (unknown !== undefined) return [`What is left over in Placement was not told: ${unknown}.`];
  if (consumers.length === 0) return [`Placement: nothing of ${code(host)} is given to what is not on it.`];
  const named = consumers.slice(0, MOST_NAMED).map((id) => code(id));
  const more = consumers.length > named.length ? ', …' : '';
  return [
    `Placement still gives room on ${code(host)} to ${count(consumers, 'server')} or migrations that are not on it: ${named.join(', ')}${more}. What is left after nova-compute has cleaned up is found by ${code('nova-manage placement audit')}.`,
  ];
}
