import { inWords } from '../outbox/card.ts';
import { brokenInWords, glassFields, glassTarget } from '../outbox/glass.ts';
import { PRIORITY, say } from '../outbox/outbox.ts';
import { tellState } from '../outbox/tell.ts';
import { timeLeft, utc } from '../outbox/times.ts';
import type { Clicker } from '../policy/who.ts';
import type { Core } from '../process/core.ts';
import type { Command } from '../redis/commit.ts';
import { code, type Reply } from '../reply.ts';
import { cameTo, cloudInWords, type Glass, isOver, label, type Request, userOf } from '../request.ts';
import { type Decision, decideAndAdvance } from '../requests/store.ts';
import { isUnansweredSinceVotes, unansweredAt } from './unanswered.ts';
import { type Answering, answered } from './vote.ts';

/** What stands in its form or at the terminal, and who says so. */
export interface BreakingGlass extends Clicker {
  number: number;
  name: string;
  /** The clicker's roles; those that may break it, fetched fresh. */
  roles: readonly string[];
  /** Roles that do not count since Slack did not say who has them; only at a terminal. */
  unsure: readonly string[];
  hash: string;
  typed: string;
  reason: string;
}

/** As in the form that Slack shows. */
const REASON = { shortest: 3, longest: 500 } as const;

/**
 * Its requester goes on without the votes that are missing, where the policy allows that and nobody has answered. The owners of Stackhand
 * are told in the same step. Nothing else is lifted by it: locks, freeze, brake and what the job looks at hold as after any vote.
 */
export async function breakGlass(
  core: Core,
  breaking: BreakingGlass,
  { guard, tell }: Answering,
): Promise<{ answer: string; said: boolean }> {
  const { number, user, unixUser, name, hash, reason } = breaking;
  const owners = otherOwners(core, user);
  const result = await decideAndAdvance<string>(core.store, number, (request): Decision<string> => {
    const at = core.store.clock.now();
    const refusal = whyNot(request, breaking, owners, at);
    if (refusal !== undefined) return { leave: refusal };
    const roles = mayAs(request, breaking);
    const without = request.missing ?? '';
    const glass: Glass = {
      user,
      name,
      roles,
      reason: reason.trim(),
      hash,
      at,
      without,
      owners,
      ...(unixUser ? { unixUser } : {}),
    };
    const answer = `You broke the glass: ${label(number)} goes ahead without ${without}. The owners of Stackhand are told, and one of them has to sign it.`;
    return {
      change: (draft) => {
        draft.state = 'queued';
        draft.glass = glass;
      },
      give: answer,
      move: {
        event: 'glass broken',
        by: user,
        detail: { ...glass },
        when: [guard],
        also: (draft) => [...tellState(core, draft), ...tellOwners(core, draft, glass), ...tell(answer, true)],
      },
    };
  });
  return answered(core, number, result);
}

/** Those who could sign it: nobody signs what they did themselves. */
function otherOwners({ config }: Core, user: string): string[] {
  return [...new Set(config.breakGlass?.owners)].filter((owner) => owner !== user);
}

function mayAs({ approval }: Request, { roles }: BreakingGlass): string[] {
  return (approval?.breakGlass ?? []).filter((role) => roles.includes(role));
}

function whyNot(request: Request, breaking: BreakingGlass, owners: readonly string[], now: number): string | undefined {
  const { number, state, approval, glass } = request;
  const name = label(number);
  if (userOf(request) !== breaking.user) return `Only whoever asked for ${name} can go on with it alone.`;
  if (glass) return `You broke the glass of ${name} already. It ${inWords(cameTo(request))}.`;
  if (isOver(request)) return `You come after its end: ${name} ${inWords(state)}.`;
  if (state !== 'waiting' || !approval) return `${name} ${inWords(state)}; there are no votes to go on without.`;
  if (now >= approval.expiresAt) return `${name} expired. Type its line again.`;
  if (breaking.hash !== request.hash) return `That was an older plan of ${name}.`;
  if (approval.breakGlass === undefined) return `The rules let nobody go on with ${name} alone: it takes ${request.missing}.`;
  if (owners.length === 0)
    return `Nobody could sign it afterwards: stackhand.yaml names no owner besides you under ${code('breakGlass')}. So ${name} takes ${request.missing}.`;
  if (mayAs(request, breaking).length === 0) return whyNotAs(approval.breakGlass, breaking);
  return tooEarly(request, now) ?? wrongWords(request, breaking);
}

function whyNotAs(wanted: readonly string[], { roles, unsure }: BreakingGlass): string {
  const held = roles.length > 0 ? `you hold ${roles.map(code).join(', ')}` : 'you hold no role';
  const silent = wanted.filter((role) => unsure.includes(role));
  const why = silent.length > 0 ? ` Slack did not say who is in the user group of ${silent.map(code).join(', ')}.` : '';
  return `To go on alone takes ${wanted.map(code).join(' or ')}, and ${held}.${why}`;
}

function tooEarly(request: Request, now: number): string | undefined {
  const { number, approval, votes } = request;
  const at = unansweredAt(request);
  if (isUnansweredSinceVotes(request) || (at !== undefined && at <= now)) return undefined;
  const wait = timeLeft(approval?.escalateAfterMs ?? 0);
  const until = at === undefined ? '' : `, which is at ${utc(at)}`;
  const last = votes.at(-1);
  if (last) {
    return `${last.name ?? 'Somebody'} answered at ${utc(last.at)}: ${label(number)} can go on alone once nobody else has answered for ${wait} since then${until}. Until then its approvers are asked.`;
  }
  return `${label(number)} can go on alone once nobody has answered for ${wait}${until}. Until then its approvers are asked.`;
}

function wrongWords(request: Request, { typed, reason }: BreakingGlass): string | undefined {
  if (typed.trim() !== glassTarget(request))
    return `That is not the target of ${label(request.number)}: type ${code(glassTarget(request))}.`;
  const { length } = reason.trim();
  if (length >= REASON.shortest && length <= REASON.longest) return undefined;
  return `Say why, in ${REASON.shortest} to ${REASON.longest} characters: the owners of Stackhand read it.`;
}

/** Each owner in their direct messages, and the audit channel where there is one. */
function tellOwners({ store, config }: Core, request: Request, glass: Glass): Command[] {
  const { number, plan, effect } = request;
  const reply: Reply = {
    text: `GLASS BROKEN: ${label(number)} goes on without votes on ${cloudInWords(request)}. ${plan?.text ?? request.line}`,
    lines: [
      `${brokenInWords(glass)}.`,
      `It is ${effect}. To stop it type ${code(`request cancel ${label(number)}`)}; ${code(`request show ${label(number)}`)} shows all of it.`,
      'One of the owners of Stackhand has to sign it once it has ended: I send the button then.',
    ],
    fields: glassFields(request),
  };
  const id = `${label(number)}/glass`;
  const { audit } = config.channels;
  const told = (to: Parameters<typeof say>[1]['to'], message: string): Command[] =>
    say(store.keys, { id: message, to, priority: PRIORITY.approval, reply }, store.clock.now());
  return [
    ...glass.owners.flatMap((user) => told({ kind: 'direct', user }, `${id}/${user}`)),
    ...(audit === undefined ? [] : told({ kind: 'channel', channel: audit }, `${id}/audit`)),
  ];
}
