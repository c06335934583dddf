import type { Server } from '../openstack/compute.ts';
import { code, count, type Table, unticked } from '../reply.ts';
import { type Owner, ownerName } from '../target.ts';
import { floatingIpsOf } from './blast.ts';
import type { Fit } from './fits.ts';
import type { Room } from './rooms.ts';
import type { Sorted } from './sort.ts';

const COLUMNS = ['server', 'project', 'status', 'what happens', 'floating IPs', 'volumes', 'ID'];

/** Every server of the host with what becomes of it, those that lose something first. */
export function serverTable(sorted: Sorted, ownerOf: (projectId: string) => Owner): Table {
  const row = (server: Server, what: string): string[] => [
    server.name,
    ownerName(ownerOf(server.tenant_id)),
    server.status,
    what,
    floatingIpsOf(server).join(', '),
    String(server.volumes.length),
    server.id,
  ];
  return {
    columns: COLUMNS,
    rows: [
      ...sorted.lose.map((server) => row(server, `${rebuilt(server)}; ${afterwards(server)}`)),
      ...sorted.moves.map((server) => row(server, `moves; ${afterwards(server)}`)),
      ...sorted.wouldLose.map((server) => row(server, 'left out: it would lose its disk')),
      ...sorted.cannot.map(({ server, why }) => row(server, `cannot move: ${unticked(why)}`)),
    ],
  };
}

function rebuilt({ image }: Server): string {
  return image === null
    ? 'moves, and its ephemeral disk is made blank: THAT DISK IS LOST'
    : 'rebuilt from its image: ITS DISK IS LOST';
}

/** Nova brings back what it was: a rebuilt server in error runs. */
export function afterwards({ status }: Pick<Server, 'status'>): string {
  return status === 'SHUTOFF' ? 'stays off' : 'runs afterwards';
}

interface Warned {
  sorted: Sorted;
  fit: Fit | undefined;
  /** Why Placement could not be asked. */
  unknown: string | undefined;
  host: string;
}

/** The most serious first: that disks are lost, that there is no room, that some stay behind. */
export function warningsOf({ sorted, fit, unknown, host }: Warned): string[] {
  const { moves, lose, wouldLose, cannot } = sorted;
  const names = (servers: readonly Server[]): string => servers.map(({ name }) => code(name)).join(', ');
  const all = [...lose, ...moves];
  const tooMany = all.filter(({ id }) => fit?.tooMany.includes(id));
  const inError = all.filter(({ status }) => status === 'ERROR');
  const locked = all.filter((server) => server.locked);
  return [
    ...lossesInWords(lose, names),
    ...(tooMany.length > 0
      ? [
          `NOT ALL OF THEM FIT: Placement has room for ${all.length - tooMany.length} of ${count(all, 'server')}. Without room are ${names(tooMany)}: those will most likely fail.`,
        ]
      : []),
    ...(unknown === undefined ? [] : [`Placement did not tell whether they fit: ${unknown}.`]),
    ...(wouldLose.length > 0
      ? [
          `${count(wouldLose, 'server')} left out, since ${wouldLose.length === 1 ? 'its disk is' : 'their disks are'} on ${code(host)} alone: ${names(wouldLose)}. To rebuild one all the same, without what is on that disk, add ${code('--lose-disk <server>')}, for each by itself.`,
        ]
      : []),
    ...(cannot.length > 0
      ? [`${count(cannot, 'server')} cannot move: ${cannot.map(({ server, why }) => `${code(server.name)}: ${why}`).join('; ')}.`]
      : []),
    ...(inError.length > 0
      ? [`${names(inError)}: in error now. Nova rebuilds and starts them, also what was off before it got into error.`]
      : []),
    ...(locked.length > 0 ? [`${names(locked)}: locked. Nova's lock does not hold against an evacuation.`] : []),
  ];
}

function lossesInWords(lose: readonly Server[], names: (servers: readonly Server[]) => string): string[] {
  const imaged = lose.filter(({ image }) => image !== null);
  const blank = lose.filter(({ image }) => image === null);
  return [
    ...(imaged.length > 0
      ? [
          `What is on the disk of ${names(imaged)} is lost for good: ${imaged.length === 1 ? 'it is' : 'they are'} rebuilt from ${imaged.length === 1 ? 'its image' : 'their images'}.`,
        ]
      : []),
    ...(blank.length > 0
      ? [
          `What is on the ephemeral disk of ${names(blank)} is lost for good: it is made blank. ${blank.length === 1 ? 'The server boots from a volume, which comes' : 'The servers boot from volumes, which come'} along.`,
        ]
      : []),
  ];
}

/** What fits where, for one line of the plan. */
export function roomInWords(fit: Fit, rooms: readonly Room[], zone: string): string[] {
  const hosts = new Map<string, number>();
  for (const host of fit.where.values()) hosts.set(host, (hosts.get(host) ?? 0) + 1);
  const zoneOf = new Map(rooms.map((room) => [room.host, room.zone]));
  const parts = [...hosts].map(([host, servers]) => `${servers} on ${code(host)} (${zoneOf.get(host) ?? 'no zone'})`);
  const elsewhere = [...fit.where.values()].filter((host) => zoneOf.get(host) !== zone).length;
  return [
    `Room, by Placement: ${parts.join(', ') || 'none'}. The scheduler may place them otherwise.`,
    ...(elsewhere > 0
      ? [
          `${count(elsewhere, 'server')} would leave the availability zone ${code(zone)}; one that was asked for in that zone finds no host outside of it.`,
        ]
      : []),
  ];
}
