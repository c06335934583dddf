import { z } from 'zod';
import { noSuchRequest, requesterInWords, stateInWords } from '../../src/chat/request-words.ts';
import { formatInstantWithAge, RequestNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { laterLines, standstillLines } from '../../src/outbox/card.ts';
import { brokenInWords, glassFields } from '../../src/outbox/glass.ts';
import { type Answer, code, type Field, plain } from '../../src/reply.ts';
import { aboutOf, cloudInWords, isOver, label, type Request, type Vote } from '../../src/request.ts';

export default defineCommand({
  summary: 'Show one request: its plan, who decided, how far it is, and its history.',
  examples: ['request show R-1042', 'request show 1042'],
  effect: 'read',
  cloud: false,
  args: z.object({ number: RequestNumber.describe('number of the request, such as R-1042') }),
  positionals: ['number'],
  completes: { number: 'request' },

  async run({ number }, { requests, who }): Promise<Answer> {
    const request = await requests.find(number);
    if (!request) throw noSuchRequest(number);
    const [history, children] = await Promise.all([requests.history(number), requests.children(number)]);
    const now = Date.now();
    // What a read, a dry run or a refusal says is for its asker's eyes; what a plan came to is everybody's.
    const isOurs =
      (request.plan !== undefined && request.effect !== 'read') ||
      ('user' in request.requester && request.requester.user === who.user);
    return {
      text: `${label(number)}: ${stateInWords(request)}.`,
      lines: [
        ...standstillLines(request),
        code(request.line),
        ...planLines(request),
        ...request.votes.map((vote) => voteLine(vote, now)),
        ...(request.glass ? [`${brokenInWords(request.glass)}.`] : []),
        ...progressLines(request),
        ...laterLines(request),
        ...(isOurs ? resultLines(request) : []),
      ],
      ...(request.plan?.warnings ? { warnings: request.plan.warnings } : {}),
      fields: fields(request, children, now),
      table: {
        columns: ['when', 'what', 'who', 'detail'],
        rows: history.map(({ at, event, by, detail = '' }) => [
          formatInstantWithAge(at, now),
          event,
          by ?? '',
          isOurs ? detail : '',
        ]),
      },
      // The policy's second question: who may not see these things does not see the request either.
      touches: aboutOf(request),
    };
  },
});

function fields(request: Request, children: number[], now: number): Field[] {
  const { cloud, approval, receivedAt, since, reason, ticket, parent } = request;
  const isWaiting = request.state === 'waiting' || request.state === 'planned';
  const all: (Field | false | undefined)[] = [
    { name: 'Asked by', value: requesterInWords(request) },
    { name: 'Asked', value: formatInstantWithAge(receivedAt, now) },
    { name: isOver(request) ? 'Ended' : 'In this state since', value: formatInstantWithAge(since, now) },
    isWaiting && approval && { name: 'Expires', value: formatInstantWithAge(approval.expiresAt, now) },
    cloud !== undefined && { name: 'Cloud', value: cloudInWords(request) },
    reason !== undefined && { name: 'Reason', value: reason },
    ...glassFields(request),
    ticket !== undefined && { name: 'Ticket', value: ticket },
    parent !== undefined && { name: 'Follows from', value: label(parent) },
    children.length > 0 && { name: 'Followed by', value: children.map(label).join(', ') },
  ];
  return all.filter((field) => typeof field === 'object');
}

function planLines({ plan }: Request): string[] {
  if (!plan) return [];
  const undo = plan.undo.possible ? `Undo: ${plan.undo.how}` : `It cannot be undone: ${plan.undo.because}`;
  return [`Plan: ${plan.text}`, ...(plan.lines ?? []), undo];
}

function voteLine({ user, name, unixUser, verdict, roles, reason, at }: Vote, now: number): string {
  const where = unixUser === undefined ? '' : ` at a terminal, as Unix user ${plain(unixUser)}`;
  const who = `${plain(name ?? user)}${roles.length > 0 ? ` (${roles.join(', ')})` : ''}${where}`;
  return `${verdict === 'approve' ? 'Approved' : 'Denied'} by ${who}, ${formatInstantWithAge(at, now)}${reason ? `: ${plain(reason)}` : ''}`;
}

function progressLines(request: Request): string[] {
  const { progress } = request;
  return progress && !isOver(request) ? [`So far: ${progress}`] : [];
}

function resultLines({ result }: Request): string[] {
  return result ? [`Result: ${result.text}`, ...(result.lines ?? [])] : [];
}
