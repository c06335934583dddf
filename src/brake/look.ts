import { OpenStackError } from '../errors.ts';
import { listComputeServices } from '../openstack/compute.ts';
import { listNetworkAgents, type NetworkAgent } from '../openstack/network.ts';
import type { Session } from '../openstack/session.ts';
import type { Core } from '../process/core.ts';
import { noteDown, type Where } from './down-book.ts';
import { beatsOf, type MassDown, massDown, type Seen } from './mass-down.ts';
import { pullBrake } from './pull.ts';

/**
 * Looks for so much down at once that no host is to be evacuated and nothing to be changed, and pulls the cloud's brake where it finds
 * that. 2 calls, or none where the caller has listed both just now. Throws OpenStackError where the cloud does not tell: that is no all-clear.
 */
export async function lookForMassDown(core: Core, where: Where, openstack: Session, seen?: Seen): Promise<MassDown | undefined> {
  const beats = beatsOf(seen ?? (await lookAt(openstack)));
  const found = massDown(beats, await noteDown(core.store, where, beats));
  if (found) await pullBrake(core, where, found);
  return found;
}

async function lookAt(openstack: Session): Promise<Seen> {
  const [services, agents] = await Promise.all([listComputeServices(openstack), agentsOf(openstack)]);
  return { services, agents, clock: { compute: openstack.clock('compute'), network: openstack.clock('network') } };
}

/** A cloud without neutron has none. */
async function agentsOf(openstack: Session): Promise<NetworkAgent[]> {
  try {
    return await listNetworkAgents(openstack);
  } catch (error) {
    if (error instanceof OpenStackError && error.code === 'no_endpoint') return [];
    throw error;
  }
}
