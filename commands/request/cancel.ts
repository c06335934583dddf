import { z } from 'zod';
import { noSuchRequest } from '../../src/chat/request-words.ts';
import { RequestNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import type { Who } from '../../src/command-context.ts';
import { laterLines } from '../../src/outbox/card.ts';
import { code, type Reply } from '../../src/reply.ts';
import { aboutOf, label, type Request } from '../../src/request.ts';
import type { RequestBook } from '../../src/requests/request-book.ts';

export default defineCommand({
  summary: 'Cancel a request that waits, or stop a running one before its next item.',
  examples: ['request cancel R-1042'],
  aliases: ['request stop'],
  // Changes nothing in the cloud, and a stop needs no vote.
  effect: 'read',
  cloud: false,
  stops: true,
  args: z.object({ number: RequestNumber.describe('number of the request, such as R-1042') }),
  positionals: ['number'],
  completes: { number: 'request' },
  takesBack: ({ number }) => number,

  async run({ number }, { requests, who }) {
    const request = await requests.find(number);
    if (!request) throw noSuchRequest(number);
    return { touches: aboutOf(request), carryOut: () => stop(request, requests, who) };
  },
});

async function stop(request: Request, requests: RequestBook, who: Who): Promise<Reply> {
  const { number } = request;
  const what = request.plan?.text ?? code(request.line);
  const came = await requests.cancel(number, who);
  if (came === 'left unknown') {
    return {
      text: `${label(number)} is looked at no more. What it changed is still unknown: look at the cloud before you go on.`,
      lines: [`It was to do: ${what}`],
    };
  }
  if (came === 'stopping') {
    return {
      text: `${label(number)} is told to stop, and stops before its next item. Its card will say what was done and what was not.`,
      lines: [`It was to do: ${what}`],
    };
  }
  // What takes a change back is only put off: who stops it at night has to read that here.
  const again = laterLines((await requests.find(number)) ?? request);
  // It had run before, and was handed back: what it did then stays done.
  const before = request.progress ? [`Done before it was cancelled: ${request.progress}`] : [];
  return {
    text:
      before.length > 0
        ? `${label(number)} is cancelled, and does nothing further.`
        : `${label(number)} is cancelled, and nothing of it was done.`,
    lines: [`Not done: ${what}`, ...before, ...again],
  };
}
