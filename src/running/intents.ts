import type { Write, WriteHook } from '../openstack/session.ts';
import type { Core } from '../process/core.ts';
import { isOver } from '../request.ts';
import type { Lease } from '../requests/lease.ts';
import { decideAndAdvance, readAudit, type Store } from '../requests/store.ts';
import { mayBeChanged, readStandstill, standsStill } from '../standstill/standstill.ts';
import { HandBack } from './converge.ts';
import { itemKey } from './item-key.ts';

/** Keys of the items whose write was begun: found done, they were done by this request. */
export async function begunItems(store: Store, number: number): Promise<Set<string>> {
  const entries = await readAudit(store, number);
  return new Set(
    entries
      .filter(({ event }) => event === 'intent')
      .map(({ detail }) => itemKey(String(detail?.region ?? ''), String(detail?.item ?? ''))),
  );
}

/**
 * The one hook before every write: the lease must be ours, the cloud neither frozen nor braked, nobody may have asked for a stop. Then
 * the intent is in the audit, in the same step; after the write its answer. Where any of it does not hold nothing is sent. An answer
 * that comes after the end is only logged: that audit is sealed.
 */
export function writeHook(
  core: Core,
  { number, region, lease, begun }: { number: number; region: string; lease: Lease; begun: Set<string> },
): WriteHook {
  const { store } = core;
  const append = async (event: string, detail: Record<string, unknown>, before: boolean): Promise<void> => {
    let cloud = '';
    const result = await decideAndAdvance<'stopped' | 'ended' | 'written'>(store, number, (request) => {
      if (isOver(request)) return { leave: 'ended' };
      if (before && request.stop) return { leave: 'stopped' };
      cloud = request.cloud ?? '';
      return {
        change: () => undefined,
        give: 'written',
        move: { event, by: core.worker, detail, when: before ? [lease.guard, ...mayBeChanged(store, cloud)] : [] },
      };
    });
    const ended = result === 'missing' || (result !== 'lost' && result.gave === 'ended');
    if (!before) {
      if (ended) core.log.warn({ request: number, ...detail }, 'answer came after the end');
      return;
    }
    if (ended || result === 'lost') {
      const stands = standsStill(await readStandstill(store, cloud));
      lease.abort(stands ? 'frozen' : 'handed back');
      throw new HandBack(stands ? `${cloud} is frozen, or has the brake on` : 'the lease is lost');
    }
    if (result.gave === 'stopped') {
      lease.abort('stopped');
      throw new HandBack('somebody asked for a stop');
    }
  };
  return {
    async before({ item, call, requestId }: Write) {
      if (lease.signal.aborted) throw new HandBack(String(lease.signal.reason));
      await append('intent', { region, item, call, requestId }, true);
      begun.add(itemKey(region, item ?? ''));
    },
    async after({ item, call, requestId }: Write, answer) {
      await append('answer', { region, item, call, requestId, ...answer }, false);
    },
  };
}
