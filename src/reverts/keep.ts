import type { Who } from '../command-context.ts';
import { NotAllowed, UserError } from '../errors.ts';
import type { Core } from '../process/core.ts';
import { commit, type Guard } from '../redis/commit.ts';
import { code } from '../reply.ts';
import { hasBegun, label, type Request, type Revert, userOf } from '../request.ts';
import { mayStop } from '../requests/cancel.ts';
import type { Graces, OpenGrace } from '../requests/request-book.ts';
import { findRequest, type Store } from '../requests/store.ts';
import { endValues, findRevert } from './reverts.ts';

/** The times of grace of a request's plan that have begun and not ended, one for each region. */
export async function openGraces(store: Store, number: number): Promise<OpenGrace[]> {
  const request = (await findRequest(store, number))?.request;
  const found = await Promise.all((request?.plan?.jobs ?? []).map(({ region }) => findRevert(store, number, region)));
  return found.flatMap((one) => {
    if (!one?.stored.later.grace) return [];
    const { region, later, touches, due, child } = one.stored;
    return [
      {
        region,
        due,
        values: later.values.filter(({ id }) => one.values.includes(id)),
        tells: later.grace?.tells ?? [],
        touches,
        ...(child === undefined ? {} : { child }),
      },
    ];
  });
}

/**
 * Takes values out of what a plan is about to do when its time of grace is up. A stop needs no vote: so may its requester, anyone who may use
 * any change command, and whom the plan itself names for them.
 */
export async function keepFromGrace(core: Core, number: number, kept: Graces['kept'], by: Who, isNamed: boolean): Promise<void> {
  const request = (await findRequest(core.store, number))?.request;
  if (!request || !mayKeep(core, request, by, isNamed)) {
    throw new NotAllowed(
      `Only whom ${label(number)} names for these, its requester, or someone who may use a change command, may keep them.`,
    );
  }
  for (const { region, values } of kept) await keepIn(core.store, number, region, values);
}

function mayKeep(core: Core, request: Request, by: Who, isNamed: boolean): boolean {
  return isNamed || (by.user !== undefined && userOf(request) === by.user) || mayStop(core, by);
}

async function keepIn(store: Store, number: number, region: string, values: readonly string[]): Promise<void> {
  const { redis, keys } = store;
  for (;;) {
    const found = await findRevert(store, number, region);
    if (!found) throw new UserError(`The time of grace of ${label(number)} is over: nothing was kept.`);
    const guards = [{ key: keys.revert(number, region), is: found.json }, ...(await notBegun(store, found.stored))];
    if (!(await commit(redis, guards, endValues(keys, found.stored, [...values])))) return;
  }
}

/**
 * What ends it may be there and wait, for a lock or for a thaw: it asks what was kept once it has begun. As a guard, since it may begin at any
 * moment.
 */
async function notBegun(store: Store, { request, child }: Revert): Promise<Guard[]> {
  if (child === undefined) return [];
  const ending = await findRequest(store, child);
  if (ending?.request.state === 'queued' && !hasBegun(ending.request)) {
    return [{ key: store.keys.request(child), field: 'head', is: ending.head }];
  }
  throw new UserError(
    `The time of grace of ${label(request)} is over, and ${label(child)} is at it: nothing was kept. ${code(`request cancel ${label(child)}`)} stops it.`,
  );
}
