import type { Rule, StackhandYaml } from './config-schema.ts';
import type { Raise } from './plan.ts';
import { type Holds, holdsForRaises, holdsForTarget, holdsHere, namesRole, type Unknown, type Where } from './policy/match.ts';
import { atLeast, mergeNeeds, type Needs, needsOf } from './policy/needs.ts';
import { whyCouldNotTell, whyForbidden, whyNotHere, whyNotThese, whyUnknown } from './policy/refusal.ts';
import type { Target } from './target.ts';

/**
 * Who may do what. Deny by default; any denying rule that holds wins; else the first allowing rule in the file's order. Neither
 * question takes the way in: slash command, mention, button, modal, terminal and schedule are decided alike.
 */
export type Policy = Pick<StackhandYaml, 'rules' | 'defaults' | 'projects' | 'channels'>;

export interface Asker {
  /** Slack user ID; none for schedules. */
  user?: string | undefined;
  roles: readonly string[];
  /** Roles that the asker may hold besides: Slack did not say who is in their groups. They allow nothing and may deny. */
  unsure?: readonly string[] | undefined;
}

export interface Question extends Where {
  policy: Policy;
  asker: Asker;
  /** That many people besides the asker, whatever the rules ask. */
  leastVotes?: number;
}

export interface Refusal {
  allowed: false;
  because: string;
  /** Not "you may not", but "I cannot know": Slack did not say who holds a role, and may the next time; or the cloud did not say whose this is, or where. */
  couldNotTell?: 'roles' | Unknown;
}

export interface PlanAllowed {
  allowed: true;
  /** How long it may wait for whoever types the target or votes. */
  expiresMs: number;
  /** None where nobody is asked. */
  approval?: PlanApproval;
}

export interface PlanApproval {
  needs: Needs;
  /** Of the card. */
  channel: string;
  expiresMs: number;
  /** How long nobody may answer before the next role of each need is asked. */
  escalateAfterMs: number;
  /** As one of these roles its requester may go on alone after that. Left out: never. */
  breakGlass?: string[];
}

/** The first question, on the line: may this person use this command here at all? */
export function decideLine({ policy, asker, ...where }: Question): { allowed: true } | Refusal {
  const here = policy.rules.filter((rule) => holdsHere(rule, where));
  const holding = here
    .filter((rule) => !rule.deny || rule.targets === undefined)
    .map((rule): Holding => ({ rule, holds: 'yes' }));
  const decision = decideOne({ policy, asker, ...where }, holding);
  if (decision.allowed) return { allowed: true };
  return refusal(decision.because ?? whyNotHere(policy.rules, asker.roles, where), decision.couldNotTell);
}

/**
 * The second question, on the plan's or answer's touches: may they do this to each of *these* things, and who is asked first?
 * What touches nothing is allowed only by a rule without targets. `raises`: of a plan; left out, before there is one.
 */
export function decidePlan(
  question: Question & { touches: readonly Target[]; raises?: readonly Raise[] | undefined },
): PlanAllowed | Refusal {
  const { policy, asker, touches, raises, ...where } = question;
  const first = decideLine(question);
  if (!first.allowed) return first;
  const here = policy.rules.filter((rule) => holdsHere(rule, where) && holdsForRaises(rule, raises));
  const picked: { rule: Rule; target: Target | undefined }[] = [];
  const beyond: Target[] = [];
  for (const target of touches.length > 0 ? touches : [undefined]) {
    const holding = here.flatMap((rule): Holding[] => {
      const holds = holdsForTarget(rule, target);
      return holds === 'no' ? [] : [{ rule, holds }];
    });
    const decision = decideOne(question, holding, target);
    if (decision.allowed) picked.push({ rule: decision.rule, target });
    else if (decision.because !== undefined) return refusal(decision.because, decision.couldNotTell);
    else if (target) beyond.push(target);
  }
  if (beyond.length > 0 || picked.length === 0) {
    const mine = here.filter((rule) => isAllowing(rule) && namesRole(rule, asker.roles));
    return refusal(whyNotThese(mine, where, beyond, touches.length === 0));
  }
  return askApproval(picked, question);
}

type One = { allowed: true; rule: Rule } | { allowed: false; because?: string; couldNotTell?: Refusal['couldNotTell'] };

/** A rule that holds for one thing, or that would if something about it were as nobody can tell. */
interface Holding {
  rule: Rule;
  holds: Exclude<Holds, 'no'>;
}

function decideOne(question: Question, holding: readonly Holding[], target?: Target): One {
  const { asker } = question;
  const { unsure = [] } = asker;
  const names = ({ rule }: Holding): boolean => namesRole(rule, asker.roles);
  const forbidding = holding.filter(({ rule }) => rule.deny);
  const allowing = holding.filter(({ rule }) => isAllowing(rule));
  const forbidden = forbidding.find((one) => one.holds === 'yes' && names(one));
  if (forbidden) return { allowed: false, because: whyForbidden(forbidden.rule, asker.roles, question, target) };

  const mine = allowing.filter(names);
  const sure = mine.find(({ holds }) => holds === 'yes');
  const doubtful = sure ? forbidding : allowing;
  const inDoubt = unsure.filter((role) => doubtful.some(({ rule }) => rule.roles.includes(role)));
  if (inDoubt.length > 0) return { allowed: false, because: whyCouldNotTell(question, inDoubt), couldNotTell: 'roles' };
  if (mine.length === 0) return { allowed: false };

  // An earlier rule that may be the one that holds is no matter where it asks for the same votes.
  const earlier = sure
    ? mine.slice(0, mine.indexOf(sure)).filter((one) => votesOf(one, question) !== votesOf(sure, question))
    : mine;
  const [hinge] = [...forbidding.filter(names), ...earlier];
  if (hinge && hinge.holds !== 'yes' && target) {
    return { allowed: false, because: whyUnknown(question, hinge.holds, target), couldNotTell: hinge.holds };
  }
  return sure ? { allowed: true, rule: sure.rule } : { allowed: false };
}

function votesOf({ rule }: Holding, { policy, effect }: Question): string {
  return JSON.stringify(rule.approvals ?? policy.defaults[effect].approvals);
}

/**
 * All rules' approvals together, the shortest expiry. The glass may be broken only by roles that every rule names which asks for votes. The card goes to the first channel that one of the rules names, in the file's
 * order; else to where it was asked; else (direct message, terminal, schedule) to `channels.approvals`.
 */
function askApproval(
  picked: readonly { rule: Rule; target: Target | undefined }[],
  { policy, asker, effect, channel, leastVotes = 0 }: Question,
): PlanAllowed | Refusal {
  const all: Needs[] = [];
  const asking = new Set<Rule>();
  for (const { rule, target } of picked) {
    const asked = needsOf(rule, effect, target, policy, asker.user);
    if ('because' in asked) return refusal(asked.because);
    all.push(asked.needs);
    if (asked.needs.length > 0) asking.add(rule);
  }
  const rules = new Set(picked.map(({ rule }) => rule));
  const expiresMs = Math.min(...[...rules].map((rule) => rule.expires ?? policy.defaults[effect].expires));
  const needs = atLeast(leastVotes, mergeNeeds(all), policy.defaults[effect].approvals);
  if (needs.length === 0) return { allowed: true, expiresMs };

  const rulesAsking = asking.size > 0 ? asking : rules;
  const named = policy.rules.find((rule) => rules.has(rule) && rule.approvalChannel !== undefined)?.approvalChannel;
  const asked = channel !== undefined && /^[CG]/.test(channel) ? channel : undefined;
  const approval: PlanApproval = {
    needs,
    channel: named ?? asked ?? policy.channels.approvals,
    expiresMs,
    escalateAfterMs: Math.min(...[...rulesAsking].map((rule) => rule.escalateAfter ?? policy.defaults[effect].escalateAfter)),
  };
  // What takes two people whatever the rules say takes them whoever is on call.
  const breakGlass = leastVotes > 0 ? [] : rolesOfAll([...asking]);
  return { allowed: true, expiresMs, approval: breakGlass.length > 0 ? { ...approval, breakGlass } : approval };
}

/** In doubt nobody breaks the glass: a rule that does not name the role keeps the whole plan waiting for votes. */
function rolesOfAll([first, ...others]: readonly Rule[]): string[] {
  const named = (rule: Rule | undefined): readonly string[] => rule?.breakGlass ?? [];
  return [...new Set(named(first))].filter((role) => others.every((rule) => named(rule).includes(role)));
}

function isAllowing(rule: Rule): boolean {
  return !rule.deny;
}

function refusal(because: string, couldNotTell?: Refusal['couldNotTell']): Refusal {
  return couldNotTell ? { allowed: false, because, couldNotTell } : { allowed: false, because };
}
