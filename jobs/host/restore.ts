import { z } from 'zod';
import { leftoversInWords, lookForLeftovers } from '../../src/evacuation/leftovers.ts';
import { send, type Tries, unlessAway } from '../../src/evacuation/patience.ts';
import { nextForHost, type RestoreSeen, unfinished } from '../../src/evacuation/restore.ts';
import { defineJob } from '../../src/job.ts';
import { listComputeServices } from '../../src/openstack/compute.ts';
import { SERVICE_UPDATE_VERSION, updateComputeService } from '../../src/openstack/compute-services.ts';
import { listMigrations } from '../../src/openstack/migrations.ts';
import type { Session } from '../../src/openstack/session.ts';
import { code } from '../../src/reply.ts';

/**
 * Lets a host take servers again: waits until its nova-compute reports, and until all evacuations have ended and are cleaned up, then lifts the forced
 * down, and the disable where its reason is ours, in one call. Safe to run again: what is lifted already is passed over.
 */
export default defineJob({
  payload: z.object({
    host: z.string(),
    /** ID of its nova-compute. */
    service: z.string(),
    /** It was disabled by an evacuation of ours. */
    enable: z.boolean(),
  }),
  microversions: () => ({ compute: SERVICE_UPDATE_VERSION }),

  async run(payload, context) {
    const { host, service } = payload;
    const tries: Tries = new Map();
    let first: string | null | undefined;
    const outcomes = await context.converge([{ id: service, name: host }], {
      look: () =>
        unlessAway(
          () => lookAtHost(context.openstack, host),
          ({ message }) => context.progress(`I wait for OpenStack: ${message}.`),
        ),
      async step(_host, seen, at) {
        if (!seen) return { state: 'wait' };
        first ??= seen.service?.updated_at;
        const next = nextForHost(payload, seen, first, at.begun);
        if ('state' in next) {
          if (next.state === 'wait' && next.detail) context.progress(next.detail);
          return next;
        }
        let isDone = false;
        const step = await send(service, tries, async () => {
          await updateComputeService(at.openstack, service, {
            ...(next.lift ? { forced_down: false } : {}),
            ...(next.enable ? { status: 'enabled' } : {}),
          });
          isDone = true;
        });
        return isDone ? { state: 'done', detail: doneInWords(host, next.enable) } : step;
      },
    });
    const [outcome] = outcomes;
    const isRestored = outcome?.state === 'done' || outcome?.state === 'already';
    return {
      text: isRestored
        ? (outcome.detail ?? `${code(host)} is not forced down.`)
        : `${code(host)} stays as it is: ${outcome?.detail ?? 'it was not begun'}`,
      ...(isRestored ? { lines: leftoversInWords(host, await lookForLeftovers(context.openstack, host)) } : {}),
      outcomes,
    };
  },
});

function doneInWords(host: string, enabled: boolean): string {
  return enabled
    ? `${code(host)} is no longer forced down, and takes servers again.`
    : `${code(host)} is no longer forced down. It stays disabled, which somebody else has done.`;
}

/** 2 calls. */
async function lookAtHost(os: Session, host: string): Promise<RestoreSeen> {
  const [services, evacuations] = await Promise.all([
    listComputeServices(os, { binary: 'nova-compute', host }),
    listMigrations(os, { type: 'evacuation', source: host }),
  ]);
  return { service: services.find((one) => one.host === host), ...unfinished(evacuations) };
}
