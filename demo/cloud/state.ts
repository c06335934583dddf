/** What the pretend cloud holds. Tests read it and change it freely. */

export interface Domain {
  id: string;
  name: string;
  enabled: boolean;
}

export interface Project {
  id: string;
  name: string;
  domain_id: string;
  description: string;
  enabled: boolean;
}

export interface User {
  id: string;
  name: string;
  domain_id: string;
  password: string;
  /** Project ID → role names. */
  roles: Map<string, string[]>;
}

export interface Host {
  name: string;
  zone: string;
  /** Of its nova-compute, by UUID and by the number of before 2.53. */
  serviceId: string;
  serviceNumber: number;
  hypervisorId: string;
  status: 'enabled' | 'disabled';
  state: 'up' | 'down';
  disabledReason: string | null;
  forcedDown: boolean;
  vcpus: number;
  memoryMiB: number;
  diskGiB: number;
}

export interface Flavor {
  id: string;
  name: string;
  vcpus: number;
  ramMiB: number;
  diskGiB: number;
}

export interface Server {
  id: string;
  name: string;
  /** Nova's `status`: ACTIVE, SHUTOFF, ERROR, … */
  status: string;
  vmState: string;
  taskState: string | null;
  projectId: string;
  userId: string;
  /** Null where it is on none. */
  host: string | null;
  flavor: Flavor;
  /** Null where it boots from a volume. */
  imageId: string | null;
  created: string;
  metadata: Record<string, string>;
}

export interface VolumeType {
  id: string;
  name: string;
  isPublic: boolean;
  description: string | null;
}

export interface Agent {
  id: string;
  agentType: string;
  binary: string;
  host: string;
  alive: boolean;
  adminStateUp: boolean;
}

export type Limits = Record<string, number>;

export interface Quotas {
  defaults: Limits;
  /** Project ID → what somebody set. */
  own: Map<string, Limits>;
  /** Project ID → what is in use; compute's is counted from the servers instead. */
  used: Map<string, Limits>;
  reserved: Map<string, Limits>;
}

export interface CloudState {
  domains: Domain[];
  projects: Project[];
  users: User[];
  hosts: Host[];
  servers: Server[];
  /** Server ID → its serial console. */
  consoles: Map<string, string>;
  volumeTypes: VolumeType[];
  agents: Agent[];
  quotas: { compute: Quotas; volume: Quotas; network: Quotas };
  /** Nova answers 200 to quota changes and stores nothing, as with its UnifiedLimitsDriver. */
  unifiedLimits: boolean;
}

export function limitsOf({ defaults, own }: Quotas, projectId: string): Limits {
  return { ...defaults, ...own.get(projectId) };
}

/** Stores only what differs from before; the rest goes on following the defaults. */
export function setLimits({ own }: Quotas, projectId: string, limits: Limits): void {
  own.set(projectId, { ...own.get(projectId), ...limits });
}

export function computeUse({ servers, quotas }: CloudState, projectId: string): Limits {
  const theirs = servers.filter((server) => server.projectId === projectId);
  return {
    instances: theirs.length,
    cores: theirs.reduce((sum, { flavor }) => sum + flavor.vcpus, 0),
    ram: theirs.reduce((sum, { flavor }) => sum + flavor.ramMiB, 0),
    ...quotas.compute.used.get(projectId),
  };
}
