import { z } from 'zod';
import { OpenStackError } from '../../src/errors.ts';
import { getServerDetail, type ServerDetail } from '../../src/openstack/compute.ts';
import { listFlavors } from '../../src/openstack/flavors.ts';
import { listImages } from '../../src/openstack/image.ts';
import { listNetworks } from '../../src/openstack/networks.ts';
import type { Session } from '../../src/openstack/session.ts';
import type { World } from './case.ts';

/* A server that a case builds for itself. What the bot does not ask nova yet is asked here by hand. */

/** So often it is looked at: nova's end states come within seconds. */
const MOST_LOOKS = 300;

export interface NewServer {
  /** 2.52 where left out. */
  microversion?: string;
  networks?: unknown;
  flavorRef?: string;
  [property: string]: unknown;
}

const Made = z.object({ server: z.record(z.string(), z.unknown()) });

export async function flavorId(os: Session, name: string): Promise<string> {
  return (await listFlavors(os)).find((flavor) => flavor.name === name)?.id ?? '';
}

/** Nova's answer to it. */
export async function build(os: Session, { microversion = '2.52', ...given }: NewServer = {}): Promise<Record<string, unknown>> {
  const [image] = await listImages(os, { name: 'cirros-0.6' });
  const body = {
    server: { name: 'case-1', flavorRef: await flavorId(os, 'm1.nano'), imageRef: image?.id, networks: 'none', ...given },
  };
  const call = { service: 'compute', method: 'POST', path: '/servers', microversion, body, response: Made } as const;
  return (await os.request(call)).server;
}

export async function demoNetwork(os: Session): Promise<{ uuid: string }[]> {
  const [network] = await listNetworks(os, { name: 'demo-net' });
  return [{ uuid: network?.id ?? '' }];
}

/** Builds a server, and deletes it whatever becomes of the case. */
export async function withServer<T>(os: Session, world: World, given: NewServer, run: (id: string) => Promise<T>): Promise<T> {
  const id = String((await build(os, given)).id);
  try {
    await until(os, world, id, isStill);
    return await run(id);
  } finally {
    await remove(os, world, id);
  }
}

export async function remove(os: Session, world: World, id: string): Promise<void> {
  const path = `/servers/${id}`;
  await os.request({ service: 'compute', method: 'DELETE', path, response: z.unknown() });
  await until(os, world, id, () => false).catch((error: unknown) => {
    if (!(error instanceof OpenStackError && error.code === 'not_found')) throw error;
  });
}

/** Nova is done with it, well or not. */
export function isStill({ task_state, status }: ServerDetail): boolean {
  return task_state === null && status !== 'BUILD';
}

/** It came up or not: of a build Nova says ERROR first, and why a moment later. */
export function isBuilt(server: ServerDetail): boolean {
  return isStill(server) && (server.status !== 'ERROR' || server.fault !== null);
}

export async function until(
  os: Session,
  world: World,
  id: string,
  isReached: (server: ServerDetail) => boolean,
): Promise<ServerDetail> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const server = await getServerDetail(os, id);
    if (isReached(server)) return server;
    await world.betweenLooks();
  }
  throw new Error(`server ${id} did not get there`);
}

/** An action on a server, and what it says. */
export function act(os: Session, id: string, body: Record<string, unknown>, microversion = '2.65'): Promise<unknown> {
  const path = `/servers/${id}/action`;
  return os.request({ service: 'compute', method: 'POST', path, body, microversion, response: z.unknown() });
}

/** Which state it came to, word for word, and all that is said of it. */
export function told({ status, vm_state, task_state, fault, ...server }: ServerDetail): unknown {
  const why = fault === null ? '' : `, because ${masked(fault.message)}`;
  return { [`${status}, ${vm_state}, ${task_state}${why}`]: server };
}

/** What was refused, word for word but for what differs between clouds: IDs and numbers. */
export async function refusal(asked: Promise<unknown>): Promise<unknown> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof OpenStackError)) throw error;
    return { [`${error.status}: ${masked(error.fault ?? '')}`]: null };
  }
  return 'was not refused';
}

export function masked(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/\bcompute\d+/g, 'HOST')
    .replace(/\d+/g, 'N');
}
