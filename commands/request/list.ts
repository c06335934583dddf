import { z } from 'zod';
import { requesterInWords, stateInWords } from '../../src/chat/request-words.ts';
import { formatInstantWithAge, WholeNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import { count } from '../../src/reply.ts';
import { aboutOf, label } from '../../src/request.ts';

export default defineCommand({
  summary: 'List the requests that are open, newest first, or all of them.',
  examples: ['request list', 'request list --mine', 'request list --all --limit 50'],
  effect: 'read',
  cloud: false,
  args: z.object({
    all: z.boolean().default(false).describe('also those that have ended'),
    mine: z.boolean().default(false).describe('only your own'),
    user: z.string().optional().describe('only those of this Slack member; a mention or a member ID'),
    limit: WholeNumber.pipe(z.number().min(1).max(200)).default(20).describe('how many at most'),
  }),
  completes: { user: 'user' },

  async run({ all, mine, user, limit }, { requests, who, request: own, mayTouch }) {
    if (mine && user !== undefined) throw new UserError('Type either `--mine` or `--user`, not both.');
    if (mine && who.user === undefined)
      throw new UserError('Only Slack members have requests of their own; type `request list`.');
    const asker = mine ? who.user : user;
    // One more than is shown, to know whether there are more. This one is no news.
    const found = await requests.list({
      ...(all ? {} : { open: true }),
      ...(asker === undefined ? {} : { user: asker }),
      only: (request) => request.number !== own.number && mayTouch(...aboutOf(request)),
      limit: limit + 1,
    });
    const shown = found.slice(0, limit);
    const kind = all ? 'request' : 'open request';
    if (shown.length === 0)
      return { text: `There is no ${kind}${asker === undefined ? '' : mine ? ' of yours' : ` of ${asker}`}.`, touches: [] };
    const now = Date.now();
    return {
      text: found.length > limit ? `The newest ${count(shown, kind)}; there are more.` : `${count(shown, kind)}.`,
      table: {
        columns: ['request', 'state', 'asked by', 'line', 'since'],
        rows: shown.map((request) => [
          label(request.number),
          stateInWords(request),
          requesterInWords(request),
          request.line,
          formatInstantWithAge(request.since, now),
        ]),
      },
      touches: shown.flatMap(aboutOf),
      ...(found.length > limit
        ? { note: `Type request list${all ? ' --all' : ''} --limit ${Math.min(200, limit * 2)} for more.` }
        : {}),
    };
  },
});
