import { z } from 'zod';
import { noSuchRequest } from '../../src/chat/request-words.ts';
import { quote } from '../../src/chat/tokenize.ts';
import { RequestNumber } from '../../src/chat/values.ts';
import { typedWhere } from '../../src/chat/where.ts';
import { defineCommand } from '../../src/command.ts';
import type { CommandContext } from '../../src/command-context.ts';
import { UserError } from '../../src/errors.ts';
import type { Outcome, UndoLine } from '../../src/job.ts';
import { inWords } from '../../src/outbox/card.ts';
import { aboutOf, cameTo, type FrozenJob, isChange, isOver, label, type Request } from '../../src/request.ts';
import { itemKey, itemOf } from '../../src/running/item-key.ts';

export default defineCommand({
  summary: 'Plan what takes back what a request did, as far as anything can; it is approved like any other change.',
  examples: ['request undo R-1042', 'request undo R-1042 --reason "wrong project"', 'request undo R-1042 --dry-run'],
  effect: 'read',
  cloud: false,
  args: z.object({
    number: RequestNumber.describe('number of the request, such as R-1042'),
    in: z.string().optional().describe('one of its regions, where it changed several'),
    reason: z.string().min(3).optional().describe('why; it goes on the approval card and into the audit'),
  }),
  positionals: ['number'],
  completes: { number: 'request' },

  async standsFor({ number, in: region, reason }, { requests, registry, about }) {
    const request = await requests.find(number);
    if (!request) throw noSuchRequest(number);
    about(...aboutOf(request));
    mustHaveEnded(request);
    const job = oneOf(request, region);
    const line = lineOf(request, job, { registry, did: await requests.outcomes(number) });
    const why = reason ?? `undo of ${label(number)}${request.reason ? `: ${request.reason}` : ''}`;
    const where = typedWhere({ cloud: request.cloud ?? '', region: job.region });
    return { line: `${line} --reason ${quote(why)}${where}`, parent: number };
  },
});

function mustHaveEnded(request: Request): void {
  const { number, state } = request;
  const name = label(number);
  if (!isChange(request)) throw new UserError(`${name} is no change, so there is nothing to take back.`);
  if (isOver(request)) return;
  const first =
    state === 'running' ? `Stop it first with \`request cancel ${name}\`.` : `\`request cancel ${name}\` takes it back.`;
  throw new UserError(`${name} ${inWords(state)}, and has not ended. ${first}`);
}

/** What a line changes in two regions takes two lines back, and so two plans. */
function oneOf({ number, plan }: Request, region: string | undefined): FrozenJob {
  const jobs = plan?.jobs ?? [];
  const [first, second] = jobs;
  const wanted = region === undefined ? (second === undefined ? first : undefined) : jobs.find((job) => job.region === region);
  if (wanted) return wanted;
  const regions = jobs.map((job) => job.region);
  const choices = regions.map((value) => ({ label: value, argument: 'in', value }));
  throw new UserError(
    `${label(number)} changed ${regions.join(' and ')}, which are taken back one by one. Type --in and one of them.`,
    {
      choices,
    },
  );
}

function lineOf(
  request: Request,
  { region, job: name, payload }: FrozenJob,
  { registry, did }: Pick<CommandContext, 'registry'> & { did: Outcome[] },
): string {
  const here = did
    .filter(({ item }) => item.id.startsWith(itemKey(region, '')))
    .map((outcome) => ({ ...outcome, item: { ...outcome.item, id: itemOf(outcome.item.id) } }));
  const { number, plan } = request;
  const of = label(number);
  if (!here.some((outcome) => outcome.state === 'done' || outcome.state === 'unknown'))
    throw new UserError(
      `${of} ${inWords(cameTo(request))} and changed nothing${region && ` in ${region}`}, so there is nothing to take back.`,
    );
  const job = registry.findJob(name);
  const back: UndoLine = job?.undo?.(job.payload.parse(payload), here, { label: of }) ?? byHand(plan);
  if ('line' in back) return back.line;
  throw new UserError(`${of} cannot be taken back: ${back.because}`);
}

/** Its job knows no line, and its plan may know more. */
function byHand(plan: Request['plan']): UndoLine {
  const undo = plan?.undo ?? { possible: false, because: 'it had no plan' };
  return { because: undo.possible ? `I have no plan for that. By hand: ${undo.how}.` : `${undo.because}.` };
}
