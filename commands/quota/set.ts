import { z } from 'zod';
import setQuota from '../../jobs/quota/set.ts';
import { DurationMs, formatDuration } from '../../src/chat/values.ts';
import { typedWhere, typedWhereToChoose } from '../../src/chat/where.ts';
import { defineCommand } from '../../src/command.ts';
import { resolveProject } from '../../src/openstack/kinds.ts';
import { taken } from '../../src/openstack/quota-set.ts';
import { FURTHER_NAMES, formatLimit, SERVICE_NAMES } from '../../src/openstack/quotas.ts';
import { projectTarget } from '../../src/openstack/targets.ts';
import type { NothingToDo, Plan } from '../../src/plan.ts';
import { type Capacity, lookForRoom, roomInWords, tooLittleInWords } from '../../src/quotas/capacity.ts';
import { byService, type Change, lookUp, oldToNew, presentInWords, typedPresent, valueName } from '../../src/quotas/change.ts';
import { openInWords, openValues, raisesOf, revertLater } from '../../src/quotas/temporary.ts';
import { quotaArguments, wantedOf } from '../../src/quotas/wanted.ts';
import { code, count, type Table } from '../../src/reply.ts';
import { backInWords } from '../../src/reverts/later.ts';

export default defineCommand({
  summary: "Change a project's quotas in Nova, Cinder and Neutron, for good or for a time.",
  guide: 'Managing Projects and Users › Quotas',
  examples: [
    'quota set alice-lab cores=40 ram=80G --reason "course starts on Monday"',
    'quota set alice-lab cores=80 --for 7d --reason "course" --ticket OPS-4711',
    'quota set demo volumes=20 gigabytes=2T gigabytes_ssd=500G floating-ips=10 --reason "ticket 4711"',
    'quota set demo secgroup-rules=unlimited --domain research --reason "ticket 4712"',
  ],
  effect: 'change',
  args: z
    .object({
      project: z.string().describe('project, by name or ID'),
      domain: z.string().optional().describe('its domain, where several projects have the name'),
      for: DurationMs.optional().describe('for how long; after that each value goes back, unless somebody has changed it since'),
      reason: z.string().min(3).describe('why; it goes on the approval card and into the audit'),
      ...quotaArguments(),
    })
    .catchall(z.string()),
  positionals: ['project'],
  more: {
    names: FURTHER_NAMES,
    describe: 'a quota of one volume type, such as gigabytes_ssd=500G, or another name of one above',
  },
  completes: { project: 'project', domain: 'domain' },

  async plan({ project: text, domain, reason: _reason, for: forMs, ...typed }, context): Promise<Plan | NothingToDo> {
    const { openstack, about, mayTouch } = context;
    const wanted = wantedOf(typed);
    const project = await resolveProject(openstack, text, { domain, mayTouch });
    const target = projectTarget(project);
    about(target);
    const found = await lookUp(openstack, project, wanted);
    const open = openValues(await context.openReverts(target));
    // A value that is so for a time, and is decided about now, is a change though its number stays.
    const changes = found.filter((change) => change.to !== change.use.limit || open.has(valueName(change)));
    if (changes.length === 0) {
      return {
        nothingToDo: `Project ${code(project.name)} has ${found.length === 1 ? 'that quota' : 'these quotas'} already: ${presentInWords(found)}.`,
        touches: [target],
      };
    }
    const later = forMs === undefined ? undefined : revertLater(project, changes, forMs, open, typedWhere(context));
    const capacity = await lookForRoom(openstack, changes, project.id);
    const warnings = [...tooLittleInWords(changes, capacity), ...changes.flatMap(warningsOf)];
    const lines = [
      ...(later ? [`After ${formatDuration(later.afterMs)}: ${backInWords(later)} ${STAYS_OWN}`] : []),
      ...openInWords(changes, open, forMs),
      ...capacity.unknown,
    ];
    const time = forMs === undefined ? '' : ` for ${formatDuration(forMs)}`;
    return {
      text: `Change ${count(changes, 'quota')} of project ${code(project.name)}${time}: ${changes.map(oldToNew).join(', ')}.`,
      ...(lines.length > 0 ? { lines } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      table: tableOf(changes, capacity),
      touches: [target],
      job: setQuota.with({
        project: { id: project.id, name: project.name },
        services: byService(changes, ({ use, to }) => ({ was: use.limit, to })),
      }),
      raises: raisesOf(changes, open),
      ...(later ? { later } : {}),
      decides: changes.map(valueName),
      undo: {
        possible: true,
        how: code(`quota set ${project.id} ${typedPresent(changes)} --reason "…"${typedWhereToChoose(context)}`),
      },
    };
  },
});

/** No call of the services gives a project back to the defaults value by value. */
const STAYS_OWN = 'What goes back stays a limit of its own, which `quota defaults set` does not reach.';

function warningsOf({ quota, to, use }: Change): string[] {
  const used = taken(use);
  if (to === -1) return [`${quota.name} gets no limit at all.`];
  return to === used && used > 0 && !quota.within ? [`All of ${quota.name} is in use then: nothing new fits.`] : [];
}

/** Where something is raised, also what the cloud can still place of it. */
function tableOf(changes: Change[], capacity: Capacity): Table {
  const columns = ['quota', 'service', 'used', 'now', 'then'];
  if (capacity.rooms.size === 0) return { columns, rows: changes.map(row) };
  return {
    columns: [...columns, 'can be placed'],
    rows: changes.map((change) => [...row(change), roomInWords(change, capacity)]),
  };
}

function row({ quota, use, to }: Change): string[] {
  const used = quota.within ? `per ${quota.within}` : formatLimit(quota, taken(use));
  return [quota.name, SERVICE_NAMES[quota.service], used, formatLimit(quota, use.limit), formatLimit(quota, to)];
}
