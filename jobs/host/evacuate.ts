import { typedWhere } from '../../src/chat/where.ts';
import { fenceHost } from '../../src/evacuation/fence.ts';
import { looker } from '../../src/evacuation/look.ts';
import { type Next, nextFor } from '../../src/evacuation/next.ts';
import { send, type Tries, unlessAway } from '../../src/evacuation/patience.ts';
import { EvacuatePayload } from '../../src/evacuation/payload.ts';
import { progressInWords } from '../../src/evacuation/progress.ts';
import { evacuationReport, type Sightings } from '../../src/evacuation/report.ts';
import { startAgain } from '../../src/evacuation/start.ts';
import { type Verdict, type Watch, watchHost } from '../../src/evacuation/watch.ts';
import { defineJob, type ItemContext, type JobContext, type Outcome, type Step } from '../../src/job.ts';
import type { Server } from '../../src/openstack/compute.ts';
import { EVACUATE_VERSION, evacuateServer } from '../../src/openstack/evacuate.ts';

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
    const { host, service, heartbeatMs } = payload;
    const watch = watchHost(host, heartbeatMs);
    const fence = await fenceHost({ host, service, reason: payload.reason, watch }, context);
    const seen: Sightings = { places: new Map(), here: [], evacuations: new Map(), asked: new Set() };
    const outcomes = await moveAll({ payload, fence, watch, seen }, context);
    return evacuationReport({ payload, fence, outcomes, ...seen, where: typedWhere(context) });
  },
});

interface Moves {
  payload: EvacuatePayload;
  fence: Outcome;
  watch: Watch;
  seen: Sightings;
}

/**
 * Also where the host is not forced down: an earlier run may have moved some, and what Nova has begun goes on. Then no further one is begun.
 */
async function moveAll({ payload, fence, watch, seen }: Moves, context: JobContext): Promise<Outcome[]> {
  const { host, servers } = payload;
  const { converge, progress } = context;
  const settled = new Set<string>();
  const counts: Counts = { tries: new Map(), started: new Map() };
  const look = looker(context, payload, watch, settled);
  const notFenced = whyNotFenced(fence);
  return converge(servers, {
    atOnce: AT_ONCE,
    async look() {
      const now = await unlessAway(look, ({ message }) =>
        progress(`I wait for OpenStack; what Nova has begun goes on: ${message}.`),
      );
      if (!now) return undefined;
      seen.here = [...now.servers.values()].filter((server) => server.host === host && server.status !== 'DELETED');
      seen.evacuations = now.evacuations;
      for (const { id } of servers) if (!settled.has(id)) seen.places.set(id, now.servers.get(id));
      const told = { ...now, verdict: notFenced ?? now.verdict };
      progress(progressInWords(payload, told, settled));
      return told;
    },
    async step(server, now, at) {
      if (!now) return { state: 'wait' };
      const found = now.servers.get(server.id);
      const next = nextFor(server, {
        host,
        verdict: now.verdict,
        server: found,
        evacuation: now.evacuations.get(server.id),
        ports: now.ports.get(server.id) ?? [],
        volumes: now.volumes,
        begun: at.begun,
      });
      const step = await take(next, found, { payload, seen, counts }, at);
      if (step.state !== 'wait') settled.add(server.id);
      return step;
    },
  });
}

interface Counts {
  tries: Tries;
  started: Tries;
}

/** Sends the call that is due, if one is. */
async function take(
  next: Next,
  server: Server | undefined,
  { payload, seen, counts }: Pick<Moves, 'payload' | 'seen'> & { counts: Counts },
  { openstack }: ItemContext,
): Promise<Step> {
  if (typeof next !== 'string') return next;
  // Of one that is gone nothing is due.
  if (!server) return { state: 'wait' };
  if (next === 'start') return startAgain(openstack, server, counts);
  return send(server.id, counts.tries, async () => {
    await evacuateServer(openstack, server.id, payload.to ?? undefined);
    seen.asked.add(server.id);
  });
}

/** As a sign of life does, it keeps every further server where it is. */
function whyNotFenced({ state, detail }: Outcome): Verdict | undefined {
  if (state === 'done' || state === 'already') return undefined;
  return { is: 'alive', because: `the host is not forced down and disabled. ${detail ?? state}` };
}
