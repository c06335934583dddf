import { ALICE_LAB, DEMO_PROJECT, hexId, type MakeId } from './ids.ts';
import type { Server } from './state-compute.ts';
import type { Image, ImageState } from './state-image.ts';
import type { Volume, VolumeState } from './state-volume.ts';

const POOL = 'block1@fake#fake';

/** One in use with a snapshot, one stuck, one that a server boots from. */
export function seededVolumes(servers: readonly Server[], id: MakeId): VolumeState {
  const attachedTo = (name: string, device: string, deletedWithServer = false): Volume['attachments'] =>
    servers
      .filter((server) => server.name === name)
      .map((server) => ({ serverId: server.id, device, host: server.host, deletedWithServer }));
  const volumes: Volume[] = [
    {
      ...volume('', 1, DEMO_PROJECT, 17, id),
      status: 'in-use',
      bootable: true,
      attachments: attachedTo('bfv-1', '/dev/sda', true),
    },
    { ...volume('data-1', 10, DEMO_PROJECT, 46, id), status: 'in-use', attachments: attachedTo('db-1', '/dev/sdb') },
    volume('data-2', 20, DEMO_PROJECT, 47, id),
    volume('scratch', 1, DEMO_PROJECT, 48, id),
    { ...volume('stuck-vol', 2, DEMO_PROJECT, 49, id), status: 'error_deleting' },
    volume('alice-data', 5, ALICE_LAB, 50, id),
  ];
  const data1 = volumes.find(({ name }) => name === 'data-1');
  const service = { zone: 'nova', status: 'enabled', state: 'up', disabledReason: null } as const;
  return {
    volumeTypes: [
      { id: id('type default'), name: '__DEFAULT__', isPublic: true, description: 'Default Volume Type', extraSpecs: {} },
      { id: id('type ssd'), name: 'ssd', isPublic: true, description: null, extraSpecs: { volume_backend_name: 'fake' } },
    ],
    volumes,
    snapshots: data1
      ? [
          {
            id: id('snapshot data-1-nightly'),
            name: 'data-1-nightly',
            volumeId: data1.id,
            sizeGiB: 10,
            projectId: DEMO_PROJECT,
            type: data1.type,
          },
        ]
      : [],
    volumeServices: [
      { ...service, binary: 'cinder-scheduler', host: 'block1', backendState: null },
      { ...service, binary: 'cinder-volume', host: 'block1@fake', backendState: 'up' },
    ],
    pools: [
      {
        name: POOL,
        backend: 'fake',
        totalGiB: 10_000,
        freeGiB: 9_000,
        provisionedGiB: 0,
        allocatedGiB: 39,
        reservedPercentage: 0,
        thin: true,
        overSubscriptionRatio: 20,
      },
    ],
  };
}

export function volume(name: string, sizeGiB: number, projectId: string, second: number, id: MakeId): Volume {
  const created = `2026-11-23T06:31:${String(second).padStart(2, '0')}.000000`;
  return {
    id: id(`volume ${name} ${projectId}`),
    name,
    status: 'available',
    sizeGiB,
    projectId,
    userId: hexId(projectId === ALICE_LAB ? 'user alice' : 'user demo'),
    type: '__DEFAULT__',
    host: POOL,
    zone: 'nova',
    bootable: false,
    created,
    updated: created,
    attachments: [],
  };
}

export function seededImages(id: MakeId): ImageState {
  return {
    images: [
      image('cirros-0.6', DEMO_PROJECT, id),
      { ...image('alice-golden', ALICE_LAB, id), visibility: 'private' },
      { ...image('cirros-0.5', DEMO_PROJECT, id), hidden: true },
    ],
  };
}

export function image(name: string, owner: string, id: MakeId): Image {
  return {
    id: id(`image ${name}`),
    name,
    status: 'active',
    visibility: 'public',
    owner,
    sizeBytes: 4_096,
    diskFormat: 'raw',
    hidden: false,
    protected: false,
    tags: [],
    created: '2026-11-23T06:30:48Z',
    properties: { os_distro: 'cirros' },
  };
}
