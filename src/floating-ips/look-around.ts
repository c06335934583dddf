import type { CommandContext } from '../command-context.ts';
import { UserError } from '../errors.ts';
import { ofProject } from '../list/of-project.ts';
import { type FloatingIp, listFloatingIps } from '../openstack/floating-ips.ts';
import type { Project } from '../openstack/identity.ts';
import { listNetworks } from '../openstack/networks.ts';
import { listOwners } from '../openstack/owners.ts';
import { floatingIpTarget } from '../openstack/targets.ts';
import { code } from '../reply.ts';
import { label } from '../request.ts';
import type { Owner } from '../target.ts';
import { isQuarantineTag } from './kept.ts';
import { LOOKS, lastLook } from './looks.ts';
import { type Asked, type IdleIp, type SortedOut, sortOut } from './unused.ts';

/** A floating IP with the names that people read. */
export type OwnedIp = FloatingIp & { project: Owner; network: { id: string; name: string } };

export interface Found extends SortedOut<OwnedIp> {
  /** Another approved plan is about to delete it, and its owner may still keep it. */
  inQuarantine: { ip: IdleIp<OwnedIp>; request: string }[];
  /** Milliseconds since 1970; undefined before the first hourly look. */
  lookedAt: number | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

type Context = Pick<CommandContext, 'openstack' | 'mayTouch' | 'openReverts' | 'seen' | 'now'>;

/**
 * The floating IPs of a region, or of a project, that the asker may touch, sorted out; 3 calls. @throws UserError for an address to keep that
 * is not there: who mistypes it would lose the one that they meant.
 */
export async function lookAround(context: Context, asked: Asked, within: Project | undefined): Promise<Found> {
  const { openstack, mayTouch } = context;
  const [ips, networks, ownerOf, book] = await Promise.all([
    listFloatingIps(openstack, { projectId: within?.id }),
    listNetworks(openstack, { external: true }),
    listOwners(openstack, within),
    context.seen(LOOKS),
  ]);
  const names = new Map(networks.map(({ id, name }) => [id, name]));
  const seen = ips
    .map((ip): OwnedIp => {
      const { floating_network_id: id } = ip;
      return { ...ip, project: ownerOf(ip.project_id), network: { id, name: names.get(id) ?? id } };
    })
    .filter((ip) => mayTouch(floatingIpTarget(ip)));
  mustBeThere(asked.keep, seen, within);
  const now = context.now();
  const inQuarantine = await quarantined(seen, context);
  const others = seen.filter(({ id }) => !inQuarantine.has(id));
  const kept = seen.filter(({ id }) => inQuarantine.has(id));
  return {
    ...sortOut(others, asked, { book, now }),
    inQuarantine: kept.map((ip) => ({
      ip: { ...ip, idle: { since: now, evidence: '' } },
      request: inQuarantine.get(ip.id) ?? '',
    })),
    lookedAt: lastLook(book),
    now,
  };
}

function mustBeThere(keep: readonly string[], ips: readonly OwnedIp[], within: Project | undefined): void {
  const known = new Set(ips.map((ip) => ip.floating_ip_address));
  const missing = keep.filter((address) => !known.has(address));
  if (missing.length === 0) return;
  const which = missing.map((address) => code(address)).join(', ');
  throw new UserError(
    `There is no floating IP ${which}${ofProject(within)} to keep. Type the address as \`floating ip list\` shows it, or leave it out.`,
  );
}

/** Those that carry the tag of a plan whose time is not up: ID → its request. A tag that was left over stands in nobody's way. */
async function quarantined(ips: readonly OwnedIp[], { openReverts }: Context): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const ip of ips.filter(({ tags }) => tags.some(isQuarantineTag))) {
    const [open] = await openReverts(floatingIpTarget(ip));
    if (open?.values.includes(ip.id)) found.set(ip.id, label(open.request));
  }
  return found;
}
