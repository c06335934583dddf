import { notFound } from './nova-refusals.ts';
import { type Asked, isAdmin } from './router.ts';
import type { CloudState } from './state.ts';
import type { Host, Server } from './state-compute.ts';
import type { Port } from './state-network.ts';

/** What belongs to servers and stands in other lists, by what it is looked up by: thousands of servers look for theirs. */
export interface ServerParts {
  /** By name. */
  hosts: ReadonlyMap<string, Host>;
  /** By the server's ID. */
  ports: ReadonlyMap<string, Port[]>;
  volumes: ReadonlyMap<string, { id: string; deletedWithServer: boolean }[]>;
  /** A server's `addresses`, by the names of its networks. */
  addresses(ports: readonly Port[]): Record<string, object[]>;
}

export function partsOf(state: CloudState): ServerParts {
  const attachments = state.volumes.flatMap(({ id, attachments }) => attachments.map((one) => ({ ...one, id })));
  const floating = groupedBy(state.floatingIps, ({ portId }) => portId ?? '');
  const networks = new Map(state.networks.map(({ id, name }) => [id, name]));
  return {
    hosts: new Map(state.hosts.map((host) => [host.name, host])),
    ports: groupedBy(state.ports, ({ deviceId }) => deviceId),
    volumes: groupedBy(attachments, ({ serverId }) => serverId),
    addresses(ports) {
      const addresses: Record<string, object[]> = {};
      for (const { id, networkId, fixedIps, mac } of ports) {
        const network = networks.get(networkId) ?? networkId;
        addresses[network] = [
          ...(addresses[network] ?? []),
          ...fixedIps.map(({ address }) => shownAddress(address, 'fixed', mac)),
          ...(floating.get(id) ?? []).map(({ address }) => shownAddress(address, 'floating', mac)),
        ];
      }
      return addresses;
    },
  };
}

/** The one that the path names, where whoever asks may see it. */
export function visibleServer({ servers }: CloudState, asked: Asked): Server {
  const id = asked.params.id ?? '';
  const server = servers.find((one) => one.id === id);
  const visible = server && (isAdmin(asked) || server.projectId === asked.caller.projectId);
  if (!visible) throw notFound(`Instance ${id} could not be found.`);
  return server;
}

function shownAddress(addr: string, type: 'fixed' | 'floating', mac: string): object {
  return { version: addr.includes(':') ? 6 : 4, addr, 'OS-EXT-IPS:type': type, 'OS-EXT-IPS-MAC:mac_addr': mac };
}

export function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
