import { UserError } from '../errors.ts';
import type { Server } from '../openstack/compute.ts';
import { code } from '../reply.ts';

/** Shorter beginnings of IDs would find too much. */
const SHORTEST = 4;

/**
 * The servers on this host that the texts mean: each an ID, the beginning of one, or an exact name. UserError for one that means none of
 * them, or more than one.
 */
export function pickServers(argument: string, texts: readonly string[], servers: readonly Server[], host: string): Server[] {
  return texts.map((text) => {
    const byId = servers.filter(({ id }) => id === text);
    const named = byId.length > 0 ? byId : servers.filter(({ name }) => name === text);
    const found = named.length > 0 || text.length < SHORTEST ? named : servers.filter(({ id }) => id.startsWith(text));
    const [only, another] = found;
    if (only && !another) return only;
    const given = code(`--${argument} ${text}`);
    if (only)
      throw new UserError(
        `${given}: ${code(host)} has ${found.length} servers of that name. Give the ID of one: ${found.map(({ id }) => code(id)).join(', ')}.`,
      );
    throw new UserError(
      `${given}: there is no such server on ${code(host)}. Type its exact name or its ID, as ${code(`host show ${host}`)} lists them.`,
    );
  });
}

/** The shortest beginnings by which these IDs can be told from all others here. */
export function shortIds(ids: readonly string[], all: readonly string[]): string[] {
  return ids.map((id) => {
    for (let length = 8; length < id.length; length += 1) {
      const short = id.slice(0, length);
      if (all.filter((one) => one.startsWith(short)).length === 1) return short;
    }
    return id;
  });
}
