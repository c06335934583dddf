import type { Effect, Raise } from '../command.ts';
import type { Rule } from '../config-schema.ts';
import type { Target } from '../target.ts';

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

/** A rule without targets holds for everything, also for what touches nothing. */
export function holdsForTarget(rule: Rule, target: Target | undefined): boolean {
  if (rule.targets === undefined) return true;
  return target !== undefined && rule.targets.some((pattern) => matchesTarget(pattern, target));
}

/** `project:demo` holds for the project by name or ID and for all that lies in it; `host:cmp-1` also for all that is on it. */
export function matchesTarget(pattern: string, target: Target): boolean {
  const colon = pattern.indexOf(':');
  const type = pattern.slice(0, colon);
  const rest = pattern.slice(colon + 1);
  if (target.type === type && (matchesStar(rest, target.id) || matchesStar(rest, target.name))) return true;
  if (type === 'project' && target.project) {
    return matchesStar(rest, target.project.id) || matchesStar(rest, target.project.name);
  }
  return type === 'host' && target.host !== undefined && matchesStar(rest, target.host);
}

/** Exact, unless the pattern ends in a star: `host:c1` is not `c10`. */
export function matchesStar(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}
