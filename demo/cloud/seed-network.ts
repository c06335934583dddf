import { ADMIN_PROJECT, ALICE_LAB, DEMO_PROJECT, hexId, type MakeId } from './ids.ts';
import type { Server } from './state-compute.ts';
import type { FloatingIp, Network, NetworkState, Port, Router, Subnet } from './state-network.ts';

/** Two projects' networks behind routers to one external network, with floating IPs of every kind. */
export function seededNetwork(servers: readonly Server[], id: MakeId): NetworkState {
  const publicNet = {
    ...network('public', ADMIN_PROJECT, id),
    external: true,
    type: 'flat',
    physicalNetwork: 'physnet1',
    segmentationId: null,
  };
  const demoNet = network('demo-net', DEMO_PROJECT, id);
  const aliceNet = network('alice-net', ALICE_LAB, id);
  const publicSubnet: Subnet = {
    ...subnet('public-subnet', publicNet, '203.0.113', id),
    dhcp: false,
    pools: [{ start: '203.0.113.10', end: '203.0.113.250' }],
  };
  const subnets = [publicSubnet, subnet('demo-net-v4', demoNet, '10.10.0', id), subnet('alice-net-v4', aliceNet, '10.20.0', id)];
  const ports = servers
    .filter(({ host }) => host !== null)
    .map((server, n) => {
      const [on, prefix] = server.projectId === ALICE_LAB ? [aliceNet, '10.20.0'] : [demoNet, '10.10.0'];
      return serverPort(server, on, `${prefix}.${100 + n}`, id);
    });
  const routers = [
    router('demo-router', DEMO_PROJECT, publicSubnet, '203.0.113.11', id),
    router('alice-router', ALICE_LAB, publicSubnet, '203.0.113.12', id),
  ];
  const floatingIps = seededFloatingIps({ servers, ports, routers, publicNet, id });
  return {
    networks: [publicNet, demoNet, aliceNet],
    subnets,
    ports: [
      ...ports,
      ...routers.flatMap((one, n) => routerPorts(one, subnets[n + 1], id)),
      ...floatingIps.map((ip) => floatingIpPort(ip, publicSubnet, id)),
    ],
    routers,
    floatingIps,
    agents: ['compute1', 'compute2', 'compute3', 'compute10', 'network1'].map((name) => ({
      id: id(`agent ${name}`),
      agentType: 'Open vSwitch agent',
      binary: 'neutron-openvswitch-agent',
      host: name,
      alive: true,
      adminStateUp: true,
    })),
    networkExtensions: new Set(['network-ip-availability', 'expose-port-forwarding-in-fip']),
  };
}

interface FloatingIpSeed {
  servers: readonly Server[];
  ports: readonly Port[];
  routers: readonly Router[];
  publicNet: Network;
  id: MakeId;
}

/** In use, left over, kept on purpose, and one that only forwards a port. */
function seededFloatingIps({ servers, ports, routers, publicNet, id }: FloatingIpSeed): FloatingIp[] {
  let last = 20;
  const make = (projectId: string, description = ''): FloatingIp => {
    last += 1;
    return floatingIp(`203.0.113.${last}`, projectId, publicNet.id, description, id);
  };
  const portOf = (name: string): Port | undefined => {
    const device = servers.find((server) => server.name === name)?.id;
    return ports.find(({ deviceId }) => deviceId === device);
  };
  const routerOf = (projectId: string): string | null => routers.find((router) => router.projectId === projectId)?.id ?? null;
  const onServer = (projectId: string, name: string): FloatingIp => {
    const port = portOf(name);
    const fixedAddress = port?.fixedIps[0]?.address ?? null;
    return { ...make(projectId), portId: port?.id ?? null, fixedAddress, routerId: routerOf(projectId), status: 'ACTIVE' };
  };
  const target = portOf('web-3');
  const forwarding: FloatingIp = {
    ...make(DEMO_PROJECT, 'left over 2'),
    routerId: routerOf(DEMO_PROJECT),
    portForwardings: [
      {
        id: id('port forwarding web-3'),
        protocol: 'tcp',
        externalPort: 2_222,
        internalPort: 22,
        internalAddress: target?.fixedIps[0]?.address ?? '',
        internalPortId: target?.id ?? '',
      },
    ],
  };
  return [
    onServer(DEMO_PROJECT, 'web-1'),
    onServer(DEMO_PROJECT, 'web-2'),
    onServer(DEMO_PROJECT, 'db-1'),
    make(DEMO_PROJECT, 'left over 0'),
    make(DEMO_PROJECT, 'left over 1'),
    forwarding,
    { ...make(DEMO_PROJECT, "keep: the customer's DNS names it"), tags: ['keep'] },
    onServer(ALICE_LAB, 'alice-vm-1'),
    make(ALICE_LAB, 'left over 0'),
    make(ALICE_LAB, 'left over 1'),
  ];
}

export function network(name: string, projectId: string, id: MakeId): Network {
  return {
    id: id(`network ${name}`),
    name,
    projectId,
    external: false,
    shared: false,
    description: '',
    mtu: 1_450,
    type: 'vxlan',
    physicalNetwork: null,
    segmentationId: 100,
  };
}

/** A /24, of which the router has the first address. */
function subnet(name: string, on: Network, prefix: string, id: MakeId): Subnet {
  return {
    id: id(`subnet ${name}`),
    name,
    networkId: on.id,
    projectId: on.projectId,
    cidr: `${prefix}.0/24`,
    ipVersion: 4,
    gatewayIp: `${prefix}.1`,
    dhcp: true,
    pools: [{ start: `${prefix}.2`, end: `${prefix}.254` }],
  };
}

function router(name: string, projectId: string, on: Subnet, address: string, id: MakeId): Router {
  return { id: id(`router ${name}`), name, projectId, gateway: { networkId: on.networkId, subnetId: on.id, address } };
}

export function floatingIp(address: string, projectId: string, networkId: string, description: string, id: MakeId): FloatingIp {
  return {
    id: id(`floating ip ${address}`),
    address,
    networkId,
    projectId,
    portId: null,
    fixedAddress: null,
    routerId: null,
    status: 'DOWN',
    description,
    tags: [],
    created: '2026-11-23T06:40:00Z',
    updated: '2026-11-23T06:40:00Z',
    revision: 0,
    dnsName: '',
    qosPolicyId: null,
    portForwardings: [],
  };
}

interface NewPort {
  networkId: string;
  subnetId: string;
  address: string;
  projectId: string;
  deviceId: string;
  deviceOwner: string;
}

function port({ subnetId, address, ...rest }: NewPort, id: MakeId): Port {
  const hash = hexId(address);
  return {
    ...rest,
    id: id(`port ${address} ${rest.deviceOwner}`),
    mac: `fa:16:3e:${hash.slice(0, 2)}:${hash.slice(2, 4)}:${hash.slice(4, 6)}`,
    status: 'ACTIVE',
    fixedIps: [{ subnetId, address }],
  };
}

export function serverPort({ id: deviceId, projectId }: Server, on: Network, address: string, id: MakeId): Port {
  const subnetId = id(`subnet ${on.name}-v4`);
  return port({ networkId: on.id, subnetId, address, projectId, deviceId, deviceOwner: 'compute:az1' }, id);
}

/** Neutron's own ports belong to no project. */
export function routerPorts({ id: deviceId, projectId, gateway }: Router, inside: Subnet | undefined, id: MakeId): Port[] {
  const outside = gateway ? [port({ ...gateway, projectId: '', deviceId, deviceOwner: 'network:router_gateway' }, id)] : [];
  if (!inside) return outside;
  const address = inside.gatewayIp ?? '';
  const leg = { networkId: inside.networkId, subnetId: inside.id, address, projectId, deviceId };
  return [...outside, port({ ...leg, deviceOwner: 'network:router_interface' }, id)];
}

export function floatingIpPort(ip: FloatingIp, on: Subnet, id: MakeId): Port {
  const { networkId, address, id: deviceId } = ip;
  const made = port({ networkId, subnetId: on.id, address, projectId: '', deviceId, deviceOwner: 'network:floatingip' }, id);
  return { ...made, status: 'N/A' };
}
