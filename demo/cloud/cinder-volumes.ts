import type { CinderOptions } from './cinder.ts';
import { type Asked, fault, isAdmin, page, type Route } from './router.ts';
import type { Volume } from './state-volume.ts';

export function volumeRoutes({ state, pageSize }: CinderOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/volumes/detail',
      handle: (asked) =>
        page(asked, wantedVolumes(state.volumes, asked), {
          key: 'volumes',
          linksKey: 'volumes_links',
          pageSize,
          show: (volume) => shownVolume(volume, asked),
          lost: (marker) => fault(404, 'itemNotFound', `Volume ${marker} could not be found.`),
        }),
    },
    {
      method: 'GET',
      path: '/volumes/:id',
      handle(asked) {
        const id = asked.params.id ?? '';
        const volume = state.volumes.find((one) => one.id === id);
        if (!volume || !(isAdmin(asked) || volume.projectId === asked.caller.projectId))
          throw fault(404, 'itemNotFound', `Volume ${id} could not be found.`);
        return { status: 200, body: { volume: shownVolume(volume, asked) } };
      },
    },
  ];
}

const NOT_FILTERS = ['all_tenants', 'limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir'];

/** /etc/cinder/resource_filters.json, for who is no admin; everything else is passed over. */
const FOR_ALL = ['name', 'status', 'bootable', 'availability_zone', 'size'];

/** The query's own names → what of a volume they are compared with. */
const FILTERS: Record<string, (volume: Volume) => string> = {
  name: ({ name }) => name,
  status: ({ status }) => status,
  project_id: ({ projectId }) => projectId,
  user_id: ({ userId }) => userId,
  availability_zone: ({ zone }) => zone,
  bootable: ({ bootable }) => String(bootable),
  size: ({ sizeGiB }) => String(sizeGiB),
};

/** Newest first. Source: cinder/api/v3/volumes.py, cinder/api/api_utils.py, remove_invalid_filter_options */
function wantedVolumes(volumes: readonly Volume[], asked: Asked): Volume[] {
  const filters = [...asked.query]
    .filter(([name]) => !NOT_FILTERS.includes(name))
    .filter(([name]) => isAdmin(asked) || FOR_ALL.includes(name));
  const isEverybodys = isAdmin(asked) && asked.query.get('all_tenants') === '1';
  return volumes
    .filter(({ projectId }) => isEverybodys || projectId === asked.caller.projectId)
    .filter((volume) => filters.every(([name, wanted]) => fits(volume, name, wanted)))
    .sort((a, b) => b.created.localeCompare(a.created) || b.id.localeCompare(a.id));
}

function fits(volume: Volume, name: string, wanted: string): boolean {
  if (name === 'host') return isOnHost(volume, wanted);
  // Nothing fits a filter that cinder does not know.
  return FILTERS[name]?.(volume).toLowerCase() === wanted.toLowerCase();
}

/** A host also means its back ends, a back end its pools. Source: cinder/db/sqlalchemy/api.py, _filter_host */
function isOnHost({ host }: Volume, wanted: string): boolean {
  if (host === null) return false;
  const ends = wanted.includes('#') ? [] : wanted.includes('@') ? ['#'] : ['@', '#'];
  return host === wanted || ends.some((end) => host.startsWith(wanted + end));
}

function shownVolume(volume: Volume, asked: Asked): object {
  return {
    id: volume.id,
    status: volume.status,
    size: volume.sizeGiB,
    availability_zone: volume.zone,
    created_at: volume.created,
    updated_at: volume.updated,
    name: volume.name,
    description: null,
    volume_type: volume.type,
    snapshot_id: null,
    source_volid: null,
    metadata: {},
    links: [{ rel: 'self', href: `${asked.base}/v3/volumes/${volume.id}` }],
    user_id: volume.userId,
    bootable: String(volume.bootable),
    encrypted: false,
    replication_status: null,
    multiattach: false,
    attachments: volume.attachments.map(({ serverId, device, host }) => ({
      id: volume.id,
      volume_id: volume.id,
      server_id: serverId,
      host_name: host,
      device,
      attached_at: volume.updated,
    })),
    'os-vol-tenant-attr:tenant_id': volume.projectId,
    ...(isAdmin(asked) ? { migration_status: null, 'os-vol-host-attr:host': volume.host } : {}),
  };
}
