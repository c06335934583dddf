import { UserError } from '../errors.ts';
import { listComputeServices, type Server } from '../openstack/compute.ts';
import type { Session } from '../openstack/session.ts';
import { code } from '../reply.ts';
import { type Fit, fitAll } from './fits.ts';
import { allowedBy, groupInWords, lookForGroups } from './groups.ts';
import { lookForRooms, type Room, sizeOf } from './rooms.ts';
import type { Sorted } from './sort.ts';

interface Asked {
  host: string;
  to: string | undefined;
  zone: string;
  sorted: Sorted;
  /** All on the host: server groups bind the ones that stay, too. */
  all: readonly Server[];
}

export interface Destinations {
  /** Those that fit on no host are among `cannot`. */
  sorted: Sorted;
  fit: Fit | undefined;
  rooms: Room[];
  /** Why Placement could not be asked. */
  unknown: string | undefined;
}

/** Where they can go, by Placement and by their server groups. @throws UserError where `to` is no host that takes servers. */
export async function destinationsFor(os: Session, { host, to, zone, sorted, all }: Asked): Promise<Destinations> {
  if (to !== undefined) await mustTakeServers(os, to, host);
  const [found, bindings] = await Promise.all([lookForRooms(os, host), lookForGroups(os, all)]);
  if ('unknown' in found) return { sorted, fit: undefined, rooms: [], unknown: found.unknown };
  const rooms = to === undefined ? found.rooms : found.rooms.filter((room) => room.host === to);
  const moving = [...sorted.lose, ...sorted.moves];
  const fit = fitAll(
    moving.map((server) => ({ id: server.id, size: sizeOf(server) })),
    rooms,
    zone,
    allowedBy(bindings),
  );
  const stays = moving.filter(({ id }) => fit.nowhere.includes(id));
  const why = ({ id }: Server): string => groupInWords(bindings, id) ?? noRoom(to);
  const goes = ({ id }: Server): boolean => !fit.nowhere.includes(id);
  return {
    sorted: {
      ...sorted,
      moves: sorted.moves.filter(goes),
      lose: sorted.lose.filter(goes),
      cannot: [...sorted.cannot, ...stays.map((server) => ({ server, why: why(server) }))],
    },
    fit,
    rooms,
    unknown: undefined,
  };
}

function noRoom(to: string | undefined): string {
  return to === undefined
    ? 'by Placement no host that is up and enabled has room for it'
    : `by Placement ${code(to)} has no room for it`;
}

async function mustTakeServers(os: Session, to: string, host: string): Promise<void> {
  const given = code(`--to ${to}`);
  if (to === host)
    throw new UserError(`${given}: that is the dead host itself. Name another, or leave it out and let the scheduler pick.`);
  const [service] = await listComputeServices(os, { binary: 'nova-compute', host: to });
  if (!service)
    throw new UserError(
      `${given}: Nova has no such compute host. Type ${code('host list')} for those there are, or leave it out.`,
    );
  if (service.state !== 'up' || service.status !== 'enabled') {
    const state = service.state === 'up' ? `disabled${service.disabled_reason ? `: ${service.disabled_reason}` : ''}` : 'down';
    throw new UserError(
      `${given}: that host is ${state}. Name one that is up and enabled, or leave it out and let the scheduler pick.`,
    );
  }
}
