import { OpenStackError } from '../errors.ts';
import type { Step } from '../job.ts';

/** After so many answers that got lost, or refusals that the next look does not explain, one server is left to people. */
export const MOST_TRIES = 3;

/** The service may be back at any moment, and nothing is known of what it was asked. */
export function isAway(error: unknown): error is OpenStackError {
  if (!(error instanceof OpenStackError)) return false;
  const { code, isRead, status } = error;
  if (code === 'not_sent' || code === 'rate_limited') return true;
  return isRead ? code === 'lost_answer' || code === 'server_error' : code === 'server_error' && status === 503;
}

/** What was seen, or undefined while the services are away: whoever needs it waits. Nova may well go on with its work meanwhile. */
export async function unlessAway<T>(look: () => Promise<T>, away: (error: OpenStackError) => void): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!isAway(error)) throw error;
    away(error);
    return undefined;
  }
}

/** Counts by the item's ID. */
export type Tries = Map<string, number>;

/**
 * One call whose effect the next look shows: while the service is away, or where its answer got lost, or where it says that it is busy
 * with the thing, the item waits for that look. Only what the looks do not explain ends.
 */
export async function send(id: string, tries: Tries, call: () => Promise<void>): Promise<Step> {
  try {
    await call();
    return { state: 'wait' };
  } catch (error) {
    if (isAway(error)) return { state: 'wait' };
    if (!(error instanceof OpenStackError) || !(error.mayHaveHappened || error.code === 'conflict')) throw error;
    const tried = (tries.get(id) ?? 0) + 1;
    tries.set(id, tried);
    if (tried < MOST_TRIES) return { state: 'wait' };
    const detail = `${error.message}, ${tried} times.`;
    return error.mayHaveHappened ? { state: 'unknown', detail } : { state: 'failed', detail };
  }
}
