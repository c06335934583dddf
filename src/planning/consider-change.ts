import { quote } from '../chat/tokenize.ts';
import type { ChangeCommand } from '../command.ts';
import { NotAllowed, OpenStackError, UserError } from '../errors.ts';
import type { JobCall } from '../job.ts';
import type { NothingToDo, Plan } from '../plan.ts';
import { decidePlan } from '../policy.ts';
import type { Registry } from '../registry.ts';
import { code, type Reply } from '../reply.ts';
import { cloudInWords, type FrozenPlan } from '../request.ts';
import { readStandstill } from '../standstill/standstill.ts';
import { mustBeOpen, standstillInWords } from '../standstill/words.ts';
import { type Target, targetIn } from '../target.ts';
import { combineReplies, type InRegion } from './by-region.ts';
import { regionsInWords } from './choose-cloud.ts';
import { type Considered, type Considering, mustBeAllowed, whileLooking, withLosses } from './consider.ts';
import { dryRun } from './dry-run.ts';
import { planHash } from './plan-hash.ts';
import { mustReach } from './versions.ts';

/** Each region is planned apart; together they are one plan, one card, one vote. */
export async function considerChange(one: Considering, command: ChangeCommand): Promise<Considered> {
  const { core, question, facts, parsed, place } = one;
  const standstill = await readStandstill(core.store, place.cloud);
  // Who checks a plan that waits is told what holds of it, whatever keeps it from going on.
  if (!parsed.globals.dryRun && !one.request.plan) mustBeOpen(standstill);
  mustBeOneRegion(parsed.name, command, place.regions);
  const looks = await Promise.all(place.regions.map(async (region) => ({ region, reply: await planIn(one, command, region) })));
  const apart = place.regions.length > 1;
  const plans = looks.flatMap(({ region, reply }) => ('nothingToDo' in reply ? [] : [{ region, reply }]));
  const nothing = looks.flatMap(({ region, reply }) => ('nothingToDo' in reply ? [{ region, reply }] : []));
  if (plans.length === 0) {
    const touches = nothing.flatMap(({ reply }) => reply.touches);
    mustBeAllowed(decidePlan({ ...question, touches }));
    return { end: 'nothing to do', reply: combineReplies(nothing.map(sayNothing), apart), facts: { ...facts, about: touches } };
  }
  const plan = freeze(core.registry, { plans, nothing, apart });
  const raises = plans.flatMap(({ reply }) => reply.raises ?? []);
  const decision = mustBeAllowed(decidePlan({ ...question, touches: plan.touches, raises }));
  const region = regionsInWords(place.regions);
  if (parsed.globals.dryRun) {
    return {
      end: 'answered',
      event: 'dry run',
      reply: dryRun(plan, {
        where: cloudInWords({ cloud: place.cloud, region }),
        asksSomebody: decision.approval !== undefined,
        why: standstillInWords(standstill)?.why,
      }),
      facts: { ...facts, dryRun: true, about: plan.touches },
    };
  }
  if (plan.typed === undefined && command.effect === 'destructive')
    throw new Error(`${parsed.name} is destructive, and its plan names nothing to type`);
  return { plan, hash: planHash(place.cloud, region, plan), allowed: decision, facts };
}

function mustBeOneRegion(name: string, { oneRegion }: ChangeCommand, regions: readonly string[]): void {
  if (!oneRegion || regions.length === 1) return;
  const choices = regions.map((region) => ({ label: region, argument: 'region', value: region }));
  throw new UserError(
    `${code(name)} takes one region at a time. Type ${regions.map((region) => code(`--region ${quote(region)}`)).join(' or ')}.`,
    { choices },
  );
}

/** What one region lacks would make the plan another one than its asker meant: the whole is refused, and the region named. */
async function planIn(
  { parsed, lookIn, place }: Considering,
  command: ChangeCommand,
  region: string,
): Promise<Plan | NothingToDo> {
  const looking = lookIn(region);
  try {
    const result = await whileLooking(looking, command.plan(parsed.args, looking.context));
    if ('nothingToDo' in result) return result;
    await mustReach(looking.context.openstack, result.job);
    return withLosses(result, looking);
  } catch (error) {
    const apart = place.regions.length > 1;
    if (!apart || error instanceof NotAllowed) throw error;
    if (error instanceof UserError)
      throw new UserError(`In ${region}: ${error.message}`, { cause: error, choices: error.choices });
    if (error instanceof OpenStackError) throw new UserError(`In ${region}: ${error.message}`, { cause: error });
    throw error;
  }
}

function sayNothing({ region, reply: { nothingToDo: text, table } }: InRegion<NothingToDo>): InRegion {
  return { region, reply: { text, ...(table ? { table } : {}) } };
}

interface Planned {
  plans: readonly InRegion<Plan>[];
  nothing: readonly InRegion<NothingToDo>[];
  apart: boolean;
}

/** Through JSON once, so that what is shown, hashed, kept and run is the same to the letter. */
function freeze(registry: Registry, { plans, nothing, apart }: Planned): FrozenPlan {
  const said = combineReplies(
    plans.map(({ region, reply }) => ({ region, reply: saidOf(reply) })),
    apart,
  );
  const idle = nothing.map(({ region, reply }) => `${region}: nothing to do. ${reply.nothingToDo}`);
  const touches = plans.flatMap(({ region, reply }) => reply.touches.map((target) => targetIn(region, target)));
  const facts = plans.flatMap(({ region, reply }) =>
    (reply.facts ?? []).map((fact) => (apart ? { ...fact, name: `${fact.name} (${region})` } : fact)),
  );
  const ask = [...new Set(plans.flatMap(({ reply }) => reply.ask ?? []))];
  const typed = [...new Set(plans.flatMap(({ reply }) => reply.typed ?? []))];
  return {
    ...said,
    ...(idle.length > 0 ? { lines: [...(said.lines ?? []), ...idle] } : {}),
    ...(facts.length > 0 ? { facts } : {}),
    ...(ask.length > 0 ? { ask } : {}),
    touches: distinct(touches),
    ...(typed.length > 0 ? { typed: typed.join(' ') } : {}),
    undo: undoOf(plans, apart),
    jobs: plans.map(({ region, reply: { job, later, decides } }) => ({
      region,
      ...frozenJob(registry, job),
      ...(later ? { later: { ...later, ...frozenJob(registry, later.job) } } : {}),
      ...(decides ? { decides } : {}),
    })),
  };
}

function saidOf({ text, lines, warnings, fields, table }: Plan): Reply {
  return {
    text,
    ...(lines ? { lines } : {}),
    ...(warnings ? { warnings } : {}),
    ...(fields ? { fields } : {}),
    ...(table ? { table } : {}),
  };
}

function frozenJob(registry: Registry, { job, payload }: JobCall): { job: string; payload: unknown } {
  return { job: registry.nameOfJob(job), payload: JSON.parse(JSON.stringify(job.payload.parse(payload))) as unknown };
}

function distinct(touches: readonly Target[]): Target[] {
  return [...new Map(touches.map((target) => [JSON.stringify(target), target])).values()];
}

function undoOf(plans: readonly InRegion<Plan>[], apart: boolean): Plan['undo'] {
  const [first] = plans;
  if (first && !apart) return first.reply.undo;
  const undos = plans.map(({ region, reply: { undo } }) => ({ region, undo }));
  const words = undos
    .map(({ region, undo }) => `${region}: ${undo.possible ? undo.how : `not possible, ${undo.because}`}`)
    .join('; ');
  return undos.every(({ undo }) => undo.possible) ? { possible: true, how: words } : { possible: false, because: words };
}
