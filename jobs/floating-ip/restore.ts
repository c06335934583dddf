import { z } from 'zod';
import { ApprovedAddress } from '../../src/floating-ips/approved.ts';
import { isQuarantineTag } from '../../src/floating-ips/kept.ts';
import { AT_ONCE, isConflict, itemsOf, reportOf } from '../../src/floating-ips/step.ts';
import { defineJob, type Step } from '../../src/job.ts';
import { addFloatingIpTag, createFloatingIp, type FloatingIp, listFloatingIps } from '../../src/openstack/floating-ips.ts';
import type { Session } from '../../src/openstack/session.ts';
import { count } from '../../src/reply.ts';

/**
 * Asks for deleted floating IPs again: the same address in the same network, for the same project, with description, tags and QoS policy as they were.
 * An address is there once, so a run that comes again finds what an earlier one made; what it lacks of tags is put on. One that somebody else
 * has by then is left alone. IDs are new, and nothing leads to them until somebody attaches them.
 */
export default defineJob({
  payload: z.object({ addresses: z.array(ApprovedAddress) }),

  async run({ addresses }, context) {
    const outcomes = await context.converge(itemsOf(addresses), {
      atOnce: AT_ONCE,
      async step(wanted, _seen, { openstack, begun }) {
        const there = await holderOf(openstack, wanted);
        if (!there) return create(openstack, wanted);
        if (there.project_id !== wanted.project.id) return TAKEN;
        if (!begun) return { state: 'already', detail: 'Its project has it again.' };
        return withTags(openstack, there, wanted);
      },
    });
    const back = outcomes.filter(({ state }) => state === 'done').length;
    return reportOf(`${back} of ${count(addresses, 'floating IP')} are back.`, addresses, outcomes, 'back');
  },
});

const TAKEN: Step = { state: 'drifted', detail: 'Somebody else has it by now.' };

async function holderOf(os: Session, { address, network }: ApprovedAddress): Promise<FloatingIp | undefined> {
  const [ip] = await listFloatingIps(os, { address, networkId: network.id });
  return ip;
}

async function create(os: Session, wanted: ApprovedAddress): Promise<Step> {
  const { network, project, address, description, qosPolicyId } = wanted;
  try {
    const made = await createFloatingIp(os, {
      networkId: network.id,
      projectId: project.id,
      address,
      description,
      ...(qosPolicyId === null ? {} : { qosPolicyId }),
    });
    return await withTags(os, made, wanted);
  } catch (error) {
    if (isConflict(error)) return { ...TAKEN, detail: `Somebody else has it by now: ${error.message}` };
    throw error;
  }
}

/** Neutron takes none when it makes one. */
async function withTags(os: Session, ip: FloatingIp, { tags }: ApprovedAddress): Promise<Step> {
  for (const tag of tags) {
    if (!ip.tags.includes(tag) && !isQuarantineTag(tag)) await addFloatingIpTag(os, ip.id, tag);
  }
  return { state: 'done' };
}
