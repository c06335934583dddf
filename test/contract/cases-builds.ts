import { getServerDetail, listComputeServices, listServers } from '../../src/openstack/compute.ts';
import { updateComputeService } from '../../src/openstack/compute-services.ts';
import { startServer } from '../../src/openstack/evacuate.ts';
import { listPorts } from '../../src/openstack/ports.ts';
import { type Case, forAdmin, forAll, NO_UUID } from './case.ts';
import { act, build, demoNetwork, isBuilt, isStill, masked, refusal, remove, told, until, withServer } from './own-server.ts';

const builds: Case[] = [
  ...forAll('build a server', [getServerDetail, listPorts], async (os, world) => {
    const made = await build(os, { networks: await demoNetwork(os) });
    const id = String(made.id);
    const server = await until(os, world, id, isBuilt);
    const ports = await listPorts(os, { deviceIds: [id] });
    await remove(os, world, id);
    const left = await listPorts(os, { deviceIds: [id] });
    return { made, built: told(server), [`${ports.length} port, then ${left.length}`]: ports };
  }),
  ...forAdmin('a server that nova-compute cannot spawn', [], async (os, world) => {
    const id = String((await build(os, { metadata: { fake_fail: 'spawn' } })).id);
    const server = await until(os, world, id, isBuilt);
    await remove(os, world, id);
    return told(server);
  }),
  ...forAdmin('build a server on a host that is not there', [], async (os, world) => {
    const id = String((await build(os, { availability_zone: 'nova:nosuch' })).id);
    const server = await until(os, world, id, isBuilt);
    await remove(os, world, id);
    return told(server);
  }),
  ...forAdmin('build a server on a host that is disabled', [updateComputeService], async (os, world) => {
    const [service] = await listComputeServices(os, { binary: 'nova-compute', host: 'compute2' });
    await updateComputeService(os, service?.id ?? '', { status: 'disabled' });
    try {
      const id = String((await build(os, { availability_zone: 'az1:compute2' })).id);
      const server = await until(os, world, id, isBuilt);
      await remove(os, world, id);
      return told(server);
    } finally {
      await updateComputeService(os, service?.id ?? '', { status: 'enabled' });
    }
  }),
];

const refused: Case[] = [
  ...forAll('build a server beyond the quota', [], (os) => refusal(build(os, { min_count: 1_000 }))),
  ...forAll('build between one and too many servers of no image', [], (os) =>
    refusal(build(os, { min_count: 1, max_count: 5_000, imageRef: NO_UUID })),
  ),
  ...forAll('build no server but two', [], (os) => refusal(build(os, { min_count: 3, max_count: 2 }))),
  ...forAdmin('build a server of no flavor', [], (os) => refusal(build(os, { flavorRef: 'nosuch' }))),
  ...forAdmin('build a server of what is no image', [], (os) => refusal(build(os, { imageRef: 'nosuch' }))),
  ...forAdmin('build a server without an image', [], (os) => refusal(build(os, { imageRef: undefined }))),
  ...forAdmin('build a server in no network', [], (os) => refusal(build(os, { networks: [{ uuid: NO_UUID }] }))),
  ...forAdmin('build a server without a word on networks', [], (os) => refusal(build(os, { networks: undefined }))),
  ...forAdmin('build a server in no zone', [], (os) => refusal(build(os, { availability_zone: 'nosuch' }))),
  ...forAdmin('build a server with what nova does not know', [], (os) => refusal(build(os, { colour: 'red' }))),
  ...forAdmin('build a server with tags before nova could', [], (os) =>
    refusal(build(os, { tags: ['red'], microversion: '2.51' })),
  ),
  {
    name: 'build a server on a host as a member',
    as: 'member',
    calls: [],
    run: (os) => refusal(build(os, { availability_zone: 'az1:compute2' })),
  },
];

const power: Case[] = [
  ...forAll('stop a server, and start it', [startServer], (os, world) =>
    withServer(os, world, {}, async (id) => {
      await act(os, id, { 'os-stop': null });
      const stopped = await until(os, world, id, isStill);
      const again = await refusal(act(os, id, { 'os-stop': null }));
      const soft = await refusal(act(os, id, { reboot: { type: 'SOFT' } }));
      await startServer(os, id);
      return { stopped: told(stopped), again, soft, started: told(await until(os, world, id, isStill)) };
    }),
  ),
  ...forAdmin('reboot a server, in both ways', [], (os, world) =>
    withServer(os, world, {}, async (id) => {
      await act(os, id, { reboot: { type: 'SOFT' } });
      const soft = await until(os, world, id, isStill);
      await act(os, id, { reboot: { type: 'HARD' } });
      const wrong = await refusal(act(os, id, { reboot: { type: 'WRONG' } }));
      return { soft: told(soft), hard: told(await until(os, world, id, isStill)), wrong };
    }),
  ),
  ...forAll('delete a server that is not there', [], (os, world) => refusal(remove(os, world, NO_UUID))),
  ...forAll("stop somebody else's server that never got a host", [], (os, { broken1 }) =>
    refusal(act(os, broken1, { 'os-stop': null })),
  ),
  ...forAdmin('an action that is none', [], (os, { web1 }) => refusal(act(os, web1, { nosuch: null }))),
];

/** Nova's database keeps what is deleted, and shows it among what has changed. */
const deleted: Case[] = forAdmin('list a server that was deleted since', [listServers], async (os, world) => {
  const id = String((await build(os, {})).id);
  await until(os, world, id, isStill);
  await remove(os, world, id);
  const changed = await listServers(os, { changesSince: '2020-01-01T00:00:00Z' });
  return changed.filter((server) => server.id === id).map(({ status, host }) => `${status} on ${masked(host ?? 'no host')}`);
});

export const building: readonly Case[] = [...builds, ...refused, ...power, ...deleted];
