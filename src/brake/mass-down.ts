import type { ComputeService } from '../openstack/compute.ts';
import type { NetworkAgent } from '../openstack/network.ts';
import { timeOf } from '../openstack/times.ts';
import { count } from '../reply.ts';

/** Of a cloud's computes: more than these down at once, whichever is larger, are no matter of single hosts. */
const COMPUTES_AT_MOST = 3;
const COMPUTES_SHARE = 0.05;
/** Older than the answer's own clock by this: silent, whatever `state` or `alive` says. As `host evacuate` has it. */
const SILENT_MS = 300_000;
/** What was not heard for longer is in repair, or was taken away: it did not go down at once with anything else. */
const LATELY_MS = 86_400_000;
/** So is a host that was forced down longer ago. Before that a detector may have forced down half a cloud. */
const IN_REPAIR_MS = 3_600_000;

type Kind = 'compute' | 'conductor' | 'scheduler' | 'agent';

const KINDS: Record<string, Kind> = {
  'nova-compute': 'compute',
  'nova-conductor': 'conductor',
  'nova-scheduler': 'scheduler',
};

/** What one look found: both lists, and what their services' clocks said with them. */
export interface Seen {
  services: readonly ComputeService[];
  agents: readonly NetworkAgent[];
  /** Milliseconds since 1970; undefined where a service tells no time. */
  clock: { compute: number | undefined; network: number | undefined };
}

/** A service or agent that counts: it was there lately. */
export interface Beat {
  kind: Kind;
  /** "nova-compute compute1" */
  name: string;
  isDown: boolean;
}

export interface MassDown {
  /** "140 of 300 compute services are down" */
  what: string;
  /** Names of those that make it so. */
  down: string[];
}

/** @param heardAt undefined where it never was heard */
interface Heard {
  kind: Kind;
  name: string;
  saysDown: boolean;
  forcedDown: boolean;
  heardAt: number | undefined;
}

export function beatsOf({ services, agents, clock }: Seen): Beat[] {
  const computes = services.flatMap((service): Heard[] => {
    const kind = KINDS[service.binary];
    if (kind === undefined) return [];
    const { binary, host, state, forced_down: forcedDown = false, updated_at } = service;
    return [{ kind, name: `${binary} ${host}`, saysDown: state === 'down', forcedDown, heardAt: heard(updated_at) }];
  });
  const networks = agents.map(
    ({ binary, host, alive, heartbeat_timestamp }): Heard => ({
      ...{ kind: 'agent', name: `${binary} ${host}`, saysDown: !alive, forcedDown: false },
      heardAt: heard(heartbeat_timestamp),
    }),
  );
  return [...judged(computes, clock.compute), ...judged(networks, clock.network)];
}

function heard(time: string | null | undefined): number | undefined {
  return time ? timeOf(time) : undefined;
}

/** @param clock where a service tells no time, its newest heartbeat is the latest that it can be sure of. */
function judged(all: readonly Heard[], clock = Math.max(...all.map(({ heardAt = 0 }) => heardAt))): Beat[] {
  return all.flatMap((one) => {
    const silentMs = clock - (one.heardAt ?? Number.NEGATIVE_INFINITY);
    if (silentMs > (one.forcedDown ? IN_REPAIR_MS : LATELY_MS)) return [];
    // Nova says that a host is down as long as it is forced down, however lively it may be.
    const isDown = silentMs > SILENT_MS || (one.saysDown && !one.forcedDown);
    return [{ kind: one.kind, name: one.name, isDown }];
  });
}

/**
 * Whether so much is down at once that the message queue, the database or the network is at fault, not single hosts. Source: issue 4, and
 * the Operations Guide on the message queue. `wasDown`: what a look of the last minutes found down still counts as that. `known`: what
 * people have acknowledged counts neither as down nor among those that could be.
 */
export function massDown(
  beats: readonly Beat[],
  { wasDown, known }: { wasDown: ReadonlySet<string>; known: ReadonlySet<string> },
): MassDown | undefined {
  const counted = beats.filter(({ name }) => !known.has(name));
  const all = (kind: Kind): Beat[] => counted.filter((beat) => beat.kind === kind);
  const down = (kind: Kind): Beat[] => all(kind).filter(({ name, isDown }) => isDown || wasDown.has(name));
  const found: { what: string; down: Beat[] }[] = [];
  const find = (kind: Kind, isMass: (down: number, of: number) => boolean, one: string): void => {
    const [some, of] = [down(kind), all(kind).length];
    if (isMass(some.length, of)) found.push({ what: say(some.length, of, one), down: some });
  };
  find('compute', (some, of) => some > Math.max(COMPUTES_AT_MOST, of * COMPUTES_SHARE), 'compute service');
  find('conductor', areAll, 'nova-conductor');
  find('scheduler', areAll, 'nova-scheduler');
  find('agent', (some, of) => some > of / 2, 'network agent');
  if (found.length === 0) return undefined;
  return {
    what: found.map(({ what }) => what).join(', and '),
    down: found.flatMap((one) => one.down.map(({ name }) => name)),
  };
}

function areAll(some: number, of: number): boolean {
  return some > 0 && some === of;
}

function say(some: number, of: number, one: string): string {
  const verb = some === 1 ? 'is' : 'are';
  return some === of ? `all of ${count(of, one)} ${verb} down` : `${some} of ${count(of, one)} ${verb} down`;
}
