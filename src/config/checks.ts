import type { Effect } from '../command.ts';
import { DEFAULT_APPROVER, EFFECTS, type Need, OWNER, type Rule, type StackhandYaml, TARGET_TYPES } from '../config-schema.ts';
import { holdsFor, matchesStar } from '../policy/match.ts';
import { cloudOfChannel } from './channel-cloud.ts';
import type { Path } from './source.ts';
import { didYouMean, shown } from './suggest.ts';

type Locate = (path: Path) => string;
type Lookup = (path: Path) => unknown;

/**
 * What one part of stackhand.yaml says of another: roles, clouds and types that are named must be there. Looks at the file as it is
 * written, so that a mistake in its shape hides none of these.
 */
export function crossCheck({ valueAt, locate }: { valueAt: Lookup; locate: Locate }): string[] {
  const problems: string[] = [];
  const add = (path: Path, what: string): void => {
    problems.push(`${locate(path)}: ${what}`);
  };
  const roles = keysAt(valueAt, ['roles']);
  const clouds = textsAt(valueAt, ['clouds'], 'name');
  const check = (path: Path, name: string, known: readonly string[], what: string): void => {
    if (!known.includes(name)) add(path, `there is no ${what} ${shown(name)}${didYouMean(name, known)}`);
  };
  const checkNeeds = (path: Path): void => {
    for (const i of listAt(valueAt, path).keys()) {
      for (const [role, at] of itemsAt(valueAt, [...path, i, 'roles'])) if (role !== OWNER) check(at, role, roles, 'role');
    }
  };

  if (roles.includes(OWNER)) add(['roles', OWNER], '"owner" stands for the owners of a project; give this role another name');
  for (const [i, name] of clouds.entries()) {
    if (clouds.indexOf(name) !== i) add(['clouds', i, 'name'], `the cloud ${shown(name)} stands there twice`);
  }
  for (const channel of keysAt(valueAt, ['channels', 'clouds'])) {
    const path = ['channels', 'clouds', channel];
    const configured = valueAt(path);
    if (typeof configured !== 'string') continue;
    const meant = cloudOfChannel(configured, clouds);
    if (!meant) check(path, configured.replace(/\/.*/s, ''), clouds, 'cloud');
    const regions = textsIn(valueAt(['clouds', clouds.indexOf(meant?.cloud ?? ''), 'regions']));
    if (meant?.region !== undefined && regions.length > 0) check(path, meant.region, regions, `region of ${meant.cloud}`);
  }
  for (const effect of EFFECTS) checkNeeds(['defaults', effect, 'approvals']);
  for (const i of listAt(valueAt, ['rules']).keys()) {
    const path = ['rules', i];
    for (const [role, at] of itemsAt(valueAt, [...path, 'roles'])) check(at, role, roles, 'role');
    for (const [cloud, at] of itemsAt(valueAt, [...path, 'clouds'])) check(at, cloud, clouds, 'cloud');
    for (const [target, at] of itemsAt(valueAt, [...path, 'targets'])) {
      const type = target.slice(0, Math.max(0, target.indexOf(':')));
      if (type !== '' && !TARGET_TYPES.some((known) => known === type)) {
        add(at, `no command names things of type ${shown(type)}${otherWord(type)}`);
      }
    }
    for (const [role, at] of itemsAt(valueAt, [...path, 'breakGlass'])) check(at, role, roles, 'role');
    if (valueAt([...path, 'breakGlass']) !== undefined && valueAt(['breakGlass']) === undefined) add(path, NOBODY_SIGNS);
    checkNeeds([...path, 'approvals']);
    for (const what of checkRule(keysAt(valueAt, path))) add(path, what);
  }
  return problems;
}

const OTHER_WORDS: Record<string, string> = {
  tenant: 'project',
  instance: 'server',
  vm: 'server',
  fip: 'floating ip',
  node: 'host',
};

function otherWord(type: string): string {
  return Object.hasOwn(OTHER_WORDS, type) ? `; OpenStack's word is "${OTHER_WORDS[type]}"` : didYouMean(type, TARGET_TYPES);
}

const NOBODY_SIGNS =
  'lets somebody go on without votes, and nobody is named who signs that afterwards: add breakGlass: { owners: [U…] } at the top level';

function checkRule(keys: readonly string[]): string[] {
  if (keys.includes('deny')) {
    const idle = ['approvals', 'approvalChannel', 'expires', 'escalateAfter', 'breakGlass', 'raise'].filter((key) =>
      keys.includes(key),
    );
    return idle.map((key) => `denies, so nobody is asked: take "${key}" or "deny" out`);
  }
  if (keys.includes('commands') || keys.includes('effects')) return [];
  return ['allows every command there is; say so with commands: ["*"], or name commands or effects'];
}

function listAt(valueAt: Lookup, path: Path): unknown[] {
  const value = valueAt(path);
  return Array.isArray(value) ? value : [];
}

function keysAt(valueAt: Lookup, path: Path): string[] {
  const value = valueAt(path);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** The texts of a list, each with its path. */
function itemsAt(valueAt: Lookup, path: Path): [string, Path][] {
  return listAt(valueAt, path).flatMap((item, i): [string, Path][] => (typeof item === 'string' ? [[item, [...path, i]]] : []));
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function textsAt(valueAt: Lookup, path: Path, key: string): string[] {
  return [...listAt(valueAt, path).keys()].map((i) => String(valueAt([...path, i, key])));
}

/** An allowing rule may not fall back on a shipped default whose approvers there are none of. */
export function checkDefaults(config: StackhandYaml, locate: Locate, isWritten: (path: Path) => boolean): string[] {
  return config.rules.flatMap((rule, i) => {
    const effects = effectsWithoutApprover(rule, rule.commands ? [] : EFFECTS, config, isWritten);
    return effects.length > 0 ? [`${locate(['rules', i])}: ${noApprover(effects)}`] : [];
  });
}

/** The effects for which a rule falls back on the shipped default, whose approvers there are none of. */
function effectsWithoutApprover(
  rule: Rule,
  otherwise: readonly Effect[],
  config: StackhandYaml,
  isWritten: (path: Path) => boolean,
): Effect[] {
  if (rule.deny || rule.approvals || Object.hasOwn(config.roles, DEFAULT_APPROVER)) return [];
  const effects = rule.effects ?? otherwise;
  return effects.filter((effect) => config.defaults[effect].approvals.length > 0 && !isWritten(['defaults', effect]));
}

function noApprover(effects: readonly Effect[]): string {
  return (
    `allows what is ${effects.join(' or ')} without "approvals" of its own, and the shipped default asks the role ` +
    `"${DEFAULT_APPROVER}", which is not there; add that role, or "approvals" to the rule, or defaults.${effects[0]}`
  );
}

export interface KnownCommand {
  name: string;
  command: { effect: Effect };
}

/** Refuses to start on a rule about a command that is not there: it would grant or forbid nothing. */
export function checkRulesAgainst(
  commands: readonly KnownCommand[],
  config: StackhandYaml,
  locate: Locate,
  isWritten: (path: Path) => boolean,
): string[] {
  const problems: string[] = [];
  const names = commands.map(({ name }) => name);
  for (const [i, rule] of config.rules.entries()) {
    for (const key of ['commands', 'except'] as const) {
      for (const [j, pattern] of (rule[key] ?? []).entries()) {
        if (names.some((name) => matchesStar(pattern, name))) continue;
        const why = pattern.endsWith('*')
          ? `no command begins with ${shown(pattern.slice(0, -1))}`
          : `there is no command ${shown(pattern)}${didYouMean(pattern, names)}`;
        problems.push(`${locate(['rules', i, key, j])}: ${why}`);
      }
    }
    const held = commands.filter(({ name, command }) => holdsFor(rule, name, command.effect));
    const named = commands.filter(({ name, command }) => holdsFor({ ...rule, effects: undefined }, name, command.effect));
    if (rule.effects && held.length === 0 && named.length > 0) {
      problems.push(`${locate(['rules', i, 'effects'])}: none of the rule's commands is ${rule.effects.join(' or ')}`);
    }
    if (rule.effects || !rule.commands) continue;
    const asksNobody = effectsWithoutApprover(rule, [...new Set(held.map(({ command }) => command.effect))], config, isWritten);
    if (asksNobody.length > 0) problems.push(`${locate(['rules', i])}: ${noApprover(asksNobody)}`);
  }
  return problems;
}

/** What may be meant so, and more likely is not. */
export function warnings(config: StackhandYaml, locate: Locate): string[] {
  const said: string[] = [];
  const named = new Set(Object.values(config.roles).flatMap(({ users }) => users));
  const anyGroups = Object.values(config.roles).some(({ groups }) => groups.length > 0);
  for (const [unixUser, user] of Object.entries(config.terminal)) {
    if (named.has(user)) continue;
    const unless = anyGroups ? ', unless a user group of a role holds them' : '';
    said.push(`${locate(['terminal', unixUser])}: ${user} is named in no role, so they may do nothing${unless}`);
  }
  for (const [i, rule] of config.rules.entries()) {
    if (rule.deny) continue;
    if (rule.breakGlass && rule.approvals?.length === 0)
      said.push(`${locate(['rules', i, 'breakGlass'])}: the rule asks nobody, so there is no glass to break`);
    for (const [j, need] of (rule.approvals ?? []).entries()) {
      const what = tooFew(need, config);
      if (what) said.push(`${locate(['rules', i, 'approvals', j])}: ${what}`);
    }
  }
  const [owner, ...otherOwners] = new Set(config.breakGlass?.owners);
  if (owner !== undefined && otherOwners.length === 0)
    said.push(
      `${locate(['breakGlass', 'owners'])}: only ${owner} signs, and nobody may sign what they broke the glass for: name another`,
    );
  if (config.breakGlass && config.rules.every(({ breakGlass }) => breakGlass === undefined))
    said.push(`${locate(['breakGlass'])}: no rule has "breakGlass", so nobody may go on without votes`);
  const matches = (config.alerts?.routes ?? []).map(({ match }) => JSON.stringify(Object.entries(match).toSorted()));
  for (const [i, match] of matches.entries()) {
    const first = matches.indexOf(match);
    if (first < i) said.push(`${locate(['alerts', 'routes', i])}: matches the same as routes[${first}], so nothing comes here`);
  }
  if (config.rules.length === 0) said.push(`${locate(['rules'])}: there are no rules, so nobody may do anything`);
  return said;
}

function tooFew(need: Need, config: StackhandYaml): string | undefined {
  if (need.roles.includes(OWNER)) return undefined;
  const roles = need.roles.map((name) => config.roles[name]);
  if (roles.some((role) => role && role.groups.length > 0)) return undefined;
  const people = new Set(roles.flatMap((role) => role?.users ?? [])).size;
  return people < need.count ? `asks ${need.count} of ${need.roles.join(' or ')}, and there are only ${people}` : undefined;
}
