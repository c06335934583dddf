import type { Core } from './core.ts';
import { keepLease, type Lease, nextToken } from './lease.ts';
import type { Command, Guard } from './redis/commit.ts';
import type { Request, RequestState } from './request.ts';
import { advance, findRequest, type Stored } from './store.ts';

export interface Held {
  stored: Stored;
  lease: Lease;
}

/**
 * Takes up a request for this worker: sets the lease in the same step that moves the record. Undefined where there is nothing to
 * do: it is in none of these states, or another worker holds it. A guard of `when` that did not hold is given back.
 */
export async function takeUp(
  core: Core,
  number: number,
  from: readonly RequestState[],
  to: RequestState,
  extra: { when?: Guard[]; change?: (draft: Request) => void; also?: (draft: Request) => Command[] } = {},
): Promise<Held | { lost: Guard; stored: Stored } | undefined> {
  const { store, leaseMs, worker } = core;
  const key = store.keys.lease(number);
  for (;;) {
    const stored = await findRequest(store, number);
    if (!stored || !from.includes(stored.request.state)) return undefined;
    const token = await nextToken(store);
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
    if ('stored' in result) return { stored: result.stored, lease: keepLease(store, number, token, leaseMs, core.log) };
    if (result.lost.key === key) return undefined;
    if (result.lost.key !== store.keys.request(number)) return { lost: result.lost, stored };
    // Somebody else moved it: look again.
  }
}
