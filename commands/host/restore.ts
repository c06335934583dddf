import { z } from 'zod';
import restoreHost from '../../jobs/host/restore.ts';
import { formatDuration } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import { leftoversInWords, lookForLeftovers } from '../../src/evacuation/leftovers.ts';
import { lookForLife } from '../../src/evacuation/life.ts';
import { isOurReason, isOurWrite } from '../../src/evacuation/reason.ts';
import { FRESH_MS, unfinished } from '../../src/evacuation/restore.ts';
import type { ComputeService } from '../../src/openstack/compute.ts';
import { findHost } from '../../src/openstack/hosts.ts';
import { listMigrations, type Migration } from '../../src/openstack/migrations.ts';
import { hostTarget } from '../../src/openstack/targets.ts';
import type { NothingToDo, Plan } from '../../src/plan.ts';
import { code, count } from '../../src/reply.ts';

export default defineCommand({
  summary: 'Let a repaired compute host take servers again after an evacuation.',
  guide: 'Maintenance, Failures, and Debugging › Total Compute Node Failure',
  examples: ['host restore compute3', 'host restore compute3 --reason "PSU replaced, ticket 4711"'],
  effect: 'change',
  oneRegion: true,
  args: z.object({
    host: z.string().describe('compute host, exactly as Nova names it'),
    reason: z.string().min(3).optional().describe('what was repaired; it goes on the approval card and into the audit'),
  }),
  positionals: ['host'],
  completes: { host: 'host' },

  async plan({ host }, { openstack, about, mayTouch }): Promise<Plan | NothingToDo> {
    const service = await findHost(openstack, host, (name) => mayTouch(hostTarget(name)));
    about(hostTarget(host));
    const ours = service.status === 'disabled' && isOurReason(service.disabled_reason);
    if (!service.forced_down && !ours) {
      return { nothingToDo: `${code(host)} is not forced down, and ${statusInWords(service)}.`, touches: [hostTarget(host)] };
    }
    const life = await lookForLife(openstack, host);
    if (life.silentMs > FRESH_MS || isOurWrite(service)) {
      const since = isOurWrite(service) ? 'has not reported since it was forced down' : 'was last heard';
      throw new UserError(
        `nova-compute of ${code(host)} ${since} ${formatDuration(life.silentMs)} ago: start it there first, and look at its log. Then type the line again.`,
      );
    }
    const [evacuations, leftovers] = await Promise.all([
      listMigrations(openstack, { type: 'evacuation', source: host }),
      lookForLeftovers(openstack, host),
    ]);
    const { open, uncleaned } = unfinished(evacuations);
    if (open.length > 0) throw notEnded(host, open);
    const lines = [
      `nova-compute of ${code(host)} was heard ${formatDuration(life.silentMs)} ago by Nova's clock. Before anything is lifted I wait until it reports once more.`,
      ...uncleanedInWords(host, uncleaned),
      ...leftoversInWords(host, leftovers),
      ...(service.status === 'disabled' && !ours ? [`It stays disabled, for that was not mine: ${statusInWords(service)}.`] : []),
    ];
    return {
      text: `${service.forced_down ? `Lift the forced down of ${code(host)}` : `Enable ${code(host)}`}${service.forced_down && ours ? ' and enable it' : ''}${ours ? ', so that it takes servers again' : ''}.`,
      lines,
      touches: [hostTarget(host)],
      job: restoreHost.with({ host, service: service.id, enable: ours }),
      undo: { possible: false, because: 'no command of mine disables a host that lives' },
    };
  },
});

function statusInWords({ status, disabled_reason }: Pick<ComputeService, 'status' | 'disabled_reason'>): string {
  if (status === 'enabled') return 'enabled';
  return `disabled by somebody else, ${disabled_reason ? `because of ${code(disabled_reason)}` : 'who said no reason'}`;
}

function uncleanedInWords(host: string, uncleaned: readonly Migration[]): string[] {
  if (uncleaned.length === 0) return [];
  return [
    `${count(uncleaned, 'evacuation')} from ${code(host)} still to be cleaned up by nova-compute, which does that when it starts: I wait for it.`,
  ];
}

/** More than these nobody looks at one by one. */
const MOST_NAMED = 3;

/** Refused, since nova-compute would start the old guest again while the new one is being made. */
function notEnded(host: string, open: readonly Migration[]): UserError {
  const looks = open.slice(0, MOST_NAMED).map(({ instance_uuid }) => code(`server show ${instance_uuid}`));
  const more = open.length > looks.length ? ` and ${open.length - looks.length} more` : '';
  return new UserError(
    `${count(open, 'evacuation')} from ${code(host)} ${open.length === 1 ? 'has' : 'have'} not ended, as Nova says: lifted now, a server could run twice on one disk. Wait for ${open.length === 1 ? 'it' : 'them'}, or look with ${looks.join(', ')}${more}; then type the line again.`,
  );
}
