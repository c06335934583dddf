import type { Reporting } from './heartbeats.ts';

export interface ComputeState {
  hosts: Host[];
  controllers: Controller[];
  aggregates: Aggregate[];
  flavors: Flavor[];
  servers: Server[];
  /** Nova's database keeps them: they are among what has changed since. */
  deletedServers: Server[];
  serverGroups: ServerGroup[];
  migrations: Migration[];
  evacuations: EvacuationTrouble;
  /** Server ID → its serial console. */
  consoles: Map<string, string>;
  /** What placement gives out of each host's, as a multiple of what there is. */
  allocationRatios: Record<'VCPU' | 'MEMORY_MB' | 'DISK_GB', number>;
}

/** A nova-conductor or nova-scheduler. */
export interface Controller extends Reporting {
  binary: string;
  host: string;
  id: string;
}

export interface Host extends Reporting {
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
  /** When somebody changed its service last, in milliseconds since 1970. */
  written?: number;
  vcpus: number;
  memoryMiB: number;
  diskGiB: number;
}

export interface Aggregate {
  id: number;
  uuid: string;
  name: string;
  zone: string | null;
  hosts: string[];
  metadata: Record<string, string>;
}

export interface Flavor {
  id: string;
  name: string;
  vcpus: number;
  ramMiB: number;
  diskGiB: number;
  /** None where left out; so is swap. */
  ephemeralGiB?: number;
  swapMiB?: number;
  isPublic: boolean;
  /** Of a private one: IDs of the projects that may use it. */
  projects: string[];
  extraSpecs: Record<string, string>;
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
  updated: string;
  description: string | null;
  metadata: Record<string, string>;
  tags: string[];
  keyName: string | null;
  locked: boolean;
  lockedReason: string | null;
  securityGroups: string[];
  /** Shown while its status is ERROR. */
  fault: { message: string; created: string } | null;
  /** Oldest first. */
  actions: ServerAction[];
  /** What nova is about to do with it. */
  task?: ServerTask;
}

/** Goes one step on each time that somebody looks at the server: tests need no clock. */
export interface ServerTask {
  kind: 'build' | 'delete' | 'stop' | 'start' | 'reboot' | 'resize' | 'confirm' | 'revert' | 'live-migration';
  /** The task states that are still to come; then it ends. */
  states: string[];
  /** Of one that moves: the host that was asked for. */
  to?: string;
  /** Past the scheduler's filters. */
  isForced?: boolean;
  /** Of one that is built. */
  build?: { networks: string[]; ports: string[]; zone: string | null; forced: string | null };
}

export interface ServerAction {
  action: string;
  requestId: string;
  userId: string;
  started: string;
  updated: string;
  message: string | null;
}

export interface ServerGroup {
  id: string;
  name: string;
  projectId: string;
  userId: string;
  policy: string;
  rules: Record<string, number>;
  /** IDs of servers. */
  members: string[];
}

export interface Migration {
  id: number;
  uuid: string;
  serverId: string;
  type: 'evacuation' | 'live-migration' | 'migration' | 'resize';
  status: string;
  source: string;
  /** Null until the scheduler has decided. */
  dest: string | null;
  created: string;
  updated: string | null;
  /** How often it is still looked at before it ends. */
  looks: number;
  /** It was asked for in 2.95 or later. */
  leftStopped: boolean;
  /** Of a resize. */
  oldFlavor?: Flavor;
  newFlavor?: Flavor;
  /** What it was before it was resized, and is again afterwards. */
  oldVmState?: string;
  /** Of a live migration that runs: how many looks it began with, and what was asked of it meanwhile. */
  ofLooks?: number;
  asked?: 'abort' | 'force complete';
}

/** How evacuations go, and whatever else takes its time. */
export interface EvacuationTrouble {
  /** How often the migrations are listed before one ends. */
  looks: number;
  /** IDs of servers with which nothing goes on. */
  held: Set<string>;
  /** Server ID → the fault that its rebuild ends with. */
  fails: Map<string, string>;
}
