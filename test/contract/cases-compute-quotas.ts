import {
  getComputeQuota,
  getComputeQuotaClass,
  updateComputeQuota,
  updateComputeQuotaClass,
} from '../../src/openstack/compute-quotas.ts';
import { type Case, forAdmin, forAll, NOSUCH, raised, raisedClass } from './case.ts';

export const computeQuotas: readonly Case[] = [
  ...forAll('get compute quotas', [getComputeQuota], (os, { demo }) => getComputeQuota(os, demo)),
  ...forAll("get somebody else's compute quotas", [getComputeQuota], (os, { aliceLab }) => getComputeQuota(os, aliceLab)),
  ...forAll('get compute quotas of no project', [getComputeQuota], (os) => getComputeQuota(os, NOSUCH)),
  ...forAll('get the compute quota class', [getComputeQuotaClass], (os) => getComputeQuotaClass(os)),
  ...forAdmin('raise a compute quota', [updateComputeQuota, getComputeQuota], (os, { aliceLab }) =>
    raised(
      'cores',
      () => getComputeQuota(os, aliceLab),
      (limits) => updateComputeQuota(os, aliceLab, limits),
    ),
  ),
  ...forAdmin('set a compute quota below its use', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { instances: 1 }),
  ),
  ...forAdmin('set an unknown compute quota', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { wrong: 1 }),
  ),
  ...forAdmin('set a compute quota that is gone', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { fixed_ips: 1 }),
  ),
  ...forAdmin('set a compute quota to -2', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { cores: -2 }),
  ),
  ...forAdmin('set a compute quota beyond an integer', [updateComputeQuota], (os, { aliceLab }) =>
    updateComputeQuota(os, aliceLab, { cores: 2 ** 31 }),
  ),
  ...forAdmin('set a compute quota of no project', [updateComputeQuota], (os) => updateComputeQuota(os, NOSUCH, { cores: 20 })),
  {
    name: 'set a compute quota as a member',
    as: 'member',
    calls: [updateComputeQuota],
    run: (os, { demo }) => updateComputeQuota(os, demo, { cores: 21 }),
  },
  ...forAdmin('raise the compute quota class', [updateComputeQuotaClass, getComputeQuotaClass], (os) =>
    raisedClass(
      'server_groups',
      () => getComputeQuotaClass(os),
      (limits) => updateComputeQuotaClass(os, limits),
    ),
  ),
  ...forAdmin('set an unknown quota of the compute class', [updateComputeQuotaClass], (os) =>
    updateComputeQuotaClass(os, { wrong: 1 }),
  ),
  ...forAdmin('set a quota of the compute class that is gone', [updateComputeQuotaClass], (os) =>
    updateComputeQuotaClass(os, { fixed_ips: 1 }),
  ),
  ...forAdmin('set a quota of the compute class to -2', [updateComputeQuotaClass], (os) =>
    updateComputeQuotaClass(os, { cores: -2 }),
  ),
  {
    name: 'set a quota of the compute class as a member',
    as: 'member',
    calls: [updateComputeQuotaClass],
    run: (os) => updateComputeQuotaClass(os, { cores: 20 }),
  },
];
