import type { Who } from '../command.ts';
import { NotAllowed, UserError } from '../errors.ts';
import { inWords } from '../outbox/card.ts';
import { tellRequester, tellState, userOf } from '../outbox/tell.ts';
import type { Core } from '../process/core.ts';
import type { Command } from '../redis/commit.ts';
import { code } from '../reply.ts';
import { ENDED, label, type Request } from '../request.ts';
import { releaseLocks } from './locks.ts';
import type { RequestBook } from './request-book.ts';
import { decideAndAdvance, findRequest, readAudit, type Step, type Store, stepOf } from './store.ts';

export function createRequestBook(core: Core): RequestBook {
  const { store } = core;
  return {
    find: async (number) => (await findRequest(store, number))?.request,
    list: (filter) => listRequests(store, filter),
    cancel: (number, by) => cancelRequest(core, number, by),
    history: async (number) =>
      (await readAudit(store, number)).map(({ at, event, by, detail }) => ({
        at,
        event,
        ...(by === undefined ? {} : { by }),
        ...(detail === undefined ? {} : { detail: shortDetail(detail) }),
      })),
  };
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
 * Stops a request: by its requester, or anyone who may use any change command (a stop needs no vote). What runs is told, and stops
 * before its next item.
 */
async function cancelRequest(core: Core, number: number, by: Who): Promise<'cancelled' | 'stopping'> {
  const who = by.name ?? by.user ?? 'somebody';
  const result = await decideAndAdvance<'cancelled' | 'stopping'>(core.store, number, (request) => {
    if (ENDED.has(request.state)) throw new UserError(`${label(number)} has ended already: ${request.state}.`);
    if (userOf(request) !== by.user && !mayStop(core, by)) {
      throw new NotAllowed(`Only its requester, or someone who may use a change command, may stop ${label(number)}.`);
    }
    // An approved read has no items, and nothing to take back: it ends here.
    if (request.state === 'running' && request.plan?.job !== undefined) {
      if (request.stop) return { leave: 'stopping' };
      return {
        change: (draft) => {
          draft.stop = { by: who, at: core.store.clock.now() };
        },
        give: 'stopping',
        move: { event: 'stop asked for', by: by.user ?? who, also: (draft) => tellState(core, draft) },
      };
    }
    return {
      change: (draft) => {
        draft.state = 'cancelled';
        draft.result = { text: `Cancelled by ${who}. ${request.progress ?? 'Nothing was changed.'}` };
        draft.locks = [];
      },
      give: 'cancelled',
      move: {
        event: 'cancelled',
        by: by.user ?? who,
        also: (draft) => [...releaseLocks(core.store, request), ...tellCancelled(core, draft)],
      },
    };
  });
  if (result === 'missing') throw new UserError(`There is no ${label(number)}. Type \`request list\` to see what there is.`);
  if (result === 'lost') throw new Error('a cancel has no guards of its own');
  return result.gave;
}

/** Where there is no plan yet there is nothing to make a card of. */
function tellCancelled(core: Core, draft: Request): Command[] {
  if (draft.plan) return tellState(core, draft);
  return tellRequester(core, draft, 'answer', { text: `${label(draft.number)} (${code(draft.line)}): ${draft.result?.text}` });
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

function mayStop({ registry }: Core, by: Who): boolean {
  return registry.commands.some(({ name, command }) => command.effect !== 'read' && by.mayUse(name));
}

/** The parts of an audit entry's detail that a line of `request show` has room for. */
function shortDetail(detail: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const key of ['item', 'call', 'status', 'error', 'requestId', 'text', 'reason', 'why', 'line']) {
    const value = detail[key];
    if (typeof value === 'string' || typeof value === 'number') parts.push(String(value));
  }
  return parts.join(' · ');
}
