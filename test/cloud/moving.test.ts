import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Cloud } from '../../demo/cloud/cloud.ts';
import { ALICE_LAB } from '../../demo/cloud/ids.ts';
import { setLimits } from '../../demo/cloud/state.ts';
import type { Server } from '../../demo/cloud/state-compute.ts';
import { getServerDetail } from '../../src/openstack/compute.ts';
import { listMigrations } from '../../src/openstack/migrations.ts';
import { getProviderAllocations } from '../../src/openstack/placement.ts';
import type { Session } from '../../src/openstack/session.ts';
import { act, flavorId, refusal } from '../contract/own-server.ts';
import { onStage } from '../openstack-client/stage.ts';

/* The pretend nova, resizing and migrating. What it says word for word is held to the real one by the contract cases. */

const TO_ANY = { 'os-migrateLive': { host: null, block_migration: 'auto' } };

function web1({ state }: Cloud): Server {
  const server = state.servers.find(({ name }) => name === 'web-1');
  if (!server) throw new Error('no web-1');
  return server;
}

/** Each state of server and migration, until nothing goes on with it any more. */
async function statesOf(os: Session, id: string): Promise<string[]> {
  const states: string[] = [];
  for (let look = 0; look < 20; look += 1) {
    // The second of the two looks sees what the first has moved on.
    const { status, task_state } = await getServerDetail(os, id);
    states.push(`${status} ${task_state}`);
    if (task_state === null) break;
  }
  return states;
}

async function moved(os: Session, serverId: string): Promise<string[]> {
  return (await listMigrations(os, { serverId })).map(({ migration_type, status }) => `${migration_type} ${status}`);
}

/** What each host gives to whom, of this server and its migration. */
async function held(os: Session, { state }: Cloud, { id }: Server): Promise<Record<string, string>> {
  const uuids = state.migrations.filter(({ serverId }) => serverId === id).map(({ uuid }) => uuid);
  const found: Record<string, string> = {};
  for (const { name, hypervisorId } of state.hosts) {
    const allocations = await getProviderAllocations(os, hypervisorId);
    if (allocations[id]) found[`server on ${name}`] = `${allocations[id].MEMORY_MB} MiB`;
    for (const uuid of uuids) if (allocations[uuid]) found[`migration on ${name}`] = `${allocations[uuid].MEMORY_MB} MiB`;
  }
  return found;
}

describe('a resize', () => {
  it('holds both hosts until somebody confirms it', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const server = web1(cloud);
    for (const host of cloud.state.hosts) if (host.name === 'compute10') host.memoryMiB *= 2;

    await act(os, server.id, { resize: { flavorRef: await flavorId(os, 'm1.medium') } });
    const states = await statesOf(os, server.id);
    const between = await held(os, cloud, server);
    const waiting = await moved(os, server.id);
    await act(os, server.id, { confirmResize: null });
    await getServerDetail(os, server.id);

    expect(states).toEqual([
      'RESIZE resize_prep',
      'RESIZE resize_migrating',
      'RESIZE resize_migrated',
      'RESIZE resize_finish',
      'VERIFY_RESIZE null',
    ]);
    expect(between).toEqual({ 'migration on compute3': '2048 MiB', 'server on compute10': '4096 MiB' });
    expect(waiting).toEqual(['resize finished']);
    expect(await held(os, cloud, server)).toEqual({ 'server on compute10': '4096 MiB' });
    expect(await getServerDetail(os, server.id)).toMatchObject({
      status: 'ACTIVE',
      host: 'compute10',
      flavor: { name: 'm1.medium' },
    });
    expect(await moved(os, server.id)).toEqual(['resize confirmed']);
  });

  it('goes back to the old host and flavor where somebody reverts it', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const server = web1(cloud);
    await act(os, server.id, { resize: { flavorRef: await flavorId(os, 'm1.medium') } });
    await statesOf(os, server.id);

    await act(os, server.id, { revertResize: null });

    expect(await statesOf(os, server.id)).toEqual(['REVERT_RESIZE resize_reverting', 'ACTIVE null']);
    expect(await getServerDetail(os, server.id)).toMatchObject({ host: 'compute3', flavor: { name: 'm1.small' } });
    expect(await held(os, cloud, server)).toEqual({ 'server on compute3': '2048 MiB' });
    expect(await moved(os, server.id)).toEqual(['resize reverted']);
  });

  it('leaves the server as it was where no other host has room: only its migration and its action say so', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const server = web1(cloud);
    for (const host of cloud.state.hosts) if (host.name !== 'compute3') host.status = 'disabled';

    await act(os, server.id, { resize: { flavorRef: await flavorId(os, 'm1.medium') } });

    expect(await statesOf(os, server.id)).toEqual(['RESIZE resize_prep', 'ACTIVE null']);
    expect(await moved(os, server.id)).toEqual(['resize error']);
    expect(server.actions.at(-1)).toMatchObject({ action: 'resize', message: 'Error' });
    expect(await held(os, cloud, server)).toEqual({ 'server on compute3': '2048 MiB' });
  });

  it('is refused beyond the quota, by what it takes more', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const alice = cloud.state.servers.find(({ name }) => name === 'alice-vm-1')?.id ?? '';
    setLimits(cloud.state.quotas.compute, ALICE_LAB, { cores: 3, ram: 51_200 });

    const asked = act(os, alice, { resize: { flavorRef: await flavorId(os, 'm1.large') } });

    await expect(asked).rejects.toMatchObject({
      status: 403,
      fault: 'Quota exceeded for cores: Requested 3, but already used 2 of 3 cores',
    });
  });

  it('is refused while the host that it would leave is down', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    for (const host of cloud.state.hosts) if (host.name === 'compute3') host.state = 'down';

    expect(await refusal(act(os, web1(cloud).id, { migrate: null }))).toEqual({
      '409: Service is unavailable at this time.': null,
    });
  });
});

const Progress = z.object({
  migrations: z.array(
    z.object({
      id: z.number(),
      status: z.string(),
      memory_total_bytes: z.number().nullable(),
      memory_processed_bytes: z.number().nullable(),
      memory_remaining_bytes: z.number().nullable(),
    }),
  ),
});

async function progressOf(os: Session, id: string): Promise<z.infer<typeof Progress>['migrations']> {
  const path = `/servers/${id}/migrations`;
  const call = { service: 'compute', method: 'GET', path, microversion: '2.59', response: Progress } as const;
  return (await os.request(call)).migrations;
}

/** Until it runs. @returns its number. */
async function running(os: Session, id: string): Promise<number> {
  for (let look = 0; look < 10; look += 1) {
    const [migration] = await progressOf(os, id);
    if (migration?.status === 'running') return migration.id;
  }
  throw new Error('it does not run');
}

describe('a live migration', () => {
  it('tells how far its memory is, holds both hosts, and takes the server along', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const server = web1(cloud);
    server.metadata = { fake_delay: '3' };

    await act(os, server.id, TO_ANY);
    await running(os, server.id);
    const between = await held(os, cloud, server);
    const looks = [await progressOf(os, server.id), await progressOf(os, server.id)];

    const gib = 1_073_741_824;
    const shown = looks.map(([one]) => [one?.memory_processed_bytes, one?.memory_remaining_bytes, one?.memory_total_bytes]);
    expect(shown).toEqual([
      [0.5 * gib, 1.5 * gib, 2 * gib],
      [gib, gib, 2 * gib],
    ]);
    expect(Object.keys(between).sort()).toEqual([
      expect.stringMatching(/^migration on compute3/),
      expect.stringMatching(/^server on/),
    ]);
    expect(await statesOf(os, server.id)).toEqual(['MIGRATING migrating', 'ACTIVE null']);
    expect(server.host).not.toBe('compute3');
    expect(await moved(os, server.id)).toEqual(['live-migration completed']);
    expect(Object.keys(await held(os, cloud, server))).toEqual([`server on ${server.host}`]);
  });

  it('is aborted: the server stays where it was', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const server = web1(cloud);
    server.metadata = { fake_delay: '9' };
    await act(os, server.id, TO_ANY);
    const path = `/servers/${server.id}/migrations/${await running(os, server.id)}`;

    await os.request({ service: 'compute', method: 'DELETE', path, microversion: '2.24', response: z.unknown() });

    expect(await statesOf(os, server.id)).toEqual(['MIGRATING migrating', 'ACTIVE null']);
    expect(server.host).toBe('compute3');
    expect(await moved(os, server.id)).toEqual(['live-migration cancelled']);
    expect(await held(os, cloud, server)).toEqual({ 'server on compute3': '2048 MiB' });
  });

  it('is completed by force, however long it would have taken', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const server = web1(cloud);
    server.metadata = { fake_delay: '90' };
    await act(os, server.id, TO_ANY);
    const path = `/servers/${server.id}/migrations/${await running(os, server.id)}/action`;

    const body = { force_complete: null };
    await os.request({ service: 'compute', method: 'POST', path, body, microversion: '2.22', response: z.unknown() });

    expect(await statesOf(os, server.id)).toEqual(['MIGRATING migrating', 'ACTIVE null']);
    expect(await moved(os, server.id)).toEqual(['live-migration completed']);
  });

  it('without a host that could take it is accepted and comes to nothing, or is refused where the answer waits', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const server = web1(cloud);
    for (const host of cloud.state.hosts) if (host.name !== 'compute3') host.status = 'disabled';

    await act(os, server.id, TO_ANY);
    const states = await statesOf(os, server.id);
    const old = { 'os-migrateLive': { host: null, block_migration: false, disk_over_commit: false } };

    expect(states).toEqual(['MIGRATING migrating', 'ACTIVE null']);
    expect(await moved(os, server.id)).toEqual(['live-migration error']);
    expect(await refusal(act(os, server.id, old, '2.24'))).toEqual({
      '400: No valid host was found. There are not enough hosts available.': null,
    });
    expect(server).toMatchObject({ status: 'ACTIVE', taskState: null, host: 'compute3' });
  });

  it('that breaks leaves the server in ERROR', async () => {
    const { cloud, open } = await onStage();
    const os = open();
    const server = web1(cloud);
    server.metadata = { fake_fail: 'live_migration' };

    await act(os, server.id, TO_ANY);

    expect((await statesOf(os, server.id)).at(-1)).toBe('ERROR null');
    expect(await moved(os, server.id)).toEqual(['live-migration error']);
  });
});
