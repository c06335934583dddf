import type { NovaOptions } from './nova.ts';
import { atLeast, badRequest, lostMarker } from './nova-refusals.ts';
import { type Asked, isAdmin, page, type Route } from './router.ts';
import type { Flavor } from './state-compute.ts';

export function flavorRoutes({ state, pageSize }: NovaOptions): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2.1/flavors/detail',
      handle(asked) {
        const flavors = state.flavors.filter((flavor) => isShown(flavor, asked)).sort((a, b) => (a.id < b.id ? -1 : 1));
        return page(asked, flavors, {
          key: 'flavors',
          linksKey: 'flavors_links',
          pageSize,
          show: (flavor) => shownFlavor(flavor, asked),
          lost: lostMarker,
        });
      },
    },
  ];
}

/** nova/api/openstack/compute/flavors.py, _parse_is_public */
function isShown({ isPublic, projects }: Flavor, asked: Asked): boolean {
  const wanted = (asked.query.get('is_public') ?? 'True').toLowerCase();
  if (!isAdmin(asked)) return isPublic || projects.includes(asked.caller.projectId);
  if (wanted === 'none') return true;
  if (['true', '1', 'yes'].includes(wanted)) return isPublic;
  if (['false', '0', 'no'].includes(wanted)) return !isPublic;
  throw badRequest(`Invalid is_public filter [${asked.query.get('is_public')}]`);
}

function shownFlavor(flavor: Flavor, asked: Asked): object {
  const { id, name, vcpus, ramMiB, diskGiB, ephemeralGiB = 0, swapMiB = 0, isPublic, extraSpecs } = flavor;
  return {
    id,
    name,
    ram: ramMiB,
    disk: diskGiB,
    swap: swapMiB || (atLeast(asked, '2.75') ? 0 : ''),
    'OS-FLV-EXT-DATA:ephemeral': ephemeralGiB,
    'OS-FLV-DISABLED:disabled': false,
    vcpus,
    'os-flavor-access:is_public': isPublic,
    rxtx_factor: 1,
    links: [{ rel: 'self', href: `${asked.base}/v2.1/flavors/${id}` }],
    ...(atLeast(asked, '2.55') ? { description: null } : {}),
    ...(atLeast(asked, '2.61') ? { extra_specs: extraSpecs } : {}),
  };
}
