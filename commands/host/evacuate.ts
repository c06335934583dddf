import { z } from 'zod';
import evacuateHost from '../../jobs/host/evacuate.ts';
import { defineCommand } from '../../src/command.ts';
import type { CommandContext } from '../../src/command-context.ts';
import { UserError } from '../../src/errors.ts';
import { affectedBy, blastFields } from '../../src/evacuation/blast.ts';
import { destinationsFor } from '../../src/evacuation/destinations.ts';
import { mustBeSilent, silence } from '../../src/evacuation/facts.ts';
import { type LifeLook, lookForLife } from '../../src/evacuation/life.ts';
import { pickServers } from '../../src/evacuation/pick.ts';
import { roomInWords, serverTable, warningsOf } from '../../src/evacuation/plan-words.ts';
import { losesDisk, type Sorted, sortServers } from '../../src/evacuation/sort.ts';
import { listServersOnHost, type Server } from '../../src/openstack/compute.ts';
import { findHost } from '../../src/openstack/hosts.ts';
import { listMigrations } from '../../src/openstack/migrations.ts';
import { hostTarget, serverTarget } from '../../src/openstack/targets.ts';
import type { NothingToDo, Plan } from '../../src/plan.ts';
import { code, count, plain } from '../../src/reply.ts';

export default defineCommand({
  summary: 'Rebuild the servers of a dead compute host on other hosts.',
  guide: 'Maintenance, Failures, and Debugging › Total Compute Node Failure',
  examples: [
    'host evacuate compute3 --fenced "power is off by IPMI, checked by Bob" --reason "PSU failed"',
    'host evacuate compute3 --to compute1 --fenced "unplugged" --reason "PSU failed" --without db-1',
    'host evacuate compute3 --fenced "unplugged" --reason "PSU failed" --only web-1 --lose-disk web-1',
  ],
  effect: 'destructive',
  oneRegion: true,
  args: z.object({
    host: z.string().describe('compute host, exactly as Nova names it'),
    to: z.string().optional().describe('host to rebuild them on; left out: the scheduler picks one for each'),
    fenced: z.string().min(3).describe('how you know that the host is powered off; the approvers read it'),
    reason: z.string().min(3).describe('why; it goes on the approval card and into the audit'),
    only: z.array(z.string()).default([]).describe('servers to move; left out: all that can be'),
    without: z.array(z.string()).default([]).describe('servers to leave out'),
    loseDisk: z.array(z.string()).default([]).describe('servers whose disk may be lost; each by itself'),
  }),
  positionals: ['host'],
  completes: { host: 'host', to: 'host' },

  async plan(args, context): Promise<Plan | NothingToDo> {
    const { host, to, fenced, reason } = args;
    const { openstack, hosts, who, about, mayTouch } = context;
    const service = await findHost(openstack, host, (name) => mayTouch(hostTarget(name)));
    about(hostTarget(host));
    const life = await lookForLife(openstack, host);
    await mustBeOneHostsMatter(life, context);
    mustBeSilent(host, life, hosts.heartbeatMs);
    const all = await listServersOnHost(openstack, host);
    if (all.length === 0) return { nothingToDo: `There is no server on ${code(host)}.`, touches: [hostTarget(host)] };
    const { affected, ownerOf } = await affectedBy(all, context);
    const shared = hosts.isShared(host);
    const chosen = choose(all, args, shared);
    const { sorted, fit, rooms, unknown } = await destinationsFor(openstack, {
      host,
      to,
      zone: service.zone,
      sorted: chosen,
      all,
    });
    const moving = [...sorted.lose, ...sorted.moves];
    if (moving.length === 0) throw noneMoves(host, sorted);
    const [newest] = await listMigrations(openstack, { type: 'evacuation', source: host });
    const seen = visible(sorted, context, ownerOf);
    const warnings = [...warningsOf({ sorted: seen, fit, unknown, host }), ...unseen(life.agentsTold)];
    const where = to === undefined ? 'other hosts, which the scheduler picks' : code(to);
    return {
      text: `Force ${code(host)} down, disable it, and rebuild ${count(moving, 'server')} of it on ${where}.`,
      facts: [
        silence(host, life, hosts.heartbeatMs),
        { name: 'Fenced', says: `as ${who.name ?? 'the requester'} says: ${plain(fenced)}` },
        { name: 'Disks', says: disksInWords(host, shared, sorted) },
      ],
      ask: [`How do you know that ${code(host)} is powered off, and can it come back by itself?`],
      lines: [...(fit ? roomInWords(fit, rooms, service.zone) : []), ...leftOutInWords(all, sorted)],
      ...(warnings.length > 0 ? { warnings } : {}),
      fields: blastFields(
        moving,
        affected.filter(({ project }) => moving.some(({ tenant_id }) => tenant_id === project.id)),
      ),
      table: serverTable(seen, ownerOf),
      touches: [hostTarget(host), ...moving.map((server) => serverTarget(server, ownerOf(server.tenant_id)))],
      typed: host,
      job: evacuateHost.with({
        host,
        to: to ?? null,
        fenced,
        ...(who.name === undefined ? {} : { saidBy: who.name }),
        reason,
        shared,
        service: service.id,
        heartbeatMs: hosts.heartbeatMs,
        lastMigration: newest?.id ?? 0,
        known: all.map(({ id }) => id).sort(),
        servers: moving.map(({ id, name, status, tenant_id, volumes, image, flavor }) => ({
          id,
          name,
          status,
          project: tenant_id,
          volumes,
          losesDisk: losesDisk({ image, flavor }, shared),
        })),
        affected,
      }),
      undo: {
        possible: true,
        how: `Only in part: once ${code(host)} is repaired, ${code(`host restore ${host}`)} lets it take servers again. The servers stay where they were rebuilt, and a disk that is lost stays lost.`,
      },
    };
  },
});

/** So much down at once is no matter of hosts: it pulls the brake, which nothing here lifts. */
async function mustBeOneHostsMatter({ cloud: seen }: LifeLook, { cloud, massDown }: CommandContext): Promise<void> {
  const what = await massDown(seen);
  if (what === undefined) return;
  throw new UserError(
    `On ${code(cloud)} ${what}: that is an incident of the message queue or the network, not of hosts, so nothing is evacuated. Mend that first. The brake is on; ${code(`brake lift --cloud ${cloud}`)} asks two others to lift it.`,
  );
}

/** Those that the line leaves: named ones only, without the struck ones. */
function choose(
  all: readonly Server[],
  { host, only, without, loseDisk }: { host: string; only: string[]; without: string[]; loseDisk: string[] },
  shared: boolean,
): Sorted {
  const wanted = only.length === 0 ? all : pickServers('only', only, all, host);
  const struck = new Set(pickServers('without', without, all, host));
  const kept = wanted.filter((server) => !struck.has(server));
  const named = pickServers('lose-disk', loseDisk, all, host);
  for (const server of named) {
    const given = code(`--lose-disk ${server.name}`);
    if (!kept.includes(server)) throw new UserError(`${given}: it is left out by what else you typed. Leave one of the two out.`);
    if (!losesDisk(server, shared)) {
      const why = shared
        ? `stackhand.yaml says that the disks of ${code(host)} are on shared storage`
        : 'it boots from a volume and has no other disk there';
      throw new UserError(`${given}: it would not lose its disk, for ${why}. Leave that out.`);
    }
  }
  return sortServers(kept, { shared, loseDisk: new Set(named.map(({ id }) => id)) });
}

function disksInWords(host: string, shared: boolean, { moves, lose }: Sorted): string {
  if (shared) return `stackhand.yaml says that those of ${plain(host)} are on shared storage, so they come along`;
  const lost = lose.length > 0 ? `; ${lose.length} begin with new disks, as named by --lose-disk` : '';
  return `stackhand.yaml does not say that ${plain(host)} is on shared storage, so its own disks count as lost. ${moves.length} of those that move boot from volumes, which come along${lost}`;
}

function leftOutInWords(all: readonly Server[], { moves, lose, wouldLose, cannot }: Sorted): string[] {
  const left = all.length - moves.length - lose.length - wouldLose.length - cannot.length;
  return left === 0 ? [] : [`Left out by what was typed: ${count(left, 'server')} of ${all.length}.`];
}

function unseen(agentsTold: boolean): string[] {
  return agentsTold ? [] : ['Neutron tells of no agents at all, so none could be asked for a sign of life.'];
}

/** What is left alone is shown to whoever may see it. */
function visible(sorted: Sorted, { mayTouch }: CommandContext, ownerOf: Parameters<typeof serverTable>[1]): Sorted {
  const sees = (server: Server): boolean => mayTouch(serverTarget(server, ownerOf(server.tenant_id)));
  return {
    ...sorted,
    wouldLose: sorted.wouldLose.filter(sees),
    cannot: sorted.cannot.filter(({ server }) => sees(server)),
  };
}

function noneMoves(host: string, { wouldLose, cannot }: Sorted): UserError {
  const why = [
    ...(wouldLose.length > 0
      ? [
          `${wouldLose.map(({ name }) => code(name)).join(', ')} would lose what is on the disk: name with ${code('--lose-disk <server>')} each that may`,
        ]
      : []),
    ...cannot.map(({ server, why: reason }) => `${code(server.name)} cannot move: ${reason}`),
  ];
  return new UserError(
    `None of the servers on ${code(host)} that you mean can be moved. ${why.join('; ') || 'All of them are left out'}.`,
  );
}
