import { z } from 'zod';

/* A server as nova writes it, and as we read it. */

/** Before 2.47 only `{ id, links }`. */
const FlavorBody = z.object({
  original_name: z.string(),
  vcpus: z.number(),
  ram: z.number(),
  disk: z.number(),
  ephemeral: z.number(),
  swap: z.number(),
});
const AddressBody = z.object({
  addr: z.string(),
  version: z.number(),
  'OS-EXT-IPS:type': z.string().nullish(),
  'OS-EXT-IPS-MAC:mac_addr': z.string().nullish(),
});
const FaultBody = z.object({ code: z.number(), message: z.string(), created: z.string() });
const VolumeBody = z.object({ id: z.string(), delete_on_termination: z.boolean().nullish() });

/** Of 2.47. Of a server in a cell that is down only the first four are sure. Source: nova/api/openstack/compute/views/servers.py */
export const ServerBody = z.object({
  id: z.string(),
  status: z.string(),
  tenant_id: z.string(),
  created: z.string(),
  name: z.string().nullish(),
  user_id: z.string().nullish(),
  updated: z.string().nullish(),
  description: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  tags: z.array(z.string()).nullish(),
  key_name: z.string().nullish(),
  locked: z.boolean().nullish(),
  flavor: z.union([FlavorBody, z.object({ id: z.string() })]).nullish(),
  // An empty text where it boots from a volume.
  image: z.union([z.object({ id: z.string() }), z.literal('')]).nullish(),
  addresses: z.record(z.string(), z.array(AddressBody)).nullish(),
  fault: FaultBody.nullish(),
  'OS-EXT-AZ:availability_zone': z.string().nullish(),
  'OS-EXT-STS:task_state': z.string().nullish(),
  'OS-EXT-STS:vm_state': z.string().nullish(),
  'OS-EXT-STS:power_state': z.number().nullish(),
  'OS-EXT-SRV-ATTR:host': z.string().nullish(),
  'OS-SRV-USG:launched_at': z.string().nullish(),
  'os-extended-volumes:volumes_attached': z.array(VolumeBody).nullish(),
});
export type ServerBody = z.infer<typeof ServerBody>;

/** Of 2.73. */
export const ServerDetailBody = ServerBody.extend({
  locked_reason: z.string().nullish(),
  host_status: z.string().nullish(),
  config_drive: z.union([z.string(), z.boolean()]).nullish(),
  // Left out while the server is being made, and where it has none.
  security_groups: z.array(z.object({ name: z.string() })).nullish(),
  server_groups: z.array(z.string()).nullish(),
  'OS-EXT-SRV-ATTR:hypervisor_hostname': z.string().nullish(),
  'OS-EXT-SRV-ATTR:instance_name': z.string().nullish(),
});
export type ServerDetailBody = z.infer<typeof ServerDetailBody>;

export interface ServerAddress {
  /** The network's name. */
  network: string;
  address: string;
  version: number;
  type: 'fixed' | 'floating';
  mac: string | null;
}

/** python-openstackclient's words for nova's numbers. Source: nova/objects/fields.py, InstancePowerState */
const POWER_STATES: Readonly<Record<number, string>> = {
  0: 'No state',
  1: 'Running',
  3: 'Paused',
  4: 'Shutdown',
  6: 'Crashed',
  7: 'Suspended',
};

export interface ServerShape {
  id: string;
  /** The ID where its cell is down. */
  name: string;
  /** `ACTIVE`, `SHUTOFF`, `ERROR`, …; `UNKNOWN` where its cell is down. */
  status: string;
  tenant_id: string;
  user_id: string;
  created: string;
  updated: string;
  launched_at: string | null;
  description: string | null;
  metadata: Record<string, string>;
  tags: string[];
  key_name: string | null;
  locked: boolean;
  /** RAM and swap in MiB, disks in GiB; null on clouds that are too old to say it. */
  flavor: { name: string; vcpus: number; ram: number; disk: number; ephemeral: number; swap: number } | null;
  /** Null where it boots from a volume. */
  image: string | null;
  addresses: ServerAddress[];
  /** Of servers in ERROR, and of deleted ones. */
  fault: { code: number; message: string; created: string } | null;
  /** Null where it never got one. */
  availability_zone: string | null;
  task_state: string | null;
  vm_state: string | null;
  power_state: string | null;
  /** The compute host; null where it is on none. Undefined where nova does not say: to who is no admin, and while its cell is down. */
  host: string | null | undefined;
  /** IDs of the attached volumes. */
  volumes: string[];
}

export interface ServerDetailShape extends ServerShape {
  locked_reason: string | null;
  /** `UP`, `DOWN`, `MAINTENANCE`, `UNKNOWN`: of the host's nova-compute, for admins. */
  host_status: string | null;
  hypervisor_hostname: string | null;
  /** What the hypervisor calls it: `instance-0000000b`. */
  instance_name: string | null;
  config_drive: boolean;
  security_groups: string[];
  /** IDs; a server is in one at most. */
  server_groups: string[];
  /** IDs of the attached volumes that are deleted together with it. */
  volumes_deleted_with_it: string[];
}

export function serverOf(body: ServerBody): ServerShape {
  const { id, status, tenant_id, created, flavor, image } = body;
  return {
    id,
    name: body.name ?? id,
    status,
    tenant_id,
    user_id: body.user_id ?? '',
    created,
    updated: body.updated ?? created,
    launched_at: body['OS-SRV-USG:launched_at'] ?? null,
    description: body.description ?? null,
    metadata: body.metadata ?? {},
    tags: body.tags ?? [],
    key_name: body.key_name ?? null,
    locked: body.locked ?? false,
    flavor: flavor && 'original_name' in flavor ? flavorOf(flavor) : null,
    image: image ? image.id : null,
    addresses: Object.entries(body.addresses ?? {}).flatMap(([network, addresses]) =>
      addresses.map((one) => ({
        network,
        address: one.addr,
        version: one.version,
        type: one['OS-EXT-IPS:type'] === 'floating' ? 'floating' : 'fixed',
        mac: one['OS-EXT-IPS-MAC:mac_addr'] ?? null,
      })),
    ),
    fault: body.fault ?? null,
    availability_zone: body['OS-EXT-AZ:availability_zone'] || null,
    task_state: body['OS-EXT-STS:task_state'] ?? null,
    vm_state: body['OS-EXT-STS:vm_state'] ?? null,
    power_state: POWER_STATES[body['OS-EXT-STS:power_state'] ?? -1] ?? null,
    host: body['OS-EXT-SRV-ATTR:host'],
    volumes: (body['os-extended-volumes:volumes_attached'] ?? []).map((volume) => volume.id),
  };
}

function flavorOf({ original_name, vcpus, ram, disk, ephemeral, swap }: z.infer<typeof FlavorBody>): ServerShape['flavor'] {
  return { name: original_name, vcpus, ram, disk, ephemeral, swap };
}

export function serverDetailOf(body: ServerDetailBody): ServerDetailShape {
  const volumes = body['os-extended-volumes:volumes_attached'] ?? [];
  return {
    ...serverOf(body),
    locked_reason: body.locked_reason ?? null,
    host_status: body.host_status || null,
    hypervisor_hostname: body['OS-EXT-SRV-ATTR:hypervisor_hostname'] ?? null,
    instance_name: body['OS-EXT-SRV-ATTR:instance_name'] ?? null,
    config_drive: body.config_drive === true || body.config_drive === 'True',
    security_groups: [...new Set((body.security_groups ?? []).map(({ name }) => name))],
    server_groups: body.server_groups ?? [],
    volumes_deleted_with_it: volumes.filter(({ delete_on_termination }) => delete_on_termination).map(({ id }) => id),
  };
}
