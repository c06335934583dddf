import { NotAllowed, OpenStackError, UserError } from '../errors.ts';
import type { PlannedAgain } from '../plan.ts';
import { sayNeeds } from '../policy/needs.ts';
import { whereOf } from '../request.ts';
import type { Considered } from './consider.ts';

/** What a change's line comes to when it is considered once more. @throws OpenStackError where the cloud does not answer */
export async function planAgain(consider: () => Promise<Considered>): Promise<PlannedAgain> {
  try {
    const considered = await consider();
    if ('plan' in considered) {
      const { plan, facts, allowed } = considered;
      return { plan, votes: sayNeeds(allowed.approval?.needs ?? []), ...whereOf(facts) };
    }
    if ('end' in considered && considered.end === 'nothing to do') return { nothingToDo: considered.reply.text };
    throw new Error('the line of a change came to no plan');
  } catch (error) {
    if (error instanceof NotAllowed) return { notAllowed: true };
    if (!(error instanceof UserError)) throw error;
    // Of one of several regions.
    if (error.cause instanceof OpenStackError) throw error.cause;
    // Candidates are for its requester's eyes, who may see more than whoever has it checked.
    return { refused: error.choices.length > 0 ? 'its line no longer says which one it means.' : error.message };
  }
}
