import { UserError } from '../errors.ts';
import { inWords } from '../outbox/card.ts';
import { glassInHead } from '../outbox/glass.ts';
import { plain } from '../reply.ts';
import { label, type Reads, type Request } from '../request.ts';

/** A request's state for whoever looks at it from outside. */
export function stateInWords(request: Request): string {
  return `${stateAlone(request)}${glassInHead(request)}`;
}

function stateAlone({ state, missing, waitsFor, stop, standstill, unsigned }: Request): string {
  if (state === 'unsigned' && unsigned) return inWords(unsigned);
  if (state === 'waiting' && missing) return `waits for ${missing}`;
  if (state === 'queued' && standstill) return `waits for ${standstill.until}`;
  if (state === 'queued' && waitsFor) return waitsFor;
  if (state === 'running' && stop)
    return `${inWords(state)}; ${plain(stop.by)} asked for a stop, so it stops before its next item`;
  return inWords(state);
}

/** Who asked. */
export function requesterInWords({ askedBy, requester }: Request): string {
  if (requester.kind === 'schedule') return plain(askedBy ?? `schedule ${requester.name}`);
  const name = plain(askedBy ?? (requester.kind === 'terminal' ? requester.unixUser : requester.user));
  if (requester.kind === 'terminal') return `${name}, from a terminal`;
  return requester.kind === 'offer' ? `${name}, from the alert ${plain(requester.alert)}` : name;
}

/** "page 2 of R-1042", as the audit has it, too. */
export function readsInWords({ request, page }: Reads): string {
  return `${page === 'all' ? 'all' : `page ${page}`} of ${label(request)}`;
}

export function noSuchRequest(number: number): UserError {
  return new UserError(
    `There is no ${label(number)}; ended requests are kept for 90 days. Type \`request list\` for the open ones, \`request list --all\` for all.`,
  );
}
