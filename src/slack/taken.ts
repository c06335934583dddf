import type { Logger } from 'pino';
import type { Taken } from '../intake/incoming.ts';
import { code, type Reply } from '../reply.ts';
import { label } from '../request.ts';
import type { Ear, Tell } from './teller.ts';

type What = 'line' | 'click' | 'form';

const AGAIN: Record<What, string> = { line: 'Type it again', click: 'Click again', form: 'Send the form again' };

/**
 * What the asker has to hear at once about a line or a click; undefined where it was taken, or seen before and so answered already. When
 * Redis did not answer they also hear, as soon as it does, what became of it.
 */
export function answerTaken(taken: Taken, what: What, ear: Ear, { tell, log }: { tell: Tell; log: Logger }): Reply | undefined {
  if (taken.taken || taken.because === 'seen') return undefined;
  if (taken.because === 'late') return { text: `Redis was too slow, so your ${what} was not taken. ${AGAIN[what]}.` };
  if (taken.because === 'full') {
    return {
      text: 'Redis is nearly full, so I take no new lines for now.',
      lines: ['Votes and stops still work, and what runs goes on.'],
    };
  }
  if (!('later' in taken)) return undefined;
  taken.later
    .then((found) => tell(ear, whatBecame(found, what)))
    .catch((err: unknown) => log.error({ err }, 'what became of a line is unknown'));
  return {
    text: `Redis does not answer, so I do not know yet whether your ${what} was taken.`,
    lines: ['I tell you here as soon as it answers. Please wait for that.'],
  };
}

function whatBecame({ taken, number }: { taken: boolean; number?: number }, what: What): Reply {
  if (!taken) return { text: `Redis answers again: your ${what} was not taken, and nothing comes of it. ${AGAIN[what]}.` };
  const as = what !== 'line' || number === undefined ? '' : ` as ${code(label(number))}`;
  return { text: `Redis answers again: your ${what} was taken${as}.` };
}
