import { quotaRoutes } from './cinder-quotas.ts';
import { badRequest } from './cinder-refusals.ts';
import { serviceRoutes } from './cinder-services.ts';
import { volumeRoutes } from './cinder-volumes.ts';
import { NO_ROUTE, type Route, type ServiceApi, unauthorized } from './router.ts';
import type { CloudState } from './state.ts';

export interface CinderOptions {
  state: CloudState;
  min: string;
  max: string;
  pageSize: number | undefined;
  keystoneUrl(): string;
}

export function cinder(options: CinderOptions): ServiceApi {
  const { min, max, keystoneUrl } = options;
  return {
    service: 'volume',
    microversions: { word: 'volume', min, max },
    unauthorized: () => unauthorized(keystoneUrl()),
    noRoute: () => NO_ROUTE,
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: ({ base }) => ({
          status: 300,
          body: {
            versions: [
              { id: 'v3.0', status: 'CURRENT', version: max, min_version: min, links: [{ rel: 'self', href: `${base}/v3/` }] },
            ],
          },
        }),
      },
      ...[...quotaRoutes(options), ...serviceRoutes(options), ...volumeRoutes(options)].map(underProject),
    ],
  };
}

/** Cinder's paths have the caller's own project in them. */
function underProject({ path, handle, ...route }: Route): Route {
  return {
    ...route,
    path: `/v3/:own${path}`,
    handle(asked) {
      if (asked.params.own !== asked.caller.projectId) throw badRequest('Malformed request url');
      return handle(asked);
    },
  };
}
