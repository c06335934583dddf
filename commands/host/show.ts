import { z } from 'zod';
import { formatInstantWithAge } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { listAggregates } from '../../src/openstack/aggregates.ts';
import { type ComputeService, listHypervisorsOfHost, listServersOnHost, type Server } from '../../src/openstack/compute.ts';
import { findHost } from '../../src/openstack/hosts.ts';
import { listNetworkAgents, type NetworkAgent } from '../../src/openstack/network.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import { getProviderInventories, getProviderUsages, type Inventory } from '../../src/openstack/placement.ts';
import type { Session } from '../../src/openstack/session.ts';
import { hostTarget, serverTarget } from '../../src/openstack/targets.ts';
import { timeOf } from '../../src/openstack/times.ts';
import { code, count, type Field } from '../../src/reply.ts';
import { ownerName } from '../../src/target.ts';

export default defineCommand({
  summary: 'Show one compute host: its services and agents, what is placed on it and what fits, its aggregates and servers.',
  guide: 'Lay of the Land › Servers and Services',
  examples: ['host show compute1'],
  aliases: ['hypervisor show'],
  effect: 'read',
  args: z.object({ host: z.string().describe('compute host, exactly as Nova names it') }),
  positionals: ['host'],
  completes: { host: 'host' },

  async run({ host }, { openstack, about, mayTouch }) {
    const service = await findHost(openstack, host, (name) => mayTouch(hostTarget(name)));
    about(hostTarget(host));
    const [servers, hypervisors, aggregates, agents, ownerOf] = await Promise.all([
      listServersOnHost(openstack, host),
      listHypervisorsOfHost(openstack, host),
      listAggregates(openstack),
      listNetworkAgents(openstack),
      listOwners(openstack),
    ]);
    const placed = await Promise.all(hypervisors.map(({ id }) => placedOn(openstack, id)));
    const seen = servers.filter((server) => mayTouch(serverTarget(server, ownerOf(server.tenant_id))));
    const own = agents.filter((agent) => agent.host === host);
    return {
      text: `Host ${code(host)} is ${service.status} and ${stateOf(service)}, with ${count(servers, 'server')}.`,
      ...warningsOf(service, own),
      fields: [
        ...fieldsOf(service),
        ...placed.flat(),
        {
          name: 'Hypervisor',
          value: hypervisors
            .map((one) => `${one.hypervisor_hostname} (${one.hypervisor_type} ${one.hypervisor_version})`)
            .join(', '),
        },
        {
          name: 'Aggregates',
          value:
            aggregates
              .filter(({ hosts }) => hosts.includes(host))
              .map(({ name }) => name)
              .join(', ') || 'none',
        },
        { name: 'Network agents', value: own.map(agentInWords).join('; ') || 'none' },
      ],
      ...(seen.length > 0
        ? { table: { columns: COLUMNS, rows: seen.map((server) => row(server, ownerName(ownerOf(server.tenant_id)))) } }
        : {}),
      touches: [hostTarget(host), ...seen.map((server) => serverTarget(server, ownerOf(server.tenant_id)))],
    };
  },
});

const COLUMNS = ['server', 'status', 'project', 'flavor', 'ID'];

function row({ name, status, task_state, flavor, id }: Server, project: string): string[] {
  return [name, task_state === null ? status : `${status} (${task_state})`, project, flavor?.name ?? '', id];
}

function stateOf({ state, forced_down }: ComputeService): string {
  return forced_down ? 'forced down' : state;
}

function warningsOf(service: ComputeService, agents: readonly NetworkAgent[]): { warnings?: string[] } {
  const dead = agents.filter(({ alive }) => !alive);
  const warnings = [
    ...(service.state === 'down' ? [`Its nova-compute is ${stateOf(service)}.`] : []),
    ...(dead.length > 0 ? [`Neutron hears nothing of ${dead.map(({ agent_type }) => agent_type).join(', ')} there.`] : []),
  ];
  return warnings.length > 0 ? { warnings } : {};
}

function fieldsOf({ zone, status, disabled_reason, updated_at, id }: ComputeService): Field[] {
  return [
    { name: 'Zone', value: zone },
    ...(status === 'disabled' ? [{ name: 'Disabled because', value: disabled_reason ?? 'nobody said why' }] : []),
    { name: 'Last heard', value: updated_at ? formatInstantWithAge(timeOf(updated_at), Date.now()) : 'never' },
    { name: 'Service ID', value: id },
  ];
}

const CLASSES: readonly [name: string, words: string, unit: string][] = [
  ['VCPU', 'vCPUs', ''],
  ['MEMORY_MB', 'Memory', ' MiB'],
  ['DISK_GB', 'Disk', ' GiB'],
];

/** What Placement gives out of it, with the allocation ratio in. */
async function placedOn(os: Session, uuid: string): Promise<Field[]> {
  const [inventories, usages] = await Promise.all([getProviderInventories(os, uuid), getProviderUsages(os, uuid)]);
  return CLASSES.flatMap(([name, words, unit]) => {
    const inventory = inventories[name];
    if (!inventory) return [];
    return [{ name: `${words} placed`, value: `${usages[name] ?? 0} of ${capacityOf(inventory)}${unit}${ratioOf(inventory)}` }];
  });
}

function capacityOf({ total, reserved, allocation_ratio }: Inventory): number {
  return Math.trunc((total - reserved) * allocation_ratio);
}

function ratioOf({ total, reserved, allocation_ratio }: Inventory): string {
  const kept = reserved > 0 ? `, ${reserved} reserved` : '';
  return ` (${total} real${kept}, ratio ${allocation_ratio})`;
}

function agentInWords({ agent_type, alive, admin_state_up }: NetworkAgent): string {
  return `${agent_type} ${alive ? 'alive' : 'not heard of'}${admin_state_up ? '' : ', switched off'}`;
}
