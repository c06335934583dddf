import { isDeepStrictEqual } from 'node:util';
import { tellState } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import { wake } from '../queue.ts';
import { isChange, type Request, type RequestState } from '../request.ts';
import { decideAndAdvance, findRequest, type Store } from '../requests/store.ts';
import { asItStood, readStandstill, type Standstill } from './standstill.ts';
import { standstillInWords } from './words.ts';

const STILL_TO_WRITE: ReadonlySet<RequestState> = new Set<RequestState>(['planned', 'waiting', 'queued', 'running']);

/** Whether it is to change something on this cloud, and has not ended. What is *unknown* only looks. */
export function isToChange(request: Request, cloud: string): boolean {
  return request.cloud === cloud && isChange(request) && STILL_TO_WRITE.has(request.state);
}

/** Numbers of the open changes of a cloud, oldest state first. */
export async function openChanges(store: Store, cloud: string): Promise<number[]> {
  const numbers = (await store.redis.zrange(store.keys.open, '0', '-1')).map(Number);
  const found = await Promise.all(numbers.map((number) => findRequest(store, number)));
  return found.flatMap((stored) => (stored && isToChange(stored.request, cloud) ? [stored.request.number] : []));
}

/**
 * Makes every open change of a cloud say what keeps it from going on, as that is now, and wakes what nothing keeps any more. Safe to do
 * again at any time: the keys decide, and what died in the middle of it is mended by whoever does it next.
 */
export async function markStandstill(core: Core, cloud: string, by: string = core.worker): Promise<void> {
  for (;;) {
    const standstill = await readStandstill(core.store, cloud);
    const marked = await markAll(core, standstill, by);
    // Frozen or thawed meanwhile: the rest is told that.
    if (marked !== 'changed meanwhile') return;
  }
}

async function markAll(core: Core, standstill: Standstill, by: string): Promise<'changed meanwhile' | undefined> {
  const words = standstillInWords(standstill);
  for (const number of await openChanges(core.store, standstill.cloud)) {
    const result = await decideAndAdvance<undefined>(core.store, number, (request) => {
      if (!isToChange(request, standstill.cloud) || isDeepStrictEqual(request.standstill, words)) return { leave: undefined };
      return {
        change: (draft) => {
          delete draft.standstill;
          if (words) draft.standstill = words;
        },
        give: undefined,
        move: {
          event: words ? 'held up' : 'may go on',
          by,
          ...(words ? { detail: { text: words.why } } : {}),
          when: asItStood(core.store, standstill),
          also: (draft) => tellState(core, draft),
        },
      };
    });
    if (result === 'lost') return 'changed meanwhile';
    if (result === 'missing' || !result.changed || words) continue;
    if (result.request.state === 'queued') await wake(core.wakers, result.request, 'run', 'thawed');
  }
  return undefined;
}
