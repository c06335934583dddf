import type { Rule } from '../config-schema.ts';
import { code, count } from '../reply.ts';
import type { Target } from '../target.ts';
import { holdsFor, holdsHere, namesRole, type Unknown, type Where } from './match.ts';

/** What a refused asker reads: which of the reasons it was, and what would have been allowed. */
export function whyNotHere(rules: readonly Rule[], roles: readonly string[], where: Where): string {
  const command = code(where.command);
  if (roles.length === 0) return `You may not use ${command}: you hold no role here. Whoever keeps stackhand.yaml gives them.`;
  const allowing = rules.filter((rule) => !rule.deny && holdsFor(rule, where.command, where.effect));
  if (allowing.length === 0) return `Nobody may use ${command}: no rule allows it.`;
  const mine = allowing.filter((rule) => namesRole(rule, roles));
  if (mine.length === 0) {
    const takes = [...new Set(allowing.flatMap((rule) => rule.roles))].map(code);
    return `You may not use ${command}: it takes the role ${takes.join(' or ')}, and you hold ${roles.map(code).join(', ')}.`;
  }
  if (mine.some((rule) => holdsHere({ ...rule, channels: undefined }, where))) {
    return `You may not use ${command} here, only in the channels that the policy names.`;
  }
  const clouds = [...new Set(mine.flatMap((rule) => rule.clouds ?? []))].map(code);
  if (where.cloud === undefined) return `You may use ${command} only on ${clouds.join(' or ')}, and it names no cloud.`;
  return `You may not use ${command} on ${code(where.cloud)}, only on ${clouds.join(' or ')}.`;
}

/** For things that no rule allows although the command is allowed here. What a read would have shown is not named. */
export function whyNotThese(mine: readonly Rule[], where: Where, targets: readonly Target[], touchesNothing: boolean): string {
  const only = [...new Set(mine.flatMap((rule) => rule.targets ?? []))].map(code).join(', ');
  const command = code(where.command);
  if (mine.length === 0)
    return `You may use ${command} here only for small raises, and this goes beyond what the policy lets through.`;
  if (touchesNothing) return `You may use ${command} only on ${only}, and this names nothing of it.`;
  if (where.effect === 'read') {
    return `You may use ${command} only on ${only}, and this would show ${count(targets, 'thing')} beyond that.`;
  }
  return `You may use ${command} only on ${only}, and not on ${sayTargets(targets)}.`;
}

export function whyForbidden(rule: Rule, roles: readonly string[], where: Where, target?: Target): string {
  if (rule.because !== undefined) return rule.because;
  const held = rule.roles.filter((role) => roles.includes(role)).map(code);
  const on = target && where.effect !== 'read' && rule.targets ? ` on ${sayTargets([target])}` : '';
  return `The policy forbids ${code(where.command)}${on} to ${held.join(' and ')}.`;
}

export function whyCouldNotTell(where: Where, unsure: readonly string[]): string {
  return (
    `I could not tell whether you may use ${code(where.command)}: Slack did not say who is in the user group of ` +
    `${unsure.map(code).join(', ')}. Nothing was done; try again in a minute.`
  );
}

/** For one thing about which a rule might say something else, were it known whose it is or where. What a read would have shown is not named. */
export function whyUnknown(where: Where, unknown: Unknown, target: Target): string {
  const on = where.effect === 'read' ? 'this' : sayTargets([target]);
  const its = unknown === 'project unknown' ? "the name of this one's project" : 'the host this one is on';
  return `I could not tell whether you may use ${code(where.command)} on ${on}: ${sayUnknown(unknown, its)}`;
}

/** What a list leaves out, by "3 servers". */
export function sayLeftOut(things: string, unknown: Unknown): string {
  const theirs = unknown === 'project unknown' ? 'the names of their projects' : 'the hosts they are on';
  return `Left out: ${things}. ${upper(sayUnknown(unknown, theirs))}`;
}

function sayUnknown(unknown: Unknown, what: string): string {
  return unknown === 'project unknown'
    ? `a rule of stackhand.yaml names projects by name, and Keystone does not tell me ${what}. A rule with the ID can be decided all the same; else the reader credential has to be let list all projects.`
    : `a rule of stackhand.yaml names hosts, and Nova does not tell me ${what}. The reader credential has to be let see that.`;
}

function upper(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function sayTargets(targets: readonly Target[]): string {
  const named = targets.slice(0, 3).map(({ type, name }) => `${type} ${code(name)}`);
  const more = targets.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}
