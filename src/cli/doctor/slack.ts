import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Logger } from 'pino';
import type { EnvironmentOf } from '../../config.ts';
import type { StackhandYaml } from '../../config-schema.ts';
import { deliveryError } from '../../slack/calls.ts';
import { clientOptions } from '../../slack/client.ts';
import { BOT_SCOPES } from '../../slack/scopes.ts';
import { SLACK_PATH } from '../../slack/signed-http.ts';
import { type Check, type Finding, ok, warning, wrong } from '../doctor.ts';

const TIMEOUT_MS = 8_000;
const CLOCKS_APART_MS = 60_000;
/** Slack allows a few dozen such calls a minute; more IDs than this are looked at only in part. */
const MOST_LOOKS = 40;

/** Tokens, scopes, and all the IDs that stackhand.yaml names. */
export function checkSlack(environment: EnvironmentOf<'cli'>, config: StackhandYaml | undefined, log: Logger): Check[] {
  const { SLACK_BOT_TOKEN: botToken, SLACK_API_URL: apiUrl } = environment;
  const options = clientOptions({ apiUrl, log, timeout: TIMEOUT_MS });
  const checks: Check[] = [
    {
      name: 'Slack bot token',
      look: async () => (botToken ? botTokenFindings(new WebClient(botToken, options)) : [noToken('SLACK_BOT_TOKEN')]),
    },
    { name: 'Slack transport', look: () => transportFindings(environment, config, options) },
    { name: 'Clock', look: () => clockFindings(apiUrl ?? 'https://slack.com/api/') },
  ];
  if (!botToken || !config) return checks;
  const client = new WebClient(botToken, options);
  return [
    ...checks,
    { name: 'Slack channels', look: () => each(channelsOf(config), (id, why) => channelFinding(client, id, why)) },
    { name: 'Slack user groups', look: () => each(groupsOf(config), (id, why) => groupFinding(client, id, why)) },
    { name: 'Slack users', look: () => each(usersOf(config), (id, why) => userFinding(client, id, why)) },
  ];
}

function noToken(name: string): Finding {
  return wrong(`${name} is not set`, '.env.example says where to get it.');
}

async function botTokenFindings(client: WebClient): Promise<Finding[]> {
  try {
    const { team, user, response_metadata } = await client.auth.test();
    const scopes = response_metadata?.scopes;
    const missing = BOT_SCOPES.filter((scope) => scopes !== undefined && !scopes.includes(scope));
    const who = ok(`SLACK_BOT_TOKEN is @${user} of ${team}`);
    if (scopes === undefined) return [who, warning('Slack does not tell its scopes', 'Compare them with manifest.yaml.')];
    if (missing.length === 0) return [who, ok('it has every scope that is needed')];
    return [
      who,
      wrong(
        `it lacks ${missing.join(', ')}`,
        'Add them under OAuth & Permissions (or take manifest.yaml anew), and reinstall the app.',
      ),
    ];
  } catch (error) {
    return [
      wrong(
        `SLACK_BOT_TOKEN: Slack says ${reasonOf(error)}`,
        'Take the Bot User OAuth Token under OAuth & Permissions of the app.',
      ),
    ];
  }
}

/** How Slack reaches us. A secret cannot be tried: Slack has no call that takes one. */
async function transportFindings(
  { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: secret }: EnvironmentOf<'cli'>,
  config: StackhandYaml | undefined,
  options: WebClientOptions,
): Promise<Finding[]> {
  if (appToken !== undefined && secret !== undefined) {
    return [
      wrong(
        'SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set',
        'Remove the secret to listen by Socket Mode, or the token to have Slack post here.',
      ),
    ];
  }
  if (appToken !== undefined) return appTokenFindings(new WebClient(appToken, options));
  if (secret === undefined) {
    return [wrong('neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set', '.env.example says where to get them.')];
  }
  const served = config ? `, which is served on ${config.http.host}:${config.http.port}` : '';
  return [
    ok(`signed HTTP: Slack posts to ${SLACK_PATH}${served}`),
    ok('SLACK_SIGNING_SECRET has the shape of one; Slack tells nobody whether it is right'),
  ];
}

async function appTokenFindings(client: WebClient): Promise<Finding[]> {
  try {
    await client.apps.connections.open();
    return [ok('Socket Mode: SLACK_APP_TOKEN may open connections')];
  } catch (error) {
    const mend =
      reasonOf(error) === 'missing_scope'
        ? 'Make an app-level token with connections:write under Basic Information.'
        : 'Take an app-level token (connections:write) under Basic Information, and switch Socket Mode on.';
    return [wrong(`SLACK_APP_TOKEN: Slack says ${reasonOf(error)}`, mend)];
  }
}

/** Slack tells its time with every answer. */
async function clockFindings(apiUrl: string): Promise<Finding[]> {
  const answer = await fetch(`${apiUrl}api.test`, { method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    () => undefined,
  );
  const theirs = Date.parse(answer?.headers.get('date') ?? '');
  if (Number.isNaN(theirs)) return [warning('Slack does not tell its time', 'See that this machine runs NTP.')];
  const apart = Date.now() - theirs;
  if (Math.abs(apart) < CLOCKS_APART_MS) return [ok("this machine's clock is Slack's")];
  return [wrong(`this machine's clock is ${Math.round(apart / 1_000)} s off Slack's`, 'Run NTP on it.')];
}

/** IDs, each with where the configuration has it. */
type Ids = Map<string, string>;

function channelsOf({ channels, rules, alerts, projects }: StackhandYaml): Ids {
  const ids: Ids = new Map();
  for (const [name, { contact }] of Object.entries(projects))
    if (contact && 'channel' in contact) ids.set(contact.channel, `projects.${name}.contact`);
  for (const [i, { channel }] of (alerts?.routes ?? []).entries()) ids.set(channel, `alerts.routes[${i}].channel`);
  if (alerts) ids.set(alerts.channel, 'alerts.channel');
  for (const id of Object.keys(channels.clouds)) ids.set(id, `channels.clouds.${id}`);
  for (const [i, rule] of rules.entries()) {
    for (const id of rule.channels ?? []) ids.set(id, `rules[${i}].channels`);
    if (rule.approvalChannel !== undefined) ids.set(rule.approvalChannel, `rules[${i}].approvalChannel`);
  }
  if (channels.audit !== undefined) ids.set(channels.audit, 'channels.audit');
  return ids.set(channels.approvals, 'channels.approvals');
}

function groupsOf(config: StackhandYaml): Ids {
  return new Map([
    ...wokenBy(config, 'S'),
    ...Object.entries(config.roles).flatMap(([name, { groups }]) => groups.map((id) => [id, `roles.${name}`] as const)),
  ]);
}

/** Whom alerts wake: groups, whose IDs begin with S, or users. */
function wokenBy({ alerts }: StackhandYaml, kind: 'S' | 'UW'): [string, string][] {
  const woken = (mention: Readonly<Record<string, string[]>>, where: string): [string, string][] =>
    Object.entries(mention).flatMap(([severity, ids]) => ids.map((id): [string, string] => [id, `${where}.mention.${severity}`]));
  const all = [
    ...(alerts?.routes ?? []).flatMap(({ mention }, i) => woken(mention ?? {}, `alerts.routes[${i}]`)),
    ...woken(alerts?.mention ?? {}, 'alerts'),
  ];
  return all.filter(([id]) => kind.includes(id.charAt(0)));
}

function usersOf(config: StackhandYaml): Ids {
  const { roles, projects, terminal, breakGlass } = config;
  return new Map([
    ...wokenBy(config, 'UW'),
    ...(breakGlass?.owners ?? []).map((id) => [id, 'breakGlass.owners'] as const),
    ...Object.entries(terminal).map(([name, id]) => [id, `terminal.${name}`] as const),
    ...Object.entries(projects).flatMap(([name, { owners, contact }]) =>
      [...owners, ...(contact && 'user' in contact ? [contact.user] : [])].map((id) => [id, `projects.${name}`] as const),
    ),
    ...Object.entries(roles).flatMap(([name, { users }]) => users.map((id) => [id, `roles.${name}`] as const)),
  ]);
}

/** One line for all that is well, and one for each that is not. */
async function each(ids: Ids, look: (id: string, why: string) => Promise<Finding | undefined>): Promise<Finding[]> {
  const findings: Finding[] = [];
  let good = 0;
  for (const [id, why] of [...ids].slice(0, MOST_LOOKS)) {
    const finding = await look(id, why);
    if (finding) findings.push(finding);
    else good++;
  }
  if (ids.size > MOST_LOOKS)
    findings.push(warning(`only ${MOST_LOOKS} of ${ids.size} were looked at`, "Slack's limits allow no more at once."));
  return [...(good > 0 || ids.size === 0 ? [ok(`${good} of ${ids.size} are there`)] : []), ...findings];
}

async function channelFinding(client: WebClient, id: string, why: string): Promise<Finding | undefined> {
  try {
    const { channel } = await client.conversations.info({ channel: id });
    if (channel?.is_archived) return wrong(`${why}: #${channel.name} (${id}) is archived`, 'Name another one.');
    if (channel?.is_member) return undefined;
    return wrong(`${why}: the bot is not in #${channel?.name} (${id})`, 'Type `/invite @stackhand` there.');
  } catch (error) {
    if (reasonOf(error) !== 'channel_not_found') return unanswered(why, id, error);
    return wrong(
      `${why}: there is no channel ${id}, or it is private and the bot is not in it`,
      'Mend the ID, or type `/invite @stackhand` there.',
    );
  }
}

async function groupFinding(client: WebClient, id: string, why: string): Promise<Finding | undefined> {
  const does = why.startsWith('alerts') ? 'wakes nobody' : 'grants nothing';
  try {
    const { users = [] } = await client.usergroups.users.list({ usergroup: id });
    return users.length > 0
      ? undefined
      : wrong(`${why}: nobody is in the user group ${id}, so it ${does}`, 'Add people, or take it out.');
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'plan_upgrade_required') {
      return wrong(`${why}: this workspace's plan has no user groups, so ${id} ${does}`, 'Name users instead.');
    }
    if (reason !== 'no_such_subteam' && reason !== 'subteam_not_found') return unanswered(why, id, error);
    return wrong(`${why}: Slack knows no user group ${id}, so it ${does}`, 'Mend the ID (it begins with S).');
  }
}

async function userFinding(client: WebClient, id: string, why: string): Promise<Finding | undefined> {
  try {
    const { user } = await client.users.info({ user: id });
    const mend = 'Take them out.';
    if (user?.deleted) return warning(`${why}: ${id} is deactivated`, mend);
    if (user?.is_bot) return warning(`${why}: ${id} is a bot`, mend);
    if (user?.is_stranger) return warning(`${why}: ${id} is of another workspace, and may do nothing`, mend);
    return undefined;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== 'user_not_found' && reason !== 'user_not_visible') return unanswered(why, id, error);
    return wrong(`${why}: Slack knows no user ${id}`, 'Mend the ID (profile › ⋮ › Copy member ID).');
  }
}

function unanswered(why: string, id: string, error: unknown): Finding {
  const reason = reasonOf(error);
  const mend = reason === 'missing_scope' ? 'Give the app the scopes of manifest.yaml.' : 'Look again in a minute.';
  return wrong(`${why}: Slack did not say what ${id} is (${reason})`, mend);
}

/** Slack's own word for it, or `unreachable`. */
function reasonOf(error: unknown): string {
  return deliveryError(error, false).code;
}
