import { listImages } from '../../src/openstack/image.ts';
import { type Case, called, forAdmin, forAll, inPagesOf, NO_UUID, NOSUCH, once } from './case.ts';

export const image: readonly Case[] = [
  ...forAll('list images', [listImages], async (os) => called(await listImages(os))),
  ...forAdmin('list images in pages of one', [listImages], async (os) => once(await listImages(inPagesOf(os, 1)))),
  ...forAll("list another project's images", [listImages], async (os, { aliceLab }) =>
    called(await listImages(os, { owner: aliceLab })),
  ),
  ...forAdmin('list images of no project', [listImages], (os) => listImages(os, { owner: NOSUCH })),
  ...forAll('list private images', [listImages], async (os) => called(await listImages(os, { visibility: 'private' }))),
  ...forAll('list images of all kinds', [listImages], async (os) => called(await listImages(os, { visibility: 'all' }))),
  ...forAdmin('list images of a kind that is none', [listImages], (os) => listImages(os, { visibility: 'wrong' })),
  ...forAdmin('list images of a name in other letters', [listImages], async (os) =>
    called(await listImages(os, { name: 'CIRROS-0.6' })),
  ),
  ...forAdmin('list images of a name with a colon', [listImages], (os) => listImages(os, { name: 'debian:12' })),
  ...forAdmin('list images of a name that looks like a list', [listImages], (os) => listImages(os, { name: 'in:a,"b' })),
  ...forAdmin('list images of a status', [listImages], async (os) => called(await listImages(os, { status: 'active' }))),
  ...forAdmin('list images of a status that is none', [listImages], (os) => listImages(os, { status: 'a b' })),
  ...forAll('list hidden images', [listImages], async (os) => called(await listImages(os, { hidden: true }))),
  ...forAdmin('list images from a marker that is gone', [listImages], (os) =>
    listImages({ ...os, list: (call) => os.list({ ...call, query: { ...call.query, marker: NO_UUID } }) }),
  ),
];
