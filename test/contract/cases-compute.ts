import { z } from 'zod';
import { listAggregates } from '../../src/openstack/aggregates.ts';
import {
  getConsoleOutput,
  getServer,
  getServerDetail,
  listComputeServices,
  listHypervisors,
  listHypervisorsOfHost,
  listServerNames,
  listServerPlaces,
  listServers,
  listServersNamed,
  listServersOnHost,
} from '../../src/openstack/compute.ts';
import { listFlavors } from '../../src/openstack/flavors.ts';
import { listImages } from '../../src/openstack/image.ts';
import { resolveFlavor, resolveServer } from '../../src/openstack/kinds.ts';
import { listServerActions } from '../../src/openstack/server-actions.ts';
import type { Session } from '../../src/openstack/session.ts';
import { type Case, called, forAdmin, forAll, inPagesOf, NO_UUID, NOSUCH, once } from './case.ts';

const hosts: Case[] = [
  ...forAll('list compute services', [listComputeServices], (os) => listComputeServices(os)),
  ...forAdmin('list compute services of a host', [listComputeServices], (os) =>
    listComputeServices(os, { binary: 'nova-compute', host: 'compute1' }),
  ),
  ...forAdmin('list compute services of no host', [listComputeServices], (os) => listComputeServices(os, { host: 'nosuch' })),
  ...forAll('list hypervisors', [listHypervisors], (os) => listHypervisors(os)),
  ...forAdmin('list hypervisors in pages of one', [listHypervisors], async (os) => once(await listHypervisors(inPagesOf(os, 1)))),
  ...forAdmin('list hypervisors with a part in their name', [listHypervisors], (os) =>
    listHypervisors(os, { namePart: 'COMPUTE2' }),
  ),
  ...forAdmin('list hypervisors with a part that no name has', [listHypervisors], (os) =>
    listHypervisors(os, { namePart: 'nosuch' }),
  ),
  ...forAll('list the hypervisors of a host', [listHypervisorsOfHost], (os) => listHypervisorsOfHost(os, 'compute1')),
  ...forAdmin('list the hypervisors of a host that is not there', [listHypervisorsOfHost], async (os) => ({
    [(await listHypervisorsOfHost(os, 'compute')).length]: null,
  })),
  ...forAll('list aggregates', [listAggregates], async (os) => called(await listAggregates(os))),
];

const flavors: Case[] = [
  ...forAll('list flavors', [listFlavors], async (os) => called(await listFlavors(os))),
  ...forAdmin('list flavors in pages of two', [listFlavors], async (os) => once(await listFlavors(inPagesOf(os, 2)))),
  {
    name: 'list flavors with the private ones of the project',
    as: 'other member',
    calls: [listFlavors],
    run: async (os) => called(await listFlavors(os)),
  },
];

const servers: Case[] = [
  ...forAll('list all servers', [listServers], (os) => listServers(os)),
  ...forAdmin('list servers in pages of two', [listServers], async (os) => once(await listServers(inPagesOf(os, 2)))),
  ...forAdmin('list servers by a broken pattern', [listServers], (os) => listServers(os, { name: '(' })),
  ...forAdmin('list servers of a name', [listServersNamed], (os) => listServersNamed(os, 'web-1')),
  ...forAdmin('list servers of a name that is a pattern', [listServersNamed], (os) => listServersNamed(os, 'web-.')),
  ...forAdmin('list servers of a name with everything odd in it', [listServersNamed], (os) =>
    listServersNamed(os, 'a+(b)[c]{d}|e\\f^$?*'),
  ),
  ...forAdmin('list servers of a name in other letters', [listServersNamed], (os) => listServersNamed(os, 'WEB-1')),
  ...forAdmin('list servers on a host', [listServersOnHost], (os) => listServersOnHost(os, 'compute1')),
  ...forAdmin('list servers on no host', [listServersOnHost], (os) => listServersOnHost(os, 'compute')),
  ...forAll('get a server', [getServer], (os, { web1 }) => getServer(os, web1)),
  ...forAll("get somebody else's server", [getServer], (os, { aliceServer }) => getServer(os, aliceServer)),
  ...forAdmin('get a server that is not there', [getServer], (os) => getServer(os, 'nosuch')),
  ...forAll('get a console log', [getConsoleOutput], (os, { web1 }) => getConsoleOutput(os, web1, 2)),
  ...forAll("get somebody else's console log", [getConsoleOutput], (os, { aliceServer }) => getConsoleOutput(os, aliceServer, 2)),
  ...forAdmin('get the console log of a server without a host', [getConsoleOutput], (os, { broken1 }) =>
    getConsoleOutput(os, broken1, 2),
  ),
  ...forAdmin('resolve a server by name', [resolveServer], (os) => resolveServer(os, 'web-1')),
  ...forAdmin('resolve a server by ID', [resolveServer], (os, { web1 }) => resolveServer(os, web1)),
  ...forAdmin('resolve a server by the beginning of its ID', [resolveServer], (os, { web1 }) =>
    resolveServer(os, web1.slice(0, 13)),
  ),
  ...forAdmin('resolve a flavor by name', [resolveFlavor], (os) => resolveFlavor(os, 'm1.tiny')),
  ...forAdmin('resolve a flavor that is nearly there', [resolveFlavor], (os) => resolveFlavor(os, 'm1.tinny')),
  ...forAdmin('resolve a server that is not there', [resolveServer], (os) => resolveServer(os, 'web')),
  ...forAdmin('list servers of a project', [listServers], async (os, { aliceLab }) =>
    called(await listServers(os, { projectId: aliceLab })),
  ),
  ...forAdmin('list servers of no project', [listServers], async (os) => called(await listServers(os, { projectId: NOSUCH }))),
  ...forAdmin('list servers of a user', [listServers], async (os, { bob }) => called(await listServers(os, { userId: bob }))),
  ...forAdmin('list servers of a status', [listServers], async (os) => called(await listServers(os, { status: 'ERROR' }))),
  ...forAdmin('list servers of a status in small letters', [listServers], async (os) =>
    called(await listServers(os, { status: 'shutoff' })),
  ),
  ...forAdmin('list servers of a status that nova does not know', [listServers], (os) => listServers(os, { status: 'wrong' })),
  ...forAdmin('list servers of a flavor', [listServers, listFlavors], async (os) => {
    const medium = (await listFlavors(os)).find(({ name }) => name === 'm1.medium');
    return called(await listServers(os, { flavorId: medium?.id }));
  }),
  ...forAdmin('list servers of no flavor', [listServers], async (os) => called(await listServers(os, { flavorId: NOSUCH }))),
  ...forAdmin('list servers of an image', [listServers, listImages], async (os, { demo }) => {
    const [cirros] = await listImages(os, { name: 'cirros-0.6' });
    return called(await listServers(os, { imageId: cirros?.id, projectId: demo }));
  }),
  ...forAdmin('list servers of no image', [listServers], async (os) => called(await listServers(os, { imageId: NOSUCH }))),
  ...forAdmin('list servers by a part of their address', [listServers], async (os) =>
    called(await listServers(os, { ip: '10.20.0.' })),
  ),
  ...forAdmin('list servers by a floating IP', [listServers], async (os) => called(await listServers(os, { ip: '203.0.113.' }))),
  ...forAdmin('list servers by a broken address', [listServers], (os) => listServers(os, { ip: '(' })),
  ...forAdmin('list servers by a part of their zone', [listServers], async (os, { demo }) =>
    called(await listServers(os, { availabilityZone: 'AZ', projectId: demo })),
  ),
  ...forAdmin('list servers on a host in other letters', [listServers], (os) => listServers(os, { host: 'COMPUTE1' })),
  ...forAdmin('list servers that changed since', [listServers], async (os, { aliceLab }) =>
    called(await listServers(os, { changesSince: '2020-01-01T00:00:00Z', projectId: aliceLab, status: 'ACTIVE' })),
  ),
  ...forAdmin('list servers that will have changed', [listServers], (os) =>
    listServers(os, { changesSince: '2999-01-01T00:00:00Z' }),
  ),
  ...forAdmin('list servers that changed since no time', [listServers], (os) => listServers(os, { changesSince: 'x' })),
  ...forAdmin('list servers that are locked', [listServers], async (os) => called(await listServers(os, { locked: true }))),
  ...forAdmin('list servers that are not locked', [listServers], async (os, { aliceLab }) =>
    called(await listServers(os, { locked: false, projectId: aliceLab })),
  ),
  ...forAdmin('list servers with a tag that none has', [listServers], (os) => listServers(os, { tags: ['nosuch', 'keep'] })),
  ...forAdmin('list servers from a marker that is gone', [listServers], (os) =>
    listServers({ ...os, list: (call) => os.list({ ...call, query: { ...call.query, marker: NO_UUID } }) }),
  ),
  ...forAll('list the names of all servers', [listServerNames], async (os) => called(await listServerNames(os))),
  ...forAdmin('list the names of servers in pages of three', [listServerNames], async (os) =>
    once(await listServerNames(inPagesOf(os, 3))),
  ),
  ...forAll('list the places of all servers', [listServerPlaces], async (os) => called(await listServerPlaces(os))),
  ...forAll('get all of a server', [getServerDetail], (os, { web1 }) => getServerDetail(os, web1)),
  ...forAll("get all of somebody else's server", [getServerDetail], (os, { aliceServer }) => getServerDetail(os, aliceServer)),
  ...forAdmin('get all of a server that never got a host', [getServerDetail], (os, { broken1 }) => getServerDetail(os, broken1)),
  ...forAdmin('get all of a server that boots from a volume', [getServerDetail, listServersNamed], async (os) =>
    getServerDetail(os, (await listServersNamed(os, 'bfv-1'))[0]?.id ?? ''),
  ),
  ...forAdmin('get all of a server that is not there', [getServerDetail], (os) => getServerDetail(os, 'a b')),
  ...forAll("list a server's actions", [listServerActions], (os, { web1 }) => listServerActions(os, web1, 1)),
  ...forAll("list the actions of somebody else's server", [listServerActions], (os, { aliceServer }) =>
    listServerActions(os, aliceServer, 1),
  ),
  ...forAdmin('list the actions of a server that is not there', [listServerActions], (os) => listServerActions(os, NO_UUID, 1)),
  ...forAdmin('a read in a version that is too new', [], (os) => tooNew(os, 'GET')),
  ...forAdmin('a write in a version that is too new', [], (os) => tooNew(os, 'PUT')),
];

function tooNew(os: Session, method: 'GET' | 'PUT'): Promise<unknown> {
  const path = method === 'GET' ? '/servers/detail' : '/os-quota-sets/x';
  return os.request({ service: 'compute', method, path, microversion: '2.9999', response: z.unknown() });
}

export const compute: readonly Case[] = [...hosts, ...flavors, ...servers];
