import { z } from 'zod';
import cleanup from '../../jobs/floating-ip/cleanup.ts';
import quarantine from '../../jobs/floating-ip/quarantine.ts';
import { DurationMs, formatDuration, IpAddress, WholeNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { lookAround } from '../../src/floating-ips/look-around.ts';
import { type Grace, graceOf } from '../../src/floating-ips/quarantine.ts';
import { approvedAddress, forWhom, linesOf, nothingLeft, ownersOf, tableOf, warningsOf } from '../../src/floating-ips/say.ts';
import { PROJECT_ARGUMENTS, projectAsked } from '../../src/list/of-project.ts';
import { floatingIpTarget } from '../../src/openstack/targets.ts';
import type { NothingToDo, Plan } from '../../src/plan.ts';
import { code, count } from '../../src/reply.ts';

const HOUR_MS = 3_600_000;
const LONGEST_GRACE_MS = 60 * 24 * HOUR_MS;
/** More than anybody reads before approving. */
const MOST = 200;

export default defineCommand({
  summary: 'Delete floating IPs that have long led nowhere, the longest idle first; what is marked to be kept stays.',
  guide: 'User-Facing Operations › Floating IPs',
  examples: [
    'floating ip cleanup --unused-for 30d --reason "pool is nearly empty"',
    'floating ip cleanup --unused-for 7d --project demo --limit 10 --grace 3d --reason "ticket 4711"',
    'floating ip cleanup --unused-for 90d --include-described --keep 203.0.113.7 --reason "yearly cleanup"',
  ],
  effect: 'destructive',
  oneRegion: true,
  args: z.object({
    unusedFor: DurationMs.pipe(z.number().min(HOUR_MS, 'that is too short; type at least 1h, since looks are hourly')).describe(
      'only those that have led nowhere for at least this long, such as 7d',
    ),
    ...PROJECT_ARGUMENTS,
    limit: WholeNumber.pipe(z.number().min(1).max(MOST)).default(50).describe('how many at most, the longest idle first'),
    keep: z.array(IpAddress).default([]).describe('addresses that stay, whatever else holds'),
    includeDescribed: z
      .boolean()
      .default(false)
      .describe('also those with a description; one with the tag keep or a DNS name always stays'),
    grace: DurationMs.pipe(
      z.number().min(HOUR_MS, 'that is too short; type at least 1h').max(LONGEST_GRACE_MS, 'that is too long; type at most 60d'),
    )
      .optional()
      .describe('tag them first and tell their owners, who may keep them; delete the rest after this time, such as 3d'),
    reason: z.string().min(3).describe('why; it goes on the approval card and into the audit'),
  }),
  completes: { project: 'project', domain: 'domain' },

  async plan({ project, domain, grace: graceMs, unusedFor, reason, ...rest }, context): Promise<Plan | NothingToDo> {
    const asked = { ...rest, unusedForMs: unusedFor };
    const within = await projectAsked({ project, domain }, context);
    const found = await lookAround(context, asked, within);
    const { chosen, now } = found;
    if (chosen.length === 0) return nothingLeft(found, asked, within);
    const about: About = {
      lines: linesOf(found, asked),
      warnings: warningsOf(chosen),
      table: tableOf(chosen, await ownersOf(chosen, context), now),
      touches: chosen.map(floatingIpTarget),
      typed: count(chosen, 'address', 'addresses'),
    };
    const what = `${count(chosen, 'floating IP')}${forWhom(within, asked)}`;
    const { label } = context.request;
    const payload = { addresses: chosen.map(approvedAddress), includeDescribed: asked.includeDescribed };
    if (graceMs === undefined) return deleteNow(what, label, payload, about);
    return quarantineFirst(what, label, payload, about, await graceOf(chosen, { graceMs, reason, ...payload }, context));
  },
});

type About = Required<Pick<Plan, 'lines' | 'warnings' | 'table' | 'touches' | 'typed'>>;
type Payload = z.infer<typeof quarantine.payload>;

const ASKS_AGAIN = 'asks for the same addresses again, some of which others may have by then';

function deleteNow(what: string, label: string, payload: Payload, about: About): Plan {
  return {
    ...about,
    text: `Delete ${what}.`,
    lines: [
      ...about.lines,
      `Their owners are not told before; ${code('--grace 3d')} would tag them first and let owners keep theirs.`,
    ],
    job: cleanup.with({ ...payload, quarantined: false }),
    undo: { possible: true, how: `${code(`request undo ${label}`)} ${ASKS_AGAIN}` },
  };
}

function quarantineFirst(what: string, label: string, payload: Payload, about: About, grace: Grace): Plan {
  const until = `${code(`floating ip keep --of ${label}`)} until they are deleted`;
  return {
    ...about,
    text: `Put ${what} into quarantine, and after ${formatDuration(grace.later.afterMs)} delete those that still lead nowhere and that nobody keeps.`,
    lines: [...grace.lines, ...about.lines],
    warnings: [...about.warnings, ...grace.warnings],
    job: quarantine.with(payload),
    later: grace.later,
    undo: { possible: true, how: `${until}; after that ${code('request undo')} of the request that deletes them ${ASKS_AGAIN}` },
  };
}
