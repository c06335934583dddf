import { z } from 'zod';
import setDefaults from '../../jobs/quota/defaults-set.ts';
import { typedWhereToChoose } from '../../src/chat/where.ts';
import { defineCommand } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import { listProjects } from '../../src/openstack/identity.ts';
import { FURTHER_NAMES, formatLimit, SERVICE_NAMES } from '../../src/openstack/quotas.ts';
import type { Session } from '../../src/openstack/session.ts';
import type { NothingToDo, Plan } from '../../src/plan.ts';
import { byService, type Change, limitsNow, oldToNew, presentInWords, typedPresent } from '../../src/quotas/change.ts';
import { DEFAULTS, readDefaults } from '../../src/quotas/defaults.ts';
import { quotaArguments, type Wanted, wantedOf } from '../../src/quotas/wanted.ts';
import { code, count } from '../../src/reply.ts';

export default defineCommand({
  summary: 'Change the quotas of every project that has no limit of its own, in Nova and Cinder.',
  guide: 'Managing Projects and Users › Quotas',
  examples: [
    'quota defaults set instances=15 cores=30 --reason "larger hosts"',
    'quota defaults set volumes=20 --reason "ticket 4711"',
  ],
  aliases: ['quota default set'],
  effect: 'change',
  args: z
    .object({ reason: z.string().min(3).describe('why; it goes on the approval card and into the audit'), ...quotaArguments() })
    .catchall(z.string()),
  more: {
    names: FURTHER_NAMES,
    describe: 'a quota of one volume type, such as gigabytes_ssd=500G, or another name of one above',
  },

  async plan({ reason: _reason, ...typed }, context): Promise<Plan | NothingToDo> {
    const { openstack } = context;
    const wanted = wantedOf(typed);
    const found = await lookUp(openstack, wanted);
    const changes = found.filter(({ to, use }) => to !== use.limit);
    if (changes.length === 0)
      return { nothingToDo: `The defaults are so already: ${presentInWords(found)}.`, touches: [DEFAULTS] };
    const projects = await listProjects(openstack);
    const lowered = changes.filter(({ to, use }) => to >= 0 && (use.limit < 0 || to < use.limit)).map(({ quota }) => quota.name);
    return {
      text: `Change ${count(changes, 'default quota')}: ${changes.map(oldToNew).join(', ')}.`,
      lines: [
        'A project whose own limit somebody has set, with `quota set` for example, follows neither now nor later, even where the numbers are the same.',
        `From then on these numbers count, and no longer those of ${files(changes)}: no call takes that back.`,
      ],
      warnings: [
        `Every project without a limit of its own follows at once; the cloud has ${count(projects, 'project')}.`,
        ...(lowered.length > 0
          ? [`Projects that use more of ${lowered.join(', ')} than that keep it, and get nothing new.`]
          : []),
      ],
      table: {
        columns: ['quota', 'service', 'now', 'then'],
        rows: changes.map(({ quota, use, to }) => [
          quota.name,
          SERVICE_NAMES[quota.service],
          formatLimit(quota, use.limit),
          formatLimit(quota, to),
        ]),
      },
      touches: [DEFAULTS],
      job: setDefaults.with({ services: byService(changes, ({ use, to }) => ({ was: use.limit, to })) }),
      undo: {
        possible: true,
        how: `${code(`quota defaults set ${typedPresent(changes)} --reason "…"${typedWhereToChoose(context)}`)}, which sets the numbers, and does not make those of ${files(changes)} count again`,
      },
    };
  },
});

/** The present defaults of what is wanted; UserError for what no call can change. */
async function lookUp(os: Session, wanted: readonly Wanted[]): Promise<Change[]> {
  const ofNeutron = wanted.filter(({ quota }) => quota.service === 'network').map(({ quota }) => code(quota.name));
  if (ofNeutron.length > 0) {
    throw new UserError(
      `Neutron's defaults are in its configuration, and no call changes them: ${ofNeutron.join(', ')}. A project's own limit is set with ${code('quota set')}.`,
    );
  }
  const sets = await limitsNow(wanted, (service) => readDefaults(os, service));
  return wanted.map(({ quota, to }): Change => {
    const use = sets.get(quota.service)?.[quota.key];
    if (!use) throw new UserError(`${SERVICE_NAMES[quota.service]} of this cloud has no default quota ${code(quota.name)}.`);
    return { quota, to, use };
  });
}

/** Where defaults stand that nobody has set by a call. */
function files(changes: readonly Change[]): string {
  const services = new Set(changes.map(({ quota }) => quota.service));
  return [...(services.has('compute') ? ['nova.conf'] : []), ...(services.has('volume') ? ['cinder.conf'] : [])].join(' and ');
}
