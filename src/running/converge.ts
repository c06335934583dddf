import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { OpenStackError } from '../errors.ts';
import type { Converge, Item, Outcome, Step } from '../job.ts';
import type { Session } from '../openstack/session.ts';

/** After an answer that got lost an item's step is called again, which looks first: this often, then it is *unknown*. */
const LOOKS_AFTER_LOST_ANSWER = 3;

/** Thrown by the write hook, and by whatever else must end a run before its next write. */
export class HandBack extends Error {
  override readonly name = 'HandBack';
}

/** Thrown in the place of a write while a run only looks: what it was to do is not done. */
export class WouldWrite extends Error {
  override readonly name = 'WouldWrite';
}

export interface ConvergeContext {
  openstack: Session;
  signal: AbortSignal;
  /** Between two looks at what waits. */
  tickMs: number;
  log: Logger;
  /** Items of this request with a write that was begun in an earlier run, or in this one with no answer. */
  begun(item: string): boolean;
}

/** See JobContext.converge. */
export async function converge<I extends Item, S>(
  items: readonly I[],
  how: Converge<I, S>,
  context: ConvergeContext,
): Promise<Outcome[]> {
  const { atOnce = 1, look } = how;
  const outcomes = new Map<string, Outcome[]>();
  const active = new Map<string, I>();
  const open = [...items];
  while (open.length > 0 || active.size > 0) {
    if (context.signal.aborted) break;
    while (active.size < atOnce && open.length > 0) {
      const item = open.shift();
      if (item) active.set(item.id, item);
    }
    // A job without a look has `undefined` for S.
    const seen = (look ? await look() : undefined) as S;
    const steps = await Promise.all(
      [...active.values()].map(async (item) => ({ item, step: await oneStep(item, seen, how, context) })),
    );
    let waiting = 0;
    for (const { item, step } of steps) {
      if (step === 'handed back') continue;
      if (step.state === 'wait') {
        waiting += 1;
        continue;
      }
      active.delete(item.id);
      const { state, detail, besides = [] } = step;
      outcomes.set(item.id, [{ item: { id: item.id, name: item.name }, state, ...(detail ? { detail } : {}) }, ...besides]);
    }
    if (waiting > 0) await sleep(context.tickMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
  return items.flatMap((item) => outcomes.get(item.id) ?? [{ item: { id: item.id, name: item.name }, state: 'not started' }]);
}

async function oneStep<I extends Item, S>(
  item: I,
  seen: S,
  { step }: Converge<I, S>,
  context: ConvergeContext,
): Promise<Step | 'handed back'> {
  const openstack = context.openstack.at(item.id);
  let looks = 0;
  for (;;) {
    try {
      return await step(item, seen, { openstack, begun: context.begun(item.id) });
    } catch (error) {
      if (error instanceof HandBack || context.signal.aborted) return 'handed back';
      if (error instanceof WouldWrite) return { state: 'failed', detail: error.message };
      if (!(error instanceof OpenStackError)) {
        context.log.error({ err: error, item: item.id }, 'step broke');
        return { state: context.begun(item.id) ? 'unknown' : 'failed', detail: 'something broke on my side, see the log' };
      }
      // A write that certainly did nothing, or a look before anything was written.
      const unsettled = error.mayHaveHappened || (error.isRead && context.begun(item.id));
      if (!unsettled) return { state: 'failed', detail: error.message };
      looks += 1;
      context.log.warn({ err: error, item: item.id, looks }, 'answer lost, looking again');
      if (looks > LOOKS_AFTER_LOST_ANSWER)
        return { state: 'unknown', detail: `${error.message}. Whether it took effect could not be read back.` };
    }
  }
}
