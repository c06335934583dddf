import type { Effect } from '../command.ts';
import type { Rule } from '../config-schema.ts';
import type { Raise } from '../plan.ts';
import { LOOKS_LIKE_ID, type Owner, type Target } from '../target.ts';

/** Where somebody wants to do what. No channel: a terminal or a schedule. No cloud: a command that needs none. */
export interface Where {
  command: string;
  effect: Effect;
  channel?: string | undefined;
  cloud?: string | undefined;
}

/** Whatever a rule limits besides roles and targets: the rule holds only where each of these is named. */
export function holdsHere(rule: Rule, { command, effect, channel, cloud }: Where): boolean {
  return (
    holdsFor(rule, command, effect) &&
    (rule.channels === undefined || (channel !== undefined && rule.channels.includes(channel))) &&
    (rule.clouds === undefined || (cloud !== undefined && rule.clouds.includes(cloud)))
  );
}

export function holdsFor(rule: Rule, command: string, effect: Effect): boolean {
  const among = (patterns: readonly string[]): boolean => patterns.some((pattern) => matchesStar(pattern, command));
  return (
    (rule.commands === undefined || among(rule.commands)) &&
    !among(rule.except ?? []) &&
    (rule.effects === undefined || rule.effects.includes(effect))
  );
}

export function namesRole(rule: Rule, roles: readonly string[]): boolean {
  return rule.roles.some((role) => roles.includes(role));
}

/** A rule for raises holds for a plan of nothing else, as long as each stays within its bounds; before there is a plan it may hold. */
export function holdsForRaises({ raise }: Rule, raises: readonly Raise[] | undefined): boolean {
  if (raise === undefined || raises === undefined) return true;
  return raises.length > 0 && raises.every((one) => isWithin(one, raise));
}

function isWithin({ value, from, to }: Raise, { percent, ceiling }: NonNullable<Rule['raise']>): boolean {
  const most = ceiling[value];
  return most !== undefined && from >= 0 && to > from && to <= most && (to - from) * 100 <= from * percent;
}

/** Otherwise it hangs on what nobody told: the name of the thing's project, or the host it is on. */
export type Holds = 'yes' | 'no' | Unknown;
export type Unknown = 'project unknown' | 'host unknown';

/** A rule without targets holds for everything, also for what touches nothing. */
export function holdsForTarget(rule: Rule, target: Target | undefined): Holds {
  if (rule.targets === undefined) return 'yes';
  if (target === undefined) return 'no';
  const each = rule.targets.map((pattern) => matchesTarget(pattern, target));
  return each.includes('yes') ? 'yes' : (each.find((holds) => holds !== 'no') ?? 'no');
}

/** `project:demo` holds for the project by name or ID and for all that lies in it; `host:cmp-1` also for all that is on it. */
function matchesTarget(pattern: string, { type, id, name, project, host, hostUnknown }: Target): Holds {
  const colon = pattern.indexOf(':');
  const wanted = pattern.slice(0, colon);
  const rest = pattern.slice(colon + 1);
  if (type === wanted && (matchesStar(rest, id) || matchesStar(rest, name))) return 'yes';
  if (wanted === 'project' && project) return matchesOwner(rest, project);
  if (wanted !== 'host') return 'no';
  if (hostUnknown) return 'host unknown';
  return host !== undefined && matchesStar(rest, host) ? 'yes' : 'no';
}

/** What looks like the ID of another project is one: a pattern of IDs can be decided without any name. */
function matchesOwner(pattern: string, { id, name }: Owner): Holds {
  if (matchesStar(pattern, id) || (name !== undefined && matchesStar(pattern, name))) return 'yes';
  return name !== undefined || LOOKS_LIKE_ID.test(pattern) ? 'no' : 'project unknown';
}

/** Exact, unless the pattern ends in a star: `host:c1` is not `c10`. */
export function matchesStar(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}
