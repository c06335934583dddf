import type { JobContext } from '../job.ts';
import { mapAtOnce } from '../openstack/at-once.ts';
import { getServer, listServers, listServersOnHost, type Server } from '../openstack/compute.ts';
import { unlessGone } from '../openstack/gone.ts';
import { listMigrations, type Migration } from '../openstack/migrations.ts';
import { listPorts, type Port } from '../openstack/ports.ts';
import type { Session } from '../openstack/session.ts';
import { timeOf } from '../openstack/times.ts';
import { getVolume, type Volume } from '../openstack/volumes.ts';
import { lookForLife } from './life.ts';
import type { EvacuatePayload } from './payload.ts';
import type { Verdict, Watch } from './watch.ts';

/** Everything that the steps of one tick decide by. */
export interface Seen {
  /** Nova's clock. */
  now: number;
  verdict: Verdict;
  /** Servers on the host, those that have changed since this began, deleted ones too, and the approved ones that left it before. */
  servers: ReadonlyMap<string, Server>;
  /** The newest evacuation of each server that is later than the plan. */
  evacuations: ReadonlyMap<string, Migration>;
  /** Of servers that have left the host. */
  ports: ReadonlyMap<string, Port[]>;
  volumes: ReadonlyMap<string, Volume>;
}

/** Changes of servers are asked for from a little before the first write on: its time is another clock's. */
const MARGIN_MS = 60_000;
const AT_ONCE = 8;

/**
 * One look for all servers: 6 calls, whatever their number (by pages of 1,000), 1 more for the ports of all that have arrived since the
 * last one, and 1 for each of their volumes, since cinder cannot be asked for several. In a run that goes on where another ended, once 1
 * more for each server that moved long before.
 * @param settled IDs that need no further look.
 */
export function looker(
  { openstack: os, massDown }: Pick<JobContext, 'openstack' | 'massDown'>,
  payload: EvacuatePayload,
  watch: Watch,
  settled: ReadonlySet<string>,
): () => Promise<Seen> {
  const { host, servers: approved, lastMigration } = payload;
  const earlier = new Map<string, Server | undefined>();
  let since: string | undefined;
  return async () => {
    const life = await lookForLife(os, host);
    // Where it finds something it pulls the brake, and the next write hands this run back.
    await massDown(life.cloud);
    const verdict = watch.see(life);
    since ??= new Date(timeOf(life.service?.updated_at ?? '1970-01-01T00:00:00') - MARGIN_MS).toISOString();
    const [here, changed, migrations] = await Promise.all([
      listServersOnHost(os, host),
      listServers(os, { changesSince: since }),
      listMigrations(os, { type: 'evacuation', source: host }),
    ]);
    const listed = new Map([...changed, ...here].map((server) => [server.id, server]));
    await lookUp(
      os,
      approved.map(({ id }) => id).filter((id) => !settled.has(id) && !listed.has(id)),
      earlier,
    );
    const servers = new Map([...known(earlier), ...listed]);
    // Newest first, so that the newest of each is written last.
    const later = migrations.filter(({ id }) => id > lastMigration).reverse();
    const arrived = approved.filter(({ id }) => !settled.has(id) && hasLeft(servers.get(id), host));
    return {
      now: life.now,
      verdict,
      servers,
      evacuations: new Map(later.map((migration) => [migration.instance_uuid, migration])),
      ...(await attachedTo(os, arrived)),
    };
  };
}

export function hasLeft(server: Server | undefined, host: string): boolean {
  return server !== undefined && server.status !== 'DELETED' && server.host !== host;
}

/**
 * Servers that are neither on the host nor changed since this run began: an earlier run moved them, or they are gone. Each is asked for
 * once, since whatever changes of it from now on is among the changes.
 */
async function lookUp(os: Session, ids: readonly string[], earlier: Map<string, Server | undefined>): Promise<void> {
  const fresh = ids.filter((id) => !earlier.has(id));
  const found = await mapAtOnce(fresh, AT_ONCE, (id) => unlessGone(getServer(os, id)));
  for (const [at, id] of fresh.entries()) earlier.set(id, found[at]);
}

function known(earlier: ReadonlyMap<string, Server | undefined>): [string, Server][] {
  return [...earlier].flatMap(([id, server]) => (server ? [[id, server]] : []));
}

async function attachedTo(
  os: Session,
  arrived: readonly { id: string; volumes: readonly string[] }[],
): Promise<Pick<Seen, 'ports' | 'volumes'>> {
  if (arrived.length === 0) return { ports: new Map(), volumes: new Map() };
  const ids = [...new Set(arrived.flatMap((server) => server.volumes))];
  const [all, volumes] = await Promise.all([
    listPorts(os, { deviceIds: arrived.map(({ id }) => id) }),
    mapAtOnce(ids, AT_ONCE, (id) => unlessGone(getVolume(os, id))),
  ]);
  const ports = new Map(arrived.map(({ id }) => [id, all.filter(({ device_id }) => device_id === id)]));
  return { ports, volumes: new Map(volumes.flatMap((volume) => (volume ? [[volume.id, volume] as const] : []))) };
}
