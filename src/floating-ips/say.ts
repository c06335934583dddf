import { formatDuration, formatInstantWithAge } from '../chat/values.ts';
import type { CommandContext } from '../command-context.ts';
import { ofProject } from '../list/of-project.ts';
import type { Project } from '../openstack/identity.ts';
import { floatingIpTarget, projectTarget } from '../openstack/targets.ts';
import type { NothingToDo } from '../plan.ts';
import { code, count, type Table } from '../reply.ts';
import { ownerName } from '../target.ts';
import type { ApprovedAddress } from './approved.ts';
import type { Found, OwnedIp } from './look-around.ts';
import type { Asked, IdleIp } from './unused.ts';

type Ip = IdleIp<OwnedIp>;

/** More would be a wall of addresses. */
const NAMED = 10;

export function approvedAddress(ip: Ip): ApprovedAddress {
  return {
    id: ip.id,
    address: ip.floating_ip_address,
    network: ip.network,
    project: ip.project,
    description: ip.description,
    tags: ip.tags,
    qosPolicyId: ip.qos_policy_id,
    updatedAt: ip.updated_at,
    revision: ip.revision_number,
  };
}

/** " of project `demo` that have led nowhere for at least 7d" */
export function forWhom(within: Project | undefined, { unusedForMs }: { unusedForMs: number }): string {
  return `${ofProject(within)} that led nowhere for at least ${formatDuration(unusedForMs)}`;
}

/** Whom stackhand.yaml names for the projects of these, in words, by the project's ID. */
export async function ownersOf(
  ips: readonly OwnedIp[],
  { contactsOf }: Pick<CommandContext, 'contactsOf'>,
): Promise<ReadonlyMap<string, string>> {
  const projects = new Map(ips.map(({ project }) => [project.id, project]));
  const named = [...projects.values()].map(async (project) => {
    const contacts = await contactsOf(project);
    return [project.id, contacts.map(({ name }) => name).join(', ')] as const;
  });
  return new Map(await Promise.all(named));
}

export function tableOf(chosen: readonly Ip[], owners: ReadonlyMap<string, string>, now: number): Table {
  return {
    columns: ['address', 'project', 'owners', 'network', 'idle since', 'evidence', 'description'],
    rows: chosen.map((ip) => [
      ip.floating_ip_address,
      ownerName(ip.project),
      owners.get(ip.project.id) || 'not in stackhand.yaml',
      ip.network.name,
      formatInstantWithAge(ip.idle.since, now),
      ip.idle.evidence,
      ip.description,
    ]),
  };
}

export function warningsOf(chosen: readonly Ip[]): string[] {
  const described = chosen.filter(({ description }) => description !== '');
  return [
    'Whoever gets one of these addresses next may be somebody else: what still names it, in DNS or a firewall, then leads to them',
    ...(described.length > 0
      ? [`${count(described, 'of them has', 'of them have')} a description, which may say what it is kept for`]
      : []),
  ];
}

/** What stays, and why, below what is deleted. What the plan does not touch is named only of projects that it touches. */
export function linesOf(found: Found, { limit }: Asked): string[] {
  const { chosen, beyondLimit, kept, inQuarantine, usedLately, untold } = found;
  const projects = new Set(chosen.map(({ project }) => project.id));
  const isNear = ({ project }: OwnedIp): boolean => projects.has(project.id);
  const [first] = beyondLimit;
  const beyond = first
    ? [`${count(beyondLimit, 'more is', 'more are')} idle for as long, beyond the limit of ${limit}; ask again after this one.`]
    : [];
  return [
    ...beyond,
    ...named('Kept', kept, ({ because }) => because, isNear),
    ...named('In quarantine already', inQuarantine, ({ request }) => request, isNear),
    ...(usedLately > 0 ? [`${count(usedLately, 'other leads', 'others lead')} nowhere for a shorter time.`] : []),
    ...(untold > 0
      ? [`Of ${count(untold, 'other')} nothing tells since when: Neutron gives no time, and no hourly look has found it yet.`]
      : []),
    looksInWords(found),
  ];
}

function looksInWords({ lookedAt, now }: Found): string {
  return lookedAt === undefined
    ? "There was no hourly look yet: how long they are idle is Neutron's word alone."
    : `The last hourly look was ${formatDuration(now - lookedAt)} ago.`;
}

function named<T extends { ip: Ip }>(
  what: string,
  all: readonly T[],
  why: (one: T) => string,
  isNear: (ip: OwnedIp) => boolean,
): string[] {
  if (all.length === 0) return [];
  const shown = all.filter(({ ip }) => isNear(ip)).slice(0, NAMED);
  const names = shown.map((one) => `${code(one.ip.floating_ip_address)} (${why(one)})`);
  const rest = all.length - shown.length;
  const more = rest === 0 ? [] : [shown.length === 0 ? `${rest} of other projects` : `and ${rest} more`];
  return [`${what}: ${[...names, ...more].join(', ')}.`];
}

export function nothingLeft(found: Found, asked: Asked, within: Project | undefined): NothingToDo {
  const { kept, inQuarantine, inUse } = found;
  const named = [...kept, ...inQuarantine].map(({ ip }) => ip);
  const lines = linesOf({ ...found, chosen: named }, asked);
  return {
    nothingToDo: [
      `There are no floating IPs${forWhom(within, asked)} and may be deleted; ${count(inUse, 'is', 'are')} in use.`,
      ...lines,
    ].join(' '),
    touches: [...(within ? [projectTarget(within)] : []), ...named.map(floatingIpTarget)],
  };
}
