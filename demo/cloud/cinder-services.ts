import { compareVersions } from '../../src/openstack/microversions.ts';
import type { CinderOptions } from './cinder.ts';
import { demand } from './cinder-refusals.ts';
import { lastHeard } from './heartbeats.ts';
import { type Asked, isAdmin, page, type Route } from './router.ts';
import type { Pool, VolumeService } from './state-volume.ts';

const UPDATED = '2026-11-23T06:45:45.000000';

/** Types, services and pools. */
export function serviceRoutes({ state, pageSize }: CinderOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/types',
      handle(asked) {
        const types = state.volumeTypes.filter(({ isPublic }) => isPublic || isAdmin(asked));
        return page(asked, types, {
          key: 'volume_types',
          linksKey: 'volume_type_links',
          pageSize,
          show: ({ id, name, isPublic, description, extraSpecs }) => ({
            id,
            name,
            is_public: isPublic,
            description,
            extra_specs: isAdmin(asked) ? extraSpecs : {},
            ...(isAdmin(asked) ? { qos_specs_id: null } : {}),
            'os-volume-type-access:is_public': isPublic,
          }),
        });
      },
    },
    {
      method: 'GET',
      path: '/os-services',
      handle(asked) {
        demand(isAdmin(asked), 'volume_extension:services:index');
        const wanted = (key: string, value: string): boolean => (asked.query.get(key) ?? value) === value;
        const services = state.volumeServices
          .filter(({ host, binary }) => wanted('host', host) && wanted('binary', binary))
          .map((service) => shownService(service, asked));
        return { status: 200, body: { services } };
      },
    },
    {
      method: 'GET',
      path: '/scheduler-stats/get_pools',
      handle(asked) {
        demand(isAdmin(asked), 'scheduler_extension:scheduler_stats:get_pools');
        const isDetailed = asked.query.get('detail') === 'true';
        return { status: 200, body: { pools: state.pools.map((pool) => (isDetailed ? shownPool(pool) : { name: pool.name })) } };
      },
    },
  ];
}

function shownService(service: VolumeService, { microversion }: Asked): object {
  const { binary, host, zone, status, state, backendState, disabledReason } = service;
  const isVolume = binary === 'cinder-volume';
  return {
    binary,
    host,
    zone,
    status,
    state,
    updated_at: lastHeard(service),
    disabled_reason: disabledReason,
    ...(isVolume ? { replication_status: 'disabled', active_backend_id: null, frozen: false } : {}),
    ...(compareVersions(microversion, '3.7') >= 0 ? { cluster: null } : {}),
    ...(isVolume && compareVersions(microversion, '3.49') >= 0 ? { backend_state: backendState } : {}),
  };
}

function shownPool(pool: Pool): object {
  return {
    name: pool.name,
    capabilities: {
      pool_name: pool.name.split('#')[1],
      total_capacity_gb: pool.totalGiB,
      free_capacity_gb: pool.freeGiB,
      provisioned_capacity_gb: pool.provisionedGiB,
      reserved_percentage: pool.reservedPercentage,
      QoS_support: false,
      thin_provisioning_support: pool.thin,
      max_over_subscription_ratio: pool.overSubscriptionRatio,
      multiattach: true,
      allocated_capacity_gb: pool.allocatedGiB,
      volume_backend_name: pool.backend,
      ...(pool.location === undefined ? {} : { location_info: pool.location }),
      storage_protocol: pool.backend,
      vendor_name: 'Open Source',
      driver_version: '3.0.0',
      timestamp: UPDATED,
    },
  };
}
