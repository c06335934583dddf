import { type ParsedLine, parseLine } from '../chat/parse.ts';
import type { ChangeCommand, CommandContext, Effect, Plan, ReadCommand } from '../command.ts';
import { NotAllowed, UserError } from '../errors.ts';
import { asWho, decideAnywhere, mayUse, whoAsks } from '../policy/who.ts';
import { decideLine, decidePlan, type PlanAllowed, type Question, type Refusal } from '../policy.ts';
import type { Core } from '../process/core.ts';
import { code, type Reply } from '../reply.ts';
import { type FrozenPlan, label, type Request } from '../request.ts';
import { createRequestBook } from '../requests/book.ts';
import { type CloudAndRegion, chooseCloud } from './choose-cloud.ts';
import { noSession } from './clouds.ts';
import { planHash } from './plan-hash.ts';

/** What a line comes to: an end, or a plan that waits for somebody or something. */
export type Considered = { facts: Partial<Request> } & (
  | { end: 'answered' | 'refused' | 'failed' | 'nothing to do'; reply: Reply; event?: string }
  | { carryOut(): Promise<Reply> }
  | { plan: FrozenPlan; hash: string; allowed: PlanAllowed }
);

/** Parse, policy, look at the cloud, policy again. Changes nothing anywhere, so it can be done again at any time. */
export async function consider(core: Core, request: Request, signal: AbortSignal): Promise<Considered> {
  const { config, registry } = core;
  const channel = request.place.kind === 'channel' ? request.place.channel : undefined;
  const person = await whoAsks(core, request);
  const parsed = parseLine(request.line, registry, { mayUse: (command) => mayUse(core, person.asker, command, channel) });
  const { command, globals } = parsed;
  const anywhere = decideAnywhere(core, person.asker, parsed, channel);
  mustBeAllowed(anywhere);
  const place = command.cloud === false ? { cloud: '', region: '' } : chooseCloud(core, channel, globals);
  const facts = factsOf(parsed, place, person.name);
  const question: Question = {
    policy: config,
    asker: person.asker,
    command: parsed.name,
    effect: command.effect,
    channel,
    cloud: place.cloud || undefined,
  };
  mustBeAllowed(decideLine(question));
  await mustBeThere(core, command.effect, channel);

  const context: CommandContext = {
    openstack: place.cloud ? core.clouds.reader(place.cloud, place.region, signal) : noSession(parsed.name),
    ...place,
    request: { number: request.number, label: label(request.number), line: request.line },
    who: asWho(core, person, request.requester, channel),
    about: (...touches) => mustBeAllowed(decidePlan({ ...question, touches })),
    mayTouch: (...touches) => decidePlan({ ...question, touches }).allowed,
    requests: createRequestBook(core),
    registry,
    signal,
    log: core.log.child({ request: request.number }),
  };
  const considered =
    command.effect === 'read'
      ? await considerRead(command, parsed, { request, question, context, facts })
      : await considerChange(core, command, parsed, { question, context, facts });
  return withNotes(considered, parsed.notes);
}

function withNotes(considered: Considered, notes: readonly string[]): Considered {
  const noted = (reply: Reply): Reply => (notes.length === 0 ? reply : { ...reply, lines: [...(reply.lines ?? []), ...notes] });
  if ('reply' in considered) return { ...considered, reply: noted(considered.reply) };
  if ('carryOut' in considered) return { ...considered, carryOut: async () => noted(await considered.carryOut()) };
  return considered;
}

function mustBeAllowed<D extends { allowed: true }>(decision: D | Refusal): D {
  if (!decision.allowed) throw new NotAllowed(decision.because);
  return decision;
}

interface Considering {
  question: Question;
  context: CommandContext;
  facts: Partial<Request>;
}

async function considerRead(
  command: ReadCommand,
  { args }: ParsedLine,
  { request, question, context, facts }: Considering & { request: Request },
): Promise<Considered> {
  const { touches = [], ...answer } = await command.run(args, context);
  const decision = mustBeAllowed(decidePlan({ ...question, touches }));
  const seen = { ...facts, about: touches };
  if ('carryOut' in answer) return { carryOut: answer.carryOut, facts: seen };
  const reply = withLosses(answer, context);
  // Nobody is asked about what shows nothing of a cloud.
  if (!decision.approval || command.cloud === false) return { end: 'answered', reply, facts: seen };
  const plan: FrozenPlan = {
    // By the name that the approvers saw: Slack may not tell it a second time.
    text: `Show the answer to ${code(request.line)} to ${request.askedBy ?? facts.askedBy ?? 'its asker'} alone.`,
    touches,
    jobs: [],
    undo: { possible: false, because: 'what was read was read' },
  };
  const hash = planHash(context.cloud, context.region, plan);
  // Approved, and still about the same things: now it may be seen.
  const approved = request.state === 'running' || request.state === 'answered';
  if (approved && request.hash === hash) return { end: 'answered', reply, facts };
  if (approved) throw new UserError('What this would show is no longer what was approved. Ask again.');
  return { plan, hash, allowed: decision, facts };
}

async function considerChange(
  core: Core,
  command: ChangeCommand,
  parsed: ParsedLine,
  { question, context, facts }: Considering,
): Promise<Considered> {
  const result = await command.plan(parsed.args, context);
  if ('nothingToDo' in result) {
    const { nothingToDo: text, table, touches } = result;
    mustBeAllowed(decidePlan({ ...question, touches }));
    return { end: 'nothing to do', reply: { text, ...(table ? { table } : {}) }, facts: { ...facts, about: touches } };
  }
  const plan = freeze(core, context.region, withLosses(result, context));
  const decision = mustBeAllowed(decidePlan({ ...question, touches: plan.touches }));
  if (parsed.globals.dryRun) {
    return {
      end: 'answered',
      event: 'dry run',
      reply: dryRun(plan, context, decision.approval !== undefined),
      facts: { ...facts, dryRun: true, about: plan.touches },
    };
  }
  if (plan.typed === undefined && command.effect === 'destructive')
    throw new Error(`${parsed.name} is destructive, and its plan names nothing to type`);
  return { plan, hash: planHash(context.cloud, context.region, plan), allowed: decision, facts };
}

function factsOf({ name, command, args }: ParsedLine, place: CloudAndRegion, askedBy: string): Partial<Request> {
  return {
    askedBy,
    command: name,
    effect: command.effect,
    args,
    ...(place.cloud ? place : {}),
    ...(typeof args.reason === 'string' ? { reason: args.reason } : {}),
  };
}

/** Said before planning: nobody in the channel could follow what we cannot post. */
async function mustBeThere({ directory, log }: Core, effect: Effect, channel: string | undefined): Promise<void> {
  if (effect === 'read' || channel === undefined) return;
  const there = await directory.isMember(channel).catch((error: unknown) => {
    // With Slack away the outbox says later what it can.
    log.warn({ err: error, channel }, 'membership unknown');
    return true;
  });
  if (!there)
    throw new UserError(
      'I am not in this channel, so nobody here could follow this. Invite me with `/invite @stackhand`, then send the line again.',
    );
}

/** What an older cloud could not tell is said as a warning. */
function withLosses<T extends { warnings?: string[] }>(said: T, { openstack: { notes } }: CommandContext): T {
  return notes.length === 0 ? said : { ...said, warnings: [...(said.warnings ?? []), ...notes] };
}

/** Through JSON once, so that what is shown, hashed, kept and run is the same to the letter. */
function freeze({ registry }: Core, region: string, { job, ...plan }: Plan): FrozenPlan {
  const payload: unknown = JSON.parse(JSON.stringify(job.job.payload.parse(job.payload)));
  return { ...plan, jobs: [{ region, job: registry.nameOfJob(job.job), payload }] };
}

function dryRun(plan: FrozenPlan, { cloud, region }: CloudAndRegion, asksSomebody: boolean): Reply {
  return {
    text: `Dry run on ${cloud}/${region}: nothing was changed and nobody was asked. ${plan.text}`,
    ...(plan.warnings ? { warnings: plan.warnings } : {}),
    lines: [
      ...(plan.lines ?? []),
      asksSomebody ? 'It would wait for approval.' : 'It would run at once.',
      plan.undo.possible ? `Undo: ${plan.undo.how}` : `It cannot be undone: ${plan.undo.because}`,
    ],
    ...(plan.fields ? { fields: plan.fields } : {}),
    ...(plan.table ? { table: plan.table } : {}),
  };
}
