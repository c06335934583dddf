import type { Who } from '../command.ts';
import { NotAllowed, UserError } from '../errors.ts';
import type { Core } from '../process/core.ts';
import { commit } from '../redis/commit.ts';
import { code } from '../reply.ts';
import { label, type Request, type Revert, userOf } from '../request.ts';
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

async function keepIn({ redis, keys }: Store, number: number, region: string, values: readonly string[]): Promise<void> {
  for (;;) {
    const found = await findRevert({ redis, keys }, number, region);
    if (!found) throw new UserError(`The time of grace of ${label(number)} is over: nothing was kept.`);
    mustNotRun(found.stored);
    const guard = { key: keys.revert(number, region), is: found.json };
    if (!(await commit(redis, [guard], endValues(keys, found.stored, [...values])))) return;
  }
}

function mustNotRun({ request, child }: Revert): void {
  if (child === undefined) return;
  throw new UserError(
    `The time of grace of ${label(request)} is over, and ${label(child)} is at it: nothing was kept. ${code(`request cancel ${label(child)}`)} stops it.`,
  );
}
