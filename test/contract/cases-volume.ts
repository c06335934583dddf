import {
  getVolumeQuota,
  getVolumeQuotaClass,
  listVolumePools,
  listVolumeServices,
  listVolumeTypes,
  updateVolumeQuota,
  updateVolumeQuotaClass,
} from '../../src/openstack/volume.ts';
import { getVolume, listVolumes } from '../../src/openstack/volumes.ts';
import { type Case, called, forAdmin, forAll, inPagesOf, NO_UUID, NOSUCH, once, raised, raisedClass } from './case.ts';

const quotas: Case[] = [
  ...forAll('get volume quotas', [getVolumeQuota], (os, { demo }) => getVolumeQuota(os, demo)),
  ...forAll("get somebody else's volume quotas", [getVolumeQuota], (os, { aliceLab }) => getVolumeQuota(os, aliceLab)),
  ...forAdmin('get volume quotas of no project', [getVolumeQuota], (os) => getVolumeQuota(os, NOSUCH)),
  ...forAdmin('raise a volume quota', [updateVolumeQuota, getVolumeQuota], (os, { aliceLab }) =>
    raised(
      'volumes',
      () => getVolumeQuota(os, aliceLab),
      (limits) => updateVolumeQuota(os, aliceLab, limits),
    ),
  ),
  ...forAdmin('raise a quota of a volume type', [updateVolumeQuota, getVolumeQuota], (os, { aliceLab }) =>
    raised(
      'gigabytes___DEFAULT__',
      () => getVolumeQuota(os, aliceLab),
      (limits) => updateVolumeQuota(os, aliceLab, limits),
    ),
  ),
  // Cinder minds what is in use only for names that somebody has set for the project before.
  ...forAdmin('set a volume quota of its own below its use', [updateVolumeQuota], async (os, { demo }) => {
    await updateVolumeQuota(os, demo, { volumes: (await getVolumeQuota(os, demo)).volumes?.limit ?? 10 });
    return updateVolumeQuota(os, demo, { volumes: 0 });
  }),
  ...forAdmin('set an unknown volume quota', [updateVolumeQuota], (os, { aliceLab }) =>
    updateVolumeQuota(os, aliceLab, { wrong: 1 }),
  ),
  ...forAdmin('set a volume quota to -2', [updateVolumeQuota], (os, { aliceLab }) =>
    updateVolumeQuota(os, aliceLab, { volumes: -2 }),
  ),
  ...forAdmin('set no volume quota at all', [updateVolumeQuota], (os, { aliceLab }) => updateVolumeQuota(os, aliceLab, {})),
  {
    name: 'set a volume quota as a member',
    as: 'member',
    calls: [updateVolumeQuota],
    run: (os, { demo }) => updateVolumeQuota(os, demo, { volumes: 11 }),
  },
  ...forAll('get the volume quota class', [getVolumeQuotaClass], (os) => getVolumeQuotaClass(os)),
  ...forAdmin('raise the volume quota class', [updateVolumeQuotaClass, getVolumeQuotaClass], (os) =>
    raisedClass(
      'groups',
      () => getVolumeQuotaClass(os),
      (limits) => updateVolumeQuotaClass(os, limits),
    ),
  ),
  ...forAdmin('raise the volume quota class for a type', [updateVolumeQuotaClass, getVolumeQuotaClass], (os) =>
    raisedClass(
      'snapshots___DEFAULT__',
      () => getVolumeQuotaClass(os),
      (limits) => updateVolumeQuotaClass(os, limits),
    ),
  ),
  ...forAdmin('set an unknown quota of the volume class', [updateVolumeQuotaClass], (os) =>
    updateVolumeQuotaClass(os, { volumes_nosuch: 1 }),
  ),
  ...forAdmin('set a quota of the volume class to -2', [updateVolumeQuotaClass], (os) =>
    updateVolumeQuotaClass(os, { volumes: -2 }),
  ),
  ...forAdmin('set a quota of the volume class beyond an integer', [updateVolumeQuotaClass], (os) =>
    updateVolumeQuotaClass(os, { volumes: 2 ** 31 }),
  ),
  ...forAdmin('set nothing of the volume class', [updateVolumeQuotaClass], (os) => updateVolumeQuotaClass(os, {})),
  {
    name: 'set a quota of the volume class as a member',
    as: 'member',
    calls: [updateVolumeQuotaClass],
    run: (os) => updateVolumeQuotaClass(os, { volumes: 10 }),
  },
];

const volumes: Case[] = [
  ...forAll('list volumes', [listVolumes], async (os) => called(await listVolumes(os))),
  ...forAdmin('list volumes in pages of two', [listVolumes], async (os) => once(await listVolumes(inPagesOf(os, 2)))),
  ...forAll('list volumes of another project', [listVolumes], async (os, { aliceLab }) =>
    called(await listVolumes(os, { projectId: aliceLab })),
  ),
  ...forAdmin('list volumes of no project', [listVolumes], (os) => listVolumes(os, { projectId: NOSUCH })),
  ...forAll('list volumes of a status', [listVolumes], async (os) => called(await listVolumes(os, { status: 'error_deleting' }))),
  ...forAdmin('list volumes of a status that is none', [listVolumes], (os) => listVolumes(os, { status: 'a b' })),
  ...forAll('list volumes of a name in other letters', [listVolumes], async (os) =>
    called(await listVolumes(os, { name: 'SCRATCH' })),
  ),
  ...forAdmin('list volumes of a part of a name', [listVolumes], async (os) => called(await listVolumes(os, { name: 'data' }))),
  ...forAll('list volumes on a host', [listVolumes], async (os) => called(await listVolumes(os, { host: 'block1' }))),
  ...forAdmin('list volumes on a back end', [listVolumes], async (os) => called(await listVolumes(os, { host: 'block1@fake' }))),
  ...forAdmin('list volumes in a pool', [listVolumes], async (os) => called(await listVolumes(os, { host: 'block1@fake#fake' }))),
  ...forAll('list volumes on half a host', [listVolumes], async (os) => called(await listVolumes(os, { host: 'block' }))),
  ...forAll('list volumes to boot from', [listVolumes], async (os) => called(await listVolumes(os, { bootable: true }))),
  ...forAdmin('list volumes not to boot from', [listVolumes], async (os) => called(await listVolumes(os, { bootable: false }))),
  ...forAdmin('list volumes of a user', [listVolumes], (os, { bob }) => listVolumes(os, { userId: bob })),
  ...forAdmin('list volumes of a zone', [listVolumes], async (os) => called(await listVolumes(os, { availabilityZone: 'nova' }))),
  ...forAdmin('list volumes from a marker that is gone', [listVolumes], (os) =>
    listVolumes({ ...os, list: (call) => os.list({ ...call, query: { ...call.query, marker: NO_UUID } }) }),
  ),
];

/** Admin's list has it, whoever asks then. */
const dataVolume: Case[] = [
  ...forAll('get a volume of the project, or the first there is', [getVolume], async (os) =>
    getVolume(os, (await listVolumes(os))[0]?.id ?? NO_UUID),
  ),
  ...forAdmin('get a volume that is not there', [getVolume], (os) => getVolume(os, NO_UUID)),
];

const storage: Case[] = [
  ...forAll('list volume types', [listVolumeTypes], (os) => listVolumeTypes(os)),
  ...forAll('list volume services', [listVolumeServices], (os) => listVolumeServices(os)),
  ...forAll('list volume pools', [listVolumePools], async (os) => called(await listVolumePools(os))),
];

export const volume: readonly Case[] = [...quotas, ...volumes, ...dataVolume, ...storage];
