import type { CommandContext } from '../command-context.ts';
import type { Server } from '../openstack/compute.ts';
import { listOwners } from '../openstack/owners.ts';
import { count, type Field, plain } from '../reply.ts';
import { type Owner, ownerName } from '../target.ts';

/** A project with servers on the host, and who looks after it. */
export interface Affected {
  /** Its ID for a name where nobody tells that. */
  project: { id: string; name: string };
  owners: string[];
  /** Names of its servers. */
  servers: string[];
}

/** Whose servers these are: 1 call. */
export async function affectedBy(
  servers: readonly Server[],
  { openstack, ownersOf }: Pick<CommandContext, 'openstack' | 'ownersOf'>,
): Promise<{ affected: Affected[]; ownerOf(projectId: string): Owner }> {
  const ownerOf = await listOwners(openstack);
  const projects = new Map<string, Server[]>();
  for (const server of servers) projects.set(server.tenant_id, [...(projects.get(server.tenant_id) ?? []), server]);
  const affected = await Promise.all(
    [...projects].map(async ([id, theirs]) => ({
      project: { id, name: ownerName(ownerOf(id)) },
      owners: await ownersOf(ownerOf(id)),
      servers: theirs.map(({ name }) => plain(name)),
    })),
  );
  return { affected: affected.sort((a, b) => b.servers.length - a.servers.length), ownerOf };
}

/** "demo: 4 servers, owners dora and dave; alice-lab: 1 server, no owner in stackhand.yaml" */
export function affectedInWords(affected: readonly Affected[]): string {
  return affected
    .map(({ project, owners, servers }) => {
      const who =
        owners.length > 0 ? `${owners.length === 1 ? 'owner' : 'owners'} ${owners.join(' and ')}` : 'no owner in stackhand.yaml';
      return `${project.name}: ${count(servers, 'server')}, ${who}`;
    })
    .join('; ');
}

export function floatingIpsOf({ addresses }: Pick<Server, 'addresses'>): string[] {
  return addresses.filter(({ type }) => type === 'floating').map(({ address }) => address);
}

/** Who and what is hit, for the plan. */
export function blastFields(servers: readonly Server[], affected: readonly Affected[]): Field[] {
  const addresses = servers.flatMap(floatingIpsOf);
  const volumes = servers.flatMap((server) => server.volumes);
  return [
    { name: 'Projects', value: affectedInWords(affected) },
    {
      name: 'Floating IPs',
      value:
        addresses.length === 0
          ? 'none'
          : `${addresses.length}: ${addresses.slice(0, 5).join(', ')}${addresses.length > 5 ? ', …' : ''}`,
    },
    { name: 'Volumes', value: volumes.length === 0 ? 'none' : String(volumes.length) },
  ];
}
