import { expect, it } from 'vitest';
import { DEMO_PROJECT, hexId } from '../../demo/cloud/seed.ts';
import { listServers, listServersNamed } from '../../src/openstack/compute.ts';
import { getComputeQuota, updateComputeQuota } from '../../src/openstack/compute-quotas.ts';
import { listProjects } from '../../src/openstack/identity.ts';
import { onStage } from './stage.ts';

const regions = ['RegionOne', 'RegionTwo'];

it('each region has servers and quotas of its own, and all have the same projects', async () => {
  const { cloud, settings, open } = await onStage({ regions });
  const [one, two] = [open(), open({ region: 'RegionTwo' })];
  cloud.state.projects.push({ id: hexId('project new'), name: 'new', domain_id: 'default', description: '', enabled: true });

  await updateComputeQuota(two, DEMO_PROJECT, { cores: 44 });

  expect(settings.regions).toEqual(regions);
  expect((await getComputeQuota(one, DEMO_PROJECT)).cores?.limit).toBe(20);
  expect((await getComputeQuota(two, DEMO_PROJECT)).cores?.limit).toBe(44);
  expect(cloud.stateOf('RegionTwo').quotas.compute.own.get(DEMO_PROJECT)).toEqual({ cores: 44 });
  expect((await listServersNamed(one, 'web-1'))[0]?.id).not.toBe((await listServersNamed(two, 'web-1'))[0]?.id);
  expect(await listProjects(two)).toEqual(await listProjects(one));
  expect(cloud.writes.map(({ region, status }) => [region, status])).toEqual([['RegionTwo', 200]]);
});

it('what goes wrong in one region does not in the other', async () => {
  const { cloud, open } = await onStage({ regions });
  const [one, two] = [open(), open({ region: 'RegionTwo' })];
  cloud.answer('compute', 'GET', '/servers/detail', { region: 'RegionTwo', times: 9, status: 500 });

  expect(await listServers(one)).toHaveLength(11);
  await expect(listServers(two)).rejects.toMatchObject({ code: 'server_error' });
  cloud.clearFaults();
  await cloud.away('compute', 'RegionOne');
  await expect(listServers(one)).rejects.toMatchObject({ code: 'not_sent' });
  expect(await listServers(two)).toHaveLength(11);
  await cloud.back('compute', 'RegionOne');
  expect(await listServers(one)).toHaveLength(11);
});

it('a region that is not there is named with those that are', async () => {
  const { cloud } = await onStage({ regions });

  expect(() => cloud.stateOf('RegionTwoo')).toThrow('has no region RegionTwoo, only RegionOne, RegionTwo');
});
