import { z } from 'zod';
import {
  getProviderAllocations,
  getProviderInventories,
  getProviderUsages,
  listAllocationCandidates,
} from '../../src/openstack/placement.ts';
import { type Case, forAdmin, forAll, NO_UUID } from './case.ts';

export const placement: readonly Case[] = [
  ...forAll('get what a provider has', [getProviderInventories], (os, { compute1 }) => getProviderInventories(os, compute1)),
  ...forAdmin('get what no provider has', [getProviderInventories], (os) => getProviderInventories(os, NO_UUID)),
  ...forAll('get what is used of a provider', [getProviderUsages], (os, { compute1 }) => getProviderUsages(os, compute1)),
  ...forAdmin('get what is used of no provider', [getProviderUsages], (os) => getProviderUsages(os, 'a b')),
  ...forAll('list what can still be placed', [listAllocationCandidates], (os) => listAllocationCandidates(os, { MEMORY_MB: 1 })),
  ...forAdmin(
    'what can still be placed is less what is reserved, times the ratio',
    [listAllocationCandidates, getProviderInventories, getProviderUsages],
    async (os, { compute1 }) => {
      const candidates = await listAllocationCandidates(os, { VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 });
      const inventories = await getProviderInventories(os, compute1);
      const usages = await getProviderUsages(os, compute1);
      const said = candidates.find(({ uuid }) => uuid === compute1)?.resources ?? {};
      const isSo = Object.entries(inventories).every(([kind, { total, reserved, allocation_ratio }]) => {
        const capacity = Math.floor((total - reserved) * allocation_ratio);
        return said[kind]?.capacity === capacity && said[kind]?.used === usages[kind];
      });
      return { [isSo ? 'it is so' : 'it is not so']: said, [Object.keys(said).sort().join()]: null };
    },
  ),
  ...forAll('get what is given out of a provider', [getProviderAllocations], async (os, { compute1 }) =>
    Object.values(await getProviderAllocations(os, compute1)).map((resources) => Object.keys(resources).sort().join(' ')),
  ),
  ...forAdmin('get what is given out of no provider', [getProviderAllocations], (os) => getProviderAllocations(os, NO_UUID)),
  ...forAdmin('list where a server that is too large could go', [listAllocationCandidates], (os) =>
    listAllocationCandidates(os, { VCPU: 100_000 }),
  ),
  ...forAdmin('list where nothing could go', [listAllocationCandidates], (os) => listAllocationCandidates(os, {})),
  ...forAdmin('list where none of something could go', [listAllocationCandidates], (os) =>
    listAllocationCandidates(os, { VCPU: 0 }),
  ),
  ...forAdmin('list where something unknown could go', [listAllocationCandidates], (os) =>
    listAllocationCandidates(os, { NOSUCH: 1 }),
  ),
  ...forAdmin('forbid a trait before placement could', [], (os) =>
    os.request({
      service: 'placement',
      method: 'GET',
      path: '/allocation_candidates',
      query: { resources: 'VCPU:1', required: '!COMPUTE_STATUS_DISABLED' },
      microversion: '1.21',
      response: z.unknown(),
    }),
  ),
  ...forAdmin('ask placement in a version that is too new', [], (os) =>
    os.request({
      service: 'placement',
      method: 'GET',
      path: '/allocation_candidates',
      microversion: '1.999',
      response: z.unknown(),
    }),
  ),
];
