import { mayVoteOn } from '../approval/vote.ts';
import { lookForMassDown } from '../brake/look.ts';
import { type ParsedLine, parseLine } from '../chat/parse.ts';
import { quote } from '../chat/tokenize.ts';
import { type Command, isOwnChange, isStandIn, mayChange, type StandIn } from '../command.ts';
import type { CommandContext } from '../command-context.ts';
import { hostSettings } from '../config/hosts.ts';
import { NotAllowed, UserError } from '../errors.ts';
import { asWho, decideAnywhere, mayUse, namedContacts, ownerNames, whoAsks } from '../policy/who.ts';
import { type Asker, decideLine, decidePlan, type PlanAllowed, type Question, type Refusal } from '../policy.ts';
import type { Core } from '../process/core.ts';
import { seenBy } from '../process/seen.ts';
import type { Reply } from '../reply.ts';
import { type FrozenPlan, label, type Request, userOf } from '../request.ts';
import { createRequestBook } from '../requests/book.ts';
import type { Step } from '../requests/store.ts';
import { findRequest } from '../requests/store.ts';
import { openReverts } from '../reverts/reverts.ts';
import { createStandstillBook } from '../standstill/book.ts';
import { type CloudAndRegions, chooseCloud, regionsInWords, usualCloud } from './choose-cloud.ts';
import { noSession } from './clouds.ts';
import { considerChange } from './consider-change.ts';
import { considerOwnChange } from './consider-own-change.ts';
import { considerRead } from './consider-read.ts';
import { type LeftOut, watchLeftOut } from './left-out.ts';
import { planAgain } from './plan-again.ts';
import { considerPage } from './turn-page.ts';

/** What a line comes to: an end, or a plan that waits for somebody or something. */
export type Considered = { facts: Partial<Request> } & (
  | { end: 'answered' | 'refused' | 'failed' | 'nothing to do'; reply: Reply; event?: string }
  | { carryOut(): Promise<Reply> }
  /** It is done in the step in which it ends. */
  | { end: 'done'; event?: string; reply: Reply; step: Pick<Step, 'when' | 'commands'>; afterwards?: () => Promise<void> }
  | { plan: FrozenPlan; hash: string; allowed: PlanAllowed }
);

/** A line that was understood and that its asker may say here, with what its command needs. */
export interface Considering {
  core: Core;
  request: Request;
  parsed: ParsedLine;
  question: Question;
  place: CloudAndRegions;
  exempt: Exemption;
  facts: Partial<Request>;
  lookIn(region: string): Looking;
}

/**
 * It stops what its asker asked for, or is about what they asked for or vote on, or what an approved plan leaves to them: see `takesBack`,
 * `concerns` and `isNamed` of a command.
 */
export type Exemption = 'where slack is silent' | 'from all rules' | undefined;

/** One region's look, and what to say besides what the command makes of it. */
export interface Looking {
  context: CommandContext;
  notes(): string[];
}

/**
 * Parse, policy, look at the cloud, policy again. Changes nothing anywhere, so it can be done again at any time.
 * @param learns told who asks and for which cloud and regions as soon as that is known: a refusal's record and audit name them, too.
 */
export async function consider(
  core: Core,
  request: Request,
  signal: AbortSignal,
  learns: (facts: Pick<Request, 'askedBy' | 'cloud' | 'region'>) => void = () => undefined,
): Promise<Considered> {
  const { config, registry } = core;
  if (request.reads) return considerPage(core, request, request.reads, learns);
  const channel = request.place.kind === 'channel' ? request.place.channel : undefined;
  const person = await whoAsks(core, request);
  learns({ askedBy: person.name });
  const parsed = parseLine(request.line, registry, { mayUse: (command) => mayUse(core, person.asker, command, channel) });
  const { command } = parsed;
  const exempt = await exemptionOf(core, parsed, person.asker, channel);
  mustNotBeForbidden(decideAnywhere(core, person.asker, parsed, channel), exempt);
  const place = placeOf(core, parsed, channel);
  const where = place.cloud ? { cloud: place.cloud, region: regionsInWords(place.regions) } : {};
  learns(where);
  const question: Question = {
    policy: config,
    asker: person.asker,
    command: parsed.name,
    effect: command.effect,
    channel,
    cloud: place.cloud || undefined,
  };
  mustNotBeForbidden(decideLine(question), exempt);
  const shared = isShared(parsed, request);
  if (shared || mayChange(command)) await mustBeThere(core, channel);

  const lookIn = (region: string): Looking => {
    const leftOut = watchLeftOut();
    const context = contextIn(region, leftOut);
    return { context, notes: () => [...context.openstack.notes, ...leftOut.notes()] };
  };
  const who = asWho(core, person, request.requester, channel);
  const contextIn = (region: string, leftOut: LeftOut): CommandContext => ({
    openstack: place.cloud && !isOwnChange(command) ? core.clouds.reader(place.cloud, region, signal) : noSession(parsed.name),
    cloud: place.cloud,
    region,
    clouds: {
      all: core.clouds.names.map((cloud) => ({ cloud, regions: core.clouds.regionsOf(cloud) })),
      here: usualCloud(core, channel),
    },
    request: { number: request.number, label: label(request.number), line: request.line },
    who,
    about: (...touches) => mustBeAllowed(decidePlan({ ...question, touches })),
    mayTouch: (...touches) => leftOut.sees(touches, decidePlan({ ...question, touches })),
    hosts: hostSettings(config, place.cloud),
    ownersOf: (project) => ownerNames(core, project),
    openReverts: (target) => openReverts(core.store, place.cloud, region, target),
    now: () => core.store.clock.now(),
    seen: (check) => seenBy(core.store, check, place.cloud, region),
    contactsOf: (project) => namedContacts(core, project),
    isNamed: exempt === 'from all rules',
    massDown: async (seen) =>
      (await lookForMassDown(core, { cloud: place.cloud, region }, core.clouds.reader(place.cloud, region, signal), seen))?.what,
    requests: createRequestBook(core),
    standstill: createStandstillBook(core, request.number, who),
    planAgain: (other) => planAgain(() => consider(core, other, signal)),
    registry,
    signal,
    log: core.log.child({ request: request.number }),
  });
  if (isStandIn(command)) {
    const { parent, line } = await command.standsFor(parsed.args, contextIn('', watchLeftOut()));
    const meant = { ...request, line: withGlobals(line, parsed.globals) };
    const considered = await consider(core, meant, signal, learns);
    return { ...considered, facts: { ...considered.facts, parent, means: meant.line } };
  }
  const facts = { ...factsOf(parsed, person.name), ...where, ...(shared ? { shared } : {}) };
  const one: Considering = { core, request, parsed, question, place, exempt, facts, lookIn };
  return withNotes(await considerCommand(one, command), parsed.notes);
}

function considerCommand(one: Considering, command: Exclude<Command, StandIn>): Promise<Considered> {
  if (command.effect === 'read') return considerRead(one, command);
  return isOwnChange(command) ? considerOwnChange(one, command) : considerChange(one, command);
}

/** What is Stackhand's own holds for the whole of a cloud, whatever regions that has. */
function placeOf(core: Core, { command, globals }: ParsedLine, channel: string | undefined): CloudAndRegions {
  if (command.cloud === false) return { cloud: '', regions: [''] };
  if (!isOwnChange(command)) return chooseCloud(core, channel, globals);
  const { cloud } = chooseCloud(core, channel, { ...globals, region: 'all' });
  return { cloud, regions: [''] };
}

/** What was typed with the line that stands for another one holds for that one. */
function withGlobals(line: string, { dryRun, ticket }: ParsedLine['globals']): string {
  return `${line}${ticket === undefined ? '' : ` --ticket ${quote(ticket)}`}${dryRun ? ' --dry-run' : ''}`;
}

function withNotes(considered: Considered, notes: readonly string[]): Considered {
  const noted = (reply: Reply): Reply => (notes.length === 0 ? reply : { ...reply, lines: [...(reply.lines ?? []), ...notes] });
  if ('reply' in considered) return { ...considered, reply: noted(considered.reply) };
  if ('carryOut' in considered) return { ...considered, carryOut: async () => noted(await considered.carryOut()) };
  return considered;
}

export function mustBeAllowed<D extends { allowed: true }>(decision: D | Refusal): D {
  if (!decision.allowed) throw new NotAllowed(decision.because);
  return decision;
}

/** Where only Slack's silence about groups is in the way, nobody is kept from taking back what they asked for. */
export function mustNotBeForbidden(decision: { allowed: true } | Refusal, exempt: Exemption): void {
  if (exempt === 'from all rules') return;
  if (exempt === 'where slack is silent' && !decision.allowed && decision.couldNotTell === 'roles') return;
  mustBeAllowed(decision);
}

async function exemptionOf(
  core: Core,
  { command, args }: ParsedLine,
  { user, roles }: Asker,
  channel: string | undefined,
): Promise<Exemption> {
  if (user === undefined || command.effect !== 'read' || command.cloud !== false || isStandIn(command)) return undefined;
  const { concerns, takesBack } = command;
  if (await command.isNamed?.(args, { user, channel, requests: createRequestBook(core) })) return 'from all rules';
  const number = (concerns ?? takesBack)?.(args);
  if (number === undefined) return undefined;
  const stored = await findRequest(core.store, number);
  if (!stored) return undefined;
  const isOwn = userOf(stored.request) === user;
  if (concerns) return isOwn || mayVoteOn(stored.request, { user, roles }) ? 'from all rules' : undefined;
  return isOwn ? 'where slack is silent' : undefined;
}

function factsOf({ name, command, args, globals }: ParsedLine, askedBy: string): Partial<Request> {
  return {
    askedBy,
    command: name,
    effect: command.effect,
    args,
    ...(typeof args.reason === 'string' ? { reason: args.reason } : {}),
    ...(globals.ticket === undefined ? {} : { ticket: globals.ticket }),
  };
}

/** A read that says `--share`, or that was asked before everybody in a thread. */
function isShared({ command, globals: { share } }: ParsedLine, { place, entry }: Request): boolean {
  if (share && place.kind !== 'channel') {
    throw new UserError(
      'There is nobody here to share it with: `--share` is for channels. Leave it out, or type the line in one.',
    );
  }
  if (mayChange(command) || command.forAskerAlone) return false;
  return share || (entry === 'mention' && place.kind === 'channel' && place.thread !== undefined);
}

/** Said before planning: nobody in the channel could follow what we cannot post. */
async function mustBeThere({ directory, log }: Core, channel: string | undefined): Promise<void> {
  if (channel === undefined) return;
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

/** What an older cloud could not tell, and what is left out for want of knowing whose it is, is said as a warning. */
export function withLosses<T extends { warnings?: string[] }>(said: T, { notes }: Looking): T {
  const lost = notes();
  return lost.length === 0 ? said : { ...said, warnings: [...(said.warnings ?? []), ...lost] };
}

/** Of several that a name may mean some may be left out too. */
export async function whileLooking<T>({ notes }: Looking, look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    if (!(error instanceof UserError) || notes().length === 0) throw error;
    throw new UserError([error.message, ...notes()].join('\n'), { cause: error, choices: error.choices });
  }
}
