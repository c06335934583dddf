import { randomBytes, randomUUID } from 'node:crypto';
import { statesOfBuild } from './builds.ts';
import { stamp } from './heartbeats.ts';
import { allowedServers } from './nova-build-quotas.ts';
import { additionalProperty } from './nova-moves.ts';
import { atLeast, badRequest, demand } from './nova-refusals.ts';
import { isDown } from './nova-services.ts';
import { type Answer, type Asked, fault, isAdmin, isRecord } from './router.ts';
import { begin, recordAction } from './server-states.ts';
import type { CloudState } from './state.ts';
import type { Flavor, Server, ServerTask } from './state-compute.ts';
import type { Network } from './state-network.ts';

/** What a body may have, from which microversion on. Source: nova/api/openstack/compute/schemas/servers.py */
const PROPERTIES: Record<string, string> = {
  ...Object.fromEntries(
    ['name', 'flavorRef', 'imageRef', 'networks', 'metadata', 'availability_zone', 'key_name', 'security_groups'].map((name) => [
      name,
      '2.1',
    ]),
  ),
  ...{ min_count: '2.1', max_count: '2.1', adminPass: '2.1', user_data: '2.1', config_drive: '2.1' },
  ...{ block_device_mapping_v2: '2.1', description: '2.19', tags: '2.52' },
};

/** Source: nova/api/openstack/compute/servers.py, create */
export function createServers(state: CloudState, asked: Asked): Answer {
  const given = isRecord(asked.body) && isRecord(asked.body.server) ? asked.body.server : {};
  const known = Object.keys(PROPERTIES).filter((name) => atLeast(asked, PROPERTIES[name] ?? ''));
  const required = atLeast(asked, '2.37') ? ['name', 'flavorRef', 'networks'] : ['name', 'flavorRef'];
  additionalProperty('server', given, { known, required });
  const place = placeOf(state, given.availability_zone, asked);
  const boot = bootOf(given);
  const flavor = flavorOf(state, String(given.flavorRef), asked);
  if (place.zone !== null && place.forced === null && !openZones(state).has(place.zone)) {
    throw badRequest('The requested availability zone is not available');
  }
  if (boot.imageId !== null && !state.images.some(({ id }) => id === boot.imageId)) {
    throw badRequest('Can not find requested image');
  }
  const wires = wiresOf(state, given.networks, asked);
  const min = Number(given.min_count ?? 1);
  const max = Number(given.max_count ?? min);
  if (min > max) throw badRequest('min_count must be <= max_count');
  const many = allowedServers(state, asked.caller.projectId, flavor, [min, max]);
  const servers = Array.from({ length: many }, (_, n) => {
    const name = String(given.name);
    const server = made(asked, given, { name: max === 1 ? name : `${name}-${n + 1}`, flavor, imageId: boot.imageId });
    // Groups are its ports': without one it has none.
    return wires.networks.length + wires.ports.length === 0 ? { ...server, securityGroups: [] } : server;
  });
  for (const server of servers) {
    state.servers.push(server);
    recordAction(server, 'create', asked);
    const build: NonNullable<ServerTask['build']> = { ...wires, ...place };
    begin(server, { kind: 'build', states: statesOfBuild(server.metadata), build }, 'scheduling');
    if (boot.volume) attachBoot(state, server, boot.volume);
  }
  return answered(servers[0], groupsOf(given), asked);
}

/** `zone`, or `zone:host`, which is for admins. */
function placeOf(state: CloudState, given: unknown, asked: Asked): { zone: string | null; forced: string | null } {
  if (typeof given !== 'string') return { zone: null, forced: null };
  const [zone = '', forced = null] = given.split(':');
  if (forced === null) return { zone, forced };
  demand(isAdmin(asked), 'servers:create:forced_host');
  // A host's own zone counts where the two differ.
  return { zone: state.hosts.find(({ name }) => name === forced)?.zone ?? null, forced };
}

function openZones({ hosts }: CloudState): Set<string> {
  return new Set(hosts.filter((host) => host.status === 'enabled' && !isDown(host)).map(({ zone }) => zone));
}

function flavorOf({ flavors }: CloudState, id: string, asked: Asked): Flavor {
  const flavor = flavors.find((one) => one.id === id.split('/').at(-1));
  const isOpen = flavor && (flavor.isPublic || isAdmin(asked) || flavor.projects.includes(asked.caller.projectId));
  if (!isOpen) throw badRequest(`Flavor ${id} could not be found.`);
  return flavor;
}

interface Boot {
  imageId: string | null;
  volume?: { id: string } | { sizeGiB: number; goes: boolean };
}

/** From an image onto its host's disk, or from a volume: one that is there, or one that is made of an image. */
function bootOf(given: Record<string, unknown>): Boot {
  const { imageRef } = given;
  const mappings = Array.isArray(given.block_device_mapping_v2) ? given.block_device_mapping_v2 : [];
  const [root] = mappings.filter(isRecord).filter(({ boot_index }) => String(boot_index) === '0');
  if (root && root.destination_type === 'volume') {
    if (root.source_type === 'volume') return { imageId: null, volume: { id: String(root.uuid) } };
    return { imageId: null, volume: { sizeGiB: Number(root.volume_size), goes: root.delete_on_termination === true } };
  }
  if (typeof imageRef === 'string' && imageRef !== '' && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(imageRef)) {
    const why = `'${imageRef}' is not valid under any of the given schemas`;
    throw badRequest(`Invalid input for field/attribute imageRef. Value: ${imageRef}. ${why}`);
  }
  if (typeof imageRef !== 'string' || imageRef === '') throw badRequest('Missing imageRef attribute');
  return { imageId: imageRef };
}

/** Without a word about networks, the one that the project has. Source: nova/network/neutron.py, validate_networks */
function wiresOf(state: CloudState, given: unknown, asked: Asked): { networks: string[]; ports: string[] } {
  const mine = state.networks.filter(({ projectId, shared }) => projectId === asked.caller.projectId || shared);
  if (given === 'none') return { networks: [], ports: [] };
  const wanted = Array.isArray(given) ? given.filter(isRecord) : [];
  if (wanted.length === 0) {
    const inner = mine.filter(({ external }) => !external);
    if (inner.length > 1) {
      const words = 'Multiple possible networks found, use a Network ID to be more specific.';
      throw fault(409, 'conflictingRequest', words);
    }
    return { networks: inner.map(({ id }) => id), ports: [] };
  }
  const ports = wanted.flatMap(({ port }) => (typeof port === 'string' ? [port] : []));
  for (const id of ports) mustBeFree(state, id);
  const networks = wanted.flatMap(({ uuid, port }) => (typeof port === 'string' ? [] : [String(uuid)]));
  const visible = (network: Network): boolean => isAdmin(asked) || network.external || mine.includes(network);
  const lacking = networks.find((id) => !state.networks.some((network) => network.id === id && visible(network)));
  if (lacking !== undefined) throw badRequest(`Network ${lacking} could not be found.`);
  return { networks, ports };
}

function mustBeFree({ ports }: CloudState, id: string): void {
  const port = ports.find((one) => one.id === id);
  if (!port) throw badRequest(`Port id ${id} could not be found.`);
  if (port.deviceId !== '') throw fault(409, 'conflictingRequest', `Port ${id} is still in use.`);
}

function made(asked: Asked, given: Record<string, unknown>, one: Pick<Server, 'name' | 'flavor' | 'imageId'>): Server {
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  return {
    ...one,
    id: randomUUID(),
    status: 'BUILD',
    vmState: 'building',
    taskState: null,
    projectId: asked.caller.projectId,
    userId: asked.caller.userId,
    host: null,
    created: stamp(),
    updated: stamp(),
    description: typeof given.description === 'string' ? given.description : null,
    metadata: Object.fromEntries(
      Object.entries(isRecord(given.metadata) ? given.metadata : {}).map(([key, value]) => [key, String(value)]),
    ),
    tags: texts(given.tags),
    keyName: typeof given.key_name === 'string' ? given.key_name : null,
    locked: false,
    lockedReason: null,
    securityGroups: groupsOf(given),
    fault: null,
    actions: [],
  };
}

function groupsOf({ security_groups }: Record<string, unknown>): string[] {
  const groups = Array.isArray(security_groups) ? security_groups.filter(isRecord) : [];
  return groups.length === 0 ? ['default'] : groups.map(({ name }) => String(name));
}

function attachBoot(state: CloudState, server: Server, boot: NonNullable<Boot['volume']>): void {
  const { id: serverId, projectId, userId } = server;
  if ('id' in boot) {
    const volume = state.volumes.find(({ id }) => id === boot.id);
    if (!volume) throw badRequest(`Block Device Mapping is Invalid: failed to get volume ${boot.id}.`);
    volume.attachments.push({ serverId, device: '/dev/vda', host: null, deletedWithServer: false });
    volume.status = 'reserved';
    return;
  }
  const now = stamp().replace('Z', '.000000');
  state.volumes.push({
    id: randomUUID(),
    name: '',
    status: 'reserved',
    sizeGiB: boot.sizeGiB,
    projectId,
    userId,
    type: state.volumeTypes[0]?.name ?? '__DEFAULT__',
    host: state.pools[0]?.name ?? null,
    zone: 'nova',
    bootable: true,
    created: now,
    updated: now,
    attachments: [{ serverId, device: '/dev/vda', host: null, deletedWithServer: boot.goes }],
  });
}

/** With the groups that it was asked for, whether it has ports for them or not. */
function answered(server: Server | undefined, groups: readonly string[], { base }: Asked): Answer {
  if (!server) throw new Error('nothing was made');
  const href = `${base}/v2.1/servers/${server.id}`;
  const links = [
    { rel: 'self', href },
    { rel: 'bookmark', href: `${base}/servers/${server.id}` },
  ];
  const adminPass = randomBytes(9).toString('base64url');
  const security_groups = groups.map((name) => ({ name }));
  const shown = { id: server.id, links, 'OS-DCF:diskConfig': 'MANUAL', security_groups, adminPass };
  return { status: 202, body: { server: shown }, headers: { location: href } };
}
