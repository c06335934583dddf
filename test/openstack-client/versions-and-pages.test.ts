import { describe, expect, it } from 'vitest';
import { ALICE_LAB, DEMO_PROJECT, server } from '../../demo/cloud/seed.ts';
import { listHypervisors, listServers, listServersNamed } from '../../src/openstack/compute.ts';
import { getComputeQuota, updateComputeQuota } from '../../src/openstack/compute-quotas.ts';
import { listProjects } from '../../src/openstack/identity.ts';
import { listNetworkAgents } from '../../src/openstack/network.ts';
import { callsOf, onStage } from './stage.ts';

describe('an older cloud', () => {
  it('answers reads in its own version, and what got lost is noted once', async () => {
    const { open } = await onStage({ microversions: { compute: ['2.1', '2.50'] } });
    const os = open();

    const quota = await getComputeQuota(os, DEMO_PROJECT);
    await getComputeQuota(os, ALICE_LAB);

    expect(quota.cores?.limit).toBe(20);
    expect(os.notes).toEqual([
      "This cloud's compute API ends at 2.50, 2.57 was wanted: quotas that are gone today are shown too.",
    ]);
  });

  it('is not written to, and nothing is changed', async () => {
    const { cloud, open } = await onStage({ microversions: { compute: ['2.1', '2.50'] } });

    await expect(updateComputeQuota(open(), DEMO_PROJECT, { cores: 40 })).rejects.toMatchObject({
      code: 'unsupported',
      message: `PUT compute /os-quota-sets/${DEMO_PROJECT} was not possible: needs compute API version 2.57, this cloud has 2.1 to 2.50`,
      mayHaveHappened: false,
    });

    expect(cloud.state.quotas.compute.own.size).toBe(0);
  });
});

describe('a list', () => {
  it('is followed to its end in nova, keystone and neutron', async () => {
    const { cloud, open } = await onStage({ pageSize: 2 });
    const os = open();

    const names = (await listServers(os)).map(({ name }) => name);

    expect(names.sort()).toEqual(cloud.state.servers.map(({ name }) => name).sort());
    expect(await listHypervisors(os)).toHaveLength(4);
    expect(await listNetworkAgents(os)).toHaveLength(5);
    expect(await listProjects(os)).toHaveLength(4);
  });

  it('keeps its filter from page to page', async () => {
    const { cloud, open } = await onStage({ pageSize: 1, seed: { sameNames: true } });

    expect(await listServersNamed(open(), 'web-1')).toHaveLength(2);

    const pages = callsOf(cloud).filter((call) => call.includes('/servers/detail'));
    expect(pages).toHaveLength(3);
    for (const call of pages) expect(call).toContain('all_tenants=1&name=%5Eweb-1%24');
  });

  it('that never ends is given up', async () => {
    const { cloud, open } = await onStage();
    const next = [{ rel: 'next', href: `${cloud.authUrl}/v2.1/servers/detail?marker=x` }];
    cloud.answer('compute', 'GET', '/servers/detail', { times: 99, status: 200, body: { servers: [], servers_links: next } });

    await expect(listServers(open())).rejects.toMatchObject({
      code: 'bad_answer',
      message: expect.stringContaining('the list does not end'),
    });
  });

  it('never sends the token to the host that a page names', async () => {
    const { cloud, open } = await onStage();
    const next = [{ rel: 'next', href: 'http://203.0.113.1:9/v2.1/servers/detail?all_tenants=1' }];
    cloud.answer('compute', 'GET', '/servers/detail', { status: 200, body: { servers: [], servers_links: next } });

    expect(await listServers(open())).toHaveLength(11);
  });

  it('of a name matches the whole name, letter by letter', async () => {
    const { cloud, open } = await onStage();
    for (const name of ['Web-1', 'web-10', 'a.b', 'axb'])
      cloud.state.servers.push(server({ name, host: 'compute1', projectId: ALICE_LAB }));
    const os = open();

    expect((await listServersNamed(os, 'web-1')).map(({ name }) => name)).toEqual(['web-1']);
    expect((await listServersNamed(os, 'a.b')).map(({ name }) => name)).toEqual(['a.b']);
  });
});
