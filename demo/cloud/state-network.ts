import type { Reporting } from './heartbeats.ts';

export interface NetworkState {
  networks: Network[];
  subnets: Subnet[];
  ports: Port[];
  routers: Router[];
  floatingIps: FloatingIp[];
  agents: Agent[];
  /** Neutron's extensions, as far as an answer here depends on them. Take one out to pretend a cloud without it. */
  networkExtensions: Set<string>;
}

export interface Network {
  id: string;
  name: string;
  projectId: string;
  external: boolean;
  /** Projects that may use an external one; left out: all. */
  externalFor?: string[];
  shared: boolean;
  description: string;
  mtu: number;
  type: string;
  physicalNetwork: string | null;
  segmentationId: number | null;
}

export interface Subnet {
  id: string;
  name: string;
  networkId: string;
  projectId: string;
  cidr: string;
  ipVersion: 4 | 6;
  gatewayIp: string | null;
  dhcp: boolean;
  /** Both ends included. */
  pools: { start: string; end: string }[];
}

export interface Port {
  id: string;
  networkId: string;
  /** Empty for neutron's own. */
  projectId: string;
  deviceId: string;
  /** `compute:az1`, `network:router_gateway`, … */
  deviceOwner: string;
  mac: string;
  status: string;
  fixedIps: { subnetId: string; address: string }[];
  /** How it is bound to its server's host, where not well: `binding_failed`. */
  vifType?: string;
}

export interface Router {
  id: string;
  name: string;
  projectId: string;
  /** Its leg in an external network. */
  gateway: { networkId: string; subnetId: string; address: string } | null;
}

export interface FloatingIp {
  id: string;
  address: string;
  networkId: string;
  projectId: string;
  portId: string | null;
  fixedAddress: string | null;
  routerId: string | null;
  status: 'ACTIVE' | 'DOWN' | 'ERROR';
  description: string;
  tags: string[];
  created: string;
  /** In whole seconds, as `created`. */
  updated: string;
  /** Grows with each change. */
  revision: number;
  /** Shown where the extension `dns-integration` is. */
  dnsName: string;
  qosPolicyId: string | null;
  portForwardings: PortForwarding[];
}

export interface PortForwarding {
  id: string;
  protocol: string;
  externalPort: number;
  internalPort: number;
  internalAddress: string;
  internalPortId: string;
}

export interface Agent extends Reporting {
  id: string;
  agentType: string;
  binary: string;
  host: string;
  alive: boolean;
  adminStateUp: boolean;
}
