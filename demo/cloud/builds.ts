import { randomBytes, randomUUID } from 'node:crypto';
import { deletePort, freeAddress } from './floating-ip-changes.ts';
import { stamp } from './heartbeats.ts';
import { Refusal } from './router.ts';
import { schedule } from './scheduler.ts';
import { broken } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Server, ServerTask } from './state-compute.ts';
import type { Network } from './state-network.ts';

/* How servers come and go: what nova-conductor and nova-compute do once nova-api has answered. */

/** What a build goes through after `scheduling`. Metadata `fake_delay` lets it take longer, as in the real test cloud. */
export function statesOfBuild({ fake_delay }: Record<string, string>): string[] {
  return ['networking', 'spawning', ...Array.from({ length: Number(fake_delay ?? 0) }, () => 'spawning')];
}

export function goOnBuilding(state: CloudState, server: Server, { build }: ServerTask): void {
  if (server.taskState === 'networking') {
    const { flavor, imageId } = server;
    const found = schedule(state, { flavor, imageId, forced: build?.forced ?? null, zone: build?.zone ?? null });
    if ('fault' in found) broken(server, found.fault);
    else server.host = found.host;
  } else if (server.taskState === 'spawning' && server.host !== null) {
    for (const id of build?.ports ?? []) plugInto(state, server, id);
    const isWired = (build?.networks ?? []).every((id) => plug(state, server, id));
    if (build) build.networks = [];
    if (!isWired) {
      unplug(state, server);
      server.host = null;
      broken(server, `Build of instance ${server.id} aborted: Failed to allocate the network(s), not rescheduling.`);
    }
  }
}

export function finishBuild(state: CloudState, server: Server): void {
  if (server.metadata.fake_fail === 'spawn') {
    unplug(state, server);
    server.host = null;
    const why = `Exceeded max scheduling attempts 3 for instance ${server.id}. Last exception: injected failure in spawn`;
    broken(server, `Exceeded maximum number of retries. ${why}`);
    return;
  }
  server.vmState = 'active';
  server.fault = null;
  for (const { id } of attachmentsOf(state, server)) attached(state, server, id);
}

function zoneOf({ hosts }: CloudState, server: Server): string {
  return hosts.find(({ name }) => name === server.host)?.zone ?? 'nova';
}

/** A port of its own in the network, with the first address that is free there. @returns whether there was one */
function plug(state: CloudState, server: Server, networkId: string): boolean {
  const network = state.networks.find(({ id }) => id === networkId);
  const free = network && addressIn(state, network);
  if (!free) return false;
  const { subnet, address } = free;
  state.ports.push({
    id: randomUUID(),
    networkId,
    projectId: server.projectId,
    deviceId: server.id,
    deviceOwner: `compute:${zoneOf(state, server)}`,
    mac: `fa:16:3e:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
    status: 'ACTIVE',
    fixedIps: [{ subnetId: subnet.id, address }],
  });
  return true;
}

function addressIn(state: CloudState, network: Network): ReturnType<typeof freeAddress> | undefined {
  try {
    return freeAddress(state, network);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function plugInto(state: CloudState, server: Server, portId: string): void {
  const port = state.ports.find(({ id }) => id === portId);
  if (port) Object.assign(port, { deviceId: server.id, deviceOwner: `compute:${zoneOf(state, server)}`, status: 'ACTIVE' });
}

function unplug(state: CloudState, { id }: Server): void {
  for (const port of state.ports.filter(({ deviceId }) => deviceId === id)) deletePort(state, port.id);
}

function attachmentsOf({ volumes }: CloudState, { id }: Server): CloudState['volumes'] {
  return volumes.filter(({ attachments }) => attachments.some(({ serverId }) => serverId === id));
}

function attached({ volumes }: CloudState, { id, host }: Server, volumeId: string): void {
  const volume = volumes.find((one) => one.id === volumeId);
  if (!volume) return;
  volume.status = 'in-use';
  for (const attachment of volume.attachments) if (attachment.serverId === id) attachment.host = host;
}

/** It goes to another host with its volumes; its ports follow it by themselves. */
export function moved(state: CloudState, server: Server, host: string): void {
  server.host = host;
  for (const { id } of attachmentsOf(state, server)) attached(state, server, id);
  const zone = zoneOf(state, server);
  for (const port of state.ports) if (port.deviceId === server.id) port.deviceOwner = `compute:${zone}`;
}

/** With its ports; volumes go with it, or are free again. */
export function remove(state: CloudState, server: Server): void {
  unplug(state, server);
  for (const volume of attachmentsOf(state, server)) {
    const goes = volume.attachments.some(({ serverId, deletedWithServer }) => serverId === server.id && deletedWithServer);
    volume.attachments = volume.attachments.filter(({ serverId }) => serverId !== server.id);
    if (goes) state.volumes = state.volumes.filter((one) => one !== volume);
    else if (volume.attachments.length === 0) volume.status = 'available';
  }
  for (const group of state.serverGroups) group.members = group.members.filter((id) => id !== server.id);
  state.servers = state.servers.filter((one) => one !== server);
  state.deletedServers.push({ ...server, status: 'DELETED', vmState: 'deleted', taskState: null, updated: stamp() });
}
