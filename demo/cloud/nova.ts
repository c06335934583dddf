import { flavorRoutes } from './nova-flavors.ts';
import { hostRoutes } from './nova-hosts.ts';
import { serverMigrationRoutes } from './nova-live-migrations.ts';
import { migrationRoutes } from './nova-migrations.ts';
import { quotaRoutes } from './nova-quotas.ts';
import { serverGroupRoutes } from './nova-server-groups.ts';
import { serverRoutes } from './nova-servers.ts';
import { serviceRoutes } from './nova-services.ts';
import { NO_ROUTE, type ServiceApi, unauthorized } from './router.ts';
import type { CloudState } from './state.ts';

export interface NovaOptions {
  state: CloudState;
  min: string;
  max: string;
  pageSize: number | undefined;
  keystoneUrl(): string;
}

export function nova(options: NovaOptions): ServiceApi {
  const { min, max, keystoneUrl } = options;
  return {
    service: 'compute',
    microversions: { word: 'compute', min, max },
    unauthorized: () => unauthorized(keystoneUrl()),
    noRoute: () => NO_ROUTE,
    routes: [
      {
        method: 'GET',
        path: '/',
        open: true,
        handle: ({ base }) => ({ status: 200, body: { versions: versions(base, min, max) } }),
      },
      ...quotaRoutes(options),
      ...serviceRoutes(options),
      ...hostRoutes(options),
      ...flavorRoutes(options),
      ...serverRoutes(options),
      ...serverGroupRoutes(options),
      ...migrationRoutes(options),
      ...serverMigrationRoutes(options),
    ],
  };
}

function versions(base: string, min: string, max: string): unknown[] {
  const older = { id: 'v2.0', status: 'SUPPORTED', version: '', min_version: '', updated: '2011-01-21T11:33:21Z' };
  const current = { id: 'v2.1', status: 'CURRENT', version: max, min_version: min, updated: '2013-07-23T11:33:21Z' };
  return [
    { ...older, links: [{ rel: 'self', href: `${base}/v2/` }] },
    { ...current, links: [{ rel: 'self', href: `${base}/v2.1/` }] },
  ];
}
