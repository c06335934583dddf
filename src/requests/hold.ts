import type { Core } from '../process/core.ts';
import type { Command, Guard } from '../redis/commit.ts';
import { isChange, type Request, type RequestState } from '../request.ts';
import { keepLease, type Lease, nextToken } from './lease.ts';
import { advance, findRequest, type Stored } from './store.ts';

export interface Held {
  stored: Stored;
  lease: Lease;
}

/** Of a worker: aborts when it is told to end. */
export type HandingOver = Core & { handOver?: AbortSignal };

/**
 * Takes up a request for this worker: sets the lease in the same step that moves the record. Undefined where there is nothing to
 * do: it is in none of these states, another worker holds it, or this one is ending. A guard of `when` that did not hold is given back.
 */
export async function takeUp(
  core: HandingOver,
  number: number,
  from: readonly RequestState[],
  to: RequestState,
  extra: { when?: Guard[]; change?: (draft: Request) => void; also?: (draft: Request) => Command[] } = {},
): Promise<Held | { lost: Guard; stored: Stored } | undefined> {
  const { store, leaseMs, worker } = core;
  const key = store.keys.lease(number);
  for (;;) {
    if (core.handOver?.aborted) return undefined;
    const stored = await findRequest(store, number);
    if (!stored || !from.includes(stored.request.state)) return undefined;
    const token = await nextToken(store);
    const asked = performance.now();
    const change = (draft: Request): void => {
      draft.state = to;
      draft.attempt += 1;
      extra.change?.(draft);
    };
    const result = await advance(store, stored, change, {
      event: 'taken up',
      by: worker,
      detail: { attempt: stored.request.attempt + 1, token },
      when: [{ key, is: null }, ...(extra.when ?? [])],
      also: (draft) => [['SET', key, token, 'PX', leaseMs], ...(extra.also?.(draft) ?? [])],
    });
    if ('stored' in result) {
      const lease = keepLease(store, { number, token, leaseMs, asked }, core.log);
      return handedBackAtEnd(core, { stored: result.stored, lease });
    }
    if (result.lost.key === key) return undefined;
    if (result.lost.key !== store.keys.request(number)) return { lost: result.lost, stored };
    // Somebody else moved it: look again.
  }
}

/** A run finishes its item first; a line, which has changed nothing, is let go at once for the next worker to take up anew. */
function handedBackAtEnd({ handOver }: HandingOver, { stored, lease }: Held): Held {
  const onHandOver = (): void => {
    lease.abort('handed back');
    if (isChange(stored.request)) return;
    // What an aborted line comes to must not be settled, however soon Redis hears of the release.
    lease.guard.is = 'handed back';
    void lease.release();
  };
  handOver?.addEventListener('abort', onHandOver, { once: true });
  if (handOver?.aborted) onHandOver();
  const release = async (): Promise<void> => {
    handOver?.removeEventListener('abort', onHandOver);
    await lease.release();
  };
  return { stored, lease: { ...lease, release } };
}
