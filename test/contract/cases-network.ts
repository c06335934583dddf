import { z } from 'zod';
import { listAddressPools } from '../../src/openstack/address-pools.ts';
import { type FloatingIp, listFloatingIps } from '../../src/openstack/floating-ips.ts';
import { getDefaultNetworkQuota, getNetworkQuota, listNetworkAgents, updateNetworkQuota } from '../../src/openstack/network.ts';
import {
  findIpAvailabilities,
  type IpAvailability,
  listNetworkRbacPolicies,
  listNetworks,
  listSubnets,
} from '../../src/openstack/networks.ts';
import { listPorts, type Port } from '../../src/openstack/ports.ts';
import { type Case, called, forAdmin, forAll, inPagesOf, NO_UUID, NOSUCH, once, raised } from './case.ts';
import { floatingIpChanges } from './cases-floating-ips.ts';

const quotas: Case[] = [
  ...forAll('get network quotas', [getNetworkQuota], (os, { demo }) => getNetworkQuota(os, demo)),
  ...forAll("get somebody else's network quotas", [getNetworkQuota], (os, { aliceLab }) => getNetworkQuota(os, aliceLab)),
  ...forAdmin('get network quotas of no project', [getNetworkQuota], (os) => getNetworkQuota(os, NOSUCH)),
  ...forAll('get default network quotas', [getDefaultNetworkQuota], (os, { aliceLab }) => getDefaultNetworkQuota(os, aliceLab)),
  ...forAdmin('raise a network quota', [updateNetworkQuota, getNetworkQuota], (os, { aliceLab }) =>
    raised(
      'floatingip',
      () => getNetworkQuota(os, aliceLab),
      (limits) => updateNetworkQuota(os, aliceLab, limits),
    ),
  ),
  ...forAdmin('set an unknown network quota', [updateNetworkQuota], (os, { aliceLab }) =>
    updateNetworkQuota(os, aliceLab, { wrong: 1 }),
  ),
  ...forAdmin('set a network quota to -2', [updateNetworkQuota], (os, { aliceLab }) =>
    updateNetworkQuota(os, aliceLab, { port: -2 }),
  ),
  {
    name: 'set a network quota as a member',
    as: 'member',
    calls: [updateNetworkQuota],
    run: (os, { demo }) => updateNetworkQuota(os, demo, { port: 501 }),
  },
  ...forAll('list network agents', [listNetworkAgents], (os) => listNetworkAgents(os)),
];

const floatingIps: Case[] = [
  ...forAll('list floating IPs', [listFloatingIps], async (os) => described(await listFloatingIps(os))),
  ...forAdmin('list floating IPs in pages of two', [listFloatingIps], async (os) =>
    once(await listFloatingIps(inPagesOf(os, 2))),
  ),
  ...forAll("list another project's floating IPs", [listFloatingIps], async (os, { aliceLab }) =>
    described(await listFloatingIps(os, { projectId: aliceLab })),
  ),
  ...forAdmin('list floating IPs of no project', [listFloatingIps], (os) => listFloatingIps(os, { projectId: NOSUCH })),
  ...forAdmin('list floating IPs of a network', [listFloatingIps], async (os, { publicNetwork }) =>
    described(await listFloatingIps(os, { networkId: publicNetwork })),
  ),
  ...forAdmin('list floating IPs of no network', [listFloatingIps], (os) => listFloatingIps(os, { networkId: NO_UUID })),
  ...forAdmin('list floating IPs of a status in other letters', [listFloatingIps], async (os, { demo }) =>
    described(await listFloatingIps(os, { status: 'down', projectId: demo })),
  ),
  ...forAdmin('list floating IPs with a tag', [listFloatingIps], async (os) =>
    described(await listFloatingIps(os, { tags: ['keep'] })),
  ),
  ...forAdmin('list floating IPs with two tags', [listFloatingIps], (os) => listFloatingIps(os, { tags: ['keep', 'nosuch'] })),
  ...forAdmin('list floating IPs with a description', [listFloatingIps], async (os) =>
    described(await listFloatingIps(os, { description: "keep: the customer's DNS names it" })),
  ),
  ...forAdmin('list the floating IP of an address', [listFloatingIps], async (os) => {
    const [kept] = await listFloatingIps(os, { tags: ['keep'] });
    return described(await listFloatingIps(os, { address: kept?.floating_ip_address }));
  }),
  ...forAdmin('list the floating IP of what is no address', [listFloatingIps], (os) => listFloatingIps(os, { address: 'a b' })),
  ...forAdmin('list the floating IPs of a port', [listFloatingIps], async (os) => {
    const used = (await listFloatingIps(os)).find(({ port_id }) => port_id !== null);
    return listFloatingIps(os, { portId: used?.port_id ?? '' });
  }),
  ...forAdmin('list the floating IPs of a router', [listFloatingIps], async (os, { demo }) => {
    const routed = (await listFloatingIps(os, { projectId: demo })).find(({ router_id }) => router_id !== null);
    return described(await listFloatingIps(os, { routerId: routed?.router_id ?? '' }));
  }),
  ...forAdmin('list floating IPs by a filter that is none', [], (os) =>
    os.list({ service: 'network', path: '/floatingips', query: { nosuch: 1 }, key: 'floatingips', response: z.unknown() }),
  ),
];

/** How each is used, as keys: only those are compared word for word. Addresses are not the same. */
function described(ips: readonly FloatingIp[]): unknown {
  const words = ips.map(({ description, tags, port_id, port_forwardings, in_use }) =>
    [
      description,
      ...tags,
      port_id === null ? 'no port' : 'port',
      `${port_forwardings.length} forwarded`,
      in_use ? 'used' : 'unused',
    ].join(' '),
  );
  return { [words.sort().join(', ')]: ips };
}

const networks: Case[] = [
  ...forAll('list networks', [listNetworks], async (os) => called(await listNetworks(os))),
  ...forAdmin('list networks in pages of one', [listNetworks], async (os) => once(await listNetworks(inPagesOf(os, 1)))),
  ...forAll('list external networks', [listNetworks], async (os) => called(await listNetworks(os, { external: true }))),
  ...forAdmin('list networks that are not external', [listNetworks], async (os) =>
    called(await listNetworks(os, { external: false })),
  ),
  ...forAdmin('list networks of a name in other letters', [listNetworks], async (os) =>
    called(await listNetworks(os, { name: 'PUBLIC' })),
  ),
  ...forAll("list another project's networks", [listNetworks], async (os, { aliceLab }) =>
    called(await listNetworks(os, { projectId: aliceLab })),
  ),
  ...forAll('list subnets', [listSubnets], async (os) => called(await listSubnets(os))),
  ...forAdmin('list the subnets of a network', [listSubnets], async (os, { publicNetwork }) =>
    called(await listSubnets(os, { networkIds: [publicNetwork, NO_UUID] })),
  ),
  ...forAdmin('list the subnets of 150 networks', [listSubnets], async (os, { publicNetwork }) => {
    const ids = [...Array.from({ length: 149 }, () => NO_UUID), publicNetwork];
    return called(await listSubnets(os, { networkIds: ids }));
  }),
  ...forAll('find how full networks are', [findIpAvailabilities], async (os) => byNetwork(await findIpAvailabilities(os))),
  ...forAdmin('find how full a network is', [findIpAvailabilities], async (os, { publicNetwork }) =>
    byNetwork(await findIpAvailabilities(os, { networkId: publicNetwork, ipVersion: 4 })),
  ),
  ...forAdmin('find how full networks are of IPv6', [findIpAvailabilities], (os) => findIpAvailabilities(os, { ipVersion: 6 })),
  ...forAdmin('find how full no network is', [findIpAvailabilities], (os) => findIpAvailabilities(os, { networkId: NO_UUID })),
  ...forAll('list network RBAC policies', [listNetworkRbacPolicies], async (os) =>
    called((await listNetworkRbacPolicies(os)).map(({ action, ...policy }) => ({ name: action, ...policy }))),
  ),
];

function byNetwork(list: readonly IpAvailability[] = []): unknown {
  return called(list.map(({ network_name: name, ...rest }) => ({ name, ...rest })));
}

const ports: Case[] = [
  ...forAll('list ports', [listPorts], (os) => listPorts(os)),
  ...forAdmin('list ports in pages of four', [listPorts], async (os) => once(await listPorts(inPagesOf(os, 4)))),
  ...forAdmin('list the ports of networks', [listPorts], async (os, { publicNetwork }) =>
    owners(await listPorts(os, { networkIds: [publicNetwork, NO_UUID] })),
  ),
  ...forAdmin('list ports of two kinds', [listPorts], async (os) =>
    owners(await listPorts(os, { deviceOwners: ['network:router_gateway', 'network:router_interface'] })),
  ),
  ...forAdmin('list the ports of a server', [listPorts], async (os, { web1 }) => ({
    [(await listPorts(os, { deviceId: web1 })).length]: null,
  })),
  ...forAdmin('list the ports of two servers, and how they are bound', [listPorts], async (os, { web1, aliceServer }) =>
    listPorts(os, { deviceIds: [web1, aliceServer, NO_UUID] }),
  ),
  ...forAdmin('list the ports of an address', [listPorts], async (os) => owners(await listPorts(os, { address: '10.10.0.1' }))),
  ...forAdmin('list the ports of what is no address', [listPorts], (os) => listPorts(os, { address: 'a b' })),
  ...forAll("list another project's ports", [listPorts], async (os, { aliceLab }) =>
    owners(await listPorts(os, { projectId: aliceLab, status: 'active' })),
  ),
];

const pools: Case[] = [...forAll('list address pools', [listAddressPools], (os) => listAddressPools(os))];

/** Which zone a server is in is the scheduler's to say. */
function owners(list: readonly Port[]): unknown {
  return called(list.map(({ device_owner, ...port }) => ({ name: device_owner.replace(/^compute:.*/, 'compute'), ...port })));
}

export const network: readonly Case[] = [...quotas, ...floatingIps, ...floatingIpChanges, ...networks, ...ports, ...pools];
