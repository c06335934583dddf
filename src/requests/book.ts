import { UserError } from '../errors.ts';
import type { Outcome } from '../job.ts';
import { inWords } from '../outbox/card.ts';
import { tellState } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import { label, type Request, userOf } from '../request.ts';
import { keepFromGrace, openGraces } from '../reverts/keep.ts';
import { itemOf } from '../running/item-key.ts';
import { cancelRequest } from './cancel.ts';
import { childrenOf } from './children.ts';
import type { RequestBook } from './request-book.ts';
import { findRequest, readAudit, type Step, type Store, stepOf } from './store.ts';

export function createRequestBook(core: Core): RequestBook {
  const { store } = core;
  return {
    find: async (number) => (await findRequest(store, number))?.request,
    list: (filter) => listRequests(store, filter),
    cancel: async (number, by) => (await cancelRequest(core, number, by)).came,
    graces: (number) => openGraces(store, number),
    keep: (number, kept, by, isNamed) => keepFromGrace(core, number, kept, by, isNamed),
    children: (number) => childrenOf(store, number),
    outcomes: (number) => outcomesOf(store, number),
    async history(number) {
      const entries = await readAudit(store, number);
      const writes = entries.filter(({ event }) => event === 'intent');
      const shown = new Set(writes.map(({ detail }) => detail?.region)).size > 1 ? ['region', ...SHOWN] : SHOWN;
      return entries.map(({ at, event, by, detail }) => ({
        at,
        event,
        ...(by === undefined ? {} : { by }),
        ...(detail === undefined ? {} : { detail: shortDetail(detail, shown) }),
      }));
    },
  };
}

/** As the last move said that knew them. */
async function outcomesOf(store: Store, number: number): Promise<Outcome[]> {
  const entries = await readAudit(store, number);
  const told = (entries.findLast(({ detail }) => Array.isArray(detail?.outcomes))?.detail?.outcomes ?? []) as Outcome[];
  const known = new Set(told.map(({ item }) => item.id));
  const begun = (await findRequest(store, number))?.request.begun ?? [];
  const untold = begun
    .filter((key) => !known.has(key))
    .map((id): Outcome => ({ item: { id, name: itemOf(id) }, state: 'unknown' }));
  return [...told, ...untold];
}

const AT_A_TIME = 100;

async function listRequests(
  { redis, keys }: Store,
  { open, user, only = () => true, limit }: Parameters<RequestBook['list']>[0],
): Promise<Request[]> {
  const found: Request[] = [];
  for (let from = 0; found.length < limit; from += AT_A_TIME) {
    const numbers = open
      ? await redis.zrevrange(keys.open, from, from + AT_A_TIME - 1)
      : await redis.zrevrange(keys.byNumber, from, from + AT_A_TIME - 1);
    if (numbers.length === 0) break;
    const docs = await Promise.all(numbers.map((number) => redis.hget(keys.request(Number(number)), 'doc')));
    for (const doc of docs) {
      if (!doc) continue;
      const request = JSON.parse(doc) as Request;
      if ((user === undefined || userOf(request) === user) && only(request)) found.push(request);
    }
  }
  return found.sort((a, b) => b.number - a.number).slice(0, limit);
}

/**
 * A changed line takes the place of the request that it was made from: that one is cancelled in the same step in which the new one
 * begins to wait. Throws UserError where that one has been decided meanwhile.
 */
export async function cancelReplaced(core: Core, { number, replaces, requester, askedBy }: Request): Promise<Step> {
  if (replaces === undefined) return { when: [], commands: [] };
  const old = await findRequest(core.store, replaces);
  if (old?.request.state !== 'waiting' && old?.request.state !== 'planned') {
    const now = old ? inWords(old.request.state) : 'is not kept any more';
    throw new UserError(`${label(replaces)} ${now}, so it cannot be changed. To ask for this besides, type the line.`);
  }
  const user = (requester.kind === 'schedule' ? requester.name : requester.user) ?? 'somebody';
  const change = (draft: Request): void => {
    draft.state = 'cancelled';
    draft.result = { text: `Changed into ${label(number)} by ${askedBy ?? user}. Nothing was changed by this one.` };
  };
  const event = `changed into ${label(number)}`;
  return stepOf(core.store, old, change, { event, by: user, also: (draft) => tellState(core, draft) });
}

/** The parts of an audit entry's detail that a line of `request show` has room for; the region besides, where it wrote in several. */
const SHOWN = ['item', 'call', 'status', 'error', 'requestId', 'text', 'reason', 'why', 'reads', 'line'];

function shortDetail(detail: Record<string, unknown>, shown: readonly string[]): string {
  const parts: string[] = [];
  for (const key of shown) {
    const value = detail[key];
    if (typeof value === 'string' || typeof value === 'number') parts.push(String(value));
  }
  return parts.join(' · ');
}
