import type { Seen } from '../brake/mass-down.ts';
import { type ComputeService, listComputeServices } from '../openstack/compute.ts';
import { unlessNoService } from '../openstack/gone.ts';
import { listNetworkAgents } from '../openstack/network.ts';
import type { Session } from '../openstack/session.ts';
import { timeOf } from '../openstack/times.ts';
import { listVolumeServices } from '../openstack/volume.ts';

/** One service or agent on a host, and when it was last heard by its own API's clock. */
export interface Heard {
  /** `nova-compute`, `Open vSwitch agent`, `cinder-volume` */
  name: string;
  /** Infinite where it was never heard. */
  agoMs: number;
}

/** What the services say of a host at one moment. */
export interface LifeLook {
  /** The nova-compute of exactly this host; undefined where Nova has none. */
  service: ComputeService | undefined;
  /** How long its record has stood still, by Nova's clock. */
  silentMs: number;
  /** Everything else that reports from this host, the freshest first. */
  others: Heard[];
  /** Whether neutron told of any agent at all: to who is no admin it tells of none. */
  agentsTold: boolean;
  /** Nova's clock. */
  now: number;
  /** The whole of it, for the brake, which looks at the cloud and not at one host. */
  cloud: Seen;
}

/** Everything that OpenStack knows about whether a host lives; 3 calls. */
export async function lookForLife(os: Session, host: string): Promise<LifeLook> {
  const [services, agents, volumeServices] = await Promise.all([
    listComputeServices(os),
    unlessNoService(listNetworkAgents(os)),
    unlessNoService(listVolumeServices(os)),
  ]);
  const now = clockOf(
    os,
    'compute',
    services.map(({ updated_at }) => updated_at),
  );
  const networkNow = clockOf(
    os,
    'network',
    agents.map(({ heartbeat_timestamp }) => heartbeat_timestamp),
  );
  const volumeNow = clockOf(
    os,
    'volume',
    volumeServices.map(({ updated_at }) => updated_at),
  );
  const isCompute = (one: ComputeService): boolean => one.binary === 'nova-compute' && one.host === host;
  const service = services.find(isCompute);
  const others: Heard[] = [
    ...services
      .filter((one) => !isCompute(one) && isOn(one.host, host))
      .map(({ binary, state, updated_at }) => ({ name: binary, agoMs: ago(now, updated_at, state === 'up') })),
    ...agents
      .filter((one) => isOn(one.host, host))
      .map(({ agent_type, alive, heartbeat_timestamp }) => ({
        name: agent_type,
        agoMs: ago(networkNow, heartbeat_timestamp, alive),
      })),
    ...volumeServices
      .filter((one) => isOn(one.host, host))
      .map(({ binary, state, updated_at }) => ({ name: binary, agoMs: ago(volumeNow, updated_at, state === 'up') })),
  ];
  return {
    service,
    silentMs: service ? ago(now, service.updated_at, service.state === 'up') : Number.POSITIVE_INFINITY,
    others: others.sort((a, b) => a.agoMs - b.agoMs),
    agentsTold: agents.length > 0,
    now,
    cloud: { services, agents, clock: { compute: os.clock('compute'), network: os.clock('network') } },
  };
}

/**
 * The clock by which a service's heartbeats are told: its API's, and where that tells no time the newest heartbeat of all, which makes
 * the others look fresher than they are and never older.
 */
function clockOf(
  os: Session,
  service: 'compute' | 'network' | 'volume',
  heartbeats: readonly (string | null | undefined)[],
): number {
  const said = os.clock(service);
  if (said !== undefined) return said;
  return Math.max(0, ...heartbeats.flatMap((text) => (text ? [timeOf(text)] : [])));
}

/** What has no time is as its service says: now, or never. */
function ago(now: number, heard: string | null | undefined, isUp: boolean): number {
  if (!heard) return isUp ? 0 : Number.POSITIVE_INFINITY;
  return Math.max(0, now - timeOf(heard));
}

/**
 * Whether something reports from exactly this host: cinder adds its back end (`block1@lvm`), and services of one machine may call it with
 * and without its domain. compute1 is never compute10.
 */
export function isOn(reported: string, host: string): boolean {
  const name = reported.split('@')[0] ?? '';
  return name === host || name.startsWith(`${host}.`) || host.startsWith(`${name}.`);
}
