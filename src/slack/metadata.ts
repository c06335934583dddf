import { z } from 'zod';
import type { Act } from '../reply.ts';
import type { Place } from '../request.ts';
import { ActValue } from './buttons.ts';

/** What a modal carries through Slack and back. */
export interface ModalMetadata {
  act: Act;
  place: Place;
  /** What has to be typed. The worker compares again. */
  typed?: string;
}

const at = { team: z.string(), channel: z.string(), thread: z.string().optional(), responseUrl: z.string().optional() };
const Metadata = z.object({
  act: ActValue,
  place: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('channel'), ...at }),
    z.object({ kind: z.literal('direct'), ...at }),
  ]),
  typed: z.string().optional(),
});

/** Undefined where it is none of ours, or of an older version. */
export function readMetadata(text: string): ModalMetadata | undefined {
  try {
    const { act, place, typed } = Metadata.parse(JSON.parse(text));
    const { kind, team, channel, thread, responseUrl } = place;
    return {
      act,
      place: {
        kind,
        team,
        channel,
        ...(thread === undefined ? {} : { thread }),
        ...(responseUrl === undefined ? {} : { responseUrl }),
      },
      ...(typed === undefined ? {} : { typed }),
    };
  } catch {
    return undefined;
  }
}
