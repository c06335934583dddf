import { z } from 'zod';
import setQuota from '../../jobs/quota/set.ts';
import { Count, SizeGiB, SizeMiB } from '../../src/chat/values.ts';
import { defineCommand, type NothingToDo, type Plan } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import type { Project } from '../../src/openstack/identity.ts';
import type { QuotaUse, QuotaUses } from '../../src/openstack/quota-set.ts';
import {
  FURTHER_NAMES,
  formatLimit,
  getQuotas,
  QUOTAS,
  type Quota,
  type QuotaService,
  quotaCalled,
  SERVICE_NAMES,
} from '../../src/openstack/quotas.ts';
import { resolveProject } from '../../src/openstack/resolve.ts';
import type { Session } from '../../src/openstack/session.ts';
import { projectTarget } from '../../src/openstack/targets.ts';
import { code, count } from '../../src/reply.ts';

const UNITS = { count: Count, MiB: SizeMiB, GiB: SizeGiB };

export default defineCommand({
  summary: "Change a project's quotas in Nova, Cinder and Neutron.",
  guide: 'Managing Projects and Users › Quotas',
  examples: [
    'quota set alice-lab cores=40 ram=80G --reason "course starts on Monday"',
    'quota set demo volumes=20 gigabytes=2T gigabytes_ssd=500G floating-ips=10 --reason "ticket 4711"',
    'quota set demo secgroup-rules=unlimited --domain research --reason "ticket 4712"',
  ],
  effect: 'change',
  args: z
    .object({
      project: z.string().describe('project, by name or ID'),
      domain: z.string().optional().describe('its domain, where several projects have the name'),
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

  async plan({ project: text, domain, reason: _reason, ...typed }, { openstack, about, mayTouch }): Promise<Plan | NothingToDo> {
    const wanted = wantedOf(typed);
    const project = await resolveProject(openstack, text, { domain, mayTouch });
    const touches = [projectTarget(project)];
    about(...touches);
    const found = await lookUp(openstack, project, wanted);
    const changes = found.filter(({ to, use }) => to !== use.limit);
    if (changes.length === 0) {
      return {
        nothingToDo: `Project ${code(project.name)} has ${found.length === 1 ? 'that quota' : 'these quotas'} already: ${values(found)}.`,
        touches,
      };
    }
    const warnings = changes.flatMap(warningsOf);
    const old = changes.map(({ quota, use }) => `${quota.name}=${use.limit}`).join(' ');
    const again = `quota set ${project.id} ${old} --reason "…"`;
    return {
      text: `Change ${count(changes, 'quota')} of project ${code(project.name)}: ${changes.map(oldToNew).join(', ')}.`,
      ...(warnings.length > 0 ? { warnings } : {}),
      table: { columns: ['quota', 'service', 'used', 'now', 'then'], rows: changes.map(row) },
      touches,
      job: setQuota.with({ project: { id: project.id, name: project.name }, services: servicesOf(changes) }),
      undo: { possible: true, how: code(again) },
    };
  },
});

interface Wanted {
  quota: Quota;
  to: number;
}

interface Change extends Wanted {
  use: QuotaUse;
}

/** `keyPairs` is typed as `key-pairs`. */
function quotaArguments(): Record<string, z.ZodOptional<typeof Count>> {
  const camelCase = (name: string): string => name.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
  return Object.fromEntries(QUOTAS.map(({ name, unit, what }) => [camelCase(name), UNITS[unit].optional().describe(what)]));
}

/** What was typed as quotas with their units; UserError with all that is wrong in it. */
function wantedOf(typed: Record<string, unknown>): Wanted[] {
  const wanted: Wanted[] = [];
  const problems: string[] = [];
  for (const [name, value] of Object.entries(typed)) {
    if (value === undefined) continue;
    const quota = quotaCalled(name);
    if (!quota) problems.push(`There is no quota ${code(name)}.`);
    else if ('gone' in quota) problems.push(`${code(name)}: ${quota.gone}.`);
    else if (wanted.some((one) => one.quota.key === quota.key && one.quota.service === quota.service)) {
      problems.push(`${code(quota.name)} is given twice, the second time as ${code(name)}.`);
    } else {
      const read = UNITS[quota.unit].safeParse(value);
      if (read.success) wanted.push({ quota, to: read.data });
      else problems.push(`${code(name)}: ${read.error.issues[0]?.message ?? 'wrong'}.`);
    }
  }
  if (problems.length > 0) throw new UserError(problems.join(' '));
  if (wanted.length === 0) throw new UserError(`Which quotas? Type for example ${code('cores=40 ram=80G volumes=20')}.`);
  return wanted;
}

/** The present limits and use of what is wanted; UserError where a service has no such quota or more is in use. */
async function lookUp(os: Session, project: Project, wanted: Wanted[]): Promise<Change[]> {
  const services = [...new Set(wanted.map(({ quota }) => quota.service))];
  const sets = new Map(
    await Promise.all(
      services.map(async (service): Promise<[QuotaService, QuotaUses]> => [service, await getQuotas(os, service, project.id)]),
    ),
  );
  const found: Change[] = [];
  const problems: string[] = [];
  for (const { quota, to } of wanted) {
    const set = sets.get(quota.service) ?? {};
    const use = set[quota.key];
    const taken = use ? use.in_use + use.reserved : 0;
    if (!use) problems.push(missing(quota, set));
    else if (to !== use.limit && to >= 0 && to < taken) {
      problems.push(
        `${code(quota.name)} cannot be ${formatLimit(quota, to)}: ${code(project.name)} uses ${formatLimit(quota, taken)}. Type at least ${code(`${quota.name}=${taken}`)}.`,
      );
    } else found.push({ quota, to, use });
  }
  if (problems.length > 0) throw new UserError(problems.join(' '));
  return found;
}

function missing({ name, service, key }: Quota, set: QuotaUses): string {
  const kind = /^(volumes|gigabytes|snapshots)_/.exec(key)?.[0];
  const types = kind === undefined ? [] : Object.keys(set).filter((one) => one.startsWith(kind));
  const instead = types.length > 0 ? ` For volume types it has ${types.map((type) => code(type)).join(', ')}.` : '';
  return `${SERVICE_NAMES[service]} of this cloud has no quota ${code(name)}.${instead}`;
}

function warningsOf({ quota, to, use }: Change): string[] {
  const taken = use.in_use + use.reserved;
  if (to === -1) return [`${quota.name} gets no limit at all.`];
  return to === taken && taken > 0 && !quota.within ? [`All of ${quota.name} is in use then: nothing new fits.`] : [];
}

function servicesOf(
  changes: Change[],
): { id: QuotaService; name: string; limits: Record<string, { was: number; to: number }> }[] {
  const services = [...new Set(changes.map(({ quota }) => quota.service))];
  return services.map((service) => ({
    id: service,
    name: SERVICE_NAMES[service],
    limits: Object.fromEntries(
      changes.filter(({ quota }) => quota.service === service).map(({ quota, use, to }) => [quota.key, { was: use.limit, to }]),
    ),
  }));
}

function oldToNew({ quota, use, to }: Change): string {
  return `${quota.name} ${formatLimit(quota, use.limit)} → ${formatLimit(quota, to)}`;
}

function values(changes: Change[]): string {
  return changes.map(({ quota, use }) => `${quota.name} ${formatLimit(quota, use.limit)}`).join(', ');
}

function row({ quota, use, to }: Change): string[] {
  const used = quota.within ? `per ${quota.within}` : formatLimit(quota, use.in_use + use.reserved);
  return [quota.name, SERVICE_NAMES[quota.service], used, formatLimit(quota, use.limit), formatLimit(quota, to)];
}
