import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { usesOf } from '../../demo/cloud/allocations.ts';
import { DEMO_PROJECT } from '../../demo/cloud/ids.ts';
import { setLimits } from '../../demo/cloud/state.ts';
import { getServerDetail } from '../../src/openstack/compute.ts';
import { listFloatingIps } from '../../src/openstack/floating-ips.ts';
import { listPorts } from '../../src/openstack/ports.ts';
import type { Session } from '../../src/openstack/session.ts';
import { act, build, demoNetwork, flavorId, refusal } from '../contract/own-server.ts';
import { onStage, type Stage, settingsIn } from '../openstack-client/stage.ts';

/* The pretend nova, building, stopping and deleting. What it says word for word is held to the real one by the contract cases. */

async function as(stage: Stage, entry: string): Promise<Session> {
  return stage.open({ as: await settingsIn(stage.cloud.cloudsYaml, entry) });
}

/** Each state it shows, until nothing goes on with it any more. */
async function statesOf(os: Session, id: string): Promise<string[]> {
  const states: string[] = [];
  for (let look = 0; look < 20; look += 1) {
    const { status, task_state } = await getServerDetail(os, id);
    states.push(task_state === null ? status : `${status} ${task_state}`);
    if (task_state === null) return states;
  }
  return states;
}

async function built(os: Session, given: Parameters<typeof build>[1] = {}): Promise<string> {
  const id = String((await build(os, given)).id);
  await statesOf(os, id);
  return id;
}

describe('a server that is built', () => {
  it('is further on each time that somebody looks, and then runs on a host with a port of its own', async () => {
    const stage = await onStage({}, 'pretend-demo');
    const os = stage.open();

    const { id } = await build(os, { networks: await demoNetwork(os) });

    expect(await statesOf(os, String(id))).toEqual(['BUILD scheduling', 'BUILD networking', 'BUILD spawning', 'ACTIVE']);
    const [port] = await listPorts(os, { deviceIds: [String(id)] });
    const { addresses, host } = await getServerDetail(await as(stage, 'pretend-admin'), String(id));
    expect(addresses.map(({ address }) => address)).toEqual(port?.fixed_ips.map(({ ip_address }) => ip_address));
    expect(host).toMatch(/^compute/);
  });

  it('takes longer where its metadata says so, and hangs where a test holds it', async () => {
    const stage = await onStage();
    const os = stage.open();

    const slow = String((await build(os, { metadata: { fake_delay: '2' } })).id);
    const held = String((await build(os)).id);
    stage.cloud.state.evacuations.held.add(held);

    expect(await statesOf(os, slow)).toHaveLength(6);
    expect(new Set(await statesOf(os, held))).toEqual(new Set(['BUILD scheduling']));
  });

  it('ends in ERROR, without a host and with the scheduler’s words, where none has room', async () => {
    const stage = await onStage();
    const os = stage.open();
    stage.cloud.state.allocationRatios.MEMORY_MB = 0.001;

    const id = await built(os, { flavorRef: await flavorId(os, 'm1.small') });

    const { status, host, fault } = await getServerDetail(os, id);
    expect([status, host, fault?.message]).toEqual(['ERROR', null, 'No valid host was found. ']);
  });

  it('ends in ERROR where its network has no address left', async () => {
    const stage = await onStage();
    const os = stage.open();
    for (const subnet of stage.cloud.state.subnets) subnet.pools = [];

    const id = await built(os, { networks: await demoNetwork(os) });

    const { status, fault } = await getServerDetail(os, id);
    expect([status, fault?.message]).toEqual([
      'ERROR',
      `Build of instance ${id} aborted: Failed to allocate the network(s), not rescheduling.`,
    ]);
  });

  it('goes to none that is disabled or down, and in its own zone', async () => {
    const stage = await onStage();
    const os = stage.open();
    for (const host of stage.cloud.state.hosts) {
      if (host.name === 'compute1') host.status = 'disabled';
      if (host.name === 'compute3') host.state = 'down';
    }

    const inOne = await getServerDetail(os, await built(os, { availability_zone: 'az1' }));
    const inTwo = await getServerDetail(os, await built(os, { availability_zone: 'az2' }));

    expect([inOne.host, inTwo.host]).toEqual(['compute2', 'compute10']);
  });

  it('takes room on its host, but none for a root disk that is a volume', async () => {
    const stage = await onStage();
    const os = stage.open();
    const { state } = stage.cloud;
    const [compute1] = state.hosts.filter(({ name }) => name === 'compute1');
    if (!compute1) throw new Error('no compute1');
    const before = usesOf(state).of(compute1);
    const root = { boot_index: 0, source_type: 'image', destination_type: 'volume', volume_size: 5, delete_on_termination: true };

    const onDisk = await built(os, { availability_zone: 'az1:compute1', flavorRef: await flavorId(os, 'm1.small') });
    const onVolume = await built(os, {
      availability_zone: 'az1:compute1',
      flavorRef: await flavorId(os, 'm1.small'),
      block_device_mapping_v2: [root],
    });

    const after = usesOf(state).of(compute1);
    expect({ vcpus: after.VCPU - before.VCPU, disk: after.DISK_GB - before.DISK_GB }).toEqual({ vcpus: 2, disk: 20 });
    const attached = state.volumes.filter(({ attachments }) => attachments.some(({ serverId }) => serverId === onVolume));
    expect(attached.map(({ status, sizeGiB }) => [status, sizeGiB])).toEqual([['in-use', 5]]);
    expect(onDisk).not.toBe(onVolume);
  });
});

describe('quotas', () => {
  it('refuse a server with nova’s words, for each limit that it would pass', async () => {
    const stage = await onStage({}, 'pretend-demo');
    const os = stage.open();
    setLimits(stage.cloud.state.quotas.compute, DEMO_PROJECT, { cores: 12, ram: 16_000, instances: 20 });

    const asked = build(os, { flavorRef: await flavorId(os, 'm1.large') });

    await expect(asked).rejects.toMatchObject({
      status: 403,
      fault: 'Quota exceeded for cores, ram: Requested 4, 8192, but already used 11, 16384 of 12, 16000 cores, ram',
    });
  });

  it('leave as many as there is room for, where fewer will do', async () => {
    const stage = await onStage({}, 'pretend-alice');
    const os = stage.open();
    const before = stage.cloud.state.servers.length;

    await build(os, { min_count: 1, max_count: 50 });

    // Two of ten are there already.
    expect(stage.cloud.state.servers.slice(before).map(({ name }) => name)).toEqual(
      Array.from({ length: 8 }, (_, n) => `case-1-${n + 1}`),
    );
  });
});

describe('a server that is there', () => {
  it('is stopped, started and rebooted, and shows it meanwhile', async () => {
    const os = (await onStage()).open();
    const id = await built(os);

    await act(os, id, { 'os-stop': null });
    const stopping = await statesOf(os, id);
    await act(os, id, { 'os-start': null });
    const starting = await statesOf(os, id);
    await act(os, id, { reboot: { type: 'HARD' } });
    const rebooting = await statesOf(os, id);

    expect(stopping).toEqual(['ACTIVE powering-off', 'SHUTOFF']);
    expect(starting).toEqual(['SHUTOFF powering-on', 'ACTIVE']);
    expect(rebooting).toEqual([
      'HARD_REBOOT rebooting_hard',
      'HARD_REBOOT reboot_pending_hard',
      'HARD_REBOOT reboot_started_hard',
      'ACTIVE',
    ]);
  });

  it('is deleted with its port, whose floating IP then leads nowhere, and its volume is free again', async () => {
    const stage = await onStage();
    const os = stage.open();
    const db1 = stage.cloud.state.servers.find(({ name }) => name === 'db-1')?.id ?? '';
    const led = (await listFloatingIps(os)).filter(({ port_id }) => port_id !== null).length;

    await os.request({ service: 'compute', method: 'DELETE', path: `/servers/${db1}`, response: z.unknown() });
    await getServerDetail(os, db1);

    await expect(getServerDetail(os, db1)).rejects.toMatchObject({ status: 404 });
    expect(await listPorts(os, { deviceIds: [db1] })).toEqual([]);
    expect((await listFloatingIps(os)).filter(({ port_id }) => port_id !== null)).toHaveLength(led - 1);
    expect(stage.cloud.state.volumes.find(({ name }) => name === 'data-1')).toMatchObject({
      status: 'available',
      attachments: [],
    });
  });

  it('is touched by nobody of another project, and not by its own where it is locked', async () => {
    const stage = await onStage();
    const alice = stage.cloud.state.servers.find(({ name }) => name === 'alice-vm-1');
    const id = alice?.id ?? '';
    if (alice) alice.locked = true;

    expect(await refusal(act(await as(stage, 'pretend-demo'), id, { 'os-stop': null }))).toEqual({
      '404: Instance ID could not be found.': null,
    });
    expect(await refusal(act(await as(stage, 'pretend-alice'), id, { 'os-stop': null }))).toEqual({
      '409: Instance ID is locked': null,
    });
    expect(await refusal(act(stage.open(), id, { 'os-stop': null }))).toBe('was not refused');
  });
});
