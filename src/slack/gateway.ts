import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Intake } from '../intake/incoming.ts';
import type { Forms } from '../planning/forms.ts';
import type { Place } from '../request.ts';
import type { Ear, Tell } from './teller.ts';

/** What every listener works with. */
export interface Gateway {
  intake: Intake;
  /** What it knows for filling in a line. */
  forms: Forms;
  client: WebClient;
  tell: Tell;
  log: Logger;
  teamId: string;
  botUserId: string;
}

/** A direct-message channel, or a user, whose ID opens one. */
export function isDirect(channel: string): boolean {
  return /^[DUW]/.test(channel);
}

/** Where somebody wrote or clicked. A thread only where they were in one: its first message stands in the channel. */
export function placeOf(
  team: string,
  at: { channel: string; ts?: string | undefined; thread?: string | undefined; responseUrl?: string | undefined },
): Exclude<Place, { kind: 'terminal' }> {
  const { channel, ts, thread, responseUrl } = at;
  return {
    kind: isDirect(channel) ? 'direct' : 'channel',
    team,
    channel,
    ...(thread === undefined || thread === ts ? {} : { thread }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
}

export function earOf(user: string, place: Place): Ear {
  if (place.kind === 'terminal') return { user };
  const { channel, thread, responseUrl } = place;
  return {
    user,
    channel,
    ...(thread === undefined ? {} : { thread }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
}
