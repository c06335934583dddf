import { describe, expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { getServerDetail, listHypervisorsOfHost, listServerPlaces, listServers } from '../../src/openstack/compute.ts';
import { listFloatingIps } from '../../src/openstack/floating-ips.ts';
import { listProjects } from '../../src/openstack/identity.ts';
import { listImages } from '../../src/openstack/image.ts';
import { findIpAvailabilities } from '../../src/openstack/networks.ts';
import { listAllocationCandidates } from '../../src/openstack/placement.ts';
import { listPorts } from '../../src/openstack/ports.ts';
import { listUsers } from '../../src/openstack/users.ts';
import { listVolumePools, listVolumeServices } from '../../src/openstack/volume.ts';
import { listVolumes } from '../../src/openstack/volumes.ts';
import { callsOf, onStage } from './stage.ts';

describe('a large cloud', () => {
  it('has all of its things in every list, each once, in a call per page', async () => {
    const many = { hosts: 100, projects: 500, servers: 620, floatingIps: 410, volumes: 410, images: 410 };
    const { cloud, open } = await onStage({ seed: { many }, pageSize: 200 });
    const os = open({ connect: { timeoutMs: 20_000 } });
    const lists = { listServers, listServerPlaces, listVolumes, listImages, listFloatingIps, listPorts };

    for (const [name, list] of Object.entries(lists)) {
      cloud.calls.length = 0;
      const ids = (await list(os)).map(({ id }) => id);

      expect([name, new Set(ids).size]).toEqual([name, ids.length]);
      expect([name, ids.length > 400]).toEqual([name, true]);
      expect([name, cloud.calls.filter(({ service }) => service !== 'identity').length]).toEqual([
        name,
        Math.ceil(ids.length / 200),
      ]);
    }
    expect(await listServers(os)).toHaveLength(631);
    expect(await listProjects(os)).toHaveLength(504);
  });

  it('says in one call what it can still place', async () => {
    const { cloud, open } = await onStage({ seed: { many: { hosts: 300, servers: 600 } } });

    const candidates = await listAllocationCandidates(open(), { MEMORY_MB: 1 });

    expect(candidates).toHaveLength(304);
    expect(cloud.calls.filter(({ service }) => service === 'placement')).toHaveLength(1);
    const free = candidates.reduce((sum, { resources: { VCPU } }) => sum + (VCPU ? VCPU.capacity - VCPU.used : 0), 0);
    const used = cloud.state.servers.reduce((sum, { host, flavor }) => sum + (host === null ? 0 : flavor.vcpus), 0);
    expect(free).toBe(304 * 64 * 16 - used);
  });
});

describe('what can still be placed', () => {
  it('is nothing of a host that is disabled, and all of one that is down', async () => {
    const { cloud, open } = await onStage();
    const [disabled, down] = cloud.state.hosts;
    if (disabled) disabled.status = 'disabled';
    if (down) down.forcedDown = true;

    const uuids = (await listAllocationCandidates(open(), { VCPU: 1 })).map(({ uuid }) => uuid);

    expect(uuids).not.toContain(disabled?.hypervisorId);
    expect(uuids).toContain(down?.hypervisorId);
  });

  it('is nothing of a host without memory', async () => {
    const { cloud, open } = await onStage();
    const [full] = cloud.state.hosts;
    if (full) full.memoryMiB = 512;

    const uuids = (await listAllocationCandidates(open(), { MEMORY_MB: 1 })).map(({ uuid }) => uuid);

    expect(uuids).toHaveLength(3);
    expect(uuids).not.toContain(full?.hypervisorId);
  });

  it('is refused, and not guessed, where placement is too old to leave out disabled hosts', async () => {
    const { open } = await onStage({ microversions: { placement: ['1.0', '1.20'] } });

    await expect(listAllocationCandidates(open(), { VCPU: 1 })).rejects.toMatchObject({
      code: 'unsupported',
      fault: 'needs placement API version 1.27, this cloud has 1.0 to 1.20',
    });
  });
});

describe('a query with several values', () => {
  it('has them on every page', async () => {
    const { cloud, open } = await onStage({ pageSize: 2 });

    const ports = await listPorts(open(), { deviceOwners: ['network:router_gateway', 'network:floatingip'] });

    expect(ports).toHaveLength(12);
    const pages = callsOf(cloud).filter((call) => call.includes('/ports'));
    expect(pages.length).toBeGreaterThan(5);
    for (const page of pages) {
      expect(page).toContain('fields=id&fields=network_id');
      expect(page).toContain('device_owner=network%3Arouter_gateway&device_owner=network%3Afloatingip');
    }
  });

  it('is asked for a hundred at a time', async () => {
    const { cloud, open } = await onStage();
    const networks = Array.from({ length: 250 }, (_, n) => `network-${n}`);
    const own = cloud.state.networks.find(({ name }) => name === 'demo-net')?.id ?? '';

    const ports = await listPorts(open(), { networkIds: [...networks, own] });

    expect(ports).toHaveLength(9);
    const calls = callsOf(cloud).filter((call) => call.includes('/ports'));
    expect(calls.map((call) => call.match(/network_id=/g)?.length)).toEqual([100, 100, 51]);
  });
});

describe('a floating IP', () => {
  it('that only forwards a port is in use, also where neutron does not show what it forwards', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const forwarding = async (): Promise<unknown> =>
      (await listFloatingIps(os, { description: 'left over 2', projectId: DEMO_PROJECT })).map((ip) => ({
        port: ip.port_id,
        forwards: ip.port_forwardings.map(({ external_ports, internal_ports }) => `${external_ports} → ${internal_ports}`),
        inUse: ip.in_use,
      }));

    expect(await forwarding()).toEqual([{ port: null, forwards: ['2222 → 22'], inUse: true }]);
    cloud.state.networkExtensions.delete('expose-port-forwarding-in-fip');
    expect(await forwarding()).toEqual([{ port: null, forwards: [], inUse: true }]);
    expect((await listFloatingIps(os)).filter(({ in_use }) => !in_use)).toHaveLength(5);
  });

  it('may forward whole ranges of ports', async () => {
    const { cloud, open } = await onStage();
    const forwarding = {
      ...{ id: 'f1', protocol: 'udp', internal_ip_address: '10.10.0.7', internal_port_id: 'p1' },
      ...{ external_port_range: '2000:2100', internal_port_range: '3000:3100' },
    };
    const ip = {
      ...{ id: 'ip1', floating_ip_address: '203.0.113.99', floating_network_id: 'n1', project_id: DEMO_PROJECT },
      ...{ status: 'DOWN', port_id: null, fixed_ip_address: null, router_id: 'r1', port_forwardings: [forwarding] },
    };
    cloud.answer('network', 'GET', '/floatingips', { status: 200, body: { floatingips: [ip] } });

    const [listed] = await listFloatingIps(open());

    expect(listed?.port_forwardings).toMatchObject([{ external_ports: '2000:2100', internal_ports: '3000:3100' }]);
  });
});

describe('what a cloud lacks', () => {
  it('is undefined where it is a whole extension of neutron', async () => {
    const { cloud, open } = await onStage();
    cloud.state.networkExtensions.delete('network-ip-availability');

    expect(await findIpAvailabilities(open())).toBeUndefined();
  });

  it('is noted where it is too old for it', async () => {
    const { open } = await onStage({ microversions: { compute: ['2.1', '2.25'], volume: ['3.0', '3.27'] } });
    const os = open();

    const [server] = await listServers(os);
    const services = await listVolumeServices(os);

    expect(server?.flavor).toBeNull();
    expect(services.map(({ backend_state }) => backend_state)).toEqual([undefined, undefined]);
    expect(os.notes).toEqual([
      "This cloud's compute API ends at 2.25, 2.47 was wanted: flavors of servers are not shown, and their tags and descriptions only where it has them.",
      "This cloud's volume API ends at 3.27, 3.49 was wanted: the state of the storage behind the services is not shown.",
    ]);
  });

  it('is refused where an older nova would answer with all servers', async () => {
    const { open } = await onStage({ microversions: { compute: ['2.1', '2.25'] } });
    const os = open();

    await expect(listServers(os, { locked: true })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(listServers(os, { tags: ['gold'] })).rejects.toMatchObject({ code: 'unsupported' });
    expect(await listServers(os, { host: 'compute1' })).toHaveLength(3);
  });

  it('is noted where keystone cuts a list off', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const user = { id: 'u1', name: 'ann', domain_id: 'ldap', enabled: true };
    cloud.answer('identity', 'GET', '/users', { status: 200, body: { users: [user], truncated: true, links: { next: null } } });

    expect(await listUsers(os)).toHaveLength(1);

    expect(os.notes).toEqual(['Keystone ends its list of users after 1: there are more.']);
  });
});

describe('a server', () => {
  it('whose cell is down is shown with what nova knows without it', async () => {
    const { cloud, open } = await onStage();
    const fragment = { id: 's1', status: 'UNKNOWN', tenant_id: ALICE_LAB, created: '2026-11-23T06:00:00Z', links: [] };
    cloud.answer('compute', 'GET', '/servers/s1', { status: 200, body: { server: fragment } });

    expect(await getServerDetail(open(), 's1')).toMatchObject({
      ...{ id: 's1', name: 's1', status: 'UNKNOWN', tenant_id: ALICE_LAB, flavor: null, host: undefined },
      ...{ addresses: [], volumes: [], locked_reason: null },
    });
  });

  it('is shown with all that belongs to it', async () => {
    const { cloud, open } = await onStage();
    const db1 = cloud.state.servers.find(({ name }) => name === 'db-1');
    if (db1) Object.assign(db1, { locked: true, lockedReason: 'being repaired', tags: ['gold'] });

    const shown = await getServerDetail(open(), db1?.id ?? '');

    expect(shown).toMatchObject({
      ...{ name: 'db-1', host: 'compute3', availability_zone: 'az2', power_state: 'Running', key_name: 'demo-key' },
      ...{ locked: true, locked_reason: 'being repaired', tags: ['gold'], host_status: 'UP', security_groups: ['db'] },
      flavor: { name: 'm1.medium', vcpus: 2, ram: 4_096, disk: 40 },
      addresses: [
        { network: 'demo-net', type: 'fixed', version: 4 },
        { network: 'demo-net', type: 'floating', version: 4 },
      ],
      volumes: [cloud.state.volumes.find(({ name }) => name === 'data-1')?.id],
      volumes_deleted_with_it: [],
      fault: null,
    });
  });
});

it('lists servers that have all of several tags', async () => {
  const { cloud, open } = await onStage();
  const [one, two] = cloud.state.servers;
  if (one) one.tags = ['gold', 'night'];
  if (two) two.tags = ['gold'];
  const os = open();

  expect((await listServers(os, { tags: ['gold'] })).map(({ id }) => id).sort()).toEqual([one?.id, two?.id].sort());
  expect((await listServers(os, { tags: ['night', 'gold'] })).map(({ id }) => id)).toEqual([one?.id]);
});

it('finds the hypervisors of a host also where they are called otherwise', async () => {
  const { cloud, open } = await onStage();
  const named = { id: 'h1', hypervisor_hostname: 'esx-17', hypervisor_type: 'vmware', hypervisor_version: 8, state: 'up' };
  const sizes = {
    ...{ vcpus: 8, vcpus_used: 1, memory_mb: 64, memory_mb_used: 1 },
    ...{ local_gb: 9, local_gb_used: 1, running_vms: 1 },
  };
  const of = (host: string): object => ({ ...named, ...sizes, status: 'enabled', service: { host } });
  cloud.answer('compute', 'GET', 'hypervisor_hostname_pattern=vcenter', { status: 404 });
  cloud.answer('compute', 'GET', /os-hypervisors\/detail$/, { status: 200, body: { hypervisors: [of('vcenter'), of('other')] } });

  expect((await listHypervisorsOfHost(open(), 'vcenter')).map(({ service }) => service.host)).toEqual(['vcenter']);
});

it('takes capacities of a pool as numbers, as texts of numbers, and as the words that drivers have for not knowing', async () => {
  const { cloud, open } = await onStage();
  const pool = (name: string, total_capacity_gb: unknown, free_capacity_gb: unknown): unknown => ({
    name,
    capabilities: { total_capacity_gb, free_capacity_gb, max_over_subscription_ratio: '20.0' },
  });
  const pools = [pool('a#1', 'infinite', 'unknown'), pool('a#2', '12.5', 0), pool('a#3', undefined, null)];
  cloud.answer('volume', 'GET', '/scheduler-stats/get_pools', { status: 200, body: { pools } });

  const said = (await listVolumePools(open())).map(({ total, free, over_subscription_ratio }) => [
    total,
    free,
    over_subscription_ratio,
  ]);

  expect(said).toEqual([
    ['infinite', 'unknown', 20],
    [12.5, 0, 20],
    ['unknown', 'unknown', 20],
  ]);
});

it('asks glance for a name with a colon in a way that is no operator of its', async () => {
  const { cloud, open } = await onStage();
  const [image] = cloud.state.images;
  if (image) image.name = 'debian:12';

  expect(await listImages(open(), { name: 'debian:12' })).toMatchObject([{ name: 'debian:12' }]);
});
