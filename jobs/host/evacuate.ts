import { typedWhere } from '../../src/chat/where.ts';
import { fenceHost } from '../../src/evacuation/fence.ts';
import { looker } from '../../src/evacuation/look.ts';
import { nextFor } from '../../src/evacuation/next.ts';
import { send, type Tries, unlessAway } from '../../src/evacuation/patience.ts';
import { EvacuatePayload } from '../../src/evacuation/payload.ts';
import { progressInWords } from '../../src/evacuation/progress.ts';
import { evacuationReport, type Sightings } from '../../src/evacuation/report.ts';
import { type Watch, watchHost } from '../../src/evacuation/watch.ts';
import { defineJob, type JobContext, type Outcome } from '../../src/job.ts';
import { getServer } from '../../src/openstack/compute.ts';
import { EVACUATE_VERSION, evacuateServer, startServer } from '../../src/openstack/evacuate.ts';
import { unlessGone } from '../../src/openstack/gone.ts';

const AT_ONCE = 10;

/**
 * Forces the host down and disables it in one call, then evacuates the approved servers, some at a time. Safe to run again: what has
 * left the host is passed over, what is under way is waited for by its migration, and only a server that nobody has begun to move is
 * asked to; Nova itself refuses a second evacuation of it. No time limit makes a move *failed* that Nova may still finish, and one server's
 * failure stops nothing else. Before each server all facts are looked at again: at a sign of life no further one is begun.
 * Leaves the host disabled and forced down: `host restore` lifts that.
 */
export default defineJob({
  payload: EvacuatePayload,
  microversions: () => ({ compute: EVACUATE_VERSION }),
  undo: ({ host }) => ({ line: `host restore ${host}` }),

  async run(payload, context) {
    const { host, service, servers, heartbeatMs } = payload;
    const watch = watchHost(host, heartbeatMs);
    const fence = await fenceHost({ host, service, reason: payload.reason, watch }, context);
    const isFenced = fence.state === 'done' || fence.state === 'already';
    const seen: Sightings = { places: new Map(), here: [] };
    const outcomes = isFenced ? await moveAll(payload, context, watch, seen) : servers.map((server) => notBegun(server, fence));
    return evacuationReport({
      payload,
      fence,
      outcomes,
      ...seen,
      where: typedWhere(context),
    });
  },
});

function notBegun({ id, name }: { id: string; name: string }, { state, detail }: Outcome): Outcome {
  const item = { id, name };
  if (state === 'not started') return { item, state };
  return { item, state: 'drifted', detail: `It was not begun, since the host was not forced down: ${detail ?? state}` };
}

async function moveAll(payload: EvacuatePayload, context: JobContext, watch: Watch, seen: Sightings): Promise<Outcome[]> {
  const { host, to, servers } = payload;
  const { converge, progress } = context;
  const settled = new Set<string>();
  const tries: Tries = new Map();
  const look = looker(context, payload, watch, settled);
  return converge(servers, {
    atOnce: AT_ONCE,
    async look() {
      const now = await unlessAway(look, ({ message }) =>
        progress(`I wait for OpenStack; what Nova has begun goes on: ${message}.`),
      );
      if (now) {
        seen.here = [...now.servers.values()].filter((server) => server.host === host && server.status !== 'DELETED');
        progress(progressInWords(payload, now, settled));
      }
      return now;
    },
    async step(server, now, at) {
      if (!now) return { state: 'wait' };
      const found = now.servers.get(server.id) ?? (await unlessGone(getServer(at.openstack, server.id)));
      seen.places.set(server.id, found);
      const next = nextFor(server, {
        host,
        verdict: now.verdict,
        server: found,
        evacuation: now.evacuations.get(server.id),
        ports: now.ports.get(server.id) ?? [],
        volumes: now.volumes,
        begun: at.begun,
      });
      const step =
        next === 'evacuate'
          ? await send(server.id, tries, () => evacuateServer(at.openstack, server.id, to ?? undefined))
          : next === 'start'
            ? await send(server.id, tries, () => startServer(at.openstack, server.id))
            : next;
      if (step.state !== 'wait') settled.add(server.id);
      return step;
    },
  });
}
