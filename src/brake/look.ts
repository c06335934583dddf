import { listComputeServices } from '../openstack/compute.ts';
import { unlessNoService } from '../openstack/gone.ts';
import { listNetworkAgents } from '../openstack/network.ts';
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
  const [services, agents] = await Promise.all([listComputeServices(openstack), unlessNoService(listNetworkAgents(openstack))]);
  return { services, agents, clock: { compute: openstack.clock('compute'), network: openstack.clock('network') } };
}
