import cleanup from '../../jobs/floating-ip/cleanup.ts';
import { formatDuration } from '../chat/values.ts';
import type { CommandContext, NamedContact } from '../command-context.ts';
import type { Later, Told } from '../plan.ts';
import { code, count } from '../reply.ts';
import { type Owner, ownerName } from '../target.ts';
import type { ApprovedAddress } from './approved.ts';
import type { OwnedIp } from './look-around.ts';

interface Wanted {
  graceMs: number;
  includeDescribed: boolean;
  addresses: ApprovedAddress[];
  reason: string;
}

export interface Grace {
  later: Later;
  lines: string[];
  warnings: string[];
}

/** What of a cleanup comes after the time of grace, and who is told before: each project's contact, else its owners. */
export async function graceOf(
  ips: readonly OwnedIp[],
  { graceMs, includeDescribed, addresses, reason }: Wanted,
  { contactsOf }: Pick<CommandContext, 'contactsOf'>,
): Promise<Grace> {
  const all = await Promise.all(byProject(ips).map(async (one) => ({ ...one, contacts: await contactsOf(one.project) })));
  const told = all.filter(({ contacts }) => contacts.length > 0);
  const untold = all.filter(({ contacts }) => contacts.length === 0);
  const time = formatDuration(graceMs);
  return {
    later: {
      afterMs: graceMs,
      text: 'Delete floating IPs',
      values: ips.map(({ id, floating_ip_address: address }) => ({ id, back: code(address), typed: address })),
      job: cleanup.with({ addresses, includeDescribed, quarantined: true }),
      line: { begin: 'floating ip keep' },
      grace: { tells: told.flatMap((one) => tellsOf(one, reason)) },
    },
    lines: [
      `After ${time} the same approval deletes those that are still tagged and unused; what somebody keeps gets the tag ${code('keep')}.`,
      ...told.map(
        ({ project, ips: theirs, contacts }) =>
          `Told at once of ${count(theirs, 'address', 'addresses')} of project ${code(ownerName(project))}: ${contacts.map(({ name }) => name).join(', ')}.`,
      ),
    ],
    warnings: untold.map(
      ({ project, ips: theirs }) =>
        `Nobody is told of ${count(theirs, 'address', 'addresses')} of project ${code(ownerName(project))}: stackhand.yaml names no owner of it`,
    ),
  };
}

interface OfProject {
  project: Owner;
  ips: OwnedIp[];
}

function byProject(ips: readonly OwnedIp[]): OfProject[] {
  const projects = new Map<string, OfProject>();
  for (const ip of ips) {
    const known = projects.get(ip.project.id) ?? { project: ip.project, ips: [] };
    projects.set(ip.project.id, { ...known, ips: [...known.ips, ip] });
  }
  return [...projects.values()];
}

function tellsOf({ project, ips, contacts }: OfProject & { contacts: readonly NamedContact[] }, reason: string): Told[] {
  return contacts.map(({ to }) => ({
    to,
    text: `${count(ips, 'floating IP')} of project ${code(ownerName(project))} ${ips.length === 1 ? 'leads' : 'lead'} nowhere: no port and no port forwarding uses them. Why they are asked for: ${code(reason)}.`,
    values: ips.map(({ id }) => id),
    project: project.id,
  }));
}
