import { z } from 'zod';
import { ApprovedAddress, whyNot } from '../../src/floating-ips/approved.ts';
import { quarantineTag } from '../../src/floating-ips/kept.ts';
import { AT_ONCE, itemsOf, lookAtAll, lookAtOne, reportOf } from '../../src/floating-ips/step.ts';
import { defineJob } from '../../src/job.ts';
import { addFloatingIpTag } from '../../src/openstack/floating-ips.ts';
import { count } from '../../src/reply.ts';

/**
 * Tags the approved floating IPs, which a later part of the same plan deletes when the time of grace is up. Safe to run again: a tag that is
 * there is passed over. What is no longer as it was approved gets no tag, and is not deleted either.
 */
export default defineJob({
  payload: z.object({ addresses: z.array(ApprovedAddress), includeDescribed: z.boolean() }),

  undo: (_payload, _did, { label }) => ({
    because: `it only tagged addresses. \`floating ip keep --of ${label}\` keeps all of them from being deleted.`,
  }),

  async run({ addresses, includeDescribed }, context) {
    const tag = quarantineTag(context.request.label);
    const outcomes = await context.converge(itemsOf(addresses), {
      atOnce: AT_ONCE,
      look: () => lookAtAll(context.openstack, addresses),
      async step(approved, seen, { openstack, begun }) {
        const now = begun ? await lookAtOne(openstack, approved) : seen.get(approved.id);
        if (!now) return { state: 'drifted', detail: 'It has gone.' };
        if (now.tags.includes(tag)) return { state: begun ? 'done' : 'already' };
        const why = whyNot(now, approved, { includeDescribed });
        if (why !== undefined) return { state: 'drifted', detail: why };
        await addFloatingIpTag(openstack, approved.id, tag);
        return { state: 'done' };
      },
    });
    const tagged = outcomes.filter(({ state }) => state === 'done' || state === 'already').length;
    const report = reportOf(
      `${tagged} of ${count(addresses, 'floating IP')} are in quarantine now.`,
      addresses,
      outcomes,
      'in quarantine',
    );
    const keep = `To keep one of them type \`floating ip keep ADDRESS --of ${context.request.label}\`.`;
    return tagged === 0 ? report : { ...report, lines: [keep, ...(report.lines ?? [])] };
  },
});
