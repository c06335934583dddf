import { z } from 'zod';
import { noSuchRequest, requesterInWords, stateInWords } from '../../src/chat/request-words.ts';
import { formatInstant, RequestNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { OpenStackError, UserError } from '../../src/errors.ts';
import type { PlannedAgain } from '../../src/plan.ts';
import { type Compared, comparePlans } from '../../src/planning/compare-plans.ts';
import { sayNeeds } from '../../src/policy/needs.ts';
import { type Answer, code, count, plain } from '../../src/reply.ts';
import { cloudInWords, type FrozenPlan, isChange, label, type Request } from '../../src/request.ts';
import type { Target } from '../../src/target.ts';

export default defineCommand({
  summary: 'Read every fact of a change that waits for votes again: what holds, what moved, what to ask its requester.',
  examples: ['request check R-1042'],
  effect: 'read',
  cloud: false,
  asksCloud: true,
  args: z.object({ number: RequestNumber.describe('number of the request, such as R-1042') }),
  positionals: ['number'],
  completes: { number: 'request' },
  concerns: ({ number }) => number,

  async run({ number }, { requests, planAgain }): Promise<Answer> {
    const request = await requests.find(number);
    if (!request) throw noSuchRequest(number);
    const { plan } = request;
    if (request.state !== 'waiting' || !plan)
      throw new UserError(`${label(number)} ${stateInWords(request)}: only what waits for votes is checked.`);
    if (!isChange(request)) throw new UserError(`${label(number)} only reads, so there is nothing in it that could move.`);
    const again = await lookAgain(request, planAgain);
    if (again instanceof OpenStackError)
      return {
        text: `${label(number)} could not be looked at again, so what moved is not known: ${again.message}`,
        touches: plan.touches,
      };
    const { holds, moved } = compared(request, plan, again);
    const news = moved.length === 0 ? 'nothing moved' : `${count(moved, 'thing')} moved`;
    return {
      text: `${label(number)} was looked at again at ${formatInstant(Date.now())}: ${news}.`,
      lines: [
        `Holds: ${listed(holds)}.`,
        `Moved: ${listed(moved)}.`,
        `Ask ${requesterInWords(request)}: ${questions(request, again, moved.length > 0).join(' ')}`,
      ],
      // What came since is shown only to whom it may be shown; who votes on it was shown it all the same.
      touches: [...plan.touches, ...('plan' in again ? newIn(again.plan.touches, plan.touches) : [])],
    };
  },
});

/** What is in the way names things, too: it is said to whom those may be shown, as any answer is. */
async function lookAgain(
  request: Request,
  planAgain: (request: Request) => Promise<PlannedAgain>,
): Promise<PlannedAgain | OpenStackError> {
  try {
    return await planAgain(request);
  } catch (error) {
    if (error instanceof OpenStackError) return error;
    throw error;
  }
}

function newIn(now: readonly Target[], was: readonly Target[]): Target[] {
  const known = new Set(was.map((target) => JSON.stringify(target)));
  return now.filter((target) => !known.has(JSON.stringify(target)));
}

function compared(request: Request, plan: FrozenPlan, again: PlannedAgain): Compared {
  if ('notAllowed' in again) return { holds: [], moved: ['its requester may not ask for this any more'] };
  if ('refused' in again) return { holds: [], moved: [`it cannot be planned any more: ${again.refused.split('\n').join(' ')}`] };
  if ('nothingToDo' in again) return { holds: [], moved: [`there is nothing left to do: ${again.nothingToDo}`] };
  const place = cloudInWords(again);
  if (place !== cloudInWords(request))
    return { holds: [], moved: [`its line now means ${place}, and meant ${cloudInWords(request)}`] };
  const { holds, moved } = comparePlans(plan, again.plan);
  const votes = sayNeeds(request.approval?.needs ?? []);
  return {
    holds,
    moved: again.votes === votes ? moved : [...moved, `the rules now ask for ${again.votes || 'nobody'}, and not ${votes}`],
  };
}

function questions({ plan, reason }: Request, again: PlannedAgain, hasMoved: boolean): string[] {
  const asked = ('plan' in again ? again.plan.ask : undefined) ?? plan?.ask ?? [];
  const wanted = 'Is it still wanted as it stands? Change asks for it anew, with what is so now.';
  const all = [...asked, ...(hasMoved ? [wanted] : [])];
  if (all.length > 0) return all;
  return [
    reason
      ? `nothing that these facts do not answer; the reason given is ${code(plain(reason))}.`
      : 'nothing that these facts do not answer.',
  ];
}

function listed(parts: readonly string[]): string {
  return parts.length === 0 ? 'nothing' : parts.map((part) => part.replace(/\.$/, '')).join('; ');
}
