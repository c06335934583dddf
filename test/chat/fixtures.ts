import { z } from 'zod';
import { Count, DurationMs, Instant, IpAddress, MacAddress, SizeMiB, Url, WholeNumber } from '../../src/chat/values.ts';
import { type ArgsSchema, type CloudRead, defineCommand, type ReadCommand } from '../../src/command.ts';
import { defineJob } from '../../src/job.ts';
import type { Plan } from '../../src/plan.ts';
import { type NamedCommand, type Registry, registryOf } from '../../src/registry.ts';

const nothing = defineJob({ payload: z.object({}), run: async () => ({ text: 'Done.', outcomes: [] }) });

type Shown<A extends ArgsSchema> = Omit<CloudRead<A>, 'effect' | 'run' | 'summary' | 'cloud'> & { cloud?: false };

function read<A extends ArgsSchema>({ cloud, ...command }: Shown<A>): ReadCommand<A> {
  const shown = { summary: 'Show it.', ...command, effect: 'read' as const, run: async () => ({ text: 'Shown.', touches: [] }) };
  return cloud === false ? defineCommand({ ...shown, cloud }) : defineCommand(shown);
}

const quotaSet = defineCommand({
  summary: 'Set quotas of a project.',
  guide: 'Managing Projects and Users › Quotas',
  examples: ['quota set alice-lab cores=40 ram=80G', 'quota set alice-lab gigabytes_ssd=500 --reason "new disks"'],
  effect: 'change',
  args: z
    .object({
      project: z.string().describe('project, by name or ID'),
      cores: Count.optional().describe('virtual CPUs'),
      ram: SizeMiB.optional().describe('memory of all servers'),
      floatingIps: Count.optional().describe('floating IPs'),
      for: DurationMs.optional().describe('how long, after which it goes back'),
      force: z.boolean().default(false).describe('below what is in use'),
      reason: z.string().min(3).optional(),
    })
    .catchall(Count),
  positionals: ['project'],
  more: { names: /^(volumes|gigabytes|snapshots)_.+$/, describe: 'limit of one volume type, such as gigabytes_ssd' },
  plan: async (): Promise<Plan> => ({ text: '', touches: [], job: nothing.with({}), undo: { possible: true, how: '' } }),
});

const hostEvacuate = defineCommand({
  summary: 'Rebuild the servers of a dead host elsewhere.',
  examples: ['host evacuate cmp-03 --fenced "IPMI off, checked by Bob" --reason "PSU failed"'],
  effect: 'destructive',
  args: z.object({
    host: z.string().describe('compute host, as Nova names it'),
    to: z.string().optional().describe('host to rebuild on'),
    fenced: z.string().min(3).describe('how you know that the host is powered off'),
    reason: z.string().min(3),
  }),
  positionals: ['host', 'to'],
  completes: { host: 'host', to: 'host' },
  plan: async (): Promise<Plan> => ({ text: '', touches: [], job: nothing.with({}), undo: { possible: false, because: '' } }),
});

function named(name: string, command: NamedCommand['command'], object = name.split(' ').slice(0, -1).join(' ')): NamedCommand {
  return { name, object, command };
}

/** Commands in the shapes that real ones have. */
export function someCommands(): Registry {
  return registryOf(
    [
      named('quota set', quotaSet),
      named(
        'quota show',
        read({ examples: ['quota show alice-lab'], args: z.object({ project: z.string() }), positionals: ['project'] }),
      ),
      named('host evacuate', hostEvacuate),
      named(
        'console log show',
        read({
          examples: ['console log show web-1 --lines 50'],
          aliases: ['console'],
          args: z.object({
            server: z.string().describe('server, by name or ID'),
            lines: WholeNumber.default(100).describe('how many'),
          }),
          positionals: ['server'],
        }),
      ),
      named(
        'floating ip list',
        read({
          examples: ['floating ip list'],
          args: z.object({ project: z.string().optional(), status: z.enum(['ACTIVE', 'DOWN', 'ERROR']).optional() }),
        }),
      ),
      named(
        'server list',
        read({
          examples: ['server list'],
          args: z.object({
            host: z.string().optional(),
            changedSince: Instant.optional(),
            longerThan: z.number().int().optional(),
          }),
        }),
      ),
      named(
        'server show',
        read({ examples: ['server show web-1'], args: z.object({ server: z.string() }), positionals: ['server'] }),
      ),
      named(
        'aggregate add host',
        read({
          examples: ['aggregate add host ssd cmp-1 cmp-2'],
          args: z.object({ aggregate: z.string(), hosts: z.array(z.string()).min(1) }),
          positionals: ['aggregate', 'hosts'],
        }),
      ),
      named(
        'port create',
        read({
          examples: ['port create --network lab'],
          args: z.object({
            network: z.string(),
            address: IpAddress.optional(),
            mac: MacAddress.optional(),
            hook: Url.optional(),
            property: z.array(z.string()).default([]),
            description: z.string().optional(),
          }),
        }),
      ),
      named('whoami', read({ examples: ['whoami'], cloud: false, args: z.object({}) })),
      named(
        'help',
        read({
          examples: ['help', 'help quota set'],
          cloud: false,
          args: z.object({ command: z.array(z.string()).default([]) }),
          positionals: ['command'],
        }),
      ),
    ],
    [],
  );
}
