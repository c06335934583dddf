import { z } from 'zod';
import { requesterInWords, stateInWords } from '../../src/chat/request-words.ts';
import { formatInstantWithAge } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import { type Column, LIST_ARGUMENTS, listRows, mostOf } from '../../src/list/list.ts';
import { code, count } from '../../src/reply.ts';
import { aboutOf, label, type Request } from '../../src/request.ts';

/** The newest of them, which is what people look for in a message. */
const USUAL = 20;

const COLUMNS: readonly Column<Request>[] = [
  { name: 'request', text: ({ number }) => label(number), data: ({ number }) => number },
  { name: 'state', text: stateInWords },
  { name: 'asked by', text: requesterInWords },
  { name: 'line', text: ({ line }) => line },
  {
    name: 'since',
    text: ({ since }) => formatInstantWithAge(since, Date.now()),
    data: ({ since }) => new Date(since).toISOString(),
  },
  { name: 'ticket', text: ({ ticket }) => ticket ?? '', data: ({ ticket }) => ticket ?? null, long: true },
  { name: 'cloud', text: ({ cloud }) => cloud ?? '', data: ({ cloud }) => cloud ?? null, long: true },
  { name: 'region', text: ({ region }) => region ?? '', data: ({ region }) => region ?? null, long: true },
];

export default defineCommand({
  summary: 'List the requests that are open, newest first, or all of them.',
  examples: ['request list', 'request list --mine', 'request list --ticket OPS-4711', 'request list --all --limit 50'],
  effect: 'read',
  cloud: false,
  args: z.object({
    all: z.boolean().default(false).describe('also those that have ended'),
    mine: z.boolean().default(false).describe('only your own'),
    user: z.string().optional().describe('only those of this Slack member; a mention or a member ID'),
    ticket: z.string().optional().describe('only those of this ticket, ended ones too'),
    ...LIST_ARGUMENTS,
    limit: LIST_ARGUMENTS.limit.describe('how many at most; left out: all in a file or at a terminal, else 20'),
  }),

  async run({ all, mine, user, ticket, ...list }, { requests, who, request: own, mayTouch }) {
    if (mine && user !== undefined) throw new UserError('Type either `--mine` or `--user`, not both.');
    if (mine && who.user === undefined)
      throw new UserError('Only Slack members have requests of their own; type `request list`.');
    const asker = mine ? who.user : user;
    const ended = all || ticket !== undefined;
    const limit = mostOf(list, who, USUAL);
    // One more than is shown, to know whether there are more. This one is no news.
    const found = await requests.list({
      ...(ended ? {} : { open: true }),
      ...(asker === undefined ? {} : { user: asker }),
      only: (request) =>
        request.number !== own.number && (ticket === undefined || request.ticket === ticket) && mayTouch(...aboutOf(request)),
      limit: limit + 1,
    });
    const { rows, cut, ...shown } = listRows(found, COLUMNS, { ...list, limit }, { file: 'requests', who });
    const kind = `${ended ? 'request' : 'open request'}`;
    const whose = asker === undefined ? '' : mine ? ' of yours' : ` of ${asker}`;
    const which = ticket === undefined ? '' : ` for ticket ${code(ticket)}`;
    if (rows.length === 0) return { text: `There is no ${kind}${whose}${which}.`, ...shown, touches: [] };
    const more = found.length > limit;
    return {
      text: more ? `The newest ${count(rows, kind)}${which}; there are more.` : `${count(rows, kind)}${which}.`,
      ...shown,
      touches: rows.flatMap(aboutOf),
      ...(more ? { note: `Type request list${all ? ' --all' : ''} --limit ${limit * 2} for more.` } : {}),
    };
  },
});
