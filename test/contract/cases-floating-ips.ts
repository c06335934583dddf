import { z } from 'zod';
import {
  addFloatingIpTag,
  createFloatingIp,
  deleteFloatingIp,
  type FloatingIp,
  getFloatingIp,
  listFloatingIps,
  type NewFloatingIp,
  removeFloatingIpTag,
} from '../../src/openstack/floating-ips.ts';
import { listNetworks } from '../../src/openstack/networks.ts';
import type { Session } from '../../src/openstack/session.ts';
import { type AnyFunction, type Case, forAdmin, NO_UUID, type World } from './case.ts';

/** A floating IP of demo's for one case, which is gone after it. */
async function withNew<T>(
  os: Session,
  { demo, publicNetwork }: World,
  run: (ip: FloatingIp) => Promise<T>,
  more: Partial<NewFloatingIp> = {},
): Promise<T> {
  const ip = await createFloatingIp(os, { networkId: publicNetwork, projectId: demo, ...more });
  try {
    return await run(ip);
  } finally {
    await deleteFloatingIp(os, ip.id).catch(() => undefined);
  }
}

const Port = z.object({ port: z.object({ id: z.string() }) });

/** A port in demo's network for one case, as a server's. */
async function withPort<T>(os: Session, { demo }: World, run: (portId: string) => Promise<T>): Promise<T> {
  const [network] = await listNetworks(os, { name: 'demo-net' });
  const body = { port: { network_id: network?.id ?? '', project_id: demo } };
  const { port } = await os.request({ service: 'network', method: 'POST', path: '/ports', body, response: Port });
  try {
    return await run(port.id);
  } finally {
    await deletePort(os, port.id).catch(() => undefined);
  }
}

async function deletePort(os: Session, id: string): Promise<void> {
  await os.request({ service: 'network', method: 'DELETE', path: `/ports/${id}`, response: z.unknown() });
}

async function lead(os: Session, { id }: FloatingIp, portId: string | null): Promise<void> {
  const body = { floatingip: { port_id: portId } };
  await os.request({ service: 'network', method: 'PUT', path: `/floatingips/${id}`, body, response: z.unknown() });
}

/** Whether a change moves the time and the revision, and what the address is like then. */
async function moved(os: Session, { nextSecond }: World, { id }: FloatingIp, change: () => Promise<void>): Promise<unknown> {
  const before = await getFloatingIp(os, id);
  await nextSecond();
  await change();
  const after = await getFloatingIp(os, id);
  const time = (after.updated_at ?? '') > (before.updated_at ?? '');
  const revision = (after.revision_number ?? 0) > (before.revision_number ?? 0);
  return {
    [`time ${time ? 'moved' : 'stood'}, revision ${revision ? 'moved' : 'stood'}, ${after.in_use ? 'used' : 'unused'}`]: after,
  };
}

const MADE: AnyFunction[] = [createFloatingIp, deleteFloatingIp];

/** `floating ip cleanup` counts from these times: a use must never go untold. */
const times: Case[] = [
  ...forAdmin('associate a floating IP', [...MADE, getFloatingIp], (os, world) =>
    withPort(os, world, (port) => withNew(os, world, (ip) => moved(os, world, ip, () => lead(os, ip, port)))),
  ),
  ...forAdmin('disassociate a floating IP', [...MADE, getFloatingIp], (os, world) =>
    withPort(os, world, (port) =>
      withNew(os, world, async (ip) => {
        await lead(os, ip, port);
        return moved(os, world, ip, () => lead(os, ip, null));
      }),
    ),
  ),
  ...forAdmin('delete the port of a floating IP, as nova does with its server', [...MADE, getFloatingIp], (os, world) =>
    withPort(os, world, (port) =>
      withNew(os, world, async (ip) => {
        await lead(os, ip, port);
        return moved(os, world, ip, () => deletePort(os, port));
      }),
    ),
  ),
  ...forAdmin('tag a floating IP', [...MADE, addFloatingIpTag, getFloatingIp], (os, world) =>
    withNew(os, world, (ip) => moved(os, world, ip, () => addFloatingIpTag(os, ip.id, 'blue'))),
  ),
  ...forAdmin('tag a floating IP twice', [...MADE, addFloatingIpTag, getFloatingIp], (os, world) =>
    withNew(os, world, async (ip) => {
      await addFloatingIpTag(os, ip.id, 'blue');
      return moved(os, world, ip, () => addFloatingIpTag(os, ip.id, 'blue'));
    }),
  ),
  ...forAdmin('take a tag off a floating IP', [...MADE, addFloatingIpTag, removeFloatingIpTag, getFloatingIp], (os, world) =>
    withNew(os, world, async (ip) => {
      await addFloatingIpTag(os, ip.id, 'blue');
      return moved(os, world, ip, () => removeFloatingIpTag(os, ip.id, 'blue'));
    }),
  ),
];

const created: Case[] = [
  ...forAdmin('create a floating IP', MADE, (os, world) => withNew(os, world, async (ip) => ip)),
  ...forAdmin('create the floating IP of an address', [...MADE, listFloatingIps], async (os, world) => {
    const address = await withNew(os, world, async (ip) => ip.floating_ip_address);
    return withNew(os, world, async (ip) => ({ [ip.floating_ip_address === address ? 'the same' : 'another']: ip }), {
      address,
      description: 'back',
    });
  }),
  ...forAdmin('create the floating IP of an address that is taken', MADE, (os, world) =>
    withNew(os, world, () => withNew(os, world, async () => 'created', { address: '203.0.113.5' }), { address: '203.0.113.5' }),
  ),
  ...forAdmin('create the floating IP of an address in no subnet', MADE, (os, world) =>
    withNew(os, world, async () => 'created', { address: '192.0.2.1' }),
  ),
  ...forAdmin('create the floating IP of an address beside the pools', MADE, (os, world) =>
    withNew(os, world, async () => 'created', { address: '203.0.113.3' }),
  ),
  ...forAdmin('create the floating IP of what is no address', MADE, (os, world) =>
    withNew(os, world, async () => 'created', { address: 'a b' }),
  ),
  ...forAdmin('create a floating IP of no network', MADE, (os, world) =>
    withNew(os, { ...world, publicNetwork: NO_UUID }, async () => 'created'),
  ),
  ...forAdmin('create a floating IP of a network that is not external', MADE, async (os, world) => {
    const [network] = await listNetworks(os, { name: 'demo-net' });
    return withNew(os, { ...world, publicNetwork: network?.id ?? '' }, async () => 'created');
  }),
  {
    name: 'create the floating IP of an address (member)',
    as: 'member',
    calls: MADE,
    run: (os, world) => withNew(os, world, async () => 'created', { address: '203.0.113.4' }),
  },
];

const deleted: Case[] = [
  ...forAdmin('get a floating IP that is not there', [getFloatingIp], (os) => getFloatingIp(os, NO_UUID)),
  ...forAdmin('list floating IPs by their IDs', [listFloatingIps], (os, world) =>
    withNew(os, world, async (ip) => {
      const found = await listFloatingIps(os, { ids: [ip.id, NO_UUID] });
      return { [`${found.length} found`]: found };
    }),
  ),
  ...forAdmin('delete a floating IP that is not there', [deleteFloatingIp], (os) => deleteFloatingIp(os, NO_UUID)),
  ...forAdmin('delete a floating IP as it was seen', [...MADE, listFloatingIps], (os, world) =>
    withNew(os, world, async (ip) => {
      await deleteFloatingIp(os, ip.id, { revision: ip.revision_number ?? -1 });
      return { left: (await listFloatingIps(os, { ids: [ip.id] })).length };
    }),
  ),
  ...forAdmin('delete a floating IP that was used since it was seen', MADE, (os, world) =>
    withPort(os, world, (port) =>
      withNew(os, world, async (ip) => {
        await lead(os, ip, port);
        await deleteFloatingIp(os, ip.id, { revision: 0 });
      }),
    ),
  ),
  // Nothing but the revision keeps it from that.
  ...forAdmin('delete a floating IP that is in use', [...MADE, listFloatingIps], (os, world) =>
    withPort(os, world, (port) =>
      withNew(os, world, async (ip) => {
        await lead(os, ip, port);
        await deleteFloatingIp(os, ip.id);
        return { left: (await listFloatingIps(os, { ids: [ip.id] })).length };
      }),
    ),
  ),
  {
    name: "delete another project's floating IP (member)",
    as: 'other member',
    calls: [deleteFloatingIp],
    run: (os) => deleteFloatingIp(os, NO_UUID),
  },
  ...forAdmin('tag a floating IP that is not there', [addFloatingIpTag], (os) => addFloatingIpTag(os, NO_UUID, 'blue')),
  ...forAdmin('take a tag off that is not on', [removeFloatingIpTag], (os, world) =>
    withNew(os, world, (ip) => removeFloatingIpTag(os, ip.id, 'blue')),
  ),
];

export const floatingIpChanges: readonly Case[] = [...times, ...created, ...deleted];
