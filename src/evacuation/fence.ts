import type { JobContext, Outcome } from '../job.ts';
import { updateComputeService } from '../openstack/compute-services.ts';
import { code } from '../reply.ts';
import { type LifeLook, lookForLife } from './life.ts';
import { send, type Tries, unlessAway } from './patience.ts';
import { disabledReason } from './reason.ts';
import type { Verdict, Watch } from './watch.ts';

interface Fence {
  host: string;
  /** ID of its nova-compute, as approved. */
  service: string;
  reason: string;
  watch: Watch;
}

/**
 * Tells Nova that the host is down and takes no servers, in one call. Whoever disabled it before keeps their reason, so that nobody enables
 * it against them afterwards.
 */
export async function fenceHost({ host, service: id, reason, watch }: Fence, context: JobContext): Promise<Outcome> {
  const tries: Tries = new Map();
  const look = async (): Promise<{ life: LifeLook; verdict: Verdict }> => {
    const life = await lookForLife(context.openstack, host);
    await context.massDown(life.cloud);
    return { life, verdict: watch.see(life) };
  };
  const [outcome] = await context.converge([{ id, name: host }], {
    look: () => unlessAway(look, (error) => context.progress(`I wait for OpenStack: ${error.message}.`)),
    async step(_host, seen, at) {
      if (!seen) return { state: 'wait' };
      const { life, verdict } = seen;
      const { service } = life;
      if (!service || service.id !== id)
        return { state: 'drifted', detail: `The nova-compute of ${code(host)} is no longer the one that was approved.` };
      const isDisabled = service.status === 'disabled';
      // Before any sign of life: it is there, from an earlier run or a write whose answer got lost. Whether a server may move is each one's.
      if (service.forced_down && isDisabled) return { state: at.begun ? 'done' : 'already' };
      if (verdict.is === 'alive') return { state: 'drifted', detail: verdict.because };
      if (verdict.is === 'wait') {
        context.progress(verdict.because);
        return { state: 'wait' };
      }
      const disable = { status: 'disabled', disabled_reason: disabledReason(context.request.label, reason, life.now) } as const;
      let isDone = false;
      const step = await send(id, tries, async () => {
        const written = await updateComputeService(at.openstack, id, { forced_down: true, ...(isDisabled ? {} : disable) });
        watch.wrote(written.updated_at);
        isDone = true;
      });
      return isDone ? { state: 'done' } : step;
    },
  });
  return outcome ?? { item: { id, name: host }, state: 'not started' };
}
