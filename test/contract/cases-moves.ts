import { z } from 'zod';
import { getServerDetail, listComputeServices, listHypervisorsOfHost } from '../../src/openstack/compute.ts';
import { listMigrations } from '../../src/openstack/migrations.ts';
import { getProviderAllocations } from '../../src/openstack/placement.ts';
import type { Session } from '../../src/openstack/session.ts';
import { type Case, forAdmin, forAll, NO_UUID, type World } from './case.ts';
import { act, flavorId, isStill, refusal, told, until, withServer } from './own-server.ts';

/** The server's only migration, in words. */
async function moved(os: Session, id: string): Promise<string> {
  const migrations = await listMigrations(os, { serverId: id });
  return migrations.map((one) => `${one.migration_type} ${one.status}`).join(', ');
}

/** Who holds what of the two hosts, as a sentence. */
async function held(os: Session, id: string): Promise<string> {
  const [migration] = await listMigrations(os, { serverId: id });
  const by = async (host: string | null | undefined, consumer: string | undefined): Promise<string> => {
    const [hypervisor] = await listHypervisorsOfHost(os, host ?? '');
    const allocations = await getProviderAllocations(os, hypervisor?.id ?? '');
    return allocations[consumer ?? ''] === undefined
      ? 'no'
      : Object.keys(allocations[consumer ?? ''] ?? {})
          .sort()
          .join('+');
  };
  const { source_compute: source, dest_compute: dest, uuid } = migration ?? {};
  return [
    `old host: server ${await by(source, id)}, migration ${await by(source, uuid)}`,
    `new host: server ${await by(dest, id)}, migration ${await by(dest, uuid)}`,
  ].join('; ');
}

/** Nova clears allocations a moment after it has cleared the task. */
async function heldAtLast(os: Session, world: World, id: string, words: string): Promise<string> {
  for (let look = 0; look < 40; look += 1) {
    if ((await held(os, id)) === words) break;
    await world.betweenLooks();
  }
  return held(os, id);
}

const OF_NEW = 'old host: server no, migration no; new host: server DISK_GB+MEMORY_MB+VCPU, migration no';
const OF_OLD = 'old host: server DISK_GB+MEMORY_MB+VCPU, migration no; new host: server no, migration no';

async function resized(os: Session, world: World, id: string): Promise<unknown> {
  await act(os, id, { resize: { flavorRef: await flavorId(os, 'm1.tiny') } });
  const server = await until(os, world, id, ({ status, task_state }) => status === 'VERIFY_RESIZE' && task_state === null);
  return { [`${await moved(os, id)}; ${await held(os, id)}`]: told(server) };
}

const resizes: Case[] = [
  ...forAdmin('resize a server, and confirm it', [listMigrations, getProviderAllocations], (os, world) =>
    withServer(os, world, {}, async (id) => {
      const after = await resized(os, world, id);
      const again = await refusal(act(os, id, { resize: { flavorRef: await flavorId(os, 'm1.small') } }));
      const soft = await refusal(act(os, id, { reboot: { type: 'SOFT' } }));
      await act(os, id, { confirmResize: null });
      const confirmed = await until(os, world, id, ({ status }) => status === 'ACTIVE');
      const holds = await heldAtLast(os, world, id, OF_NEW);
      return { after, again, soft, [`${confirmed.flavor?.name}; ${await moved(os, id)}; ${holds}`]: told(confirmed) };
    }),
  ),
  ...forAdmin('resize a server, and revert it', [listMigrations, getProviderAllocations], (os, world) =>
    withServer(os, world, {}, async (id) => {
      await resized(os, world, id);
      await act(os, id, { revertResize: null });
      const reverted = await until(os, world, id, ({ status }) => status === 'ACTIVE');
      const holds = await heldAtLast(os, world, id, OF_OLD);
      return { [`${reverted.flavor?.name}; ${await moved(os, id)}; ${holds}`]: told(reverted) };
    }),
  ),
  ...forAdmin('migrate a server that is off, and confirm it', [listMigrations], (os, world) =>
    withServer(os, world, {}, async (id) => {
      await act(os, id, { 'os-stop': null });
      await until(os, world, id, isStill);
      await act(os, id, { migrate: null });
      const after = await until(os, world, id, ({ status, task_state }) => status === 'VERIFY_RESIZE' && task_state === null);
      const between = await moved(os, id);
      await act(os, id, { confirmResize: null });
      const confirmed = await until(os, world, id, ({ status }) => status === 'SHUTOFF');
      return { [between]: told(after), [await moved(os, id)]: told(confirmed) };
    }),
  ),
  ...forAdmin('resize a server to what cannot be', [], (os, world) =>
    withServer(os, world, {}, async (id) => ({
      same: await refusal(act(os, id, { resize: { flavorRef: await flavorId(os, 'm1.nano') } })),
      none: await refusal(act(os, id, { resize: { flavorRef: 'nosuch' } })),
      nothing: await refusal(act(os, id, { resize: {} })),
      confirm: await refusal(act(os, id, { confirmResize: null })),
      revert: await refusal(act(os, id, { revertResize: null })),
      home: await refusal(act(os, id, { migrate: { host: (await getServerDetail(os, id)).host } })),
      nowhere: await refusal(act(os, id, { migrate: { host: 'nosuch' } })),
    })),
  ),
  ...(['member', 'reader'] as const).map(
    (as): Case => ({
      name: `migrate a server (${as})`,
      as,
      calls: [],
      run: (os, { web1 }) => refusal(act(os, web1, { migrate: null })),
    }),
  ),
];

const TO_ANY = { 'os-migrateLive': { host: null, block_migration: 'auto' } };

const Listed = z.object({ migrations: z.array(z.record(z.string(), z.unknown())) });

function migrationsOf(os: Session, id: string, microversion = '2.80'): Promise<z.infer<typeof Listed>> {
  return os.request({ service: 'compute', method: 'GET', path: `/servers/${id}/migrations`, microversion, response: Listed });
}

/** The one that runs: it is not there at once. */
async function running(os: Session, world: World, id: string): Promise<string> {
  for (let look = 0; look < 80; look += 1) {
    const { migrations } = await migrationsOf(os, id);
    if (migrations[0]?.status === 'running') return String(migrations[0].id);
    await world.betweenLooks();
  }
  throw new Error(`no migration of ${id} runs`);
}

function forceComplete(os: Session, id: string, migration: string): Promise<unknown> {
  const path = `/servers/${id}/migrations/${migration}/action`;
  const body = { force_complete: null };
  return os.request({ service: 'compute', method: 'POST', path, body, microversion: '2.65', response: z.unknown() });
}

function abort(os: Session, id: string, migration: string): Promise<unknown> {
  const path = `/servers/${id}/migrations/${migration}`;
  return os.request({ service: 'compute', method: 'DELETE', path, microversion: '2.65', response: z.unknown() });
}

/** Its task is over, and its migration has ended. */
async function untilMoved(os: Session, world: World, id: string): Promise<unknown> {
  const server = await until(os, world, id, isStill);
  for (let look = 0; look < 40 && !/completed|error|cancelled/.test(await moved(os, id)); look += 1) await world.betweenLooks();
  return { [await moved(os, id)]: told(server) };
}

/** Both its migrations have ended. */
async function untilBack(os: Session, world: World, id: string): Promise<string> {
  for (let look = 0; look < 80 && !/^live-migration completed, live-migration completed$/.test(await moved(os, id)); look += 1) {
    await until(os, world, id, isStill);
    await world.betweenLooks();
  }
  return moved(os, id);
}

const live: Case[] = [
  ...forAdmin('migrate a server live', [listMigrations, getProviderAllocations], (os, world) =>
    withServer(os, world, { metadata: { fake_delay: '4' } }, async (id) => {
      const from = (await getServerDetail(os, id)).host;
      await act(os, id, TO_ANY);
      const migration = await running(os, world, id);
      const { migrations } = await migrationsOf(os, id);
      const meanwhile = told(await getServerDetail(os, id));
      const holds = await held(os, id);
      const again = await refusal(act(os, id, TO_ANY));
      const stop = await refusal(act(os, id, { 'os-stop': null }));
      const after = await untilMoved(os, world, id);
      const where = (await getServerDetail(os, id)).host === from ? 'stayed' : 'went';
      const over = await refusal(migrationOf(os, id, migration));
      return { migrations, meanwhile, [holds]: null, again, stop, after, [where]: null, over };
    }),
  ),
  ...forAdmin('complete a live migration by force', [], (os, world) =>
    withServer(os, world, { metadata: { fake_delay: '2' } }, async (id) => {
      await act(os, id, TO_ANY);
      const unknown = await refusal(forceComplete(os, id, '99999999'));
      await forceComplete(os, id, await running(os, world, id));
      return { unknown, after: await untilMoved(os, world, id) };
    }),
  ),
  ...forAdmin('abort a live migration', [], (os, world) =>
    withServer(os, world, { metadata: { fake_delay: '2' } }, async (id) => {
      await act(os, id, TO_ANY);
      const unknown = await refusal(abort(os, id, '99999999'));
      await abort(os, id, await running(os, world, id));
      // What comes of it differs: the fake hypervisor goes on. See test/openstack/NOT-REAL.md.
      await untilMoved(os, world, id);
      return { unknown };
    }),
  ),
  ...forAdmin('a live migration that fails', [], (os, world) =>
    withServer(os, world, { metadata: { fake_fail: 'live_migration' } }, async (id) => {
      await act(os, id, TO_ANY);
      return untilMoved(os, world, id);
    }),
  ),
  ...forAdmin('migrate a server live to its own host', [listMigrations], (os, world) =>
    withServer(os, world, {}, async (id) => {
      const { host } = await getServerDetail(os, id);
      await act(os, id, { 'os-migrateLive': { host, block_migration: 'auto' } });
      const after = await untilMoved(os, world, id);
      const old = { 'os-migrateLive': { host, block_migration: false, disk_over_commit: false } };
      return { after, old: await refusal(act(os, id, old, '2.24')) };
    }),
  ),
  ...forAdmin('migrate a server live to a host, and back past the scheduler', [listMigrations], (os, world) =>
    withServer(os, world, {}, async (id) => {
      const { host: home } = await getServerDetail(os, id);
      const others = (await listComputeServices(os, { binary: 'nova-compute' })).filter(({ host }) => host !== home);
      await act(os, id, { 'os-migrateLive': { host: others[0]?.host, block_migration: 'auto' } });
      const there = await untilMoved(os, world, id);
      const isThere = (await getServerDetail(os, id)).host === others[0]?.host;
      await act(os, id, { 'os-migrateLive': { host: home, block_migration: false, disk_over_commit: false } }, '2.24');
      const back = await untilBack(os, world, id);
      return { there, [`${isThere ? 'it went' : 'it stayed'}, ${back}`]: told(await getServerDetail(os, id)) };
    }),
  ),
  ...forAdmin('a live migration that cannot be', [], (os, { web1, broken1 }) => liveRefusals(os, web1, broken1)),
  ...forAll('migrate a server live to nowhere', [], (os, { web1 }) =>
    refusal(act(os, web1, { 'os-migrateLive': { host: 'nosuch', block_migration: 'auto' } })),
  ),
  ...forAll('list the live migrations of a server', [], async (os, { web1 }) => refusal(migrationsOf(os, web1))),
  ...forAll('abort no live migration', [], (os, { web1 }) => refusal(abort(os, web1, '99999999'))),
  ...forAll('complete no live migration by force', [], (os, { web1 }) => refusal(forceComplete(os, web1, '99999999'))),
];

function migrationOf(os: Session, id: string, migration: string): Promise<unknown> {
  const path = `/servers/${id}/migrations/${migration}`;
  return os.request({ service: 'compute', method: 'GET', path, microversion: '2.65', response: z.unknown() });
}

async function liveRefusals(os: Session, web1: string, broken1: string): Promise<unknown> {
  return {
    lacking: await refusal(act(os, web1, { 'os-migrateLive': { host: null } })),
    unknown: await refusal(act(os, web1, { 'os-migrateLive': { host: null, block_migration: 'auto', force: true } }, '2.68')),
    error: await refusal(act(os, broken1, TO_ANY)),
    none: await refusal(act(os, NO_UUID, TO_ANY)),
    before: await refusal(migrationsOf(os, web1, '2.22')),
    single: await refusal(migrationOf(os, web1, '99999999')),
  };
}

export const moves: readonly Case[] = [...resizes, ...live];
