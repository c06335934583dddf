import { z } from 'zod';
import { OpenStackError } from '../../src/errors.ts';
import { ApprovedAddress, whyNot } from '../../src/floating-ips/approved.ts';
import { KEEP_TAG, quarantineTag } from '../../src/floating-ips/kept.ts';
import { AT_ONCE, isConflict, itemsOf, lookAtAll, lookAtOne, reportOf } from '../../src/floating-ips/step.ts';
import { defineJob, type JobContext, type Outcome, type Step } from '../../src/job.ts';
import { addFloatingIpTag, deleteFloatingIp, type FloatingIp, removeFloatingIpTag } from '../../src/openstack/floating-ips.ts';
import type { Session } from '../../src/openstack/session.ts';
import { count } from '../../src/reply.ts';

const Payload = z.object({
  addresses: z.array(ApprovedAddress),
  includeDescribed: z.boolean(),
  /** They were tagged first, and their time is up. */
  quarantined: z.boolean(),
});
type Payload = z.infer<typeof Payload>;

/**
 * Deletes the approved floating IPs. Safe to run again: one that is gone is passed over, and one that is in use again, marked to be kept, or
 * otherwise no longer as it was approved is left alone, and loses our tag. All are looked at in one call before each round; a delete that follows holds only
 * while neutron's revision is still the one of that look, so that not even an address attached in between is lost (neutron itself deletes
 * those that are in use, too). One that fails stops no other. What somebody chose to keep from a quarantine loses its tag, and gets `keep`.
 */
export default defineJob({
  payload: Payload,

  undo({ addresses }, did, { label }) {
    const gone = addresses.filter(({ id }) => did.some(({ item, state }) => item.id === id && isGone(state)));
    return { line: `floating ip restore ${gone.map(({ address }) => address).join(' ')} --of ${label}` };
  },

  async run(payload, context) {
    const { addresses } = payload;
    const { openstack, except } = context;
    const outcomes = await context.converge(itemsOf(addresses), {
      atOnce: AT_ONCE,
      async look() {
        const seen = await lookAtAll(openstack, addresses);
        context.progress(`${addresses.length - seen.size} of ${count(addresses, 'floating IP')} are gone.`);
        return seen;
      },
      async step(approved, seen, { openstack: os, begun }) {
        // After a write the look of before does not count; nor does it protect where neutron tells no revision.
        const before = seen.get(approved.id);
        const now = begun || before?.revision_number === null ? await lookAtOne(os, approved) : before;
        if (except.has(approved.id)) return keep(os, now, context);
        if (!now) return begun ? { state: 'done' } : GONE;
        return deleteUnlessChanged(os, now, approved, rulesOf(payload, context));
      },
    });
    const gone = outcomes.filter(({ state }) => state === 'done').length;
    const kept = outcomes.filter(({ detail }) => detail === KEPT.detail).length;
    const words = kept > 0 ? `, ${kept} ${kept === 1 ? 'was' : 'were'} kept` : '';
    return reportOf(`${gone} of ${count(addresses, 'floating IP')} were deleted${words}.`, addresses, outcomes, 'deleted');
  },
});

const KEPT = { state: 'already', detail: 'Somebody chose to keep it: it has the tag `keep` now.' } as const;
const GONE: Step = { state: 'already', detail: 'It had gone before.' };

function isGone(state: Outcome['state']): boolean {
  return state === 'done' || state === 'unknown';
}

type Rules = Parameters<typeof whyNot>[2];

function rulesOf({ includeDescribed, quarantined }: Payload, { follows }: JobContext): Rules {
  if (!quarantined) return { includeDescribed };
  if (!follows) throw new Error('a quarantine ends as part of the plan that began it');
  return { includeDescribed, quarantine: { tag: quarantineTag(follows.label), since: follows.began } };
}

async function deleteUnlessChanged(os: Session, now: FloatingIp, approved: ApprovedAddress, rules: Rules): Promise<Step> {
  const why = whyNot(now, approved, rules);
  if (why !== undefined) return leaveAlone(os, now, why, rules);
  try {
    await deleteFloatingIp(os, now.id, now.revision_number === null ? {} : { revision: now.revision_number });
    return { state: 'done' };
  } catch (error) {
    if (error instanceof OpenStackError && error.code === 'not_found') return GONE;
    if (!isConflict(error)) throw error;
    const after = await lookAtOne(os, approved);
    if (!after) return GONE;
    const changed = whyNot(after, approved, rules);
    return changed === undefined ? { state: 'failed', detail: error.message } : leaveAlone(os, after, changed, rules);
  }
}

/** Our tag would say what is no longer so. */
async function leaveAlone(os: Session, { id, tags }: FloatingIp, detail: string, { quarantine }: Rules): Promise<Step> {
  if (quarantine && tags.includes(quarantine.tag)) await removeFloatingIpTag(os, id, quarantine.tag);
  return { state: 'drifted', detail };
}

/** What somebody chose to keep is marked so that nobody asks about it again. What was never tagged is nobody's choice. */
async function keep(os: Session, now: FloatingIp | undefined, { follows }: JobContext): Promise<Step> {
  if (!now) return GONE;
  const tag = quarantineTag(follows?.label ?? '');
  if (now.tags.includes(tag)) {
    if (!now.tags.includes(KEEP_TAG)) await addFloatingIpTag(os, now.id, KEEP_TAG);
    await removeFloatingIpTag(os, now.id, tag);
    return KEPT;
  }
  return now.tags.includes(KEEP_TAG) ? KEPT : { state: 'already', detail: 'It is not in quarantine.' };
}
