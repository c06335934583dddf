import { z } from 'zod';
import restore from '../../jobs/floating-ip/restore.ts';
import { IpAddress, RequestNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { OpenStackError } from '../../src/errors.ts';
import type { ApprovedAddress } from '../../src/floating-ips/approved.ts';
import { deletedBy, deletedTarget } from '../../src/floating-ips/deleted.ts';
import { sortByTaken } from '../../src/floating-ips/taken.ts';
import { getNetworkQuota } from '../../src/openstack/network.ts';
import type { QuotaUses } from '../../src/openstack/quota-set.ts';
import type { Session } from '../../src/openstack/session.ts';
import type { NothingToDo, Plan } from '../../src/plan.ts';
import { code, count, type Table } from '../../src/reply.ts';
import { label } from '../../src/request.ts';

export default defineCommand({
  summary:
    'Ask for floating IPs again that a cleanup deleted: the same addresses for the same projects, as far as nobody else has them.',
  guide: 'User-Facing Operations › Floating IPs',
  examples: [
    'floating ip restore --of R-1042 --reason "the customer still needs them"',
    'floating ip restore 203.0.113.7 203.0.113.9 --of R-1042 --reason "named in a firewall"',
  ],
  effect: 'change',
  args: z.object({
    addresses: z.array(IpAddress).default([]).describe('which ones; left out: all that it deleted'),
    of: RequestNumber.describe('number of the request that deleted them, such as R-1042'),
    reason: z.string().min(3).describe('why; it goes on the approval card and into the audit'),
  }),
  positionals: ['addresses'],
  completes: { of: 'request' },

  async plan({ addresses, of: number }, context): Promise<Plan | NothingToDo> {
    const { openstack, about } = context;
    const wanted = await deletedBy(number, addresses, context);
    about(...wanted.map(deletedTarget));
    const { free, not } = await sortByTaken(openstack, wanted);
    const lines = not.map(({ address, because }) => `${code(address.address)} is not asked for: ${because}.`);
    if (free.length === 0) {
      return {
        nothingToDo: `None of the floating IPs that ${label(number)} deleted can be asked for. ${lines.join(' ')}`,
        touches: wanted.map(deletedTarget),
      };
    }
    const warnings = await tooLittleQuota(openstack, free);
    return {
      text: `Ask for ${count(free, 'floating IP')} again that ${label(number)} deleted, for the same projects.`,
      ...(lines.length > 0 ? { lines } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      table: tableOf(free),
      touches: free.map(deletedTarget),
      job: restore.with({ addresses: free }),
      undo: {
        possible: false,
        because: `no line deletes an address by its name; ${code('floating ip cleanup')} finds them once they are idle`,
      },
    };
  },
});

function tableOf(addresses: readonly ApprovedAddress[]): Table {
  return {
    columns: ['address', 'project', 'network', 'description', 'tags'],
    rows: addresses.map(({ address, project, network, description, tags }) => [
      address,
      project.name ?? project.id,
      network.name,
      description,
      tags.join(' '),
    ]),
  };
}

/** A project whose quota was lowered since, or that took others instead. */
async function tooLittleQuota(os: Session, addresses: readonly ApprovedAddress[]): Promise<string[]> {
  const projects = new Map(addresses.map(({ project }) => [project.id, project.name ?? project.id]));
  const looks = [...projects].map(async ([id, name]) => {
    const wanted = addresses.filter(({ project }) => project.id === id).length;
    const use = (await quotaUnlessForbidden(os, id)).floatingip;
    const room = !use || use.limit < 0 ? wanted : Math.max(0, use.limit - use.in_use - use.reserved);
    return room >= wanted
      ? []
      : [
          `The quota of project ${code(name)} has room for ${room} of ${count(wanted, 'floating IP')}: Neutron will refuse the others`,
        ];
  });
  return (await Promise.all(looks)).flat();
}

/** A guess ahead, which whoever may not see quotas goes without: neutron says it when it is asked. */
async function quotaUnlessForbidden(os: Session, projectId: string): Promise<QuotaUses> {
  try {
    return await getNetworkQuota(os, projectId);
  } catch (error) {
    if (error instanceof OpenStackError && error.code === 'forbidden') return {};
    throw error;
  }
}
