import { describe, expect, it } from 'vitest';
import { fits, usesOf } from '../../demo/cloud/allocations.ts';
import { ofProject } from '../../demo/cloud/by-project.ts';
import { LARGE, largeCloud } from '../../demo/cloud/seed-large.ts';
import { computeUse, limitsOf, networkUse, volumeUse } from '../../demo/cloud/state.ts';
import { listServers } from '../../src/openstack/compute.ts';
import { onStage } from '../openstack-client/stage.ts';

const state = largeCloud();
const idsOf = (things: readonly { id: string }[]): Set<string> => new Set(things.map(({ id }) => id));
const projects = idsOf(state.projects);
const servers = idsOf(state.servers);
const hosts = new Set(state.hosts.map(({ name }) => name));

describe('the large cloud', () => {
  it('has as many of each as it says', () => {
    expect({
      hosts: hosts.size,
      servers: servers.size,
      projects: state.projects.filter(({ name }) => name.startsWith('project-')).length,
      users: state.users.filter(({ name }) => name.startsWith('user-')).length,
      volumes: idsOf(state.volumes).size,
      floatingIps: idsOf(state.floatingIps).size,
      images: state.images.filter(({ name }) => name.startsWith('image-')).length,
    }).toEqual(LARGE);
  });

  it('has servers of several sizes, with hosts, projects, users and flavors that are there', () => {
    const users = idsOf(state.users);
    const images = idsOf(state.images);

    expect(new Set(state.servers.map(({ flavor }) => flavor.name)).size).toBe(5);
    expect(
      state.servers.filter(
        ({ host, projectId, userId, flavor, imageId }) =>
          !hosts.has(host ?? '') ||
          !projects.has(projectId) ||
          !users.has(userId) ||
          !state.flavors.includes(flavor) ||
          (imageId !== null && !images.has(imageId)),
      ),
    ).toEqual([]);
  });

  it('has a port for each server, in a subnet that is there, and no address twice in one', () => {
    const subnets = new Map(state.subnets.map((subnet) => [subnet.id, subnet.networkId]));
    const ofServers = state.ports.filter(({ deviceOwner }) => deviceOwner.startsWith('compute:'));

    expect(new Set(ofServers.map(({ deviceId }) => deviceId))).toEqual(servers);
    expect(
      state.ports.filter(({ networkId, fixedIps }) => fixedIps.some(({ subnetId }) => subnets.get(subnetId) !== networkId)),
    ).toEqual([]);
    const addresses = state.ports.flatMap(({ fixedIps }) => fixedIps.map(({ subnetId, address }) => `${subnetId} ${address}`));
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it('has floating IPs that lead to ports of their own project, and some that lead nowhere', () => {
    const ports = new Map(state.ports.map((port) => [port.id, port]));
    const routers = idsOf(state.routers);
    const leading = state.floatingIps.filter(({ portId }) => portId !== null);

    expect(leading).toHaveLength(4_000);
    expect(
      leading.filter(
        ({ portId, projectId, fixedAddress, routerId }) =>
          ports.get(portId ?? '')?.projectId !== projectId ||
          ports.get(portId ?? '')?.fixedIps[0]?.address !== fixedAddress ||
          !routers.has(routerId ?? ''),
      ),
    ).toEqual([]);
  });

  it('has volumes of their servers’ projects, and a volume for each server that boots from one', () => {
    const byId = new Map(state.servers.map((server) => [server.id, server]));
    const attached = state.volumes.flatMap(({ projectId, attachments }) => attachments.map((one) => ({ ...one, projectId })));
    const roots = new Set(attached.filter(({ device }) => device === '/dev/vda').map(({ serverId }) => serverId));

    expect(
      attached.filter(
        ({ serverId, projectId, host }) => byId.get(serverId)?.projectId !== projectId || byId.get(serverId)?.host !== host,
      ),
    ).toEqual([]);
    expect(state.servers.filter(({ id, imageId }) => (imageId === null) !== roots.has(id))).toEqual([]);
  });

  it('gives out no more of a host than it has, and to no project more than its quotas', () => {
    const uses = usesOf(state);
    const nothing = { VCPU: 0, MEMORY_MB: 0, DISK_GB: 0 };

    expect(state.hosts.filter((host) => !fits(state, host, uses.of(host), nothing))).toEqual([]);
    const over = state.projects.slice(0, 200).flatMap(({ id, name }) =>
      (
        [
          [state.quotas.compute, computeUse(state, id)],
          [state.quotas.volume, volumeUse(state, id)],
          [state.quotas.network, networkUse(state, id)],
        ] as const
      ).flatMap(([quotas, use]) =>
        Object.entries(limitsOf(quotas, id)).flatMap(([key, limit]) =>
          limit >= 0 && (use[key] ?? 0) > limit ? [`${name}: ${key}`] : [],
        ),
      ),
    );
    expect(over).toEqual([]);
  });

  it('has each host in a rack of its own zone, with an agent', () => {
    const zoneOf = new Map(state.hosts.map(({ name, zone }) => [name, zone]));
    const inRacks = state.aggregates.flatMap(({ zone, hosts: members }) => members.filter((name) => zoneOf.get(name) === zone));

    expect(new Set(inRacks)).toEqual(hosts);
    expect(new Set(state.agents.map(({ host }) => host))).toEqual(new Set([...hosts, 'network1']));
  });

  it('lists all its servers, a thousand at a time, each once', async () => {
    const { cloud, open } = await onStage({ state, pageSize: 1_000 });

    const listed = await listServers(open({ connect: { timeoutMs: 20_000 } }));

    expect(idsOf(listed)).toEqual(servers);
    // The last full page has a next one, which is empty.
    expect(cloud.calls.filter(({ path }) => path.includes('/servers/detail'))).toHaveLength(21);
  });
});

it('what a project has is counted anew when things come, go, or are put in the place of others', () => {
  const servers = [{ projectId: 'a' }, { projectId: 'b' }, { projectId: 'a' }];
  const counts = (): number[] => ['a', 'b', 'c'].map((id) => ofProject(servers, id).length);

  const before = counts();
  servers.push({ projectId: 'c' });
  const more = counts();
  servers.pop();
  const fewer = counts();
  servers.splice(2, 1, { projectId: 'b' });

  expect([before, more, fewer, counts()]).toEqual([
    [2, 1, 0],
    [2, 1, 1],
    [2, 1, 0],
    [1, 2, 0],
  ]);
});
