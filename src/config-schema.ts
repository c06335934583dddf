import { z } from 'zod';
import { Alerts } from './config/alerts-schema.ts';
import { ChannelId, Duration, GroupId, RoleName, UserId } from './config/values.ts';
import { readLimit } from './quotas/limit.ts';

/**
 * The shape of stackhand.yaml. Unknown keys are errors: a mistyped rule must not grant or forbid by accident.
 * A check's message goes on from "should be": `"bob" should be a Slack member ID such as U012AB3CD, not a name`.
 */

export const EffectName = z.enum(['read', 'change', 'disruptive', 'destructive']);
export const EFFECTS = EffectName.options;

/** What rules can name before the colon: the types of things that commands touch. Another word there is refused, lest it never match. */
export const TARGET_TYPES = [
  'cloud',
  'project',
  'domain',
  'user',
  'group',
  'role',
  'region',
  'endpoint',
  'host',
  'hypervisor',
  'service',
  'agent',
  'aggregate',
  'availability zone',
  'server',
  'server group',
  'flavor',
  'keypair',
  'migration',
  'volume',
  'volume type',
  'snapshot',
  'backup',
  'image',
  'network',
  'subnet',
  'subnet pool',
  'port',
  'router',
  'floating ip',
  'security group',
  'quota',
  'request',
] as const;

const Role = z.strictObject({ users: z.array(UserId).default([]), groups: z.array(GroupId).default([]) });

/** Stands in a need for the owners of the touched project; so no role may be called that. */
export const OWNER = 'owner';
/** Whom the shipped defaults ask. */
export const DEFAULT_APPROVER = 'approver';

/** Who gives how many votes: roles, any of which will do, and `owner`. */
const Need = z.strictObject({
  count: z.number().int().min(1).max(9).default(1),
  roles: z.array(RoleName).min(1),
});

const CommandPatterns = z
  .array(
    z
      .string()
      .min(1)
      .regex(/^[^*]*\*?$/, 'a command such as `quota set`, with a star at its end or nowhere'),
  )
  .min(1);

/** By the name that a line takes, as `cores: 200` or `ram: 400G`; kept by the value's name among all services. */
const Ceiling = z.record(z.string(), z.union([z.number(), z.string()])).transform((given, context): Record<string, number> => {
  const limits: Record<string, number> = {};
  for (const [name, value] of Object.entries(given)) {
    const read = readLimit(name, String(value));
    if ('problem' in read) context.addIssue({ code: 'custom', message: read.problem, path: [name] });
    else limits[read.value] = read.limit;
  }
  return limits;
});

const Rule = z.strictObject({
  /** Command names (`quota set`), or with a star at the end (`quota *`), or `*`. */
  commands: CommandPatterns.optional(),
  /** Commands that it does not hold for, though `commands` or `effects` name them. */
  except: CommandPatterns.optional(),
  effects: z.array(EffectName).min(1).optional(),
  /** `project:demo`, `host:cmp-*`, `server:<id>`: a type, a colon, and a name or ID; a star at the end matches any rest. */
  targets: z
    .array(
      z
        .string()
        .regex(/^[a-z ]+:(?=.)[^*]*\*?$/, 'type:name, such as project:demo or host:cmp-*, with a star at its end or nowhere'),
    )
    .min(1)
    .optional(),
  /** Only for plans that raise quotas: each by at most so many per cent of what it is, and not above its ceiling. */
  raise: z.strictObject({ percent: z.number().int().min(1).max(1_000), ceiling: Ceiling }).optional(),
  channels: z.array(ChannelId).min(1).optional(),
  clouds: z.array(z.string().min(1)).min(1).optional(),
  /** Who it is for. */
  roles: z.array(RoleName).min(1),
  /** Left out: the effect's default. Empty: nobody is asked. */
  approvals: z.array(Need).optional(),
  /** Channel of the approval card; left out: where it was asked. */
  approvalChannel: ChannelId.optional(),
  expires: Duration.optional(),
  /** How long nobody may answer before the next role of each need is asked. Left out: the effect's default. */
  escalateAfter: Duration.optional(),
  /** Roles as which the requester of a change may go on alone once nobody has answered for so long. Left out: never. */
  breakGlass: z.array(RoleName).min(1).optional(),
  /** Nobody of these roles may do this, whatever other rules say. */
  deny: z.literal(true).optional(),
  /** Shown to whom it refuses. */
  because: z.string().optional(),
});

const EffectDefault = z.strictObject({
  approvals: z.array(Need),
  expires: Duration,
  escalateAfter: Duration.prefault('5m'),
});

/** What asks nobody, or `votes` of the role `approver`, where stackhand.yaml does not say otherwise. */
function shippedDefault(votes: number, expires: string): z.ZodPrefault<typeof EffectDefault> {
  return EffectDefault.prefault({ approvals: votes === 0 ? [] : [{ count: votes, roles: [DEFAULT_APPROVER] }], expires });
}

const Project = z.strictObject({
  owners: z.array(UserId).min(1),
  /** Who is told what becomes of its things, a person or a channel; left out: the owners. */
  contact: z.union([z.strictObject({ user: UserId }), z.strictObject({ channel: ChannelId })]).optional(),
});

/** What a cloud does not tell of its compute hosts. */
const Hosts = z.strictObject({
  /** Hosts whose servers' disks are on storage that other hosts reach too; all others are taken to have disks of their own. */
  shared: z
    .array(
      z
        .string()
        .min(1)
        .regex(
          /^[^*]*\*?$/,
          'a compute host as Nova names it, or the beginning of several such as cmp-*, with a star at its end',
        ),
    )
    .default([]),
  /** No evacuation from a host that was heard of within this time. */
  heartbeat: Duration.prefault('5m'),
});

export const StackhandYaml = z.strictObject({
  clouds: z
    .array(
      z.strictObject({
        /** Its name in clouds.yaml: the reader, for commands. */
        name: z.string().min(1),
        /** Another entry of clouds.yaml for jobs; left out: the same. */
        writer: z.string().min(1).optional(),
        /** Left out: the one of clouds.yaml. */
        regions: z.array(z.string().min(1)).min(1).optional(),
        hosts: Hosts.prefault({}),
      }),
    )
    .min(1),
  roles: z.record(RoleName, Role),
  rules: z.array(Rule).default([]),
  /** Where an allowing rule has no `approvals` or `expires` of its own. */
  defaults: z
    .strictObject({
      read: shippedDefault(0, '24h'),
      change: shippedDefault(1, '24h'),
      disruptive: shippedDefault(1, '24h'),
      destructive: shippedDefault(2, '30m'),
    })
    .prefault({}),
  channels: z.strictObject({
    /** Approval cards of lines typed in a direct message or a terminal go here. */
    approvals: ChannelId,
    /** Where alarms about Stackhand itself go. */
    audit: ChannelId.optional(),
    /** What a channel means without --cloud and --region: `production` or `production/RegionOne`. */
    clouds: z.record(ChannelId, z.string().min(1)).default({}),
  }),
  /** Off where it is left out. */
  breakGlass: z
    .strictObject({
      /** Owners of Stackhand: told at once when somebody goes on without votes, and one of them signs it. */
      owners: z.array(UserId).min(1),
    })
    .optional(),
  /** Where alerts go; left out: none are taken. */
  alerts: Alerts.optional(),
  /** Who is asked and told about projects, by project name or ID. */
  projects: z.record(z.string(), Project).default({}),
  /** Unix users who may use the terminal, as Slack users. */
  terminal: z.record(z.string(), UserId).default({}),
  limits: z
    .strictObject({
      linesAtOnce: z.number().int().min(1).max(100).default(64),
      changesAtOnce: z.number().int().min(1).max(50).default(4),
      leaseSeconds: z.number().min(1).max(300).default(15),
      maxMemory: z
        .string()
        .regex(/^[1-9]\d*(mb|gb)$/, 'a size such as 512mb or 2gb')
        .default('512mb'),
    })
    .prefault({}),
  /** Where /healthz, /readyz and /metrics are served, alerts taken, and what Slack posts. */
  http: z
    .strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(0).max(65535).default(9464) })
    .prefault({}),
});
export type StackhandYaml = z.infer<typeof StackhandYaml>;
export type Rule = StackhandYaml['rules'][number];
export type Need = z.infer<typeof Need>;

/** Secrets and addresses, from the environment. */
export const Environment = z.object({
  SLACK_BOT_TOKEN: z.string().regex(/^xoxb-/, 'the bot token, which begins with xoxb-'),
  /** For Socket Mode. Whoever listens to Slack has either this one or the next. */
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-/, 'the app-level token with connections:write, which begins with xapp-')
    .optional(),
  /** For signed HTTP. */
  SLACK_SIGNING_SECRET: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'the signing secret, which has 32 digits from 0 to 9 and a to f')
    .optional(),
  /** Only for a pretend Slack or a proxy. */
  SLACK_API_URL: z
    .url('an address such as https://slack.com/api/')
    .transform((url) => (url.endsWith('/') ? url : `${url}/`))
    .optional(),
  /** Whoever sends alerts has it; left out: nobody can. */
  ALERTS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{24,}$/, 'at least 24 characters without spaces, such as `openssl rand -hex 24` makes')
    .optional(),
  REDIS_URL: z.string().min(1).optional(),
  /** Where the embedded Redis keeps its data. */
  STACKHAND_STATE: z.string().min(1).optional(),
  STACKHAND_CONFIG: z.string().min(1).optional(),
  OS_CLIENT_CONFIG_FILE: z.string().min(1).optional(),
  OS_CLOUD: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});
export type Environment = z.infer<typeof Environment>;
