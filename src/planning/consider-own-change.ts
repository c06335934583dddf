import { isApprovedAsItIs } from '../approval/vote.ts';
import type { OwnChange, OwnPlan } from '../command.ts';
import { UserError } from '../errors.ts';
import { decidePlan } from '../policy.ts';
import { code } from '../reply.ts';
import type { FrozenPlan } from '../request.ts';
import { type Considered, type Considering, mustBeAllowed } from './consider.ts';
import { dryRun } from './dry-run.ts';
import { planHash } from './plan-hash.ts';

/** A change of Stackhand alone: planned, voted on by at least so many, and then considered once more, to be carried out. */
export async function considerOwnChange(one: Considering, command: OwnChange): Promise<Considered> {
  const { request, parsed, place, facts } = one;
  const { context } = one.lookIn('');
  const question = { ...one.question, leastVotes: command.votes };
  if (request.state === 'running' && request.plan?.own) {
    mustBeAllowed(decidePlan({ ...question, touches: request.plan.touches }));
    if (!isApprovedAsItIs(request)) throw new Error('the plan in the record is not the one that was approved');
    const { reply, afterwards, ...step } = await command.carryOut(command.payload.parse(request.plan.own.payload), context);
    return { end: 'done', reply, step, facts, ...(afterwards ? { afterwards } : {}) };
  }
  const planned = await command.plan(parsed.args, context);
  if ('nothingToDo' in planned) {
    mustBeAllowed(decidePlan({ ...question, touches: planned.touches }));
    return { end: 'nothing to do', reply: { text: planned.nothingToDo }, facts: { ...facts, about: planned.touches } };
  }
  const plan = freeze(planned);
  const allowed = mustBeAllowed(decidePlan({ ...question, touches: plan.touches }));
  mustHaveVoters(one, allowed.approval?.needs ?? []);
  if (parsed.globals.dryRun) {
    const reply = dryRun(plan, { where: place.cloud, asksSomebody: true });
    return { end: 'answered', event: 'dry run', reply, facts: { ...facts, dryRun: true, about: plan.touches } };
  }
  return { plan, hash: planHash(place.cloud, '', plan), allowed, facts };
}

/** Through JSON once, so that what is shown, hashed, kept and carried out is the same to the letter. */
function freeze({ payload, ...said }: OwnPlan<unknown>): FrozenPlan {
  return JSON.parse(JSON.stringify({ ...said, jobs: [], own: { payload } })) as FrozenPlan;
}

/** The rules may ask nobody, and so name no role that could give the votes that this takes all the same. */
function mustHaveVoters({ core: { config }, parsed }: Considering, needs: readonly { roles: readonly string[] }[]): void {
  const missing = needs.flatMap(({ roles }) => (roles.some((role) => Object.hasOwn(config.roles, role)) ? [] : roles));
  if (missing.length === 0) return;
  throw new UserError(
    `${code(parsed.name)} always takes somebody else's vote, and stackhand.yaml has no role ${missing.map(code).join(' or ')} to give it. Whoever keeps that adds the role, or ${code('approvals')} to the rule.`,
  );
}
