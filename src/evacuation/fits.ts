import type { Room, Size } from './rooms.ts';

export interface Moving {
  id: string;
  size: Size;
}

/** Whether server groups let a server be on a host, beside those that the packing has put there already; see groups.ts. */
export type Allows = (server: string, host: string, there: readonly string[]) => boolean;

export interface Fit {
  /** Server ID → a host that has room for it beside the others before it. */
  where: Map<string, string>;
  /** Those that fit on some host, but not beside the others. */
  tooMany: string[];
  /** Those that fit on no host even if they came alone. */
  nowhere: string[];
}

/**
 * Whether all of them fit, by the largest first onto the host with most memory left, of the same zone where one has room: a scheduler may
 * place them otherwise, but where this finds no place for one it is short of room or close to it.
 */
export function fitAll(servers: readonly Moving[], rooms: readonly Room[], zone: string, allows: Allows): Fit {
  const left = rooms.map((room) => ({ ...room, there: [] as string[] }));
  const fit: Fit = { where: new Map(), tooMany: [], nowhere: [] };
  for (const { id, size } of servers.toSorted((a, b) => b.size.ramMiB - a.size.ramMiB || b.size.vcpus - a.size.vcpus)) {
    const [room] = left
      .filter((one) => hasRoom(one, size) && allows(id, one.host, one.there))
      .sort((a, b) => Number(b.zone === zone) - Number(a.zone === zone) || b.ramMiB - a.ramMiB);
    if (room) {
      fit.where.set(id, room.host);
      room.there.push(id);
      room.vcpus -= size.vcpus;
      room.ramMiB -= size.ramMiB;
      room.diskGiB -= size.diskGiB;
    } else if (rooms.some((one) => hasRoom(one, size) && allows(id, one.host, []))) fit.tooMany.push(id);
    else fit.nowhere.push(id);
  }
  return fit;
}

function hasRoom(room: Room, size: Size): boolean {
  return room.vcpus >= size.vcpus && room.ramMiB >= size.ramMiB && room.diskGiB >= size.diskGiB;
}
